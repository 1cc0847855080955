"""The Mastodon adapter against a Mastodon server that somebody else wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.mastodon.adapter import adapter
from ascolto.channels.protocol import Edited, ErrorClass, Message, Removed, SendRefused
from ascolto.kit import clock
from ascolto.testing.conformance import account_for
from ascolto.testing.polled import Desk, answer_to, picture
from ascolto.testing.servers.mastodon_mock import MastodonMock

pytestmark = [pytest.mark.processes, pytest.mark.any_database]


@pytest.fixture
def desk(mastodon_mock: MastodonMock) -> Desk:
    """Telvia's desk, which has heard everything so far."""
    desk = Desk(adapter, account_for(adapter, mastodon_mock.settings))
    desk.hears()
    return desk


def giulia_writes(server: MastodonMock, text: str, visibility: str = "public", **more: Any) -> str:
    status = server.does(
        "giulia", "POST", "statuses", status=f"@telvia {text}", visibility=visibility, **more
    )
    return str(status["id"])


def status_of(server: MastodonMock, status_id: str, reader: str = "giulia") -> dict[str, Any]:
    return dict(server.does(reader, "GET", f"statuses/{status_id}"))


def test_the_connection_is_tested(mastodon_mock: MastodonMock, desk: Desk) -> None:
    assert adapter.test(desk.account).startswith("Connected as @telvia@127.0.0.1")


def test_giulia_writes_in_public_and_is_answered_there(mastodon_mock: MastodonMock, desk: Desk) -> None:
    first = giulia_writes(mastodon_mock, "la fibra non va")
    message = desk.hears_message()
    assert (message.external_id, message.visibility) == (first, "public")
    assert message.text == "@telvia la fibra non va"
    assert message.sender.name == "Giulia Conti"
    (sent,) = adapter.publish(desk.account, answer_to(message, "Arriviamo", "pub-1")).external_ids
    found = status_of(mastodon_mock, sent, "paolo")
    assert (found["visibility"], found["in_reply_to_id"]) == ("public", first)


def test_giulia_writes_in_private_and_nobody_else_reads_the_answer(
    mastodon_mock: MastodonMock, desk: Desk
) -> None:
    giulia_writes(mastodon_mock, "il mio codice è 4471", "direct")
    message = desk.hears_message()
    assert message.visibility == "private"
    (sent,) = adapter.send(desk.account, answer_to(message, "Grazie, @paolo lo sa", "dir-1")).external_ids
    found = status_of(mastodon_mock, sent)
    assert found["visibility"] == "direct"
    assert [person["acct"] for person in found["mentions"]] == ["giulia"]
    heard = [event for event in desk.hears() if isinstance(event, Message)]
    assert [(event.external_id, event.outgoing) for event in heard] == [(sent, True)]


def test_a_public_question_is_answered_in_private(mastodon_mock: MastodonMock, desk: Desk) -> None:
    giulia_writes(mastodon_mock, "quanto devo pagare?")
    message = desk.hears_message()
    (sent,) = adapter.send(
        desk.account, answer_to(message, "Le scrivo qui", "dir-2", from_public=True)
    ).external_ids
    assert status_of(mastodon_mock, sent)["visibility"] == "direct"


def test_the_same_answer_twice_is_one_status(mastodon_mock: MastodonMock, desk: Desk) -> None:
    giulia_writes(mastodon_mock, "ci siete?", "direct")
    outgoing = answer_to(desk.hears_message(), "Certo", "same-1")
    assert adapter.send(desk.account, outgoing) == adapter.send(desk.account, outgoing)


def test_a_picture_leaves(mastodon_mock: MastodonMock, desk: Desk) -> None:
    giulia_writes(mastodon_mock, "come si fa?", "direct")
    sent = adapter.send(desk.account, answer_to(desk.hears_message(), "Così", "pic-1", files=(picture(),)))
    (file,) = status_of(mastodon_mock, sent.external_ids[0])["media_attachments"]
    assert file["type"] == "image"


def test_a_text_that_is_too_long_is_refused(mastodon_mock: MastodonMock, desk: Desk) -> None:
    giulia_writes(mastodon_mock, "ci siete?")
    message = desk.hears_message()
    with pytest.raises(SendRefused) as refusal:
        adapter.send(desk.account, answer_to(message, "a" * 600, "long-1"))
    assert refusal.value.failure.error is ErrorClass.CONTENT


def test_edits_and_deletions_are_seen_at_the_second_look(mastodon_mock: MastodonMock, desk: Desk) -> None:
    first = giulia_writes(mastodon_mock, "la fibra non va")
    second = giulia_writes(mastodon_mock, "mi sono sbagliata")
    desk.hears()
    mastodon_mock.does("giulia", "PUT", f"statuses/{first}", status="@telvia la fibra non va da ieri")
    mastodon_mock.does("giulia", "DELETE", f"statuses/{second}")
    with clock.at(clock.now() + timedelta(minutes=20)):
        polls = [desk.hears() for _ in range(4)]  # a few statuses are read again in each
    heard = {
        event.external_id: event for found in polls for event in found if isinstance(event, Edited | Removed)
    }
    assert isinstance(heard[first], Edited)
    assert heard[first].text == "@telvia la fibra non va da ieri"
    assert isinstance(heard[second], Removed)


def test_a_wrong_token_is_named(mastodon_mock: MastodonMock) -> None:
    account = account_for(adapter, {**mastodon_mock.settings, "access_token": "somebody-else"})
    with pytest.raises(SendRefused) as refusal:
        adapter.test(account)
    assert refusal.value.failure.error is ErrorClass.REAUTH
