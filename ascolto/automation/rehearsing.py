"""A dry run: what a rule would have done with the events of the last seven days. It changes nothing.

Events are as they were, and so are messages; conversations are judged as they are now, since their history is not kept: the screen says
so. The background process does it a portion at a time, beside its real work, and can be killed in between.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Sum
from django.utils import translation

from ascolto.accounts.models import Agent, Company
from ascolto.automation.live import Live
from ascolto.automation.matching import Batch, matches
from ascolto.automation.models import Rehearsal, RehearsalRow, Rule
from ascolto.automation.saying import Saying, stored_rule
from ascolto.automation.steps import Known, Scene
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.ui.reasons import in_own_language

log = logging.getLogger(__name__)
BACK = timedelta(days=7)
PORTION = 500  # events in one transaction
MOST = 100_000  # events that are looked at
EXAMPLES = 50  # conversations that are shown with what would be done
ROWS = 2_000  # conversations that are counted one by one
KEEP = timedelta(days=14)
State = Rehearsal.State
OPEN = (State.WAITING, State.RUNNING)


@transaction.atomic
def rehearse(*, by: Agent, saying: Saying, rule: Rule | None = None, name: str = "") -> Rehearsal:
    """Ask for a dry run; those that this person asked for before and nobody waits for are dropped."""
    at = now()
    Rehearsal.objects.filter(by=by, rule=rule).delete()
    Rehearsal.objects.filter(asked_at__lt=at - KEEP).delete()
    return Rehearsal.objects.create(
        rule=rule,
        name=name or (rule.name if rule else ""),
        says=saying.plain(),
        by=by,
        since=at - BACK,
        until=at,
    )


def go_on() -> int:
    """Do the next portion of the oldest dry run that is not done; returns how many events were looked at (1 for the end of one)."""
    row = Rehearsal.objects.filter(state__in=OPEN).order_by("asked_at").select_related("by").first()
    if row is None:
        return 0
    try:
        return _portion(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("a dry run failed", extra={"rehearsal": row.pk})
        Rehearsal.objects.filter(pk=row.pk).update(
            state=State.FAILED, error=clean(f"{type(error).__name__}: {error}", 300), finished_at=now()
        )
        return 1


@transaction.atomic
def _portion(row: Rehearsal) -> int:
    saying = stored_rule(row.says)
    if saying is None:
        raise ValueError("the rule names what is not there any more")
    asked = _events(row, saying)
    if row.state == State.WAITING:
        row.state, row.total = State.RUNNING, asked[: MOST + 1].count()
        row.is_cut, row.total = row.total > MOST, min(row.total, MOST)
    events = list(asked.filter(pk__gt=row.position)[: min(PORTION, MOST - row.looked_at)])
    if events:
        _look_at(row, saying, events)
    else:
        row.state, row.finished_at = State.DONE, now()
        row.conversations = row.rows.count()  # type: ignore[attr-defined]
    row.save()
    return max(1, len(events))


def _events(row: Rehearsal, saying: Saying) -> Any:
    """The events that the rule would have heard; what a timer would have told is guessed from the messages (see `_as_heard`)."""
    types = {"message.received"} if saying.occasion.key == "unanswered" else saying.types
    types = {"conversation.snoozed"} if saying.occasion.key == "snooze_ended" else types
    return Event.objects.filter(
        type__in=types, occurred_at__gte=row.since, occurred_at__lt=row.until
    ).order_by("pk")


def _as_heard(saying: Saying, events: Sequence[Event], rule: int) -> list[Event]:
    """What timers would have said: a customer's message that waited so long, a snooze whose time has come."""
    if saying.occasion.key == "unanswered":
        hours = timedelta(hours=int(saying.detail["hours"]))
        answered = _answers(events)
        heard = [
            event
            for event in events
            if not any(
                event.occurred_at < at < event.occurred_at + hours
                for at in answered.get(event.conversation_id or 0, ())
            )
            and event.occurred_at + hours <= now()
        ]
    else:
        heard = [
            event for event in events if event.data.get("until") and event.data["until"] <= now().isoformat()
        ]
    for event in heard:
        event.type = next(iter(saying.occasion.types))
        event.data = {**event.data, "rule": rule}
    return heard


