"""A new network costs the rest of the house nothing: outside channels/ nobody asks which one it is.

What differs is asked of the capability sheet (`capabilities.subject`), or declared by the adapter (`doors`, `namespaces`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ascolto.channels.registry import all_adapters
from tests.house.source import PACKAGE, modules, name, room_of, templates, tracked, tree

ASKED = {"kind", "kinds", "channel", "channel_kind", "account__kind"}  # what holds the name of a network
FREE = {"channels", "testing"}


def kinds() -> set[str]:
    return set(all_adapters())


def offences(syntax: ast.AST, known: set[str]) -> Iterator[int]:
    """Lines that compare a channel's kind with the name of a network, look it up by name, or ask the database for it."""
    for node in ast.walk(syntax):
        if (
            (isinstance(node, ast.Compare) and _compares(node, known))
            or (isinstance(node, ast.Match) and _matches(node, known))
            or (isinstance(node, ast.Subscript) and _holds(node.slice) and _names(node.value, known))
            or (isinstance(node, ast.Call) and _asks(node, known))
        ):
            yield node.lineno


def _holds(node: ast.expr) -> bool:
    """Whether an expression is the kind of a channel: `kind`, `account.kind`, `row["account__kind"]`."""
    if isinstance(node, ast.Name):
        return node.id in ASKED
    if isinstance(node, ast.Attribute):
        return node.attr in ASKED
    return (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in ASKED
    )


def _names(node: ast.AST, known: set[str]) -> bool:
    """Whether a literal is, or contains, the name of a network; of a dictionary only the keys count."""
    if isinstance(node, ast.Constant):
        return node.value in known
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_names(item, known) for item in node.elts)
    if isinstance(node, ast.Dict):
        return any(key is not None and _names(key, known) for key in node.keys)
    return isinstance(node, ast.Call) and any(_names(item, known) for item in node.args)


def _compares(node: ast.Compare, known: set[str]) -> bool:
    sides = [node.left, *node.comparators]
    return any(_holds(side) for side in sides) and any(_names(side, known) for side in sides)


def _matches(node: ast.Match, known: set[str]) -> bool:
    values = (
        part.value
        for case in node.cases
        for part in ast.walk(case.pattern)
        if isinstance(part, ast.MatchValue)
    )
    return _holds(node.subject) and any(_names(value, known) for value in values)


def _asks(node: ast.Call, known: set[str]) -> bool:
    """`filter(kind="email")`, `{"email": …}.get(kind)`, `kind.startswith("email")`."""
    if any(
        (word.arg or "").split("__in")[0] in ASKED and _names(word.value, known) for word in node.keywords
    ):
        called = getattr(node.func, "attr", "")
        return called in {"filter", "exclude", "get", "Q"} or getattr(node.func, "id", "") == "Q"
    if isinstance(node.func, ast.Attribute) and any(_holds(item) for item in node.args):
        return node.func.attr == "get" and _names(node.func.value, known)
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in {"startswith", "endswith"}
        and _holds(node.func.value)
        and any(_names(item, known) for item in node.args)
    )


def patterns(known: set[str]) -> re.Pattern[str]:
    """The same in templates and scripts."""
    asked = r"\b(?:kind|channel|account__kind)\b"
    named = rf"""["'](?:{"|".join(sorted(map(re.escape, known)))})["']"""
    compared = r"\s*(?:===?|!==?|\bnot\s+in\b|\bin\b)\s*[\[({]?\s*"
    return re.compile(
        rf"{asked}\)?{compared}(?:[^\])}}%]*?,\s*)?{named}|{named}\s*(?:===?|!==?)\s*[\w.]*{asked}"
    )


def scripts() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".js" and path.is_relative_to(PACKAGE) and "vendor" not in path.parts
    ]


def test_no_code_asks_for_a_network_by_its_name() -> None:
    code = [path for path in modules() if room_of(path) not in FREE]
    found = [f"{name(path)}:{line}" for path in code for line in offences(tree(path), kinds())]
    assert found == [], "ask the capability sheet, or let the adapter declare it"


def test_no_template_and_no_script_asks_for_a_network_by_its_name() -> None:
    pattern = patterns(kinds())
    pages = [path for path in (*templates(), *scripts()) if room_of(path) not in FREE]
    found = [
        f"{name(path)}:{number}"
        for path in pages
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], "ask the capability sheet, or let the adapter declare it"


@pytest.mark.parametrize(
    "offence",
    [
        'if account.kind == "email": pass',
        'if "chat" == kind: pass',
        'if row["account__kind"] in {"email", "form"}: pass',
        'if look.kind not in ("whatsapp",): pass',
        'match channel:\n  case "email" | "chat": pass',
        'ChannelAccount.objects.filter(kind="chat")',
        'Message.objects.exclude(account__kind__in=["email"])',
        '{"email": 1}[kind]',
        '{"email": 1}.get(account.kind, 0)',
        'kind.startswith("email")',
        'x = 1 if kind in frozenset(["email"]) else 2',
    ],
)
def test_the_look_finds_what_it_should(offence: str) -> None:
    assert list(offences(ast.parse(offence), {"email", "chat", "whatsapp", "form"}))


@pytest.mark.parametrize(
    "fine",
    [
        'if message.kind == "image": pass',
        'if identity.namespace == "email": pass',
        'make(kind="email")',
        '{"email": 1}["email"]',
        "if account.kind == wanted: pass",
    ],
)
def test_the_look_leaves_the_rest_alone(fine: str) -> None:
    assert not list(offences(ast.parse(fine), {"email", "chat", "whatsapp", "form"}))


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ('{% if account.kind == "email" %}', True),
        ("{% if look.kind in ('chat', 'email') %}", True),
        ('if (channel !== "email") {', True),
        ('if ("email" === data.kind) {', True),
        ('{% if b.kind == "bot" %}', False),
        ('{{ field("email") }}', False),
    ],
)
def test_the_look_at_templates_finds_what_it_should(line: str, is_found: bool) -> None:
    assert bool(patterns({"email", "chat"}).search(line)) is is_found
