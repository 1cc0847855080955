"""The page against a stand-in of the Graph API, over real sockets: public answers, private replies, moderation, sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.facebook.adapter import adapter
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
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.facebook import FacebookNetwork
from ascolto.testing.networks.messenger import MessengerNetwork

MIB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.fixture
def network() -> Iterator[FacebookNetwork]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield city.add(FacebookNetwork())


@pytest.fixture
def giulia(network: FacebookNetwork) -> Person:
    return network.add_person("Giulia Conti")


def opened(network: FacebookNetwork, **changed: str) -> Account:
    return account_for(adapter, {**network.settings, **changed})


def told(network: FacebookNetwork, account: Account) -> list[Inbound]:
    """Everything that waits at our door: verified and parsed as the product does."""
    events: list[Inbound] = []
    for body, headers in network.mailman.take():
        adapter.verify(account, hook(body, headers))
        events += adapter.parse(account, RawDelivery(body=body, headers={}, received_at=now()))
    return events


def heard(network: FacebookNetwork) -> Message:
    return next(event for event in told(network, opened(network)) if isinstance(event, Message))


def answer(asked: Message, text: str = "Ciao Giulia, ecco la guida.", **more: Any) -> Outgoing:
    about = {"recipient": asked.sender.handles, "reply_to": asked.external_id, "extra": asked.extra}
    return Outgoing(**{"tracker": "17.Zx3", "text": text, "visibility": "public", **about, **more})


def privately(asked: Message, text: str = "Ci dica il numero di contratto.", **more: Any) -> Outgoing:
    return answer(asked, text, **{"visibility": "private", "from_public": True, **more})


def refused(network: FacebookNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    do = adapter.publish if outgoing.visibility == "public" else adapter.send
    with pytest.raises(SendRefused) as refusal:
        do(opened(network, **changed), outgoing)
    return refusal.value.failure


def file(name: str = "a.png", content_type: str = "image/png", content: bytes = PNG) -> File:
    return File(name=name, content_type=content_type, size=len(content), read=lambda: content)


# --- public -----------------------------------------------------------------------------------------------------------


def test_marco_answers_giulias_comment_and_the_echo_names_his_answer(network, giulia) -> None:
    network.write(giulia, "La fibra è giù")
    asked = heard(network)
    assert asked.visibility == "public"
    assert asked.sender.handles == (Handle("facebook", giulia.id),)
    assert asked.sender.name == "Giulia Conti"
    sent = adapter.publish(opened(network), answer(asked))
    message = network.sent[0]
    assert (message.public, message.person, message.answers) == (True, giulia, asked.external_id)
    echo = heard(network)
    assert echo.outgoing
    assert (echo.external_id,) == sent.external_ids
    assert echo.replies_to[0] == asked.external_id
    assert echo.sender.handles == ()


def test_an_answer_takes_one_picture(network, giulia) -> None:
    network.write(giulia, "Come si fa?")
    asked = heard(network)
    adapter.publish(opened(network), answer(asked, files=(file('gui"da/1.png'),)))
    assert network.sent[0].files == (("image/png", PNG),)
    assert refused(network, answer(asked, files=(file(), file()))).error is ErrorClass.CONTENT
    assert (
        refused(network, answer(asked, files=(file("a.pdf", "application/pdf"),))).error is ErrorClass.CONTENT
    )
    large = file(content=b"x" * (4 * MIB + 1))
    assert "4 MiB" in refused(network, answer(asked, files=(large,))).reason


def test_texts_that_are_empty_or_too_long_are_refused_before_anybody_asks(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    before = len(network.requests)
    assert refused(network, answer(asked, "")).error is ErrorClass.CONTENT
    assert refused(network, answer(asked, "x" * 8001)).error is ErrorClass.CONTENT
    assert refused(network, answer(asked, reply_to="../me")).error is ErrorClass.CONTENT
    assert len(network.requests) == before


def test_a_comment_that_is_gone_is_a_matter_of_that_comment(network, giulia) -> None:
    comment = network.write(giulia, "Ciao")
    asked = heard(network)
    network.remove(giulia, comment)
    failure = refused(network, answer(asked))
    assert failure.error is ErrorClass.RECIPIENT_GONE
    assert "does not exist any more" in failure.reason


def test_somebody_whom_facebook_hides_can_still_be_answered(network, giulia) -> None:
    network.hides_people = True
    network.write(giulia, "Chi sono?")
    asked = heard(network)
    assert asked.sender.handles == (Handle("facebook", f"comment:{asked.external_id}", proven=False),)
    adapter.publish(opened(network), answer(asked))
    assert network.sent[0].person is giulia
    assert adapter.who_is(opened(network), asked.sender.handles[0]) == "Giulia Conti"
    assert adapter.who_is(opened(network), Handle("facebook", giulia.id)) == ""


def test_a_visitors_post_a_recommendation_and_a_mention_are_heard_and_answered(network, giulia) -> None:
    network.post(giulia, "Nessuno risponde")
    post = heard(network)
    network.recommend(giulia, "Tre risposte diverse", recommends=False)
    review = heard(network)
    assert (review.kind, review.extra["recommends"]) == ("review", False)
    for asked in (post, review):
        adapter.publish(opened(network), answer(asked))
    assert [sent.answers for sent in network.sent] == [post.external_id, review.external_id]


def test_the_words_of_a_mention_are_fetched_since_the_hook_tells_ids_only(network, giulia) -> None:
    network.mention(giulia, "@Telvia ci siete?")
    asked = heard(network)
    assert (asked.kind, asked.text) == ("mention", "")
    content, kind = adapter.fetch_media(opened(network), asked.attachments[0].remote or {}, MIB)
    assert (content.decode(), kind) == ("Giulia Conti\n@Telvia ci siete?", "text/plain")


# --- from public to private ------------------------------------------------------------------------------------------


def test_a_private_answer_opens_the_persons_thread_on_messenger(network, giulia) -> None:
    messenger = network.city.add(MessengerNetwork())
    network.write(giulia, "Il mio contratto è sbagliato")
    asked = heard(network)
    sent = adapter.send(opened(network), privately(asked))
    thread = messenger.sent[0]
    assert (thread.public, thread.text, thread.answers) == (
        False,
        "Ci dica il numero di contratto.",
        asked.external_id,
    )
    assert sent.handles == (Handle("messenger", messenger.people[0].id),)
    assert sent.external_ids == (thread.id,)
    assert messenger.people[0].last_wrote_at is None


def test_facebook_allows_one_private_answer_and_says_so_in_words(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    adapter.send(opened(network), privately(asked))
    failure = refused(network, privately(asked, "E ancora"))
    assert (failure.error, failure.of_message, failure.code) == (ErrorClass.CONFIG, True, "10900")
    assert "answered privately already" in failure.reason


def test_after_seven_days_nobody_is_written_to_in_private(network, giulia) -> None:
    comment = network.write(giulia, "Ciao")
    asked = heard(network)
    network.comments[comment].at = now() - timedelta(days=8)
    failure = refused(network, privately(asked))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


def test_a_post_is_answered_in_private_by_its_own_name_and_a_review_not_at_all(network, giulia) -> None:
    network.post(giulia, "Nessuno risponde")
    adapter.send(opened(network), privately(heard(network)))
    assert len(network.sent) == 1
    network.recommend(giulia, "Mai più", recommends=False)
    failure = refused(network, privately(heard(network)))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


def test_what_is_private_cannot_be_published(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    failure = refused(network, privately(asked, from_public=False))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert refused(network, privately(asked, files=(file(),))).error is ErrorClass.CONTENT
    assert network.sent == []
    adapter.send(opened(network), privately(asked))
    assert [sent.public for sent in network.sent] == [False]


# --- moderation, sweeps, outages ---------------------------------------------------------------------------------------


def test_anna_hides_shows_likes_and_deletes_a_comment(network, giulia) -> None:
    comment = network.write(giulia, "Truffatori")
    account = opened(network)
    for verb, state in (("hide", (True, False)), ("show", (False, False)), ("like", (False, True))):
        adapter.moderate(account, verb, comment, {})
        known = network.comments[comment]
        assert (known.is_hidden, known.is_liked) == state
    adapter.moderate(account, "delete", comment, {})
    assert network.removed == [comment]
    with pytest.raises(SendRefused):
        adapter.moderate(account, "hide", comment, {})
    with pytest.raises(SendRefused):
        adapter.moderate(account, "applaud", comment, {})


def test_what_was_lost_is_found_with_the_same_ids(network, giulia) -> None:
    account = opened(network)
    first = list(adapter.poll(account, {}))
    assert [polled.raw for polled in first] == [None]
    comment = network.write(giulia, "Persa?")
    answer_id = network.write(giulia, "Anche questa?", answering=comment)
    post = network.post(giulia, "E questo?")
    network.mailman.take()
    polled = list(adapter.poll(account, first[-1].cursor))
    raws = [item.raw for item in polled if item.raw]
    events = [
        event
        for raw in raws
        for event in adapter.parse(
            account, RawDelivery(body=raw, headers={}, received_at=now(), source="poll")
        )
    ]
    found = {event.external_id: event for event in events if isinstance(event, Message)}
    assert set(found) == {comment, answer_id, post}
    assert found[answer_id].replies_to[0] == comment
    assert found[comment].extra["context"] == network.post_text
    assert found[comment].extra["post"] == {
        "author": "Telvia",
        "text": network.post_text,
        "url": f"https://www.facebook.com/{network.post_id}",
    }
    assert found[comment].sender == replace(found[answer_id].sender)
    assert polled[-1].cursor != first[-1].cursor


@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.HANG, ErrorClass.UNCERTAIN, 0),
        (Chaos.RESET, ErrorClass.UNCERTAIN, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.GATEWAY, ErrorClass.UNCERTAIN, 1),
        (Chaos.HALF, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
@pytest.mark.parametrize("say", [answer, privately])
def test_what_may_have_arrived_is_never_called_repeatable(
    network, giulia, chaos, error, arrived, say
) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    network.suffer(chaos)
    failure = refused(network, say(asked))
    assert (failure.error, len(network.sent)) == (error, arrived)
    assert failure.reason


def test_a_picture_that_may_have_arrived_is_not_sent_again(network, giulia) -> None:
    network.write(giulia, "Ciao")
    asked = heard(network)
    network.suffer(Chaos.LOST)
    assert refused(network, answer(asked, files=(file(),))).error is ErrorClass.UNCERTAIN


def test_a_wrong_token_asks_for_a_new_one_and_is_not_repeated(network, giulia) -> None:
    network.write(giulia, "Ciao")
    failure = refused(network, answer(heard(network)), access_token="EAAwrong")
    assert (failure.error, failure.code) == (ErrorClass.REAUTH, "190")
    assert "EAAwrong" not in failure.reason


def test_the_test_names_the_page_and_subscribing_keeps_what_others_subscribed(network) -> None:
    assert adapter.test(opened(network)) == "Connected to Telvia."
    network.subscribed_fields = ["messages", "feed"]
    assert "feed, mention, ratings" in adapter.subscribe(opened(network), "https://care.example/hooks/x")
    assert network.subscribed_fields == ["messages", "feed", "mention", "ratings"]


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/x", "http://169.254.169.254/", "file:///etc/passwd", "", "http://["]
)
def test_a_photo_is_not_fetched_from_inside_the_house(network, address) -> None:
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), {"url": address}, MIB)
    assert refusal.value.failure.error in {ErrorClass.CONFIG, ErrorClass.CONTENT}


def test_a_photo_is_fetched_without_our_token_and_one_that_is_gone_says_so(network) -> None:
    account = opened(network)
    assert adapter.fetch_media(account, {"url": network.file_url(PNG, "image/png")}, MIB) == (
        PNG,
        "image/png",
    )
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(account, {"url": f"{network.url}/files/nothing"}, MIB)
    assert refusal.value.failure.error is ErrorClass.CONTENT
