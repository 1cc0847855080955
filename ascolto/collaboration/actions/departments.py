"""Who can be asked: departments of the company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import Department
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.text import clean
from ascolto.sla.models import BusinessCalendar

MINUTES = range(5, 60 * 24 * 60 + 1)  # of open time that can be promised
MEMBERS_AT_MOST = 500
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@transaction.atomic
def save_department(
    *,
    agent: Agent,
    department: Department | None = None,
    name: str,
    about: str = "",
    members: Iterable[Agent] = (),
    addresses: Sequence[str] = (),
    minutes: int = 240,
    calendar: BusinessCalendar | None = None,
) -> Department:
    """Make or change a department. Raises Refused for a name that is missing or taken, or a promise that cannot be kept track of."""
    _check(agent)
    name = clean(" ".join(name.split()), 200)
    _check_name(name, department)
    if minutes not in MINUTES:
        raise Refused("promise_out_of_range", "The promise is out of range.", fix="5 minutes to 60 days.")
    wanted = [clean(one.strip(), 254) for one in addresses if one.strip()][:20]
    if wrong := [one for one in wanted if not _ADDRESS.fullmatch(one)]:
        raise Refused("no_address", f"{wrong[0]} is no e-mail address.", fix="Correct it.")
    before = _state(department) if department is not None else {}
    found = department or Department()
    found.name, found.about, found.addresses = name, clean(about.strip(), 300), wanted
    found.minutes, found.calendar = minutes, calendar
    found.save()
    found.members.set([person for person in members if person.is_active][:MEMBERS_AT_MOST])
    after = _state(found)
    if before != after:
        _tell(agent, found, before, after)
    return found


@transaction.atomic
def archive_department(*, agent: Agent, department: Department, archived: bool = True) -> bool:
    """Ask it no more (or again); what was asked stays. Whether it changed."""
    _check(agent)
    if department.is_archived == archived:
        return False
    before = _state(department)
    department.is_archived = archived
    department.save(update_fields=["is_archived"])
    _tell(agent, department, before, _state(department))
    return True


def _check(agent: Agent) -> None:
    if not agent.may("departments.manage"):
        raise Refused("not_allowed", "You may not define departments.", fix="Ask a lead.")


def _check_name(name: str, department: Department | None) -> None:
    if not name or len(name) > 80:
        raise Refused("bad_name", "A department has a name of at most 80 characters.", fix="Write one.")
    others = Department.objects.filter(name__iexact=name)
    if others.exclude(pk=department.pk if department else 0).exists():
        raise Refused("name_taken", f"There is a department called {name}.", fix="Choose another name.")


def _state(department: Department) -> dict[str, Any]:
    return {
        "name": department.name,
        "about": department.about,
        "members": sorted(department.members.values_list("name", flat=True)),
        "addresses": department.addresses,
        "minutes": department.minutes,
        "calendar": department.calendar.name if department.calendar else "",
        "archived": department.is_archived,
    }


def _tell(agent: Agent, department: Department, before: dict[str, Any], after: dict[str, Any]) -> None:
    told = {"actor": actor_of(agent), "department": department.pk, "name": department.name}
    if not before:
        emit("department.created", **told)
        return
    changes = changes_between(before, after)
    emit("department.changed", **told, fields=sorted(changes), changes=changes)
