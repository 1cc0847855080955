"""Conditions: each may hold, and none comes after one that holds whenever it does. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import CHANNELS, Branch, Condition
from ascolto.bot.proofs.filling import Filling
from ascolto.bot.proofs.ground import Ground

_DAY = 24 * 60


def prove(ground: Ground, filling: Filling) -> None:
    """Every case of every decision."""
    for node in ground.flow.nodes.values():
        if isinstance(node, Branch):
            for place in range(len(node.cases)):
                _case(ground, node, place, filling)


def _case(ground: Ground, node: Branch, place: int, filling: Filling) -> None:
    condition = node.cases[place][0]
    line = condition.line or node.line
    if condition.hours is not None and condition.hours[0] % _DAY == condition.hours[1] % _DAY != 0:
        message, fix = _("No moment is between these hours."), _("Let the hours end later than they begin.")
        ground.say(line, "condition_never", message, fix, node=node.name)
    if node.name in filling.maybe and not ground.flow.is_called:
        for name in condition.slots:
            if name in ground.flow.slots and name not in filling.maybe[node.name]:
                message = _("%(slot)s is never known here: nothing before asks for it or saves it.")
                fix = _("Ask for it before, or take the case away.")
                ground.say(line, "condition_never", message, fix, node=node.name, slot=name)
    for earlier, _target in node.cases[:place]:
        if implies(condition, earlier, ground.flow.languages):
            message = _(
                "This never decides: whenever it holds, the case in line %(before)s does, and that comes first."
            )
            fix = _("Put the narrower case first, or take this one away.")
            ground.say(line, "condition_covered", message, fix, node=node.name, before=earlier.line)
            return
    if implies(Condition(), condition, ground.flow.languages) and _says(condition):
        message = _("This holds always: nothing after it is ever reached.")
        ground.say(line, "condition_always", message, _("Lead there with else."), node=node.name)


def _says(condition: Condition) -> bool:
    """Whether it asks for anything; an empty one was told of by the reader."""
    return condition != Condition(line=condition.line)


def implies(narrow: Condition, wide: Condition, languages: Collection[str]) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    return (
        _within(narrow.languages, wide.languages, languages)
        and _within(narrow.topics, wide.topics, ())
        and _within(_feelings(narrow), _feelings(wide), ())
        and _within(narrow.channels, wide.channels, CHANNELS)
        and wide.is_identified in (None, narrow.is_identified)
        and wide.has_problem in (None, narrow.has_problem)
        and _in_hours(narrow.hours, wide.hours)
        and _within(narrow.weekdays, wide.weekdays, range(7))
        and all(_values_within(narrow.slots.get(name), values) for name, values in wide.slots.items())
    )


def _within(narrow: Collection[object], wide: Collection[object], every: Collection[object]) -> bool:
    """Of two lists of what counts; an empty one means all. `every`: all there can be, where that is known."""
    if not wide or (every and set(every) <= set(wide)):
        return True
    return bool(narrow) and set(narrow) <= set(wide)


def _feelings(condition: Condition) -> tuple[str, ...]:
    """Who is angry is negative, too."""
    return (*condition.sentiments, "angry") if "negative" in condition.sentiments else condition.sentiments


def _in_hours(narrow: tuple[int, int] | None, wide: tuple[int, int] | None) -> bool:
    if wide is None or wide == (0, _DAY):
        return True
    if narrow is None:
        return False
    if narrow == wide:
        return True
    is_plain = narrow[0] <= narrow[1] and wide[0] <= wide[1]
    return is_plain and wide[0] <= narrow[0] and narrow[1] <= wide[1]


def _values_within(narrow: tuple[str, ...] | None, wide: tuple[str, ...]) -> bool:
    if narrow is None:
        return False
    return not wide or (bool(narrow) and set(narrow) <= set(wide))
