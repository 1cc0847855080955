"""Dated promises on screen: the chip, the card, the line under a message; and who may see or do what."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_participant, add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.kit.clock import now
from ascolto.sla.actions import commitments
from ascolto.sla.models import Commitment
from ascolto.testing.factories import Cast, make_agent

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def signed_in(agent: object) -> Client:
    client = Client()
    client.force_login(agent)  # type: ignore[arg-type]
    return client


@pytest.fixture
def talk(cast: Cast) -> Conversation:
    return cast.writes()


@pytest.fixture
def message(cast: Cast, talk: Conversation) -> Message:
    return add_reply(agent=cast.marco, conversation=talk, text="Ti scrivo domani entro le 18.")


@pytest.fixture
def proposed(message: Message) -> Commitment:
    commitments.propose([message])
    return Commitment.objects.get()


def test_the_draft_shows_its_promise_and_ticks_nothing_by_itself(cast: Cast, talk: Conversation) -> None:
    address = f"/c/{talk.number}/draft-promise/"
    shown = signed_in(cast.marco).post(address, {"text": "Ti scrivo domani entro le 18."}).content.decode()
    assert "Promise:" in shown
    assert 'name="promise_due"' in shown
    assert "checked" not in shown
    assert signed_in(cast.marco).post(address, {"text": "Grazie, a presto."}).content.strip() == b""


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00\u202e😀" * 5_000, "ti scrivo entro le 18 " * 20_000])
def test_any_draft_is_read(cast: Cast, talk: Conversation, text: str) -> None:
    answer = signed_in(cast.marco).post(f"/c/{talk.number}/draft-promise/", {"text": text})
    assert answer.status_code == 200


def test_marco_says_yes_under_his_message_and_takes_it_back(
    cast: Cast, talk: Conversation, message: Message, proposed: Commitment
) -> None:
    client = signed_in(cast.marco)
    under = f"/c/{talk.number}/commitments/of/{message.pk}/"
    assert "Is this a promise?" in client.get(under, headers=FRAGMENT).content.decode()
    answer = client.post(
        f"/c/{talk.number}/commitments/{proposed.pk}/",
        {"verb": "confirm", "place": "bubble"},
        headers=FRAGMENT,
    )
    assert "Is this a promise?" not in answer.content.decode()
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert Commitment.objects.get().state == "open"
    client.post(toast["undo"], toast["fields"])
    assert Commitment.objects.get().state == "proposed"
    assert Conversation.objects.get(pk=talk.pk).promised_for is None


def test_the_card_lists_what_was_promised_and_moves_it_with_a_reason(
    cast: Cast, talk: Conversation, proposed: Commitment
) -> None:
    client, address = signed_in(cast.marco), f"/c/{talk.number}/commitments/"
    commitments.confirm(agent=cast.marco, commitment=proposed)
    shown = client.get(address, headers=FRAGMENT).content.decode()
    assert "Ti scrivo domani entro le 18" in shown
    assert "sla-clock" in shown
    move = {"verb": "move", "due_at": "2999-01-01T10:00", "reason": "Later"}
    assert client.post(f"{address}{proposed.pk}/", move, headers=FRAGMENT).status_code == 200
    move |= {"due_at": proposed.due_at.replace(hour=20).isoformat(), "reason": ""}
    shown = client.post(f"{address}{proposed.pk}/", move, headers=FRAGMENT).content.decode()
    assert "A reason is needed." in shown
    client.post(f"{address}{proposed.pk}/", move | {"reason": "Giulia is out until then"}, headers=FRAGMENT)
    row = Commitment.objects.get()
    assert (row.due_at, row.reason) == (proposed.due_at.replace(hour=20), "Giulia is out until then")
    client.post(f"{address}{proposed.pk}/", {"verb": "withdraw", "reason": "Solved"}, headers=FRAGMENT)
    assert Commitment.objects.get().state == "withdrawn"
    assert "withdrawn" in client.get(address, headers=FRAGMENT).content.decode()


def test_without_promises_the_card_says_so_and_without_scripts_it_is_a_page(
    cast: Cast, talk: Conversation
) -> None:
    page = signed_in(cast.marco).get(f"/c/{talk.number}/commitments/").content.decode()
    assert "Nothing was promised by a date." in page
    assert "<html" in page


def test_viktor_finds_nothing_and_a_guest_only_reads(
    cast: Cast, talk: Conversation, message: Message, proposed: Commitment
) -> None:
    act = f"/c/{talk.number}/commitments/{proposed.pk}/"
    viktor = signed_in(cast.viktor)
    for address in (f"/c/{talk.number}/commitments/", f"/c/{talk.number}/commitments/of/{message.pk}/"):
        assert viktor.get(address).status_code == 404
    assert viktor.post(act, {"verb": "confirm"}).status_code == 404
    assert viktor.post(f"/c/{talk.number}/draft-promise/", {"text": "x"}).status_code == 404
    guest = make_agent("Paola Rossi", Role.GUEST)
    add_participant(agent=cast.anna, conversation=talk, person=guest)
    shown = signed_in(guest).get(f"/c/{talk.number}/commitments/", headers=FRAGMENT).content.decode()
    assert "to be confirmed" in shown
    assert "<button" not in shown
    assert signed_in(guest).post(act, {"verb": "confirm"}).status_code == 403
    assert Commitment.objects.get().state == "proposed"


def test_a_promise_of_another_conversation_of_hers_is_shown_and_a_strange_verb_is_nothing(
    cast: Cast, talk: Conversation, proposed: Commitment
) -> None:
    client = signed_in(cast.marco)
    assert client.post(f"/c/{talk.number}/commitments/{proposed.pk}/", {"verb": "eat"}).status_code == 404
    assert client.post(f"/c/{talk.number}/commitments/999999/", {"verb": "confirm"}).status_code == 404


def test_the_card_costs_the_same_for_one_promise_and_for_twenty(
    cast: Cast, talk: Conversation, django_assert_max_num_queries: object
) -> None:
    from datetime import timedelta

    for hours in range(20):
        commitments.make(
            agent=cast.marco, conversation=talk, due_at=now() + timedelta(hours=hours + 1), words=f"{hours}"
        )
    client = signed_in(cast.marco)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        client.get(f"/c/{talk.number}/commitments/", headers=FRAGMENT)
