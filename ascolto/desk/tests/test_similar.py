"""What was answered to the like before stands beside the draft; it is used by a person or called unhelpful, and never leaves by itself."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_participant, add_reply, change_status
from ascolto.conversations.models import Conversation, Message
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.models import Verdict
from ascolto.testing.factories import Cast, make_agent, make_customer, make_inbox
from ascolto.understanding.models import Similar

As = Callable[..., Client]
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def asked(cast: Cast) -> Conversation:
    """Giulia asks what Paolo asked before, and what a saved reply answers."""
    before = cast.writes("How do I restart the router?", customer=make_customer("Paolo Ricci"))
    add_reply(agent=cast.marco, conversation=before, text="Hold the small button for ten seconds.")
    change_status(agent=cast.marco, conversation=before, status="resolved")
    reply = create_reply(
        by=cast.anna, title="Restart", shortcut="restart", texts={"en": "Unplug it for a minute."}
    )
    conversation = cast.writes("How can I restart my router?")
    message = Message.objects.get(conversation=conversation)
    for kind, target, score in (("conversation", before.pk, 0.93), ("saved_reply", reply.pk, 0.6)):
        Similar.objects.create(
            message=message, kind=kind, target=target, account=cast.inbox, score=score, meaning=0.9, because=["restart", "router"]
        )  # fmt: skip
    return conversation


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def panel(client: Client, conversation: Conversation) -> str:
    return words(client.get(f"/c/{conversation.number}/similar/", headers=SCRIPT))


def test_earlier_answers_stand_beside_the_draft(cast: Cast, as_: As, asked: Conversation) -> None:
    told = panel(as_(cast.marco), asked)
    assert "2 similar answers" in told
    assert "Hold the small button for ten seconds." in told
    assert "fits · 93%" in told
    assert "it asks the same · words in common: ‘restart’, ‘router’" in told
    assert "Unplug it for a minute." in told
    assert "may fit · 60%" in told
    assert told.index("ten seconds") < told.index("Unplug it")
    assert "Paolo Ricci" not in told


def test_what_somebody_may_not_see_is_not_offered(cast: Cast, as_: As, asked: Conversation) -> None:
    board = make_inbox(name="Board", teams=[cast.viktor.teams.get()])
    secret = cast.writes("How do I restart the board?", inbox=board, customer=make_customer("Rita Ferrante"))
    add_reply(agent=cast.viktor, conversation=secret, text="A secret of the board.")
    message = Message.objects.get(conversation=asked)
    Similar.objects.create(message=message, kind="conversation", target=secret.pk, account=board, score=0.99)
    assert "A secret of the board." not in panel(as_(cast.marco), asked)


def test_viktor_and_guests_are_offered_nothing(cast: Cast, as_: As, asked: Conversation) -> None:
    message = Message.objects.get(conversation=asked)
    base = f"/c/{asked.number}/"
    data = {"kind": "conversation", "target": "1", "said": "used"}
    assert as_(cast.viktor).get(f"{base}similar/").status_code == 404
    assert as_(cast.viktor).post(f"{base}messages/{message.pk}/similar/", data).status_code == 404
    guest = make_agent("Nadia Kovač", Role.GUEST)
    add_participant(agent=cast.marco, conversation=asked, person=guest)
    assert as_(guest).get(f"{base}similar/").status_code == 403
    assert "similar/" not in as_(guest).get(base).content.decode()
    assert Verdict.objects.count() == 0


def test_not_helpful_takes_it_away_for_whoever_said_so(cast: Cast, as_: As, asked: Conversation) -> None:
    found = Similar.objects.get(kind="saved_reply")
    where = f"/c/{asked.number}/messages/{found.message_id}/similar/"
    marco = as_(cast.marco)
    data = {"kind": "saved_reply", "target": str(found.target), "said": "refused"}
    told = words(marco.post(where, data, headers=SCRIPT))
    assert "Unplug it" not in told
    assert "1 similar answer " in told
    assert "Unplug it" not in panel(marco, asked)
    assert "Unplug it" in panel(as_(cast.anna), asked)
    assert Verdict.objects.get().said == "refused"


def test_using_it_is_remembered_and_sends_nothing(cast: Cast, as_: As, asked: Conversation) -> None:
    found = Similar.objects.get(kind="conversation")
    where = f"/c/{asked.number}/messages/{found.message_id}/similar/"
    data = {"kind": "conversation", "target": str(found.target), "said": "used"}
    sent = Message.objects.filter(direction="out").count()
    assert as_(cast.marco).post(where, data, headers=SCRIPT).status_code == 200
    assert Verdict.objects.get().said == "used"
    page = as_(cast.marco).post(where, data).content.decode()  # without scripts the draft comes back with it
    assert "Hold the small button for ten seconds.</textarea>" in page
    assert Message.objects.filter(direction="out").count() == sent


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "x" * 900, "target": "9" * 40, "said": "used"},
        {"kind": "conversation", "target": "0", "said": "loved"},
    ],
)
def test_nonsense_is_refused(cast: Cast, as_: As, asked: Conversation, data: dict[str, str]) -> None:
    message = Message.objects.get(conversation=asked)
    answer = as_(cast.marco).post(f"/c/{asked.number}/messages/{message.pk}/similar/", data, headers=SCRIPT)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Verdict.objects.count() == 0


def test_where_nothing_was_found_nothing_is_drawn(cast: Cast, as_: As) -> None:
    conversation = cast.writes("Hello")
    assert panel(as_(cast.marco), conversation).strip() == ""


def test_without_scripts_it_is_a_page(cast: Cast, as_: As, asked: Conversation) -> None:
    page = as_(cast.marco).get(f"/c/{asked.number}/similar/").content.decode()
    assert "<html" in page
    assert "Hold the small button" in page
