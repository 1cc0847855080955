"""A flow's text may be anything: it is refused with a line, in bounded time, and never with an exception."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot.graph import World, check
from ascolto.bot.tests.proving import texts_in
from ascolto.bot.yamltext import DEEPEST, LONGEST, Unreadable, read_yaml

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
HEAD = "flow: demo\nlanguages: [en]\nstart: hello\nnodes:\n  hello: {say: Hi, next: person}\n"
GOOD = list(texts_in("good").values())


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (LAUGHS, "alias", 1),
        (HEAD + "x: *nothing\n", "alias", 6),
        (HEAD + "x: !!python/object/apply:os.system [ls]\n", "tag", 6),
        (HEAD + "x: !secret y\n", "tag", 6),
        (HEAD + "x: !!int 3\n", "tag", 6),
        (HEAD + "---\n" + HEAD, "documents", 6),
        (HEAD + "\thello: x\n", "yaml", 6),
        (HEAD + "x: [1, 2\n", "yaml", 7),
        (HEAD + "x: {a: 1\ny: 2}\n", "yaml", 7),
        (HEAD + "? [a, b]\n: c\n", "key", 6),
        (HEAD + "x: '\x00'\n", "yaml", 0),
        (HEAD + "x: \ud800\n", "yaml", 0),
        ("", "empty", 0),
        ("# nothing\n", "empty", 0),
        ("x" * (LONGEST + 1), "too_long", 0),
        ("[" * 100_000, "deep", 1),
        ("- " * 50_000, "deep", 1),
        ("{" * 10_000, "key", 1),
        ("a: " + "[" * (DEEPEST + 5) + "]" * (DEEPEST + 5), "deep", 1),
        ("just words", "shape", 1),
        ("- one\n- two\n", "shape", 1),
    ],
)
def test_what_no_flow_needs_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    flow, found = check(text, {}, World())
    assert flow is None
    assert [(one.code, one.line) for one in found][:1] == [(code, line)]


def test_a_key_that_stands_twice_is_told_and_the_first_one_counts() -> None:
    root, odd = read_yaml("a: 1\nb: 2\na: 3\n")
    assert [(one.code, one.line) for one in odd] == [("twice", 3)]
    assert root.entries["a"].text == "1"


def test_values_know_their_lines_and_whether_they_were_quoted() -> None:
    root, _ = read_yaml("a: yes\nb: 'yes'\nc:\n  - x\n  - ~\n")
    assert (root.entries["a"].truth, root.entries["b"].truth) == (True, None)
    assert [(item.line, item.is_null) for item in root.entries["c"]] == [(4, False), (5, True)]
    assert root.key_lines == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * (LONGEST - 10),
        "nodes:\n" + "".join(f"  n{n}: {{say: x, next: n{n + 1}}}\n" for n in range(20_000)),
        "nodes: {" + ", ".join(f"a{n}: b" for n in range(60_000)) + "}",
        "slots: [" + "x, " * 200_000 + "]",
        "languages: [" + "it, " * 200_000 + "]",
        HEAD + "title: '" + "e\u0301\u200b😀‮" * 100_000 + "'\n",
        HEAD.replace("Hi", '"' + "{a}" * 1_300 + '"'),
        HEAD.replace("Hi", '"' + "{" * 3_900 + '"'),
        HEAD.replace("Hi", '"' + "a.b@" * 900 + '"'),
        HEAD.replace("Hi", '"' + "sono " * 700 + '"'),
    ],
)
def test_a_megabyte_of_anything_ends_soon(text: str) -> None:
    """Each takes about a second; were one quadratic, this would not end."""
    flow, found = check(text[:LONGEST], {}, World())
    assert flow is None or found or flow.title.by_language


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=400) | st.binary(max_size=400).map(lambda told: told.decode("utf-8", "surrogateescape"))
)
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    _, found = check(text, {}, World())
    assert all(one.line >= 0 and one.told() is not None for one in found)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("abcn{} .:%", max_size=8) | st.sampled_from(["person", "hello", "5s"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["say", "ask", "menu", "options", "next", "it", "en", "when", "if", "call", "save", "slots", "id", "label"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 10_000), _VALUES), min_size=1, max_size=4),
)
def test_no_shape_breaks_the_proof(text: str, changes: list[tuple[int, object]]) -> None:
    """Anything may stand anywhere in a flow."""
    root = yaml.safe_load(text)
    for place, value in changes:
        spots = list(_spots(root))
        parent, key = spots[place % len(spots)]
        parent[key] = value
    for one in check(yaml.safe_dump(root, allow_unicode=True), {}, World(agcom=True))[1]:
        assert "%(" not in one.told() + one.remedy() or "%(" in str(one.values)


def _spots(value: object) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        found.append((value, key))
        found.extend(_spots(each))
    return found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 5_000), st.text(max_size=6), st.integers(0, 40))
def test_no_damage_to_a_file_breaks_the_reader(text: str, place: int, put: str, gone: int) -> None:
    place %= len(text)
    check(text[:place] + put + text[place + gone :], {}, World())


def test_unreadable_carries_its_finding() -> None:
    with pytest.raises(Unreadable) as refused:
        read_yaml("a: &x 1")
    assert refused.value.finding.code == "alias"
