"""Rehearsals that are kept: each one is a test of its flow, asked before a version goes live."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.bot.actions.flows import check_may
from ascolto.bot.actions.proving import callers_of
from ascolto.bot.flow import Flow
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotFlow, FlowVersion, Rehearsal
from ascolto.bot.reading import read_flow
from ascolto.bot.rehearsing import Difference, Play, Step, difference, play, steps_from, ways_from
from ascolto.bot.supposing import Supposed, mapping_of, short
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

MOST = 200  # rehearsals of a flow
LONGEST_PAPER = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """How a kept rehearsal goes with a text; `differs` is None where it goes as it went."""

    rehearsal: Rehearsal
    differs: Difference | None


def library_with(text: str) -> tuple[dict[str, Flow], Flow | None]:
    """The flows that run, with this text instead of its flow's own version; and the flow (None where it cannot be read)."""
    flow = _flow_in(text)
    library = dict(at_hand().flows_now())
    if flow is not None:
        library[flow.slug] = flow
    return library, flow


@lru_cache(maxsize=16)
def _flow_in(text: str) -> Flow | None:
    """Read once: a rehearsal reads the same text with every key that is pressed."""
    return read_flow(text)[0]


@transaction.atomic
def keep_rehearsal(
    *, by: Agent | None, flow: BotFlow, name: str, steps: Sequence[Step], played: Play
) -> Rehearsal:
    """Keep what was just played as a test. Raises ValidationError (name, steps), Refused."""
    check_may(by)
    name = clean(name, 120).strip()
    if not name:
        raise ValidationError({"name": _("Give the test a name.")})
    if not steps:
        raise ValidationError({"steps": _("Nothing was said yet.")})
    if flow.rehearsals.count() >= MOST:
        raise ValidationError({"name": _("There are %(n)s tests already.") % {"n": MOST}})
    row = Rehearsal.objects.create(flow=flow, name=name, by=by, **_as_kept(steps, played.ways))
    emit("rehearsal.kept", actor=actor_of(by), flow=flow.pk, name=str(flow), test=name)
    return row


@transaction.atomic
def record_again(*, by: Agent | None, rehearsal: Rehearsal, text: str) -> Rehearsal:
    """From now on it is right as it goes with this text. Raises Refused."""
    check_may(by)
    rehearsal.expected = [list(way) for way in _played(rehearsal, library_with(text)[0]).ways]
    rehearsal.by, rehearsal.at = by, now()
    rehearsal.save(update_fields=["expected", "by", "at"])
    emit(
        "rehearsal.recorded",
        actor=actor_of(by),
        flow=rehearsal.flow_id,
        name=str(rehearsal.flow),
        test=rehearsal.name,
    )
    return rehearsal


@transaction.atomic
def remove_rehearsal(*, by: Agent | None, rehearsal: Rehearsal) -> None:
    """It is no test any more. Raises Refused."""
    check_may(by)
    emit(
        "rehearsal.removed",
        actor=actor_of(by),
        flow=rehearsal.flow_id,
        name=str(rehearsal.flow),
        test=rehearsal.name,
    )
    rehearsal.delete()


def results_of(flow: BotFlow, text: str) -> list[Result]:
    """How the kept rehearsals of a flow go with a text."""
    library = library_with(text)[0]
    return [_result(row, library) for row in flow.rehearsals.all()]


def check_rehearsals(version: FlowVersion) -> None:
    """Before a version is published: its own rehearsals, and those of the flows that run it as a part, go as they went. Raises Refused."""
    library = library_with(version.text)[0]
    slugs = [version.flow.slug, *callers_of(version.flow.slug)]
    rows = Rehearsal.objects.filter(flow__slug__in=slugs, flow__archived_at=None).select_related("flow")
    failed = [result for row in rows if (result := _result(row, library)).differs]
    if failed:
        names = list(dict.fromkeys(result.rehearsal.name for result in failed[:5]))
        raise Refused(
            "rehearsals",
            gettext_noop("Tests of this flow go another way now."),
            fix=gettext_noop("Mend the flow, or record those tests again if the new way is right."),
            place={"names": names, "results": failed},
        )


