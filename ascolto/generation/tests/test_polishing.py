"""What a model wrote is plain, short, and holds nothing that nobody had said."""

from __future__ import annotations

import pytest

from ascolto.generation.masking import Table, mask
from ascolto.generation.polishing import plain, polish

SOURCES = ["See https://shop.example/help or www.telvia.example/faq. My number is ⟦PHONE-1⟧."]


def polished(said: str, limit: int = 500, **more: bool) -> tuple[str, tuple[str, ...]]:
    found = polish(said, values={"PHONE-1": "333 1234567"}, sources=SOURCES, limit=limit, **more)
    return found.text, found.notes


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("**Good morning**, _Giulia_", "Good morning, Giulia"),
        ("# Answer\n\n- one\n* two\n---\n> three", "Answer\n\n- one\n- two\n\nthree"),
        ("```\nHello\n```", "Hello"),
        ("`code` and <b>bold</b><script>alert(1)</script>", "code and boldalert(1)"),
        ("&lt;img src=x onerror=y&gt; hello", "hello"),
        ("Hello\u200b\u202e world\U000e0041", "Hello world"),
        ("“Good morning.”", "“Good morning.”"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
    ],
)
def test_markup_and_the_unseen_are_gone(said, text) -> None:
    assert plain(said).strip() == text


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/pay", "http://evil.example", "www.evil.example", "evil.com/pay", "HTTPS://EVIL.example/x",
        "javascript://alert", "ftp://evil.example/a", "[our page](https://evil.example)", "[https://shop.example](https://evil.example)",
        "https://shop.example.evil.example/help", "https://shop.example@evil.example/help",
    ],
)  # fmt: skip
def test_a_link_that_nobody_wrote_is_taken_out(link) -> None:
    text, notes = polished(f"Please pay here: {link} now.")
    assert "evil" not in text.lower()
    assert "javascript" not in text
    assert "link" in notes


@pytest.mark.parametrize(
    "link", ["https://shop.example/help", "www.telvia.example/faq", "[help](https://shop.example/help)"]
)
def test_a_link_that_somebody_wrote_stays(link) -> None:
    text, notes = polished(f"Look at {link}.")
    assert "example" in text
    assert notes == ()


@pytest.mark.parametrize(
    "datum", ["+39 02 99887766", "pay@evil.example", "IT60X0542811101000000123456", "4111 1111 1111 1111"]
)
def test_a_number_or_address_that_nobody_wrote_is_taken_out(datum) -> None:
    text, notes = polished(f"Write to {datum} please.")
    assert datum not in text
    assert notes


def test_what_was_hidden_comes_back_and_is_no_invention() -> None:
    assert polished("We call ⟦PHONE-1⟧ today.") == ("We call 333 1234567 today.", ())


def test_a_placeholder_of_nobody_is_a_gap_and_told() -> None:
    assert polished("Dear ⟦NAME-4⟧") == ("Dear …", ("placeholder",))


def test_a_long_text_ends_after_a_sentence() -> None:
    text, notes = polished("One sentence here. " * 40, limit=100)
    assert len(text) <= 100
    assert text.endswith(".")
    assert notes == ("cut",)


def test_one_pair_of_quotation_marks_around_everything_goes() -> None:
    assert polished("«Buongiorno, arriviamo.»")[0] == "Buongiorno, arriviamo."
    assert polished("«Sì» e «no»")[0] == "«Sì» e «no»"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "*" * 5000,
        "<" * 5000,
        "[" * 5000,
        "_a" * 3000,
        "a." * 20_000,
        "\ud800",
        "⟦" * 5000,
        "> " * 5000,
        "&lt;" * 5000,
    ],
)
def test_hostile_answers_end_in_bounded_texts(said) -> None:
    text, _ = polished(said, limit=1000)
    assert len(text) <= 1001


def test_what_the_customer_hid_in_a_link_is_not_known_to_be_a_link() -> None:
    table = Table()
    source = mask("see https://shop.example/a?next=https://evil.example/x", table)
    found = polish("go to https://evil.example/x", values=table.values, sources=[source], limit=200)
    assert "evil" not in found.text
