"""Merge, split, link, snooze, spam: on the screens of the desk."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.conversations import actions
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Identity
from ascolto.testing.factories import Cast, make_customer, receive

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
HTMX = {"HX-Request": "true"}


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    first = receive(cast.inbox, "The line is dead.", customer=cast.giulia, thread="one").conversation
    second = receive(cast.inbox, "Still dead, as I said.", customer=cast.giulia, thread="two").conversation
    return first, second


def undo(response: Any) -> tuple[str, dict[str, Any]]:
    said = json.loads(response.headers["HX-Trigger"])["toast"]
    return said["undo"], said["fields"]


def test_marco_brings_the_other_one_here_and_takes_it_back(cast: Cast, as_: As) -> None:
    first, second = two(cast)
    marco = as_(cast.marco)
    choices = marco.get(f"/c/{first.number}/merge/", headers=HTMX).content.decode()
    assert second.number in choices
    assert "same customer" in choices
    response = marco.post(f"/c/{first.number}/merge/", {"other": second.number}, headers=HTMX)
    assert json.loads(response.headers["HX-Trigger"])["desk:reload"] is True
    page = marco.get(f"/c/{first.number}/").content.decode()
    assert "Still dead, as I said." in page
    assert f"merged no. {second.number} into this one" in page
    gone = marco.get(f"/c/{second.number}/").content.decode()
    assert "Still dead, as I said." in gone
    assert f"Open no. {first.number}" in gone
    assert 'id="composer"' not in gone
    address, fields = undo(response)
    assert marco.post(address, fields, headers=HTMX).status_code == 200
    second.refresh_from_db()
    assert second.merged_into_id is None
    assert second.messages.count() == 1


def test_two_customers_are_merged_only_after_a_warning(cast: Cast, as_: As) -> None:
    first, _second = two(cast)
    other = receive(cast.inbox, "Me too.", customer=make_customer("Rosa Bruni")).conversation
    marco = as_(cast.marco)
    found = marco.get(f"/c/{first.number}/merge/?q=rosa", headers=HTMX).content.decode()
    assert other.number in found
    asked = marco.post(f"/c/{first.number}/merge/", {"other": other.number, "way": "there"}, headers=HTMX)
    assert "They are two customers" in asked.content.decode()
    first.refresh_from_db()
    assert first.merged_into_id is None
    confirmed = {"other": other.number, "way": "there", "confirmed": "1"}
    marco.post(f"/c/{first.number}/merge/", confirmed, headers=HTMX)
    first.refresh_from_db()
    assert first.merged_into_id == other.pk


def test_viktor_finds_nothing_to_merge_with(cast: Cast, as_: As) -> None:
    first, second = two(cast)
    viktor = as_(cast.viktor)
    assert viktor.get(f"/c/{first.number}/merge/").status_code == 404
    assert viktor.post(f"/c/{second.number}/unmerge/").status_code == 404
    mine = receive(cast.inbox, "Hello.", customer=make_customer("Paolo Conti")).conversation
    assert (
        as_(cast.marco).post(f"/c/{mine.number}/merge/", {"other": "99999"}, headers=HTMX).status_code == 404
    )


def test_marco_splits_from_a_message_on(cast: Cast, as_: As) -> None:
    talk = cast.writes("The line is dead.")
    bill = receive(cast.inbox, "And the bill is wrong.", customer=cast.giulia)
    marco = as_(cast.marco)
    page = marco.get(f"/c/{talk.number}/split/?from={bill.pk}").content.decode()
    assert page.count("checked") == 1
    response = marco.post(f"/c/{talk.number}/split/", {"messages": [bill.pk]}, headers=HTMX)
    fresh = Conversation.objects.exclude(pk=talk.pk).get()
    card = marco.get(f"/c/{talk.number}/card/", headers=HTMX).content.decode()
    assert fresh.number in card
    assert "split off" in card
    address, fields = undo(response)
    marco.post(address, fields, headers=HTMX)
    assert talk.messages.count() == 2
    fresh.refresh_from_db()
    assert fresh.merged_into_id == talk.pk


def test_a_link_is_made_with_a_reason_and_taken_away(cast: Cast, as_: As) -> None:
    first, second = two(cast)
    marco = as_(cast.marco)
    response = marco.post(
        f"/c/{first.number}/link/", {"other": second.number, "why": "the same fault"}, headers=HTMX
    )
    assert "the same fault" in marco.get(f"/c/{second.number}/card/", headers=HTMX).content.decode()
    address, fields = undo(response)
    marco.post(address, fields, headers=HTMX)
    assert "the same fault" not in marco.get(f"/c/{second.number}/card/", headers=HTMX).content.decode()


def test_marco_snoozes_in_his_own_words_and_sees_what_was_understood(cast: Cast, as_: As) -> None:
    talk = cast.writes("The line is dead.")
    marco = as_(cast.marco)
    read = marco.get(f"/c/{talk.number}/when/", {"when": "next friday 9"}, headers=HTMX).content.decode()
    assert "Or did you mean" in read or "09:00" in read
    assert (
        "Not understood"
        in marco.get(f"/c/{talk.number}/when/", {"when": "pizza"}, headers=HTMX).content.decode()
    )
    assert marco.post(f"/c/{talk.number}/snooze/", {"when": "pizza"}, headers=HTMX).status_code == 422
    assert marco.post(f"/c/{talk.number}/snooze/", {"when": "in 2 hours"}, headers=HTMX).status_code == 200
    talk.refresh_from_db()
    assert talk.snoozed_until is not None


def test_spam_blocks_its_sender_and_undo_takes_both_back(cast: Cast, as_: As) -> None:
    talk = cast.writes("Buy my pills.")
    identity = Identity.objects.get(pk=Message.objects.get(conversation=talk).identity_id)
    marco = as_(cast.marco)
    assert "Block" in marco.get(f"/c/{talk.number}/spam/", headers=HTMX).content.decode()
    body = {"spam": "1", "block": identity.pk, "why": "sells pills"}
    response = marco.post(f"/c/{talk.number}/spam/", body, headers=HTMX)
    identity.refresh_from_db()
    assert identity.refused_why == "sells pills"
    address, fields = undo(response)
    marco.post(address, fields, headers=HTMX)
    identity.refresh_from_db()
    talk.refresh_from_db()
    assert identity.refused_at is None
    assert not talk.is_spam


def test_what_stands_above_a_comment_is_shown(cast: Cast, as_: As) -> None:
    post = {"author": "Telvia", "text": "Fibra Casa a 19,90 €", "url": "https://social.example/p/1"}
    talk = receive(
        cast.inbox, "Bella la promo.", customer=cast.giulia, visibility="public", extra={"post": post}
    ).conversation
    page = as_(cast.marco).get(f"/c/{talk.number}/").content.decode()
    assert "Fibra Casa a 19,90 €" in page
    assert "Open the post" in page


def test_a_long_thread_costs_the_queries_of_a_short_one(cast: Cast, as_: As) -> None:
    talk = cast.writes("0")
    receive(cast.inbox, "1", customer=cast.giulia)
    actions.add_note(agent=cast.marco, conversation=talk, text="Hm")
    marco = as_(cast.marco)
    marco.get(f"/c/{talk.number}/", headers=HTMX)
    with CaptureQueriesContext(connection) as short:
        marco.get(f"/c/{talk.number}/", headers=HTMX)
    for number in range(2, 60):
        receive(cast.inbox, str(number), customer=cast.giulia)
    with CaptureQueriesContext(connection) as long:
        marco.get(f"/c/{talk.number}/", headers=HTMX)
    assert len(long) <= len(short)


def test_the_post_above_is_drawn_once_and_not_above_every_answer(cast: Cast, as_: As) -> None:
    post = {"author": "Telvia", "text": "Fibra Casa a 19,90 €", "url": "https://www.facebook.com/1"}
    first = receive(
        cast.inbox, "Bella la promo.", customer=cast.giulia, visibility="public", extra={"post": post}
    )
    receive(
        cast.inbox,
        "E a Navile?",
        customer=cast.giulia,
        visibility="public",
        replies_to=[first.external_id or ""],
        extra={"post": post, "context": post["text"]},
    )
    page = as_(cast.marco).get(f"/c/{first.conversation.number}/").content.decode()
    assert page.count('class="post-above"') == 1