def _result(row: Rehearsal, library: Mapping[str, Flow]) -> Result:
    return Result(row, difference(ways_from(row.expected), _played(row, library).ways))


def _played(row: Rehearsal, library: Mapping[str, Flow]) -> Play:
    return play(library, row.flow.slug, steps_from(row.steps), supposed_of(row))


def supposed_of(row: Rehearsal) -> Supposed:
    """How things stood when it was kept."""
    return Supposed.from_json({**row.situation, "channel": row.channel, "language": row.language})


def _as_kept(steps: Sequence[Step], ways: Sequence[Sequence[str]]) -> dict[str, Any]:
    first = steps[0].supposed or Supposed()
    return {
        "channel": first.channel,
        "language": first.language,
        "situation": first.to_json(),
        "steps": [step.to_json() for step in steps],
        "expected": [list(way) for way in ways],
    }


# --- as a file, beside the flow's own ------------------------------------------------------------------------------------------


def written_rehearsals(flow: BotFlow) -> dict[str, Any]:
    """All tests of a flow, as plain values."""
    names = ("name", "channel", "language", "situation", "steps", "expected")
    rows = [{name: getattr(row, name) for name in names} for row in flow.rehearsals.all()]
    return {"flow": flow.slug, "rehearsals": rows}


@dataclass(frozen=True, slots=True)
class Written:
    """A test as it stands in a file."""

    name: str
    supposed: Supposed
    steps: tuple[Step, ...]
    ways: tuple[tuple[str, ...], ...]

    def differs(self, slug: str, library: Mapping[str, Flow]) -> Difference | None:
        """Where it goes another way."""
        return difference(self.ways, play(library, slug, self.steps, self.supposed).ways)


def read_rehearsals(text: str) -> list[Written]:
    """The tests of a file. Raises ValidationError in words."""
    if len(text) > LONGEST_PAPER:
        raise ValidationError(_("The file is too large."))
    try:
        rows = mapping_of(json.loads(text)).get("rehearsals")
    except (ValueError, RecursionError):
        raise ValidationError(_("This is no file of tests.")) from None
    if not isinstance(rows, list) or len(rows) > MOST:
        raise ValidationError(_("This is no file of tests."))
    found = []
    for told in map(mapping_of, rows):
        how = mapping_of(told.get("situation"))
        how = {**how, **{key: told[key] for key in ("channel", "language") if key in told}}
        one = Written(
            short(told.get("name")),
            Supposed.from_json(how),
            steps_from(told.get("steps")),
            ways_from(told.get("expected")),
        )
        if not one.name or not one.steps:
            raise ValidationError(_("A test has a name, steps and the way that is expected."))
        found.append(one)
    return found


@transaction.atomic
def take_in_rehearsals(*, by: Agent | None, flow: BotFlow, text: str) -> int:
    """Tests of a file become the flow's; one of the same name takes the place of the one that is there. Returns how many.

    Raises ValidationError, Refused.
    """
    check_may(by)
    found = read_rehearsals(text)
    for one in found:
        flow.rehearsals.filter(name=one.name).delete()
        kept = _as_kept((one.steps[0], *one.steps[1:]), one.ways)
        kept |= {
            "channel": one.supposed.channel,
            "language": one.supposed.language,
            "situation": one.supposed.to_json(),
        }
        Rehearsal.objects.create(flow=flow, name=one.name, by=by, **kept)
    if flow.rehearsals.count() > MOST:
        raise ValidationError(_("There are %(n)s tests already.") % {"n": MOST})
    names = ", ".join(one.name for one in found[:5])
    emit("rehearsal.kept", actor=actor_of(by), flow=flow.pk, name=str(flow), test=clean(names, 120))
    return len(found)
