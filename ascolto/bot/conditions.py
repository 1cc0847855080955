"""Whether a condition of a flow holds. Pure."""

from __future__ import annotations

from ascolto.bot.flow import Condition
from ascolto.bot.state import NOTHING, Situation, State


def holds(condition: Condition, state: State, situation: Situation) -> bool:
    """Whether all of it holds."""
    return (
        _among(state.language, condition.languages)
        and _among(state.topic, condition.topics)
        and _among(state.sentiment, _feelings(condition.sentiments))
        and _among(situation.channel, condition.channels)
        and condition.is_identified in (None, situation.is_identified)
        and condition.has_problem in (None, situation.has_problem)
        and _in_hours(condition, situation)
        and all(_slot_is(state.slots.get(name, ""), values) for name, values in condition.slots.items())
    )


def _among(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted


def _feelings(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Who is angry is negative, too."""
    return (*wanted, "angry") if "negative" in wanted else wanted


def _in_hours(condition: Condition, situation: Situation) -> bool:
    moment = situation.moment
    if condition.weekdays and moment.weekday() not in condition.weekdays:
        return False
    if condition.hours is None:
        return True
    begin, end = condition.hours
    minute = moment.hour * 60 + moment.minute
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def _slot_is(value: str, wanted: tuple[str, ...]) -> bool:
    return value not in ("", NOTHING) and (not wanted or value in wanted)
