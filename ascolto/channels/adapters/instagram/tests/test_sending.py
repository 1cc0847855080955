"""Instagram against a stand-in of both logins, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.instagram.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    ErrorClass,
    Failure,
    File,
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.instagram import InstagramNetwork

MIB = 1024 * 1024
JPEG = b"\xff\xd8\xff" + b"\x00" * 32


@pytest.fixture(params=["facebook", "instagram"])
def network(request: pytest.FixtureRequest) -> Iterator[InstagramNetwork]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield city.add(InstagramNetwork(login=request.param))


@pytest.fixture
def giulia(network: InstagramNetwork) -> Person:
    return network.add_person("Giulia Conti")


def opened(network: InstagramNetwork, **changed: str) -> Account:
    return account_for(adapter, {**network.settings, **changed})


def told(network: InstagramNetwork) -> list[Inbound]:
    """Everything that waits at our door: verified and parsed as the product does."""
    events: list[Inbound] = []
    for body, headers in network.mailman.take():
        adapter.verify(opened(network), hook(body, headers))
        events += adapter.parse(opened(network), RawDelivery(body=body, headers={}, received_at=now()))
    return events


def heard(network: InstagramNetwork) -> Message:
    return next(event for event in told(network) if isinstance(event, Message))


def answer(asked: Message, text: str = "Ciao Giulia!", **more: Any) -> Outgoing:
    about = {"recipient": asked.sender.handles, "reply_to": asked.external_id, "extra": asked.extra}
    return Outgoing(**{"tracker": "17.Zx3", "text": text, "visibility": asked.visibility, **about, **more})


def privately(asked: Message, text: str = "Ci dica il contratto.", **more: Any) -> Outgoing:
    return answer(asked, text, **{"visibility": "private", "from_public": True, **more})


def refused(network: InstagramNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    do = adapter.publish if outgoing.visibility == "public" else adapter.send
    with pytest.raises(SendRefused) as refusal:
        do(opened(network, **changed), outgoing)
    return refusal.value.failure


def test_a_direct_message_is_answered_and_its_reading_comes_back(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    assert asked.sender.handles == (Handle("instagram", giulia.id),)
    sent = adapter.send(opened(network), answer(asked))
    assert (network.sent[0].person, network.sent[0].public) == (giulia, False)
    echo, read = told(network)
    assert isinstance(echo, Message)
    assert echo.outgoing
    assert isinstance(read, Receipt)
    assert (echo.external_id, read.external_id, read.status.value) == (*sent.external_ids * 2, "read")


def test_a_comment_is_answered_under_it_and_the_person_is_the_same_as_in_private(network, giulia) -> None:
    network.write(giulia, "Quando a Cremona?", public=True)
    asked = heard(network)
    assert (asked.visibility, asked.sender.handles[0].value) == ("public", giulia.id)
    assert asked.sender.handles[0].shown == "@giulia.conti"
    sent = adapter.publish(opened(network), answer(asked))
    assert (network.sent[0].public, network.sent[0].answers) == (True, asked.external_id)
    echo = heard(network)
    assert (echo.outgoing, echo.external_id) == (True, sent.external_ids[0])
    assert echo.replies_to == (asked.external_id,)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("x" * 301, "301 characters"),
        ("#a #b #c #d #e", "5 hashtags"),
        ("https://a.example e http://b.example", "2 links"),
        ("ARRIVIAMO SUBITO!", "capital letters"),
        ("  ", "empty"),
    ],
)
def test_rules_for_comments_are_told_before_anybody_asks(network, giulia, text, word) -> None:
    network.write(giulia, "Ciao", public=True)
    asked = heard(network)
    before = len(network.requests)
    failure = refused(network, answer(asked, text))
    assert failure.error is ErrorClass.CONTENT
    assert word in failure.reason
    assert len(network.requests) == before


def test_one_private_answer_goes_to_whoever_commented_and_a_second_is_refused(network, giulia) -> None:
    network.write(giulia, "Il mio conto è sbagliato", public=True)
    asked = heard(network)
    sent = adapter.send(opened(network), privately(asked))
    assert sent.handles == (Handle("instagram", giulia.id),)
    assert (network.sent[0].public, network.sent[0].answers) == (False, asked.external_id)
    failure = refused(network, privately(asked))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert giulia.last_wrote_at is None
    free = refused(network, privately(asked, from_public=False))
    assert free.error is ErrorClass.WINDOW_CLOSED  # it goes on only if the person answers


def test_a_mention_is_read_answered_in_public_and_not_in_private(network, giulia) -> None:
    network.mention(giulia, "@telvia avete visto?")
    asked = heard(network)
    content, _ = adapter.fetch_media(opened(network), asked.attachments[0].remote or {}, MIB)
    assert content.decode() == "@giulia.conti\n@telvia avete visto?"
    assert adapter.who_is(opened(network), asked.sender.handles[0]) == "giulia.conti"
    adapter.publish(opened(network), answer(asked))
    assert (network.sent[0].public, network.sent[0].person) == (True, giulia)
    assert refused(network, privately(asked)).of_message


def test_the_author_of_a_comment_that_names_nobody_is_asked_for(network, giulia) -> None:
    comment = network.write(giulia, "Chi sono?", public=True)
    account = opened(network)
    assert adapter.who_is(account, Handle("instagram", f"comment:{comment}", proven=False)) == "giulia.conti"
    assert adapter.who_is(account, Handle("instagram", giulia.id)) == "Giulia Conti"
    assert adapter.who_is(account, Handle("messenger", giulia.id)) == ""
    with pytest.raises(SendRefused):
        adapter.who_is(account, Handle("instagram", "comment:../me", proven=False))


def test_a_story_is_answered_with_its_picture(network, giulia) -> None:
    network.answer_story(giulia, "Bella!", JPEG)
    asked = heard(network)
    assert asked.extra["context"] == "Story"
    assert adapter.fetch_media(opened(network), asked.attachments[0].remote or {}, MIB) == (
        JPEG,
        "image/jpeg",
    )


def test_a_thousand_bytes_are_not_a_thousand_letters(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    adapter.send(opened(network), answer(asked, "è" * 500))
    assert "1002 bytes" in refused(network, answer(asked, "è" * 501)).reason


def test_files_leave_by_the_page_and_not_by_the_other_login(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    picture = File(name="a.jpg", content_type="image/jpeg", size=len(JPEG), read=lambda: JPEG)
    outgoing = answer(asked, "Ecco", files=(picture,))
    sheet = adapter.capabilities_with(network.settings)
    if network.login == "instagram":
        assert sheet.attachments is None
        assert refused(network, outgoing).error is ErrorClass.CONTENT
        return
    adapter.send(opened(network), outgoing)
    assert [sent.files for sent in network.sent] == [(), (("image/jpeg", JPEG),)]
    archive = File(name="a.zip", content_type="application/zip", size=9, read=lambda: b"")
    assert "application/zip" in refused(network, answer(asked, files=(archive,))).reason


def test_after_a_day_only_a_person_with_metas_permission_may_answer(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    giulia.last_wrote_at = early = now() - timedelta(days=2)
    assert refused(network, answer(asked, heard_at=early)).error is ErrorClass.WINDOW_CLOSED
    network.human_agent = True
    adapter.send(opened(network), answer(asked, heard_at=early))
    assert len(network.sent) == 1


def test_the_token_of_the_instagram_login_is_renewed_when_it_is_a_day_old(network) -> None:
    account = opened(network)
    if network.login == "facebook":
        assert adapter.renew(account) is None
        return
    assert adapter.renew(account) is None  # made just now
    network.token_made_at = now() - timedelta(days=2)
    renewed = adapter.renew(account)
    assert renewed is not None
    assert renewed.values == {"access_token": network.access_token}
    assert renewed.expires_at is not None
    assert renewed.expires_at > now() + timedelta(days=59)
    with pytest.raises(SendRefused) as refusal:
        adapter.renew(account)  # with the old one
    assert refusal.value.failure.error is ErrorClass.REAUTH
    assert account.config.access_token not in refusal.value.failure.reason


def test_anna_hides_shows_and_deletes_a_comment(network, giulia) -> None:
    comment = network.write(giulia, "Truffatori", public=True)
    account = opened(network)
    adapter.moderate(account, "hide", comment, {})
    assert network.comments[comment].is_hidden
    adapter.moderate(account, "show", comment, {})
    assert not network.comments[comment].is_hidden
    adapter.moderate(account, "delete", comment, {})
    assert comment not in network.comments
    with pytest.raises(SendRefused) as refusal:
        adapter.moderate(account, "like", comment, {})
    assert refusal.value.failure.of_message


def test_what_was_lost_is_found_with_the_same_ids(network, giulia) -> None:
    account = opened(network)
    (first,) = adapter.poll(account, {})
    comment = network.write(giulia, "Persa?", public=True)
    reply = network.write(giulia, "Anche questa?", public=True, answering=comment)
    mid = network.write(giulia, "E questa?")
    network.mailman.take()
    events = [
        event
        for item in adapter.poll(account, first.cursor)
        if item.raw
        for event in adapter.parse(account, RawDelivery(body=item.raw, headers={}, received_at=now()))
    ]
    found = {event.external_id: event for event in events if isinstance(event, Message)}
    assert set(found) == {comment, reply, mid}
    assert found[reply].replies_to == (comment,)
    assert found[comment].extra["url"] == "https://www.instagram.com/p/telvia1/"
    assert found[comment].extra["context"] == network.caption
    assert found[comment].extra["post"] == {
        "text": network.caption,
        "url": "https://www.instagram.com/p/telvia1/",
    }
    assert {event.sender.handles[0].value for event in found.values()} == {giulia.id}


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
def test_what_may_have_arrived_is_never_called_repeatable(
    network, giulia, chaos, error, arrived, public
) -> None:
    network.write(giulia, "Ciao", public=public)
    asked = heard(network)
    network.suffer(chaos)
    failure = refused(network, answer(asked))
    assert (failure.error, len(network.sent)) == (error, arrived)


def test_the_test_names_the_account(network) -> None:
    assert adapter.test(opened(network)) == "Connected to @telvia."
    adapter.subscribe(opened(network), "https://care.example/hooks/x")
    assert "messages" in network.subscribed_fields
