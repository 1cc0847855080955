"""Clocks of conversations: for cards and lists, and one conversation's with the reasons, computed anew while somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from ascolto.conversations.models import Conversation, Status
from ascolto.kit.clock import now
from ascolto.sla.at_hand import at_hand
from ascolto.sla.clock import explain
from ascolto.sla.computing import clocks_now, rule_of
from ascolto.sla.facts import Clock, Fact, Step, What
from ascolto.sla.gathering import gather, with_limits
from ascolto.sla.ladder import RESPONSES
from ascolto.sla.models import ClockKind, Complaint, PromiseSettings, SlaClock
from ascolto.understanding.models import Intent, Reading

COUNTED = 120  # counting stops here: more than 99 reads "99+"


@dataclass(frozen=True, slots=True)
class Told:
    """One clock as it was written down, as it comes out now, and why."""

    row: SlaClock | None  # None: it is so new that it was not written down yet
    clock: Clock
    steps: Sequence[Step]
    pending: timedelta  # in which the customer owed us
    on_hold: timedelta  # in which a department owed us

    @property
    def is_same(self) -> bool:
        """Whether what was written down is what comes out now."""
        row, clock = self.row, self.clock
        return row is not None and (row.due_at, row.stopped_at) == (clock.due_at, clock.stopped_at)

    @property
    def state(self) -> str:
        """running, paused, met, breached or dropped, now."""
        if self.clock.outcome != "dropped" and self.clock.is_late(now()):
            return "breached"
        if self.row is not None and self.row.stopped_at == self.clock.stopped_at is not None:
            return str(self.row.state)
        return {"answered": "met"}.get(self.clock.outcome, self.clock.outcome)

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.clock.stopped_at is not None


def told_clocks(conversation: Conversation) -> list[Told]:
    """Every clock of a conversation with its reasons, those that run first, then the newest."""
    moment, hand = now(), at_hand()
    row = with_limits(Conversation.objects.filter(pk=conversation.pk)).select_related("customer").get()
    gathered = gather([row])[row.pk]
    known = {(clock.kind, clock.started_at): clock for clock in gathered.clocks}
    held = list(_on_hold(gathered.facts, moment))
    found = []
    for clock in clocks_now(gathered, hand):
        steps = explain(
            clock,
            hand.promises,
            group=row.customer.group_id,
            complaint_rule=rule_of(gathered, hand),
            now=moment,
        )
        end = clock.stopped_at or moment
        pending = sum(((pause.end or end) - pause.start for pause in clock.pauses), start=timedelta())
        on_hold = sum((_overlap(span, (clock.started_at, end)) for span in held), start=timedelta())
        found.append(Told(known.get((clock.kind, clock.started_at)), clock, steps, pending, on_hold))
    return sorted(found, key=lambda told: (told.is_over, -told.clock.started_at.timestamp()))


def _on_hold(facts: Iterable[Fact], moment: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The stretches in which a department owed us."""
    begun = None
    for fact in sorted(facts, key=lambda fact: fact.order):
        if fact.what not in (What.STATUS, What.SPAM):
            continue
        if begun is not None and fact.status != Status.ON_HOLD:
            yield begun, fact.at
            begun = None
        elif begun is None and fact.status == Status.ON_HOLD:
            begun = fact.at
    if begun is not None:
        yield begun, moment


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> timedelta:
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())


def count_late(*, owner: int | None = None) -> tuple[int, int]:
    """How many promises of an answer are broken, and how many in danger, now: those of one owner, or all. At most COUNTED together.

    One query over the index of the clocks that run, in the order of their due times.
    """
    moment = now()
    rows = SlaClock.objects.filter(stopped_at=None, due_at__isnull=False, kind__in=RESPONSES)
    rows = rows.filter(Q(due_at__lt=moment) | Q(warned_at__isnull=False))
    if owner is not None:
        rows = rows.filter(conversation__assignee=owner)
    due = list(rows.order_by("due_at").values_list("due_at", flat=True)[:COUNTED])
    broken = sum(1 for due_at in due if due_at is not None and due_at < moment)
    return broken, len(due) - broken


def complaint_of(conversation: Conversation) -> Complaint | None:
    """The conversation's complaint, also a withdrawn one."""
    return Complaint.objects.filter(conversation=conversation).select_related("registered_by").first()


def complaint_clock(conversation: Conversation) -> SlaClock | None:
    """The clock of the conversation's complaint."""
    rows = SlaClock.objects.filter(conversation=conversation, kind=ClockKind.COMPLAINT)
    return rows.order_by("-started_at").first()


def suggests_complaint(conversation: Conversation) -> bool:
    """Whether the customer seems to complain formally and nobody registered it: only where a regulation is in force."""
    if not PromiseSettings.objects.exclude(pack="").exists():
        return False
    if Complaint.objects.filter(conversation=conversation).exists():
        return False
    read = Reading.objects.filter(message__conversation=conversation.pk, intent=Intent.COMPLAINT)
    return any("intent" not in unsure for unsure in read.values_list("unsure", flat=True)[:50])


def opening_hour(day: date) -> time | None:
    """When the company opens that day, None when it does not. Where it never closes, the morning."""
    spans = at_hand().everybodys.timetable.calendar_at(now()).spans(day)
    if not spans:
        return None
    minute = min(span.start for span in spans)
    return time(minute // 60, minute % 60) if minute else time(9)
