"""Promises: the clocks of a conversation with their reasons, what is promised to whom, and complaints."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Agent
from ascolto.api import documents
from ascolto.api import promise_documents as pd
from ascolto.api.bodies import Id, ShortText, read_expand
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem
from ascolto.api.routing import Answer, Call
from ascolto.conversations.models import Message
from ascolto.conversations.selectors import access_conversation
from ascolto.sla.actions.complaints import register_complaint as register
from ascolto.sla.actions.complaints import withdraw_complaint as withdraw
from ascolto.sla.models import Complaint
from ascolto.sla.selectors.clocks import Told, complaint_clock, complaint_of, told_clocks
from ascolto.sla.selectors.policies import calendars, policies
from ascolto.sla.telling import lines_of

LAST_PAGE = documents.Meta(None)


class ClockQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`expand`: trace."""

    expand: ShortText = ""


class PolicyQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`past`: yes tells also what was promised before."""

    past: Annotated[str, Meta(pattern="^(yes|no)$")] = "no"


class NewComplaint(Struct, frozen=True, forbid_unknown_fields=True):
    """`message`: the customer's message that complains; without it what was understood as a complaint, else their last one."""

    message: Id | UnsetType = UNSET


class Withdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: why it is no complaint (any more), in at least eight characters."""

    reason: Annotated[str, Meta(min_length=1, max_length=300)]


def list_clocks(call: Call) -> Answer:
    """Every promise to the customer of a conversation, those that run first, computed now. With `?expand=trace` also why."""
    conversation = access_conversation(call.agent, find_id(call))
    with_trace = "trace" in read_expand(call.query.expand, ["trace"])
    told = told_clocks(conversation)
    return Answer(pd.ClockList([_clock(one, with_trace) for one in told], LAST_PAGE))


def list_policies(call: Call) -> Answer:
    """What is promised to whom, everybody's promise first, in one page; nothing for guests."""
    rows = [] if call.agent.is_guest else policies(past=call.query.past == "yes")
    data = [
        pd.Policy(
            id=row.pk,
            name=row.name,
            channel=row.channel or None,
            group=documents.Reference(row.group.pk, row.group.name) if row.group else None,
            first_response=row.first_response.total_seconds(),
            next_response=row.next_response.total_seconds(),
            resolution=row.resolution.total_seconds() if row.resolution is not None else None,
            calendar=documents.Reference(row.calendar.pk, row.calendar.name),
            is_worse=row.is_worse,
            reason=row.reason,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows
    ]
    return Answer(pd.PolicyList(data, LAST_PAGE))


def list_calendars(call: Call) -> Answer:
    """When the company works: every calendar with all its versions, in one page; none for guests."""
    rows = [] if call.agent.is_guest else calendars()
    data = [
        pd.Calendar(
            id=row.pk,
            name=row.name,
            is_archived=row.is_archived,
            versions=[pd.CalendarVersion(one.valid_from, one.content) for one in row.versions.all()],
        )
        for row in rows
    ]
    return Answer(pd.CalendarList(data, LAST_PAGE))


def get_complaint(call: Call) -> Answer:
    """The complaint that a conversation is, also a withdrawn one. Not found when it is none."""
    conversation = access_conversation(call.agent, find_id(call))
    found = complaint_of(conversation)
    if found is None:
        raise Problem("not-found", "This conversation is no registered complaint.")
    return Answer(_complaint(found))


def register_complaint(call: Call) -> Answer:
    """Make a conversation a formal complaint: it gets a code and a deadline of its own. The same again changes nothing."""
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    message = None
    if call.body.message is not UNSET:
        message = Message.objects.get(pk=call.body.message, conversation=conversation, direction="in")
    return Answer(_complaint(register(by=call.agent, conversation=conversation, message=message)))


def withdraw_complaint(call: Call) -> Answer:
    """Withdraw a complaint for a reason: its deadline counts no more. It can be registered again."""
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    return Answer(_complaint(withdraw(by=call.agent, conversation=conversation, reason=call.body.reason)))


def _clock(told: Told, with_trace: bool) -> pd.Clock:
    clock = told.clock
    return pd.Clock(
        id=told.row.pk if told.row else None,
        kind=clock.kind,  # type: ignore[arg-type]
        state=told.state,  # type: ignore[arg-type]
        channel=clock.channel,
        policy=documents.Reference(clock.policy.id, clock.policy.name) if clock.policy else None,
        message=clock.message or None,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        answered_by=clock.answered_by,
        waited=clock.waited.total_seconds() if clock.waited is not None else None,
        waited_open=clock.waited_open.total_seconds() if clock.waited_open is not None else None,
        pending=told.pending.total_seconds(),
        on_hold=told.on_hold.total_seconds(),
        trace=_trace(told) if with_trace else UNSET,
    )


def _trace(told: Told) -> list[pd.TraceStep]:
    by = told.clock.answered_by
    people = dict(Agent.objects.filter(pk=by).values_list("pk", "name")) if by else {}
    found = []
    for step in told.steps:
        words = " ".join(line.words for line in lines_of([step], people))
        values = {name: pd.plain(value) for name, value in step.values.items()}
        found.append(pd.TraceStep(step.code, step.at, step.until, words, values))
    return found


def _complaint(row: Complaint) -> pd.Complaint:
    clock = complaint_clock(row.conversation)
    by = row.registered_by
    return pd.Complaint(
        code=row.code,
        received_at=row.received_at,
        registered_at=row.registered_at,
        registered_by=documents.Reference(by.pk, by.name) if by else None,
        pack=row.pack,
        days=row.days,
        days_are_working=row.days_are_working,
        due_at=clock.due_at if clock else None,
        withdrawn_at=row.withdrawn_at,
    )
