"""The condition language once more, slowly and in plain Python over one conversation at a time: what the database must agree with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Rome")
UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


@dataclass
class Told:
    """One conversation as plain values."""

    pk: int
    values: dict[str, Any] = field(default_factory=dict)


def holds(data: dict[str, Any], told: Told, *, me: int, my_teams: set[int], at: datetime) -> bool:
    """Whether a query in its JSON form is true of this conversation."""
    if "all" in data:
        return all(holds(part, told, me=me, my_teams=my_teams, at=at) for part in data["all"])
    if "any" in data:
        return any(holds(part, told, me=me, my_teams=my_teams, at=at) for part in data["any"])
    name, operator, value = data["field"], data["op"], data.get("value")
    if operator in {"yes", "no"}:
        return bool(_flag(name, told, me, at)) == (operator == "yes")
    if name in {"waiting", "due"}:
        return _lasting(name, operator, value, told, at)
    if name in {"created", "last_message"}:
        return _dated(operator, value, told.values[name], at)
    if name in {"subject", "text"}:
        return (value.lower() in told.values[name].lower()) == (operator == "contains")
    return _among(name, operator, value, told, me, my_teams)


def _flag(name: str, told: Told, me: int, at: datetime) -> bool:
    values = told.values
    if name == "snoozed":
        return values["snoozed_until"] is not None and values["snoozed_until"] > at
    if name == "late":
        return values["due"] is not None and values["due"] < at
    if name == "unanswered":
        return values["waiting"] is not None
    if name == "followed":
        return me in values["followers"]
    return values[name]


def _lasting(name: str, operator: str, value: str, told: Told, at: datetime) -> bool:
    moment = told.values[name]
    number, unit = value.split()
    if moment is None:
        return False
    if name == "due":
        return moment - at <= int(number) * UNITS[unit]
    longer = at - moment > int(number) * UNITS[unit]
    return longer if operator == "longer_than" else not longer


def _dated(operator: str, value: str, moment: datetime, at: datetime) -> bool:
    if operator in {"within", "longer_ago"}:
        number, unit = value.split()
        return (at - moment <= int(number) * UNITS[unit]) == (operator == "within")
    begins = datetime.combine(datetime.fromisoformat(value).date(), time(), ZONE)
    if operator == "before":
        return moment < begins
    return moment.astimezone(ZONE).date() > begins.date()


def _among(name: str, operator: str, value: Any, told: Told, me: int, my_teams: set[int]) -> bool:
    mine = told.values[name]
    mine = mine if isinstance(mine, set) else {mine}
    if operator == "missing":
        return not mine
    wanted: set[Any] = set()
    for one in value:
        if one == "mine":
            wanted |= my_teams
        else:
            wanted.add({"me": me, "nobody": None, "none": None}.get(one, one))
    if operator == "all_of":
        return wanted <= mine
    return bool(mine & wanted) == (operator in {"is", "any_of"})
