"""What a rule asks for is approved by somebody else, whatever way it takes; nobody approves their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.accounts.models import Agent, Role
from ascolto.composing.actions.leaving import leave_due
from ascolto.composing.actions.planned import change_planned, plan_reply, send_planned_now
from ascolto.composing.actions.proposals import (
    access_proposal,
    approve,
    give_comment,
    propose,
    withdraw_proposal,
)
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.leaving import dispatch_reply
from ascolto.composing.models import ApprovalRule, Draft, PlannedReply, Proposal
from ascolto.composing.selectors import count_waiting, proposals_in, waiting_proposals
from ascolto.composing.tests.conftest import later, reply
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Conversation, Message
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.sla.worker import catch_up
from ascolto.testing.factories import Cast, make_agent, make_cast

State = Proposal.State


def proposed(cast: Cast, conversation: Conversation, **fields: Any) -> Proposal:
    found = dispatch_reply(agent=cast.marco, conversation=conversation, reply=reply(**fields))
    assert isinstance(found, Proposal)
    return found


def test_without_a_rule_everything_leaves(cast: Cast) -> None:
    assert isinstance(dispatch_reply(agent=cast.marco, conversation=cast.writes(), reply=reply()), Message)


def test_marcos_answer_waits_and_anna_approves_it(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    row = proposed(cast, conversation)
    assert not Message.objects.filter(direction="out").exists()
    assert Conversation.objects.get(pk=conversation.pk).waiting_since is not None
    message = approve(by=cast.anna, proposal=row)
    assert isinstance(message, Message)
    row.refresh_from_db()
    assert (row.state, row.message, row.settled_by) == (State.APPROVED, message, cast.anna)
    assert (message.agent, message.client_key) == (cast.marco, f"proposal-{row.pk}")
    assert message.extra["approval"] == {
        "proposal": row.pk,
        "by": cast.anna.pk,
        "name": "Anna Neri",
        "changed": False,
    }
    assert [e.type for e in Event.objects.filter(type__startswith="proposal.").order_by("id")] == [
        "proposal.made",
        "proposal.approved",
    ]


def test_anna_changes_it_and_both_names_stay(cast: Cast, four_eyes: ApprovalRule) -> None:
    row = proposed(cast, cast.writes())
    message = approve(by=cast.anna, proposal=row, text="The technician comes on Friday.")
    assert isinstance(message, Message)
    row.refresh_from_db()
    assert (message.text, row.original) == (
        "The technician comes on Friday.",
        "The technician comes tomorrow.",
    )
    assert message.extra["approval"]["changed"]
    assert Event.objects.get(type="proposal.approved").data["changed"]


def test_returned_with_a_comment_it_is_a_draft_again(cast: Cast, four_eyes: ApprovalRule) -> None:
    row = proposed(cast, cast.writes())
    with pytest.raises(Refused):
        give_comment(by=cast.anna, proposal=row, comment="  ")
    give_comment(by=cast.anna, proposal=row, comment="Name the day.")
    row.refresh_from_db()
    assert (row.state, row.comment, Draft.objects.get().agent) == (
        State.RETURNED,
        "Name the day.",
        cast.marco,
    )
    with pytest.raises(Refused):
        approve(by=cast.anna, proposal=row)


def test_withdrawn_by_its_author_alone(cast: Cast, four_eyes: ApprovalRule) -> None:
    row = proposed(cast, cast.writes())
    with pytest.raises(Refused):
        withdraw_proposal(agent=cast.anna, proposal=row)
    assert withdraw_proposal(agent=cast.marco, proposal=row)
    assert not withdraw_proposal(agent=cast.marco, proposal=row)
    assert Draft.objects.get().text == "The technician comes tomorrow."


def test_nobody_approves_their_own(cast: Cast, four_eyes: ApprovalRule) -> None:
    row = proposed(cast, cast.writes())
    Agent.objects.filter(pk=cast.marco.pk).update(role=Role.LEAD)
    marco = Agent.objects.get(pk=cast.marco.pk)
    with pytest.raises(Refused) as refused:
        approve(by=marco, proposal=row)
    assert refused.value.code == "own_answer"
    sara = make_agent("Sara Conti", teams=[cast.care])
    with pytest.raises(Refused) as refused:
        approve(by=sara, proposal=row)
    assert refused.value.code == "not_allowed"


def test_the_gate_stops_every_way(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    for approval in (None, {}, {"proposal": 77}):
        with pytest.raises(Refused) as refused:
            add_reply(agent=cast.marco, conversation=conversation, text="Hello", approval=approval)
        assert (refused.value.code, refused.value.guarantee) == ("needs_approval", "four-eyes")
        assert not refused.value.may_override
    with pytest.raises(Refused):
        add_reply(
            agent=cast.marco,
            conversation=conversation,
            text="Hello",
            overrides={"four-eyes": "Nobody is here to approve it"},
        )


def test_an_approval_holds_for_these_words_alone(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    row = proposed(cast, conversation)
    approve(by=cast.anna, proposal=row)
    approval = {"proposal": row.pk, "by": cast.anna.pk, "name": "Anna Neri"}
    for text, visibility in (("Something else", "private"),):
        with pytest.raises(Refused):
            add_reply(
                agent=cast.marco,
                conversation=conversation,
                text=text,
                visibility=visibility,
                approval=approval,
            )


def test_a_rule_made_after_planning_stops_it_when_it_leaves(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan_reply(agent=cast.marco, conversation=conversation, reply=later())
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    with clock.at(clock.now() + timedelta(hours=3)):
        leave_due()
    row.refresh_from_db()
    assert (row.state, Message.objects.filter(direction="out").count()) == ("failed", 0)
    with pytest.raises(Refused):
        send_planned_now(agent=cast.marco, planned=row)


def test_planned_and_approved_it_leaves_at_its_time_with_the_approved_words(
    cast: Cast, four_eyes: ApprovalRule
) -> None:
    conversation = cast.writes()
    row = dispatch_reply(agent=cast.marco, conversation=conversation, reply=later())
    assert isinstance(row, Proposal)
    planned = approve(by=cast.anna, proposal=row)
    assert isinstance(planned, PlannedReply)
    with pytest.raises(Refused):
        change_planned(agent=cast.marco, planned=planned, text="Other words")
    with clock.at(clock.now() + timedelta(hours=3)):
        leave_due()
    message = Message.objects.get(direction="out")
    assert (message.text, message.extra["approval"]["by"]) == ("The technician comes tomorrow.", cast.anna.pk)


def test_what_could_not_leave_anyway_is_said_at_once(cast: Cast, four_eyes: ApprovalRule) -> None:
    with pytest.raises(Refused) as refused:
        proposed(cast, cast.writes(), text="")
    assert refused.value.code == "empty"


def test_a_refusal_at_approving_leaves_it_waiting(cast: Cast, four_eyes: ApprovalRule) -> None:
    row = proposed(cast, cast.writes())
    cast.inbox.is_enabled = False
    cast.inbox.save()
    with pytest.raises(Refused):
        approve(by=cast.anna, proposal=row)
    row.refresh_from_db()
    assert row.state == State.WAITING


@pytest.mark.django_db(transaction=True)
def test_the_clock_runs_on_while_it_waits() -> None:
    cast = make_cast()
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    conversation = cast.writes()
    catch_up()
    due = Conversation.objects.get(pk=conversation.pk).due_at
    proposed(cast, conversation)
    catch_up()
    assert Conversation.objects.get(pk=conversation.pk).due_at == due


def test_files_go_along(db: None) -> None:
    cast = make_cast("email")
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    file = store_file([b"map"], name="map.txt", content_type="text/plain", uploader=cast.marco)
    message = approve(by=cast.anna, proposal=proposed(cast, cast.writes(), files=[file]))
    assert isinstance(message, Message)
    assert [each.pk for each in message.attachments.all()] == [file.pk]


@pytest.mark.parametrize(
    ("wanted", "asks"),
    [
        ({}, True),
        ({"private": False}, False),
        ({"role": "lead"}, False),
        ({"role": "agent"}, True),
        ({"new_for": timedelta(days=30)}, True),
        ({"is_on": False}, False),
    ],
)
def test_a_rule_says_whose_answers_and_which(cast: Cast, wanted: dict[str, Any], asks: bool) -> None:
    change_rule(by=cast.anna, account=cast.inbox, **{"is_on": True, **wanted})
    left = dispatch_reply(agent=cast.marco, conversation=cast.writes(), reply=reply())
    assert isinstance(left, Proposal) is asks


def test_colleagues_of_long_standing_need_none(cast: Cast) -> None:
    change_rule(by=cast.anna, account=cast.inbox, is_on=True, new_for=timedelta(days=30))
    Agent.objects.filter(pk=cast.marco.pk).update(created_at=clock.now() - timedelta(days=31))
    marco = Agent.objects.get(pk=cast.marco.pk)
    assert isinstance(dispatch_reply(agent=marco, conversation=cast.writes(), reply=reply()), Message)


def test_approvers_and_machines_send_freely(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    add_reply(agent=None, conversation=conversation, text="We have received your message.")
    add_reply(agent=cast.anna, conversation=conversation, text="Anna here.")
    assert Message.objects.filter(direction="out").count() == 2


def test_viktor_and_guests_see_no_proposal(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    row = proposed(cast, conversation)
    bruno = make_agent("Bruno Conti", Role.GUEST)
    sara = make_agent("Sara Conti", teams=[cast.care])
    for other in (cast.viktor, bruno, sara):
        with pytest.raises(Proposal.DoesNotExist):
            access_proposal(other, row.pk)
        assert proposals_in(conversation, other) == []
        assert waiting_proposals(other) == []
        assert count_waiting(other) == 0
    assert [one.pk for one in waiting_proposals(cast.anna)] == [row.pk]
    assert count_waiting(cast.anna) == 1
    assert access_proposal(cast.marco, row.pk).pk == row.pk


def test_the_same_form_twice_is_one_proposal(cast: Cast, four_eyes: ApprovalRule) -> None:
    conversation = cast.writes()
    for _ in range(2):
        proposed(cast, conversation, client_key="k7")
    assert Proposal.objects.count() == 1
    with pytest.raises(Refused):
        propose(agent=cast.anna, conversation=conversation, reply=reply(client_key="k7"))


def test_a_rule_is_changed_once_and_told(cast: Cast) -> None:
    assert not change_rule(by=cast.anna, account=cast.inbox, is_on=False)
    assert change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    assert not change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    for wrong in (
        {"role": "king"},
        {"new_for": timedelta(days=9000)},
        {"is_on": True, "private": False, "public": False},
    ):
        with pytest.raises(Refused):
            change_rule(by=cast.anna, account=cast.inbox, **wrong)
    assert Event.objects.filter(type="approval_rule.changed").count() == 1
