"""Slots: there, of the right kind, known wherever their value is needed, and needed somewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import (
    PERSON,
    RETURN,
    Ask,
    Branch,
    Call,
    CallBack,
    End,
    HandOff,
    Menu,
    Node,
    Request,
    Slot,
    SubFlow,
)
from ascolto.bot.proofs.filling import Filling, Use, mentioned, slots_in, uses_of
from ascolto.bot.proofs.ground import Edge, Ground, World, reached_from
from ascolto.bot.proofs.parts import Parts, runs
from ascolto.bot.texts import HOUSE_GAPS

LONGEST_MASK = 40
LATEST = timedelta(days=730)
LONGEST_WITHIN = timedelta(days=30)
KNOWN_NAMES = ("customer_code", "phone", "email", "opening")
_KNOWN = re.compile(r"[a-z][a-z0-9_]{0,59}|field:[^\s:][^:]{0,59}")
_ESCAPES = frozenset(
    {"failed", "missing", "closed"}
)  # edges to a person that only open when something goes wrong
_MUST_BE_REAL = frozenset({"call_back", "look_up", "text"})  # customers are not told a stroke


def prove(ground: Ground, parts: Parts, filling: Filling) -> None:
    """Every slot, and every use of one."""
    for slot in ground.flow.slots.values():
        _declared(ground, slot)
    around = _around(ground)
    there = {**around, **parts.slots_below(ground.flow.slug), **ground.flow.slots}
    for node in ground.flow.nodes.values():
        _asked(ground, node, {**around, **ground.flow.slots})
        _named(ground, node, there)
        _filled(ground, node, there, parts, filling)
        _numbers(ground, node, there)
    _disclosure(ground)
    _unused(ground, parts)


# --- which slots there are ------------------------------------------------------------------------------------------------------


def _around(ground: Ground) -> dict[str, Slot]:
    """The slots of the flows that run this one."""
    if not ground.flow.is_called:
        return {}
    calling = [
        one
        for slug, one in ground.library.items()
        if slug != ground.flow.slug and runs(ground.library, slug, ground.flow.slug)
    ]
    return {name: slot for flow in calling for name, slot in flow.slots.items()}


# --- what is said about a slot ----------------------------------------------------------------------------------------------------


def _declared(ground: Ground, slot: Slot) -> None:
    for key, code, message, fix in _defects(slot):
        ground.say(ground.line_in(slot, key), code, message, fix, slot=slot.name, key=key, type=slot.type)


def _defects(slot: Slot) -> Iterator[tuple[str, str, str, str]]:
    """(key, code, message, fix)."""
    only = _("Only a slot of another type has %(key)s.")
    away = _("Take it away, or change the type.")
    if slot.mask and slot.type != "code":
        yield "mask", "slot_key", only, away
    if slot.values and slot.type != "choice":
        yield "values", "slot_key", only, away
    if slot.latest is not None and slot.type != "date":
        yield "latest", "slot_key", only, away
    if slot.type == "code" and slot.mask and not _is_mask(slot.mask):
        fix = _("9 is a digit, A a letter, * either; all else stands as it is, as in TV999999.")
        yield "mask", "mask", _("No code has this form."), fix
    if slot.type == "date" and slot.latest is not None and not timedelta(days=1) <= slot.latest <= LATEST:
        yield (
            "latest",
            "latest",
            _("So far ahead nobody plans, or no day is left."),
            _("Take between 1d and 730d."),
        )
    if any(not _KNOWN.fullmatch(name) or _is_slip(name) or not _fits(slot, name) for name in slot.known):
        fix = _(
            "Write for example customer_code, phone, email, opening, or field:… for a field of the customer."
        )
        yield "known", "known", _("The product knows nothing of this name."), fix


def _is_slip(name: str) -> bool:
    """Whether a name of what the product knows was misspelt."""
    return name not in KNOWN_NAMES and bool(get_close_matches(name, KNOWN_NAMES, n=1, cutoff=0.8))


def _fits(slot: Slot, name: str) -> bool:
    """Whether what the product knows by this name can be the value of such a slot."""
    return name not in ("phone", "email") or slot.type in (name, "text")


def _is_mask(mask: str) -> bool:
    """Whether something can be told in this form."""
    signs = [sign for sign in mask if not sign.isspace() and sign not in "-/."]
    return (
        len(mask) <= LONGEST_MASK
        and any(sign in "9A*" for sign in signs)
        and all(sign == "*" or (sign.isascii() and sign.isalnum()) for sign in signs)
    )


# --- where it is used ------------------------------------------------------------------------------------------------------------


def _unknown(ground: Ground, line: int, name: str, there: Mapping[str, Slot], node: str) -> None:
    ground.say_unknown(line, "slot", _("There is no slot %(name)s."), name, [*there, *HOUSE_GAPS], node)


def _asked(ground: Ground, node: Node, there: Mapping[str, Slot]) -> None:
    """What is asked or saved is a slot of this flow, or of one that runs it."""
    if isinstance(node, Ask) and node.slot and node.slot not in there:
        _unknown(ground, ground.line_of(node, "ask"), node.slot, there, node.name)
    elif isinstance(node, Call):
        for name in node.save:
            if name not in there:
                _unknown(ground, ground.line_of(node, "save"), name, there, node.name)


def _named(ground: Ground, node: Node, there: Mapping[str, Slot]) -> None:
    for use in uses_of(ground, node):
        if use.slot not in there and not (use.how == "text" and use.slot in HOUSE_GAPS):
            _unknown(ground, use.line, use.slot, there, node.name)
    if isinstance(node, Branch):
        for condition, _target in node.cases:
            for name, values in condition.slots.items():
                if name not in there:
                    _unknown(ground, condition.line or node.line, name, there, node.name)
                elif there[name].type == "choice":
                    _value_names(ground, node, condition.line, there[name], values)


def _value_names(ground: Ground, node: Node, line: int, slot: Slot, values: tuple[str, ...]) -> None:
    for value in values:
        if value not in slot.values:
            message = _("The slot has no value %(name)s.")
            ground.say_unknown(line or node.line, "value", message, value, slot.values, node.name)


def _filled(ground: Ground, node: Node, there: Mapping[str, Slot], parts: Parts, filling: Filling) -> None:
    """Known on every way that leads here."""
    if node.name not in filling.known:
        return
    for use in uses_of(ground, node, parts):
        is_given = ground.flow.is_called and use.slot not in ground.flow.slots  # by whoever runs this
        if use.slot not in there or is_given:
            continue
        if isinstance(node, Request) and use.slot in filling.maybe[node.name]:
            continue  # colleagues read a stroke where the customer had nothing to tell
        if use.slot not in filling.known[node.name]:
            _say_unfilled(ground, use, filling)
        elif use.how in _MUST_BE_REAL and f"{use.slot}!" not in filling.known[node.name]:
            message = _("%(slot)s is optional: the customer may have none.")
            fix = _("Look first:  when: [{if: {slots: {%(slot)s: known}}, next: …}]")
            ground.say(use.line, "optional_slot", message, fix, node=node.name, slot=use.slot)


def _say_unfilled(ground: Ground, use: Use, filling: Filling) -> None:
    if use.slot in filling.maybe[use.node.name]:
        message = _("%(slot)s is not known on every way that leads here.")
        fix = _("Ask for it before, or look first:  when: [{if: {slots: {%(slot)s: known}}, next: …}]")
    else:
        message = _("%(slot)s is never known here: nothing before asks for it or saves it.")
        fix = _("Ask for it before: what is known already is not asked again.")
    ground.say(use.line, "unfilled", message, fix, node=use.node.name, slot=use.slot)


def _numbers(ground: Ground, node: Node, there: Mapping[str, Slot]) -> None:
    if isinstance(node, CallBack):
        line, slot = ground.line_of(node, "call_back"), there.get(node.number)
        if slot is not None and slot.type != "phone":
            message, fix = (
                _("%(slot)s is no telephone number."),
                _("Give the slot the type phone, or take another one."),
            )
            ground.say(line, "not_a_phone", message, fix, node=node.name, slot=node.number)
        if not timedelta() < node.within <= LONGEST_WITHIN:
            message, fix = _("Nobody can keep this promise."), _("Take between 1m and 30d.")
            ground.say(line, "within", message, fix, node=node.name)
    texts = list(node.texts())
    if isinstance(node, Ask) and node.slot in ground.flow.slots:
        texts += [ground.flow.slots[node.slot].ask, ground.flow.slots[node.slot].again]
    for text in texts:
        for wording in text.by_language.values():
            counted = there.get(wording.count)
            if counted is not None and counted.type not in ("number", "files"):
                message, fix = _("%(slot)s is no number."), _("Count with a slot of type number.")
                ground.say(
                    wording.line or node.line,
                    "not_a_number",
                    message,
                    fix,
                    node=node.name,
                    slot=wording.count,
                )
    if isinstance(node, Call):
        shortest, longest = ground.world.shortest_timeout, ground.world.longest_timeout
        if not shortest <= node.timeout <= longest:
            message = _("Customers wait for another system between %(least)s and %(most)s seconds.")
            seconds = {"least": int(shortest.total_seconds()), "most": int(longest.total_seconds())}
            fix = _("Write  timeout: 5s")
            ground.say(ground.line_of(node, "timeout"), "timeout", message, fix, node=node.name, **seconds)


def _disclosure(ground: Ground) -> None:
    """The first words are said before anything is known; a title is read by colleagues, in a list."""
    flow = ground.flow
    for text in (flow.disclosure, flow.title):
        for name, line in dict.fromkeys(slots_in(text)):
            if name in HOUSE_GAPS:
                continue
            if name in flow.slots:
                message = _("%(slot)s is never known here: nothing before asks for it or saves it.")
                ground.say(line or flow.line, "unfilled", message, _("Say it later."), slot=name)
            else:
                _unknown(ground, line or flow.line, name, {}, "")


# --- what nobody needs ------------------------------------------------------------------------------------------------------------


def _unused(ground: Ground, parts: Parts) -> None:
    flow = ground.flow
    used = mentioned(ground).union(*(parts.of(node.flow).mentions for node in ground.sub_flows()))
    if flow.is_called:
        for slug, other in ground.library.items():
            if slug != flow.slug and runs(ground.library, slug, flow.slug):
                used |= mentioned(Ground(other, ground.library, World()))
    filled = {name for node in flow.nodes.values() for name in _fills(node)}
    for slot in flow.slots.values():
        if flow.is_called and slot.name not in filled and slot.name in used:
            message = _("Nothing here asks for the slot %(slot)s or saves it.")
            ground.say(slot.line, "never_asked", message, _("Ask for it, or take it away."), slot=slot.name)
        if slot.name not in used and not _is_handed_over(ground, slot.name):
            message = _("Nothing uses the slot %(slot)s.")
            fix = _(
                "Name it in a text, a condition, a call or a request, hand it to a person, or take it away."
            )
            ground.say(slot.line, "unused_slot", message, fix, slot=slot.name)


def _fills(node: Node) -> Iterator[str]:
    if isinstance(node, Ask):
        yield node.slot
    elif isinstance(node, Call):
        yield from node.save


def _is_handed_over(ground: Ground, slot: str) -> bool:
    """Whether what was told reaches a person, or the flow that runs this one, before another menu comes."""
    for node in ground.flow.nodes.values():
        if isinstance(node, Ask) and node.slot == slot:
            if ground.flow.slots[slot].type == "files":
                return True  # they lie in the conversation
            for name in reached_from(ground, node.name, _goes_on):
                here = ground.flow.nodes[name]
                if isinstance(here, HandOff) or any(_hands_over(ground, edge) for edge in ground.edges[name]):
                    return True
            after = [ground.flow.nodes[name] for name in reached_from(ground, node.name, lambda edge: True)]
            if not any(isinstance(here, End | SubFlow) for here in after):
                return True  # whatever is chosen, a person goes on
    return False


def _goes_on(edge: Edge) -> bool:
    return not isinstance(edge.source, Menu) and edge.label not in _ESCAPES


def _hands_over(ground: Ground, edge: Edge) -> bool:
    return _goes_on(edge) and (edge.target == PERSON or (edge.target == RETURN and ground.flow.is_called))
