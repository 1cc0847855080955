"""What the composer and the thread ask for: drafts, the dock, undo, approvals, settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Agent, Role
from ascolto.composing.actions.drafts import Content, save_draft, share_draft
from ascolto.composing.actions.planned import plan_reply
from ascolto.composing.actions.proposals import propose
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.forms import read_later
from ascolto.composing.models import ApprovalRule, Draft, PlannedReply, Proposal
from ascolto.composing.tests.conftest import TEXTS, later, reply
from ascolto.conversations import attending
from ascolto.conversations.models import Conversation, Message
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.testing.factories import Cast, make_agent

Browser = Callable[[Agent], Client]
POSTED = {
    name: text.encode("utf-8", "replace").decode() for name, text in TEXTS.items()
}  # as browsers send them
FRAGMENT = {"headers": {"HX-Request": "true"}}


def keep(client: Client, conversation: Conversation, text: str, version: int = 0, **more: Any) -> Any:
    data = {"mode": "private", "text": text, "version": version, "tab": "a", **more}
    return client.post(f"/c/{conversation.number}/composing/draft/", data, **FRAGMENT)  # type: ignore[arg-type]


def send(client: Client, conversation: Conversation, cast: Cast, **more: Any) -> Any:
    data = {"mode": "private", "way-private": f"private:{cast.inbox.pk}", "text": "We are on it.", **more}
    return client.post(f"/c/{conversation.number}/reply/", data, **FRAGMENT)  # type: ignore[arg-type]


def test_the_composer_keeps_a_draft_and_another_window_is_told(cast: Cast, as_: Browser) -> None:
    marco, conversation = as_(cast.marco), cast.writes()
    assert keep(marco, conversation, "Dear").json() == {"version": 1}
    assert keep(marco, conversation, "Dear Giulia", 1).json() == {"version": 2}
    told = keep(marco, conversation, "Another window", 1, tab="b")
    assert (told.status_code, told.json()["draft"]["text"]) == (409, "Dear Giulia")
    page = marco.get(f"/c/{conversation.number}/composing/", **FRAGMENT).content.decode()
    assert "data-draft=" in page
    assert "Another window" in page
    assert keep(marco, conversation, "Another window", 2, tab="b", insist="1").json() == {"version": 3}


def test_writing_is_said_to_others_but_not_of_notes(cast: Cast, as_: Browser) -> None:
    marco, conversation = as_(cast.marco), cast.writes()
    keep(marco, conversation, "A note", mode="note")
    assert not attending.present([conversation.pk])
    keep(marco, conversation, "Dear")
    assert [(one.agent, one.state) for one in attending.present([conversation.pk])] == [
        (cast.marco.pk, "writing")
    ]
    anna = as_(cast.anna)
    anna.post(f"/c/{conversation.number}/composing/writing/", **FRAGMENT)
    assert Event.objects.get(type="reply.taken_over").data["from_agents"] == [cast.marco.pk]
    assert "Anna Neri answers this one" in marco.get(f"/c/{conversation.number}/composing/").content.decode()


def test_sending_ends_the_draft_and_the_answer_can_be_undone(cast: Cast, as_: Browser) -> None:
    cast.marco.undo_seconds = 10
    cast.marco.save()
    marco, conversation = as_(cast.marco), cast.writes()
    keep(marco, conversation, "We are on it.")
    sent = send(marco, conversation, cast, then="resolve")
    message = Message.objects.get(direction="out")
    assert sent.status_code == 201
    assert f"/c/{conversation.number}/messages/{message.pk}/undo/" in sent.headers["HX-Trigger"]
    assert b"data-held" in sent.content
    assert not Draft.objects.exists()
    assert Dispatch.objects.get().run_at > clock.now()
    back = marco.post(f"/c/{conversation.number}/messages/{message.pk}/undo/", **FRAGMENT)
    assert (back.status_code, "withdrawn" in back.headers["HX-Trigger"]) == (200, True)
    assert Draft.objects.get().text == "We are on it."
    assert Conversation.objects.get(pk=conversation.pk).status == "open"
    assert marco.post(f"/c/{conversation.number}/messages/{message.pk}/undo/", **FRAGMENT).status_code == 404


def test_who_does_not_wait_sends_at_once_and_others_cannot_undo(cast: Cast, as_: Browser) -> None:
    cast.marco.undo_seconds = 10
    cast.marco.save()
    marco, conversation = as_(cast.marco), cast.writes()
    send(marco, conversation, cast)
    message = Message.objects.get(direction="out")
    undo = f"/c/{conversation.number}/messages/{message.pk}/undo/"
    assert as_(cast.anna).post(undo, **FRAGMENT).status_code == 422
    assert as_(cast.viktor).post(undo, **FRAGMENT).status_code == 404
    assert marco.post(f"/c/{conversation.number}/messages/{message.pk}/leave/", **FRAGMENT).status_code == 200
    assert Dispatch.objects.get().run_at <= clock.now()


def test_without_seconds_nothing_is_held(cast: Cast, as_: Browser) -> None:
    sent = send(as_(cast.marco), cast.writes(), cast)
    assert b"data-held" not in sent.content
    assert "undo" not in sent.headers.get("HX-Trigger", "")


def test_sent_for_later_it_is_a_card_with_change_send_and_cancel(cast: Cast, as_: Browser) -> None:
    marco, conversation = as_(cast.marco), cast.writes()
    answer = send(
        marco, conversation, cast, later="words", leave_when="tomorrow at 9", if_customer_writes="cancel"
    )
    assert (answer.status_code, answer.content) == (201, b"")
    row = PlannedReply.objects.get()
    assert (row.if_customer_writes, row.leave_at is not None) == ("cancel", True)
    assert not Message.objects.filter(direction="out").exists()
    page = marco.get(f"/c/{conversation.number}/composing/", **FRAGMENT).content.decode()
    assert "Leaves tomorrow at 9:00" in page
    change = marco.post(
        f"/planned/{row.pk}/change/", {"later": "words", "leave_when": "in 3 hours"}, **FRAGMENT
    )
    assert change.status_code == 200
    row.refresh_from_db()
    assert row.leave_at < clock.now() + timedelta(hours=4)
    assert marco.post(f"/planned/{row.pk}/send/", **FRAGMENT).status_code == 200
    assert Message.objects.filter(direction="out").count() == 1
    gone = marco.post(f"/planned/{row.pk}/cancel/", **FRAGMENT)
    assert (gone.status_code, b"already" in gone.content) == (422, True)


def test_without_scripts_it_all_works_with_pages(cast: Cast, as_: Browser) -> None:
    marco, conversation = as_(cast.marco), cast.writes()
    data = {
        "mode": "private",
        "way-private": f"private:{cast.inbox.pk}",
        "text": "Later",
        "leave_when": "tomorrow at 9",
    }
    assert marco.post(f"/c/{conversation.number}/reply/", data).status_code == 302
    row = PlannedReply.objects.get()
    assert marco.get(f"/c/{conversation.number}/composing/").status_code == 200
    assert marco.post(f"/planned/{row.pk}/cancel/").status_code == 302
    assert "Later" in marco.get("/drafts/").content.decode()
    assert marco.post(f"/c/{conversation.number}/composing/discard/").status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "said",
    ["soon-ish", "yesterday", "2020-01-01 09:00", "99999999999", "9" * 900, "\u202e at 9", *POSTED.values()],
)
def test_times_that_nobody_understands_are_refused(cast: Cast, as_: Browser, said: str) -> None:
    conversation = cast.writes()
    answer = send(as_(cast.marco), conversation, cast, later="words", leave_when=said or "x")
    assert answer.status_code == 422
    assert not PlannedReply.objects.exists()
    assert not Message.objects.filter(direction="out").exists()


def test_times_are_read_in_the_persons_zone(cast: Cast) -> None:
    cast.marco.time_zone = "America/New_York"
    at, wish = read_later(cast.marco, {"later": "2031-01-10T09:00"})
    assert at is not None
    assert (at.isoformat(), wish) == ("2031-01-10T09:00:00-05:00", "ask")
    assert read_later(cast.marco, {}) == (None, "ask")
    with pytest.raises(Refused):
        read_later(cast.marco, {"later": "whenever"})


def test_a_shared_draft_is_beside_the_composer_and_taken_over(cast: Cast, as_: Browser) -> None:
    marco, anna, conversation = as_(cast.marco), as_(cast.anna), cast.writes()
    keep(marco, conversation, "We have looked into it")
    address = f"/c/{conversation.number}/composing/"
    assert "We have looked" not in anna.get(address).content.decode()
    assert marco.post(f"{address}share/", {"shared": "1"}, **FRAGMENT).status_code == 200
    assert "Marco Villa has begun an answer" in anna.get(address, **FRAGMENT).content.decode()
    draft = Draft.objects.get()
    assert as_(cast.viktor).post(f"/drafts/{draft.pk}/take-over/", **FRAGMENT).status_code == 404
    assert anna.post(f"/drafts/{draft.pk}/take-over/", **FRAGMENT).status_code == 200
    assert Draft.objects.get().agent == cast.anna


def test_viktor_sees_nothing_and_a_guest_no_draft(cast: Cast, as_: Browser) -> None:
    conversation = cast.writes()
    content = Content(mode="private", text="A secret thought")
    save_draft(agent=cast.marco, conversation=conversation, content=content)
    share_draft(agent=cast.marco, conversation=conversation)
    plan_reply(agent=cast.marco, conversation=conversation, reply=later())
    viktor = as_(cast.viktor)
    for path in ("", "draft/", "share/", "discard/", "writing/"):
        address = f"/c/{conversation.number}/composing/{path}"
        assert (viktor.post(address) if path else viktor.get(address)).status_code == 404
    bruno = make_agent("Bruno Conti", Role.GUEST)
    conversation.participants.create(agent=bruno)
    guest = as_(bruno)
    page = guest.get(f"/c/{conversation.number}/composing/").content.decode()
    assert "secret" not in page
    assert "technician" not in page
    assert keep(guest, conversation, "A note of mine", mode="note").json() == {"version": 1}
    assert keep(guest, conversation, "To the customer").status_code == 422
    for pk in PlannedReply.objects.values_list("pk", flat=True):
        assert guest.post(f"/planned/{pk}/cancel/", **FRAGMENT).status_code == 422
        assert viktor.post(f"/planned/{pk}/cancel/", **FRAGMENT).status_code == 404
    assert "secret" not in viktor.get("/drafts/").content.decode()


def test_what_needs_approval_is_approved_or_returned_in_the_thread(
    cast: Cast, as_: Browser, four_eyes: ApprovalRule
) -> None:
    marco, anna, conversation = as_(cast.marco), as_(cast.anna), cast.writes()
    answer = send(marco, conversation, cast)
    assert (answer.status_code, answer.content) == (201, b"")
    row = Proposal.objects.get()
    address = f"/c/{conversation.number}/composing/"
    assert "Your answer waits for approval" in marco.get(address, **FRAGMENT).content.decode()
    assert "asks you to approve" in anna.get(address, **FRAGMENT).content.decode()
    assert "Giulia" in anna.get("/approvals/").content.decode()
    assert marco.post(f"/approvals/{row.pk}/approve/", **FRAGMENT).status_code == 403
    empty = anna.post(f"/approvals/{row.pk}/return/", {"comment": " "}, **FRAGMENT)
    assert empty.status_code == 422
    anna.post(f"/approvals/{row.pk}/return/", {"comment": "Name the day."}, **FRAGMENT)
    assert "Name the day." in marco.get(address, **FRAGMENT).content.decode()
    send(marco, conversation, cast, text="The technician comes on Friday.")
    again = Proposal.objects.get(state="waiting")
    done = anna.post(
        f"/approvals/{again.pk}/approve/", {"text": "The technician comes on Friday at 9."}, **FRAGMENT
    )
    assert done.status_code == 200
    page = marco.get(f"/c/{conversation.number}/").content.decode()
    assert "Changed and approved by Anna Neri" in page
    assert "Anna Neri changed and approved Marco Villa&#39;s answer" in page


def test_the_author_takes_a_proposal_back(cast: Cast, as_: Browser, four_eyes: ApprovalRule) -> None:
    row = propose(agent=cast.marco, conversation=cast.writes(), reply=reply())
    assert as_(cast.viktor).post(f"/approvals/{row.pk}/withdraw/", **FRAGMENT).status_code == 404
    assert as_(cast.marco).post(f"/approvals/{row.pk}/withdraw/", **FRAGMENT).status_code == 200
    assert Draft.objects.get().agent == cast.marco


def test_settings_say_whose_answers(cast: Cast, as_: Browser) -> None:
    paola = as_(make_agent("Paola Riva", Role.ADMINISTRATOR))
    assert as_(cast.marco).get("/settings/approvals/").status_code == 403
    assert cast.inbox.name in paola.get("/settings/approvals/").content.decode()
    data = {"inbox": cast.inbox.pk, "is_on": "1", "public": "1", "new_days": "30", "role": ""}
    assert paola.post("/settings/approvals/", data).status_code == 302
    rule = ApprovalRule.objects.get()
    assert (rule.is_on, rule.private, rule.public, rule.new_for) == (True, False, True, timedelta(days=30))
    for wrong in ({"new_days": "0"}, {"new_days": "99999"}, {"role": "king"}, {"public": ""}):
        assert paola.post("/settings/approvals/", {**data, **wrong}).status_code == 422
    for inbox in ("", "x", "99999999999999999999"):
        assert paola.post("/settings/approvals/", {**data, "inbox": inbox}).status_code == 200


def test_lists_have_their_empty_words(cast: Cast, as_: Browser) -> None:
    marco = as_(cast.marco)
    assert "Nothing is begun" in marco.get("/drafts/").content.decode()
    assert "Nothing waits for approval" in marco.get("/approvals/").content.decode()
    assert "Drafts" in marco.get("/drafts/side/").content.decode()


def test_the_dock_and_the_lists_cost_the_same_for_many(cast: Cast, as_: Browser) -> None:
    conversation, marco, anna = cast.writes(), as_(cast.marco), as_(cast.anna)

    def more(count: int) -> None:
        for number in range(count):
            plan_reply(agent=cast.marco, conversation=conversation, reply=later(hours=number + 1))
            propose(agent=cast.marco, conversation=conversation, reply=reply(text=str(number)))

    more(3)
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    pages = [(marco, f"/c/{conversation.number}/composing/"), (anna, "/approvals/"), (marco, "/drafts/")]
    costs: list[list[int]] = []
    for client, path in pages:
        client.get(path)  # what is looked up once
    for round_ in range(2):
        costs.append([])
        for client, path in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path, **FRAGMENT).status_code == 200  # type: ignore[arg-type]
            costs[-1].append(len(captured))
        if round_ == 0:
            more(5)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", sorted(POSTED))
def test_hostile_drafts_end_in_an_answer(cast: Cast, as_: Browser, name: str) -> None:
    text = POSTED[name]
    answer = keep(
        as_(cast.marco), cast.writes(), text, tab=text[:50], way=text[:50], template=text[:50], seen=text[:50]
    )
    assert answer.status_code in {200, 409, 422}
