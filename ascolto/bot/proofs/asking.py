"""Nobody is asked the same thing twice under two names: in the same words, or for what the product knows by the same name. Pure.

A slot is never asked twice, since the engine remembers it. Two slots for one thing, in a flow or in the parts that it runs, undo that.
"""

from __future__ import annotations

from collections.abc import Iterator

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import Ask, Menu, Node, Slot, SubFlow, Text
from ascolto.bot.proofs.filling import Filling
from ascolto.bot.proofs.ground import Ground
from ascolto.bot.proofs.parts import Parts
from ascolto.kit.text import fold

_OPENING = "opening"  # many questions may find their answers in what the customer wrote first

Sign = tuple[
    str, str
]  # by what a question is known again: a language and its words, or a name of what the product knows


def prove(ground: Ground, parts: Parts, filling: Filling) -> None:
    """Every question, every menu, every part that asks."""
    slots = {**parts.slots_below(ground.flow.slug), **ground.flow.slots}
    named = {name: frozenset(_signs(slot)) for name, slot in slots.items()}
    by_sign: dict[Sign, set[str]] = {}
    for name, signs in named.items():
        for sign in signs:
            by_sign.setdefault(sign, set()).add(name)
    twins = {
        name: frozenset().union(*(by_sign[sign] for sign in signs)) - {name} for name, signs in named.items()
    }
    for name in ground.reached:
        node, before = ground.flow.nodes[name], filling.maybe[name]
        for asked, line in _asked(ground, node, parts):
            for other in sorted(twins.get(asked, frozenset()) & before - {asked}):
                _say(ground, node, line, other)
        if isinstance(node, Menu):
            told = frozenset().union(*(by_sign.get(sign, set()) for sign in _words(node.text)))
            for other in sorted(told & before):
                _say(ground, node, node.text.line or node.line, other)


def _say(ground: Ground, node: Node, line: int, other: str) -> None:
    message = _("The customer was asked this before: the slot %(slot)s has the same question.")
    fix = _("Use that slot here: what is known is not asked again.")
    ground.say(line, "asked_twice", message, fix, node=node.name, slot=other)


def _asked(ground: Ground, node: Node, parts: Parts) -> Iterator[tuple[str, int]]:
    """The slots that are asked for at a node, by itself or by the part that it runs."""
    if isinstance(node, Ask):
        yield node.slot, ground.line_of(node, "ask")
    elif isinstance(node, SubFlow):
        for slot in sorted(parts.of(node.flow).asks):
            yield slot, node.line


def _signs(slot: Slot) -> Iterator[Sign]:
    yield from _words(slot.ask)
    yield from (("", f"{slot.type} {known}") for known in slot.known if known != _OPENING)


def _words(text: Text) -> Iterator[Sign]:
    for language, wording in text.by_language.items():
        if told := fold(wording.text).strip(" ?.!…:"):
            yield language, told
