"""Against the stand-in over real sockets: both sides of the network, its sessions, and what happens when it suffers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.channels.adapters.bluesky.adapter import Bluesky
from ascolto.channels.adapters.bluesky.posts import permalink
from ascolto.channels.protocol import ErrorClass, Failure, Message, Outgoing, Reacted, Removed, SendRefused
from ascolto.kit import clock, http
from ascolto.testing.conformance import account_for
from ascolto.testing.networks.bluesky import BlueskyNetwork
from ascolto.testing.networks.city import City
from ascolto.testing.polled import Desk, answer_to, picture


@pytest.fixture
def network() -> Iterator[BlueskyNetwork]:
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield city.add(BlueskyNetwork())


@pytest.fixture
def desk(network: BlueskyNetwork) -> Desk:
    """An adapter of its own: sessions live as long as a process."""
    adapter = Bluesky()
    return Desk(adapter, account_for(adapter, network.settings))


@pytest.fixture
def giulia(network: BlueskyNetwork):
    return network.add_person("Giulia Conti")


def refused(desk: Desk, outgoing: Outgoing, *, in_public: bool = False) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        (desk.adapter.publish if in_public else desk.adapter.send)(desk.account, outgoing)
    return refusal.value.failure


# --- hearing ----------------------------------------------------------------------------------------------------------


def test_posts_and_direct_messages_are_heard_and_giulia_is_the_same_on_both_sides(
    network, desk, giulia
) -> None:
    network.write(giulia, "La fibra non va", public=True)
    network.write(giulia, "Il mio codice è 4471")
    public, private = desk.hears()
    assert (public.visibility, public.text) == ("public", "@telvia.bsky.example La fibra non va")
    assert (private.visibility, private.text) == ("private", "Il mio codice è 4471")
    assert public.sender.handles == private.sender.handles
    assert desk.hears() == []


def test_everything_is_heard_once_and_in_its_order(network, desk, giulia) -> None:
    desk.hears()
    for number in range(230):
        network.write(giulia, f"messaggio {number}", public=True)
    heard = [event.text.partition(" ")[2] for event in desk.hears() if isinstance(event, Message)]
    assert heard == [f"messaggio {number}" for number in range(230)]
    for number in range(120):
        network.write(giulia, f"privato {number}")
    assert [event.text for event in desk.hears()] == [f"privato {number}" for number in range(120)]
    assert desk.hears() == []


def test_replies_and_quotes_say_what_they_are_about(network, desk, giulia) -> None:
    desk.hears()
    ours = network.put(
        network.us, network.tid(), {"text": "Lavori in corso", "createdAt": "2026-11-22T08:00:00Z"}
    )
    network.write(giulia, "Fino a quando?", public=True, answers=ours.uri)
    network.write(giulia, "Guardate", public=True, quotes=ours.uri)
    network.like(giulia, ours.uri)
    reply, quote = (event for event in desk.hears() if isinstance(event, Message))
    assert reply.extra["context"] == quote.extra["context"] == "Lavori in corso"
    assert reply.extra["post"] | {"author": ""} == {
        "author": "",
        "text": "Lavori in corso",
        "url": permalink(ours.uri),
    }
    assert reply.replies_to == (ours.uri,)


def test_an_account_that_is_connected_today_brings_only_what_came_lately(network, desk, giulia) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        network.write(giulia, "vecchio", public=True)
    network.write(giulia, "nuovo", public=True)
    assert desk.hears_message().text.endswith("nuovo")


def test_what_the_network_notices_a_little_late_is_heard(network, desk, giulia) -> None:
    network.write(giulia, "subito", public=True)
    desk.hears()
    with clock.at(clock.now() - timedelta(minutes=1)):
        network.write(giulia, "in ritardo", public=True)
    assert desk.hears_message().text.endswith("in ritardo")
    assert desk.hears() == []


def test_pictures_come_along(network, desk, giulia) -> None:
    network.write(giulia, "La spia è rossa", public=True, files=[(b"\x89PNG red", "image/png")])
    (image,) = desk.hears_message().attachments
    assert desk.adapter.fetch_media(desk.account, image.remote, 100)[0] == b"\x89PNG red"
    with pytest.raises(SendRefused) as refusal:
        desk.adapter.fetch_media(desk.account, {"did": "../..", "cid": "x"}, 100)
    assert refusal.value.failure.error is ErrorClass.CONTENT


def test_a_post_that_is_deleted_is_seen_at_the_second_look(network, desk, giulia) -> None:
    kept = network.write(giulia, "La fibra non va", public=True)
    gone = network.write(giulia, "Scusate", public=True)
    desk.hears()
    network.delete(giulia, gone)
    assert desk.hears() == []
    with clock.at(clock.now() + timedelta(minutes=20)):
        (removed,) = desk.hears()
        assert desk.hears() == []
    assert isinstance(removed, Removed)
    assert removed.external_id == gone
    assert kept in desk.cursor["watched"]


def test_reactions_in_the_chat_find_their_message(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    sent = desk.adapter.send(desk.account, answer_to(desk.hears_message(), "Certo"))
    network.like(giulia, sent.external_ids[0], "🙏")
    echo, reaction = desk.hears()
    assert isinstance(echo, Message)
    assert (echo.outgoing, (echo.external_id,)) == (True, sent.external_ids)
    assert isinstance(reaction, Reacted)
    assert (reaction.external_id, reaction.emoji) == (sent.external_ids[0], "🙏")


def test_an_answer_given_in_the_app_is_ours_and_never_a_customers(network, desk, giulia) -> None:
    first = network.records[network.write(giulia, "Quando venite?", public=True)]
    desk.hears()
    record = {"text": "Domani", "createdAt": "2026-11-22T08:00:00Z"}
    record["reply"] = {"root": network.reference(first), "parent": network.reference(first)}
    network.put(network.us, network.tid(), record)
    (echo,) = desk.hears()
    assert (echo.outgoing, echo.text, echo.replies_to) == (True, "Domani", (first.uri,))
    assert echo.sender.handles[0].value == giulia.id


# --- answering ------------------------------------------------------------------------------------------------------


def test_a_public_answer_stands_under_what_it_answers(network, desk, giulia) -> None:
    first = network.write(giulia, "La fibra non va", public=True)
    text = "Arriviamo, @giulia-conti.bsky.example: https://telvia.example/stato"
    (uri,) = desk.adapter.publish(
        desk.account, answer_to(desk.hears_message(), text, language="it")
    ).external_ids
    sent = network.sent[0]
    assert (sent.id, sent.public, sent.answers, sent.person) == (uri, True, first, giulia)
    assert sent.data["reply"]["root"]["uri"] == first
    assert [mark["features"][0].get("did", "link") for mark in sent.data["facets"]] == [giulia.id, "link"]
    (echo,) = desk.hears()
    assert (echo.outgoing, echo.external_id) == (True, uri)


def test_an_answer_deep_in_a_thread_keeps_its_root(network, desk, giulia) -> None:
    ours = network.put(network.us, network.tid(), {"text": "Lavori", "createdAt": "2026-11-22T08:00:00Z"})
    first = network.write(giulia, "Fino a quando?", public=True, answers=ours.uri)
    desk.adapter.publish(desk.account, answer_to(desk.hears_message(), "Domani"))
    reply = network.sent[-1].data["reply"]
    assert (reply["root"]["uri"], reply["parent"]["uri"]) == (ours.uri, first)


def test_a_public_question_is_answered_in_private(network, desk, giulia) -> None:
    network.write(giulia, "Quanto devo pagare?", public=True)
    outgoing = answer_to(desk.hears_message(), "Le scrivo qui", from_public=True)
    desk.adapter.send(desk.account, outgoing)
    assert (network.sent[0].public, network.sent[0].person) == (False, giulia)
    assert network.records.keys() == {outgoing.reply_to}


def test_whoever_takes_no_messages_is_not_written_to(network, desk) -> None:
    viktor = network.add_person("Viktor", takes_messages=False)
    network.write(viktor, "Quanto devo pagare?", public=True)
    failure = refused(desk, answer_to(desk.hears_message(), "Le scrivo qui", from_public=True))
    assert failure.error is ErrorClass.BLOCKED


def test_the_same_post_twice_is_one_post(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?", public=True)
    outgoing = answer_to(desk.hears_message(), "Certo")
    network.suffer("lost", on="putRecord")
    assert refused(desk, outgoing, in_public=True).error is ErrorClass.RETRY
    sent = desk.adapter.publish(desk.account, outgoing)
    assert [message.id for message in network.sent] == list(sent.external_ids)


def test_a_direct_message_whose_fate_is_unknown_is_not_repeated(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    outgoing = answer_to(desk.hears_message(), "Certo")
    network.suffer("lost", on="sendMessage")
    assert refused(desk, outgoing).error is ErrorClass.UNCERTAIN
    assert desk.adapter.capabilities.idempotent is False


def test_pictures_leave(network, desk, giulia) -> None:
    network.write(giulia, "Come si fa?", public=True)
    message = desk.hears_message()
    desk.adapter.publish(desk.account, answer_to(message, "Così", files=(picture(b"\x89PNG guide"),)))
    assert network.sent[0].files == (("image/png", b"\x89PNG guide"),)
    large = answer_to(message, "Così", "d-2", files=(picture(b"x" * 1_000_001),))
    assert refused(desk, large, in_public=True).error is ErrorClass.CONTENT


@pytest.mark.parametrize(
    ("text", "in_public"), [("a" * 301, True), ("👨‍👩‍👧‍👦" * 200, True), ("a" * 1001, False)]
)
def test_what_is_too_long_never_leaves(network, desk, giulia, text, in_public) -> None:
    network.write(giulia, "Ci siete?", public=in_public)
    message = desk.hears_message()
    network.requests.clear()
    assert refused(desk, answer_to(message, text), in_public=in_public).error is ErrorClass.CONTENT
    assert network.requests == []


def test_three_hundred_signs_of_any_kind_are_one_post(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?", public=True)
    desk.adapter.publish(desk.account, answer_to(desk.hears_message(), "è👍🏽" * 150))
    assert len(network.sent) == 1


def test_without_direct_messages_nothing_private_leaves_and_the_chat_is_not_asked(network, giulia) -> None:
    adapter = Bluesky()
    desk = Desk(adapter, account_for(adapter, {**network.settings, "direct_messages": "no"}))
    network.write(giulia, "Ci siete?")
    assert desk.hears() == []
    outgoing = Outgoing(tracker="d-1", recipient=(), text="Certo")
    failure = refused(desk, outgoing)
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert not any("chat.bsky" in path for _, path in network.requests)


# --- when it goes wrong -----------------------------------------------------------------------------------------------


def test_a_post_that_is_gone_or_closed_to_us_cannot_be_answered(network, desk, giulia) -> None:
    first = network.write(giulia, "Ci siete?", public=True)
    message = desk.hears_message()
    giulia.data["closed"] = True
    assert refused(desk, answer_to(message, "Certo"), in_public=True).error is ErrorClass.BLOCKED
    giulia.has_blocked_us = True
    assert refused(desk, answer_to(message, "Certo"), in_public=True).error is ErrorClass.BLOCKED
    network.delete(giulia, first)
    assert refused(desk, answer_to(message, "Certo"), in_public=True).error is ErrorClass.RECIPIENT_GONE
    assert network.sent == []


def test_one_session_serves_many_requests(network, desk, giulia) -> None:
    for number in range(5):
        network.write(giulia, f"messaggio {number}")
        desk.adapter.send(desk.account, answer_to(desk.hears_message(), "Certo", f"d-{number}"))
    assert network.signed_in == 1


def test_a_session_that_ends_is_renewed_without_signing_in(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    message = desk.hears_message()
    with clock.at(clock.now() + timedelta(hours=3)):
        desk.adapter.send(desk.account, answer_to(message, "Certo"))
    assert network.signed_in == 1
    assert ("POST", "/xrpc/com.atproto.server.refreshSession") in network.requests


def test_a_session_that_ends_before_its_time_is_renewed(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    message = desk.hears_message()
    for token in [token for token, (kind, _) in network.sessions.items() if kind == "access"]:
        del network.sessions[token]
    desk.adapter.send(desk.account, answer_to(message, "Certo"))
    assert network.signed_in == 1
    network.sessions.clear()
    desk.adapter.send(desk.account, answer_to(message, "Certo", "d-2"))
    assert network.signed_in == 2, "a session that is over is begun anew"


def test_a_password_that_was_taken_back_stops_the_inbox(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    message = desk.hears_message()
    network.us.data["password"] = "another"
    network.sessions.clear()
    failure = refused(desk, answer_to(message, "Certo"))
    assert failure.error is ErrorClass.REAUTH
    assert network.settings["app_password"] not in failure.reason


def test_a_password_without_the_right_to_the_chat_says_so(network, desk, giulia) -> None:
    network.write(giulia, "La fibra non va", public=True)
    network.us.data["chat"] = False
    with pytest.raises(SendRefused, match="no right for direct messages"):
        desk.adapter.test(desk.account)
    found = desk.adapter.poll(desk.account, {})
    assert next(found).raw, "posts are heard all the same"
    with pytest.raises(SendRefused) as refusal:
        next(found)
    assert refusal.value.failure.error is ErrorClass.CONFIG


def test_a_network_that_has_enough_says_until_when(network, desk, giulia) -> None:
    network.write(giulia, "Ci siete?")
    message = desk.hears_message()
    network.suffer("limit", on="sendMessage")
    failure = refused(desk, answer_to(message, "Certo"))
    assert failure.error is ErrorClass.RETRY_AFTER
    assert failure.retry_after is not None
    assert 1 < failure.retry_after <= 3
    network.suffer("fail", on="sendMessage")
    assert refused(desk, answer_to(message, "Certo")).error is ErrorClass.RETRY


def test_the_test_says_who_we_are(network, desk) -> None:
    assert desk.adapter.test(desk.account) == "Connected as @telvia.bsky.example, with direct messages."
