"""Marks: what people emphasise arrives as each channel shows it; no word is lost, nothing typed becomes a tag."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.adapters.telegram.formatting import telegram_html
from ascolto.channels.marks import has_marks, own_page, page, plain
from ascolto.channels.starred import starred

LETTER = """Ciao **Giulia**, il _tecnico_ arriva `domani`:
- porta il **modem**
- porta [la bolletta](https://telvia.example/bill?a=1&b=2)

> non va niente
1. spegni
2. accendi
```
ping **8.8.8.8**
```
fine"""
WORD = re.compile(r"[^\W_]+")
PIECES = [
    *"ab1 \n*_`[]()>-<&\"'.~#\\",
    "**",
    "```\n",
    "- ",
    "> ",
    "1. ",
    "[x](https://e.example/a)",
    "é",
    "👍",
]
MARKED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def test_a_page_in_a_few_tags() -> None:
    assert page(LETTER) == (
        "<p>Ciao <b>Giulia</b>, il <i>tecnico</i> arriva <code>domani</code>:</p>"
        '<ul><li>porta il <b>modem</b></li><li>porta <a href="https://telvia.example/bill?a=1&amp;b=2" '
        'rel="noopener noreferrer">la bolletta</a></li></ul>'
        "<blockquote>non va niente</blockquote>"
        '<ol start="1"><li>spegni</li><li>accendi</li></ol>'
        "<pre><code>ping **8.8.8.8**</code></pre><p>fine</p>"
    )


def test_without_marks_every_word_and_address_is_there() -> None:
    assert plain(LETTER).splitlines() == [
        "Ciao Giulia, il tecnico arriva domani:",
        "- porta il modem",
        "- porta la bolletta: https://telvia.example/bill?a=1&b=2",
        "",
        "> non va niente",
        "1. spegni",
        "2. accendi",
        "ping **8.8.8.8**",
        "fine",
    ]


def test_as_whatsapp_and_slack_mark_it() -> None:
    assert starred(page(LETTER)) == (
        "Ciao *Giulia*, il _tecnico_ arriva `domani`:\n\n- porta il *modem*\n"
        "- porta la bolletta: https://telvia.example/bill?a=1&b=2\n\n> non va niente\n\n"
        "1. spegni\n2. accendi\n\n```ping **8.8.8.8**```\n\nfine"
    )


def test_as_telegram_marks_it() -> None:
    assert "<b>Giulia</b>" in telegram_html(page(LETTER))


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24",
        "file_name_here",
        "a ** b ** c",
        "_",
        "**",
        "5 > 3",
        "[x](javascript:alert(1))",
        "- ",
        "```",
    ],
)
def test_what_is_no_mark_stays_as_it_was_typed(text: str) -> None:
    assert plain(text) == text
    assert not has_marks(text)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


@given(MARKED | st.text(max_size=80))
def test_no_word_is_lost_and_nothing_typed_becomes_a_tag(text: str) -> None:
    letters = WORD.findall(text)
    assert is_within("".join(letters), "".join(WORD.findall(plain(text))))
    seen = _Tags()
    seen.feed(page(text))
    seen.close()
    assert seen.tags <= {"p", "br", "b", "i", "code", "pre", "a", "ul", "ol", "li", "blockquote"}
    assert seen.attributes <= {"href", "rel", "start"}
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in seen.addresses)
    unnumbered = re.sub(r"^[0-9]+[.)] ", "", text, flags=re.MULTILINE)  # a list counts by itself
    assert is_within("".join(WORD.findall(unnumbered)), starred(page(text)))


def is_within(letters: str, among: str) -> bool:
    """Whether the letters stand there in this order, whatever else does."""
    rest = iter(among)
    return all(letter in rest for letter in letters)


@given(st.text(max_size=200))
def test_any_page_becomes_a_text(html: str) -> None:
    starred(html)


@pytest.mark.parametrize(
    "text",
    ["*" * 40_000, "_a" * 20_000, "[" * 40_000, "`a" * 20_000, "**a" * 15_000, "> " * 20_000, "[a](" * 10_000, "```\n" * 10_000,
     "_" + "a" * 49_000, "x" * 1_000_000, "👨‍👩‍👧" * 8_000, "\u202e**b**" * 5_000],
)  # fmt: skip
def test_hostile_texts_are_read_in_bounded_time(text: str) -> None:
    assert isinstance(starred(page(text)), str)
    assert len(plain(text)) <= 3 * len(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_a_page_of_ours_is_known_as_ours(typed: str) -> None:
    assert own_page(page(typed)) == page(typed)


@pytest.mark.parametrize(
    "other",
    [
        "<p>a", "a</p>", "<p><b>a</p></b>", "<script>alert(1)</script>", "<p onclick=x>a</p>", "<img src=x>", "<p class='a'>x</p>",
        '<a href="javascript:alert(1)" rel="noopener noreferrer">x</a>', '<a href="https://x.example">x</a>', "<", ">", "<p/>",
        '<a href="https://x.example" onclick="y" rel="noopener noreferrer">x</a>', "<!-- -->", "<p>a</p" , "<P>a</P>", "",
        "<p>" * 100_000, "<" * 1_000_000, "<b>" + "x" * 1_000_000, "\x00<p\x00>",
    ],
)  # fmt: skip
def test_another_programs_page_is_not(other: str) -> None:
    assert own_page(other) == ""
