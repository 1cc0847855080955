"""What planned answers do by themselves: leave when their time has come, or ask a person because something happened.

One transaction claims the row, writes the answer and says so: a kill anywhere leaves either nothing or everything, and the answer's key
(`planned-<id>`) makes a second one impossible.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Min, Q
from django.utils.translation import gettext_noop

from ascolto.composing.absences import is_absent
from ascolto.composing.actions.planned import leave, merged_into, newest_heard, tell, withdraw_row
from ascolto.composing.models import PlannedReply
from ascolto.conversations.models import Conversation
from ascolto.events.log import SYSTEM
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
State = PlannedReply.State
PORTION = 50

CUSTOMER_WROTE = gettext_noop("The customer wrote first.")
AUTHOR_GONE = gettext_noop("Its author has no account any more.")
AUTHOR_AWAY = gettext_noop("Its author is away.")
UNEXPECTED = gettext_noop("It could not be sent: something unexpected happened.")


def next_at() -> datetime | None:
    """When the next planned answer leaves; one look at an index."""
    return PlannedReply.objects.filter(state=State.PLANNED).aggregate(first=Min("leave_at"))["first"]


def leave_due() -> int:
    """Let everything leave whose time has come; returns how many there were."""
    due = PlannedReply.objects.filter(state=State.PLANNED, leave_at__lte=now())
    named = list(due.order_by("leave_at", "id").values_list("pk", flat=True)[:PORTION])
    for pk in named:
        _leave_safely(pk)
    return len(named)


def _leave_safely(pk: int) -> None:
    try:
        _leave_one(pk)
    except Refused as refused:
        _fail(pk, f"{refused.message} {refused.fix}".strip())
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("a planned answer cannot be sent", extra={"planned": pk})
        _fail(pk, UNEXPECTED)


@transaction.atomic
def _leave_one(pk: int) -> None:
    """Send one, or ask; nothing when it is not to leave any more. Raises Refused."""
    row = _claimed(pk)
    if row is None:
        return
    if heard_since([row]):
        _customer_wrote(row)
        return
    if why := _author_trouble(row):
        _ask(row, why)
        return
    message = leave(row)
    row.state, row.settled_at, row.message = State.SENT, now(), message
    row.save(update_fields=["state", "settled_at", "message"])
    tell("planned_reply.sent", row, message=message.pk)


def _claimed(pk: int, *, due: bool = True) -> PlannedReply | None:
    """The row, while it is planned (and due): held until the transaction ends, its conversation first as everybody does."""
    where = PlannedReply.objects.filter(pk=pk).values_list("conversation_id", flat=True).first()
    found = Conversation.objects.select_for_update(of=("self",)).filter(pk=where or 0).first()
    rows = PlannedReply.objects.filter(pk=pk, state=State.PLANNED)
    if due:
        rows = rows.filter(leave_at__lte=now())
    if found is None or not rows.update(reason=""):  # an UPDATE: of two workers one has it
        return None
    row = PlannedReply.objects.select_related("agent", "account", "approval__settled_by").get(pk=pk)
    row.conversation = merged_into(found)
    return row


def heard_since(rows: Sequence[PlannedReply]) -> list[PlannedReply]:
    """Those whose customer wrote after they were planned."""
    return [row for row in rows if newest_heard(row.conversation.pk) > row.heard]


def _author_trouble(row: PlannedReply) -> str:
    if not row.agent.is_active:
        return AUTHOR_GONE
    return AUTHOR_AWAY if is_absent(row.agent, now()) else ""


def _customer_wrote(row: PlannedReply) -> None:
    if row.if_customer_writes == PlannedReply.IfCustomerWrites.CANCEL:
        withdraw_row(row, SYSTEM, CUSTOMER_WROTE)
    else:
        _ask(row, CUSTOMER_WROTE)


def _ask(row: PlannedReply, reason: str) -> None:
    """A person decides: its author, or whoever has the conversation where the author is not there."""
    row.state, row.reason = State.ASKING, reason
    row.save(update_fields=["state", "reason"])
    tell("planned_reply.asked", row, owner=owner_of(row), reason=reason)


def owner_of(row: PlannedReply) -> int | None:
    """Who is asked about it; None: whoever leads."""
    if row.agent.is_active and not is_absent(row.agent, now()):
        return row.agent_id
    assignee = row.conversation.assignee
    return assignee.pk if assignee is not None and assignee.is_active else None


@transaction.atomic
def _fail(pk: int, reason: str) -> None:
    row = _claimed(pk)
    if row is None:
        return
    row.state, row.reason, row.settled_at = State.FAILED, reason[:500], now()
    row.save(update_fields=["state", "reason", "settled_at"])
    tell("planned_reply.failed", row, owner=owner_of(row), reason=row.reason)


def ask_where_customers_wrote(events: Sequence[Event]) -> None:
    """Read a batch of the log: a customer wrote, so what was planned for them asks. Seeing an event again changes nothing.

    That it leaves before this is read is impossible: whoever lets it leave looks at the messages themselves.
    """
    wrote = {event.conversation_id for event in events if _is_from_customer(event)}
    if not wrote:
        return
    here = Q(conversation__in=wrote) | Q(conversation__merged_into__in=wrote)
    rows = PlannedReply.objects.filter(here, state=State.PLANNED)
    _ask_about(rows.order_by("conversation", "pk").values_list("pk", flat=True))


@transaction.atomic
def _ask_about(planned: Iterable[int]) -> None:
    for pk in planned:
        row = _claimed(pk, due=False)
        if row is not None and heard_since([row]):
            _customer_wrote(row)


def _is_from_customer(event: Event) -> bool:
    data = event.data
    return event.type == "message.received" and not data.get("automatic") and not data.get("echo")