def _answers(events: Sequence[Event]) -> dict[int, list[datetime]]:
    """When these conversations were answered or resolved. One query."""
    rows = Event.objects.filter(
        conversation_id__in={event.conversation_id for event in events},
        type__in=["message.added", "conversation.status_changed"],
        actor_kind="agent",
    )
    found: dict[int, list[datetime]] = {}
    for conversation, at in rows.values_list("conversation_id", "occurred_at"):
        found.setdefault(conversation or 0, []).append(at)
    return found


def _look_at(row: Rehearsal, saying: Saying, events: Sequence[Event]) -> None:
    row.position, row.looked_at = events[-1].pk, row.looked_at + len(events)
    live = Live(row.rule_id or 0, row.name, 0, saying, 0)
    heard = [event for event in events if event.actor_kind != "rule"]
    if saying.occasion.is_timed:
        heard = _as_heard(saying, heard, live.id)
    found = matches([live], Batch(heard), now())
    matched = [event for event in heard if event.pk in found]
    row.events += len(matched)
    by_conversation: dict[int, list[Event]] = {}
    for event in matched:
        by_conversation.setdefault(event.conversation_id or 0, []).append(event)
    _count_known(row, by_conversation)
    _write_rows(row, saying, by_conversation)


def _count_known(row: Rehearsal, matched: dict[int, list[Event]]) -> None:
    """Those of earlier portions: only their number grows. They leave `matched`."""
    for known in RehearsalRow.objects.filter(rehearsal=row, conversation__in=matched):
        known.times = F("times") + len(matched.pop(known.conversation_id))  # type: ignore[assignment]
        known.save(update_fields=["times"])


def _write_rows(row: Rehearsal, saying: Saying, matched: dict[int, list[Event]]) -> None:
    there = RehearsalRow.objects.filter(rehearsal=row).count()
    chosen = list(matched)[: max(0, ROWS - there)]
    shown = set(chosen[: max(0, EXAMPLES - there)])
    conversations = Conversation.objects.select_related("customer", "account", "assignee", "team").in_bulk(
        list(shown)
    )
    visible = set(visible_conversations(row.by).filter(pk__in=shown).values_list("pk", flat=True))
    known, rows = Known(), []
    for pk in chosen:
        steps = _tried(row, saying, conversations[pk], known) if pk in visible and pk in conversations else []
        row.refused += any(step["code"] for step in steps)
        first = matched[pk][0]
        rows.append(
            RehearsalRow(
                rehearsal=row,
                conversation_id=pk,
                event=first.pk,
                happened_at=first.occurred_at,
                times=len(matched[pk]),
                steps=steps,
            )
        )
    RehearsalRow.objects.bulk_create(rows)


def _tried(row: Rehearsal, saying: Saying, conversation: Conversation, known: Known) -> list[dict[str, Any]]:
    """What each step would do to the conversation now, in the language of who asked."""
    scene = Scene(conversation, None, now(), cause=row.name, known=known)
    told = []
    with translation.override(row.by.language or Company.current().language):
        for planned in saying.steps:
            effect = planned.step.preview(scene, planned.given)
            refused = effect.refused
            told.append(
                {
                    "kind": planned.step.kind,
                    "words": effect.words,
                    "changes": effect.changes,
                    "code": refused.code if refused else "",
                    "message": in_own_language(refused.message) if refused else "",
                    "guarantee": refused.guarantee if refused else "",
                }
            )
    return told


def times_matched(row: Rehearsal) -> int:
    """How often in all, counting each time of a conversation."""
    return int(RehearsalRow.objects.filter(rehearsal=row).aggregate(sum=Sum("times"))["sum"] or 0)
