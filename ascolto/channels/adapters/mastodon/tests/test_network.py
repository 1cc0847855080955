"""Against the stand-in over real sockets: who hears what, who may read what, what happens when the server suffers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ascolto.channels.adapters.mastodon.adapter import adapter
from ascolto.channels.protocol import Edited, ErrorClass, Message, Outgoing, Removed, SendRefused
from ascolto.channels.vendors import oauth
from ascolto.kit import clock, http
from ascolto.testing.conformance import account_for
from ascolto.testing.networks.city import City
from ascolto.testing.networks.mastodon import MastodonNetwork
from ascolto.testing.polled import Desk, answer_to, picture


@pytest.fixture
def network() -> Iterator[MastodonNetwork]:
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield city.add(MastodonNetwork())


@pytest.fixture
def desk(network: MastodonNetwork) -> Desk:
    return Desk(adapter, account_for(adapter, network.settings))


@pytest.fixture
def giulia(network: MastodonNetwork):
    return network.add_person("Giulia Conti", acct="giulia@piazza.example")


def refused(desk: Desk, outgoing: Outgoing, *, in_public: bool = False):
    with pytest.raises(SendRefused) as refusal:
        (adapter.publish if in_public else adapter.send)(desk.account, outgoing)
    return refusal.value.failure


# --- hearing ----------------------------------------------------------------------------------------------------------


def test_a_private_mention_of_a_stranger_is_heard_though_the_server_sets_it_aside(
    network, desk, giulia
) -> None:
    network.write(giulia, "il mio codice è 4471")
    assert network.notices[0].is_filtered
    message = desk.hears_message()
    assert (message.visibility, message.text) == ("private", "@telvia il mio codice è 4471")


def test_everything_is_heard_once_and_in_its_order(network, desk, giulia) -> None:
    desk.hears()
    for number in range(95):
        network.write(giulia, f"messaggio {number}", public=True)
    heard = [event.text for event in desk.hears() if isinstance(event, Message)]
    assert heard == [f"@telvia messaggio {number}" for number in range(95)]
    assert desk.hears() == []


def test_an_account_that_is_connected_today_brings_only_what_came_lately(network, desk, giulia) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        network.write(giulia, "vecchio", public=True)
    network.write(giulia, "nuovo", public=True)
    assert desk.hears_message().text == "@telvia nuovo"
    assert desk.hears() == []


def test_a_server_that_knows_only_mentions_is_heard(network, desk, giulia) -> None:
    network.knows_types = {"mention"}
    network.write(giulia, "la fibra non va")
    assert desk.hears_message().text == "@telvia la fibra non va"


def test_likes_are_not_even_asked_for(network, desk, giulia) -> None:
    network.like(giulia, "")
    assert desk.hears() == []


def test_a_file_comes_along(network, desk, giulia) -> None:
    network.write(giulia, "la spia è rossa", files=[(b"\x89PNG red", "image/png")])
    (image,) = desk.hears_message().attachments
    assert adapter.fetch_media(desk.account, image.remote, 100) == (b"\x89PNG red", "image/png")
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(desk.account, image.remote, 4)
    assert refusal.value.failure.error is ErrorClass.CONTENT


def test_what_giulia_changes_or_takes_back_is_seen_at_the_second_look(network, desk, giulia) -> None:
    first = network.write(giulia, "la fibra non va", public=True)
    second = network.write(giulia, "mi sono sbagliata", public=True)
    desk.hears()
    network.edit(giulia, first, "la fibra non va da ieri")
    network.delete(giulia, second)
    assert desk.hears() == [], "everything was read a moment ago"
    with clock.at(clock.now() + timedelta(minutes=20)):
        edited, removed = desk.hears()
        assert desk.hears() == []
    assert isinstance(edited, Edited)
    assert (edited.external_id, edited.text) == (first, "@telvia la fibra non va da ieri")
    assert isinstance(removed, Removed)
    assert removed.external_id == second
    with clock.at(clock.now() + timedelta(days=2)):
        desk.hears()
    assert desk.cursor["watched"] == {}


def test_an_answer_given_in_mastodon_itself_is_ours_and_never_a_customers(network, desk, giulia) -> None:
    first = network.write(giulia, "quando venite?", public=True)
    desk.hears()
    network.post(network.us, "@giulia@piazza.example domani", "public", answers=first)
    network.post(network.us, "Lavori in corso", "public")
    (echo,) = desk.hears()
    assert isinstance(echo, Message)
    assert echo.outgoing
    assert echo.sender.handles[0].shown == "@giulia@piazza.example"
    assert echo.replies_to == (first,)


def test_an_answer_of_the_desk_comes_back_under_the_id_it_was_given(network, desk, giulia) -> None:
    network.write(giulia, "quando venite?")
    sent = adapter.send(desk.account, answer_to(desk.hears_message(), "Domani"))
    (echo,) = desk.hears()
    assert isinstance(echo, Message)
    assert (echo.outgoing, (echo.external_id,)) == (True, sent.external_ids)


# --- answering ------------------------------------------------------------------------------------------------------


def test_a_private_answer_is_read_by_giulia_alone(network, desk, giulia) -> None:
    network.add_person("Paolo", acct="paolo")
    network.write(giulia, "la fibra non va", public=True)
    outgoing = answer_to(desk.hears_message(), "Scriva a @paolo o a info@telvia.example", from_public=True)
    adapter.send(desk.account, outgoing)
    sent = network.sent[0]
    assert (sent.public, sent.data["visibility"]) == (False, "direct")
    assert sent.data["readers"] == [giulia.id]
    assert sent.text.replace("\u200b", "") == "Scriva a @paolo o a info@telvia.example"


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_a_public_answer_is_as_public_as_what_it_answers(network, desk, giulia, visibility) -> None:
    first = network.write(giulia, "la fibra non va", visibility=visibility)
    adapter.publish(desk.account, answer_to(desk.hears_message(), "Arriviamo"))
    sent = network.sent[0]
    assert (sent.data["visibility"], sent.answers, sent.text) == (visibility, first, "Arriviamo")


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_was_written_for_chosen_readers_is_never_answered_in_public(
    network, desk, giulia, visibility
) -> None:
    network.write(giulia, "solo tra noi", visibility=visibility)
    failure = refused(desk, answer_to(desk.hears_message(), "Arriviamo"), in_public=True)
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert network.sent == []


def test_whoever_is_named_in_the_text_is_not_named_twice(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    adapter.send(desk.account, answer_to(desk.hears_message(), "Certo, @giulia@piazza.example."))
    assert network.sent[0].data["status"] == "Certo, @giulia@piazza.example."
    assert network.sent[0].data["readers"] == [giulia.id]


def test_pictures_leave_also_when_the_server_needs_a_while(network, desk, giulia) -> None:
    network.slow_files = True
    network.write(giulia, "come si fa?")
    adapter.send(desk.account, answer_to(desk.hears_message(), "Così", files=(picture(b"\x89PNG guide"),)))
    assert network.sent[0].files == (("image/png", b"\x89PNG guide"),)


def test_the_same_answer_twice_is_one_status(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    outgoing = answer_to(desk.hears_message(), "Certo")
    network.suffer("lost", on="/api/v1/statuses")
    assert refused(desk, outgoing).error is ErrorClass.UNCERTAIN
    sent = adapter.send(desk.account, outgoing)
    assert len(network.sent) == 1
    assert sent.external_ids == (network.sent[0].id,)


def test_a_customer_without_a_known_address_is_looked_up(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    message = desk.hears_message()
    adapter.send(desk.account, Outgoing(tracker="d-2", recipient=message.sender.handles, text="Certo"))
    assert network.sent[0].person is giulia
    giulia.is_gone = True
    outgoing = Outgoing(tracker="d-3", recipient=message.sender.handles, text="Certo")
    assert refused(desk, outgoing).error is ErrorClass.RECIPIENT_GONE


# --- when it goes wrong -----------------------------------------------------------------------------------------------


def test_what_was_taken_back_cannot_be_answered(network, desk, giulia) -> None:
    first = network.write(giulia, "ci siete?")
    message = desk.hears_message()
    network.delete(giulia, first)
    failure = refused(desk, answer_to(message, "Certo"))
    assert failure.error is ErrorClass.RECIPIENT_GONE
    assert failure.reason == "The post you are trying to reply to does not exist."


def test_a_text_that_is_too_long_is_refused_in_the_servers_words(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    failure = refused(desk, answer_to(desk.hears_message(), "a" * 500))
    assert failure.error is ErrorClass.CONTENT
    assert "500" in failure.reason


def test_the_longest_text_of_the_sheet_fits_with_the_customers_name(network, desk) -> None:
    person = network.add_person("Giulia", acct="g" * 30 + "@a-very-long-name-of-a-server.example")
    network.write(person, "ci siete?")
    message = desk.hears_message()
    adapter.send(desk.account, answer_to(message, "è" * adapter.capabilities.max_length))
    assert len(network.sent) == 1


def test_a_server_that_has_enough_says_until_when(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    message = desk.hears_message()
    network.suffer("limit")
    failure = refused(desk, answer_to(message, "Certo"))
    assert failure.error is ErrorClass.RETRY_AFTER
    assert failure.retry_after is not None
    assert 1 < failure.retry_after <= 3
    network.suffer("fail")
    assert refused(desk, answer_to(message, "Certo")).error is ErrorClass.RETRY


def test_a_revoked_token_stops_reading_and_answering(network, desk, giulia) -> None:
    network.write(giulia, "ci siete?")
    message = desk.hears_message()
    network.tokens.clear()
    assert refused(desk, answer_to(message, "Certo")).error is ErrorClass.REAUTH
    with pytest.raises(SendRefused) as refusal:
        desk.hears()
    assert refusal.value.failure.error is ErrorClass.REAUTH


def test_a_poll_that_breaks_off_goes_on_where_it_stopped(network, desk, giulia) -> None:
    desk.hears()
    for number in range(50):
        network.write(giulia, f"messaggio {number}", public=True)
    found = iter(adapter.poll(desk.account, desk.cursor))
    for _ in range(40):
        desk.cursor = next(found).cursor
    network.suffer("reset", on="notifications")
    with pytest.raises(SendRefused):
        next(found)
    assert len(desk.hears()) == 10


def test_the_test_names_the_account_and_how_long_a_post_may_be(network, desk) -> None:
    host = network.url.partition("://")[2]
    assert adapter.test(desk.account) == f"Connected as @telvia@{host.partition('/')[0]}."
    network.max_characters = 5000
    assert "5000 characters" in adapter.test(desk.account)


def test_anna_may_sign_in_instead_of_copying_a_token(network) -> None:
    origin = [network.url]
    made = http.request(
        "POST", f"{network.url}/api/v1/apps", json={"client_name": "Ascolto"}, trusted_origins=origin
    ).json_object()
    assert made is not None
    values = {"instance": f"{network.url}/", **{name: made[name] for name in ("client_id", "client_secret")}}
    assert adapter.oauth is not None
    back, verifier = "https://care.telvia.example/back", oauth.new_verifier()
    address = oauth.sign_in_address(adapter.oauth, values, redirect_uri=back, state="s-1", verifier=verifier)
    answer = http.request("GET", address, trusted_origins=origin)
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == ["s-1"]
    granted = oauth.exchange(
        adapter.oauth, values, code=told["code"][0], verifier=verifier, redirect_uri=back, trusted=True
    )
    assert granted.values == {"access_token": network.token_of(network.us)}
    account = account_for(adapter, {**values, **granted.values})
    assert adapter.test(account).startswith("Connected as @telvia")
