"""A form changes a line; comments and the layout of the rest stay as they were."""

from __future__ import annotations

import contextlib
import difflib
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot.live import READY_MADE
from ascolto.bot.rewriting import NotRewritten, inline, plain, rewritten
from ascolto.bot.tests.samples import CARE

FLOWS = {path.stem: path.read_text("utf-8") for path in sorted(READY_MADE.glob("*.yaml"))}


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("---", "+++")]


def test_a_changed_text_changes_its_line() -> None:
    document = plain(CARE)
    document["nodes"]["bill"]["say"]["en"] = 'It is "there": now'
    assert changed_lines(CARE, rewritten(CARE, document)) == [
        '-      en: "The bill is in your account."',
        '+      en: "It is \\"there\\": now"',
    ]
    document = plain(CARE)
    document["nodes"]["bye"]["end"]["say"]["it"] = "Ciao"
    after = '+  bye: {end: {say: {it: Ciao, en: "Goodbye."}, resolved: true}}'
    assert changed_lines(CARE, rewritten(CARE, document))[1] == after


def test_options_move_with_their_comments() -> None:
    document = plain(CARE)
    document["nodes"]["welcome"]["options"].reverse()
    document["nodes"]["welcome"]["options"][1]["next"] = "person"
    text = rewritten(CARE, document)
    assert plain(text) == document
    assert (
        "      - id: fault   # the line is dead\n        label: {it: Un guasto, en: A fault}\n        next: person\n"
        in text
    )
    document["nodes"]["welcome"]["options"].append(
        {"id": "move", "label": {"it": "Un trasloco", "en": "Moving home"}, "next": "person"}
    )
    more = rewritten(text, document)
    assert [line[:1] for line in changed_lines(text, more)] == ["+"] * 3
    del document["nodes"]["welcome"]["options"][1]
    assert "the line is dead" not in rewritten(more, document)


def test_a_node_comes_is_renamed_and_goes_with_its_comment() -> None:
    document = plain(CARE)
    document["nodes"]["again"] = {"say": {"it": "Ancora?", "en": "Again?"}, "next": "bye"}
    text = rewritten(CARE, document)
    assert changed_lines(CARE, text) == ['+  again: {say: {it: "Ancora?", en: "Again?"}, next: bye}']
    nodes = {("hello" if name == "welcome" else name): node for name, node in document["nodes"].items()}
    document |= {"nodes": nodes, "start": "hello"}
    text = rewritten(text, document)
    assert "  # the first words\n  hello:\n    menu:" in text
    del document["nodes"]["hello"]
    text = rewritten(text, document)
    assert "the first words" not in text
    assert "# on every bill" in text


def test_what_is_laid_out_oddly_is_not_rewritten_rather_than_broken() -> None:
    text = "? flow\n: care\n? nodes\n: - a\n"
    document = plain(text)
    document["flow"] = "other"
    with contextlib.suppress(NotRewritten):
        assert plain(rewritten(text, document)) == document


words = st.text(max_size=30) | st.sampled_from(
    ["true", "null", "", "#", "a: b", "- x", "it's", "[", "\u2028", "line\nline", "100"]
)
trees: st.SearchStrategy[Any] = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


def clean(value: Any) -> Any:
    """As it can stand in a text: no lone surrogates, no NUL."""
    if isinstance(value, dict):
        return {clean(key): clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [clean(each) for each in value]
    return "".join(char for char in value if char >= " " or char == "\n").encode("utf-8", "ignore").decode()


@settings(deadline=None, max_examples=150)
@given(tree=trees, data=st.data())
def test_whatever_is_put_in_is_what_is_read(tree: Any, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([CARE, *FLOWS.values()]))
    document = plain(text)
    before = deepcopy(document)
    name = data.draw(st.sampled_from(sorted(document["nodes"])))
    document["nodes"][name] = {**document["nodes"][name], "next": clean(tree)}
    after = rewritten(text, document)
    assert plain(after) == document
    assert plain(rewritten(after, before)) == before


@settings(deadline=None, max_examples=100)
@given(value=trees)
def test_a_value_on_one_line_is_read_as_it_was(value: Any) -> None:
    assert plain(f"a: {inline(clean(value))}\n") == {"a": clean(value)}


@settings(deadline=None, max_examples=150)
@given(order=st.permutations(range(5)), drop=st.integers(0, 4), data=st.data())
def test_options_in_any_order_keep_their_lines(order: list[int], drop: int, data: st.DataObject) -> None:
    text = FLOWS["care"]
    document = plain(text)
    options = document["nodes"]["welcome"]["options"]
    document["nodes"]["welcome"]["options"] = [options[at] for at in order if at != drop]
    after = rewritten(text, document)
    assert plain(after) == document
    assert set(after.splitlines()) <= set(text.splitlines())


@pytest.mark.parametrize("slug", sorted(FLOWS))
def test_nothing_changes_where_nothing_differs(slug: str) -> None:
    assert rewritten(FLOWS[slug], plain(FLOWS[slug])) == FLOWS[slug]
