"""The adapter against the stand-in, over real sockets: what may be answered where, and by which means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ascolto.channels.adapters.x.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    AccountNews,
    ErrorClass,
    Failure,
    File,
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    ReadUpTo,
    Refused,
    Removed,
    SendRefused,
    Sent,
)
from ascolto.channels.vendors import oauth
from ascolto.kit import clock, http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.chaos import Chaos, Speed
from ascolto.testing.networks.city import City
from ascolto.testing.networks.x import XNetwork

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


class Care:
    """Telvia's account, and Giulia who writes to it."""

    def __init__(self, network: XNetwork) -> None:
        self.network = network
        self.giulia = network.add_person("Giulia Conti")

    @property
    def account(self) -> Account:
        return account_for(adapter, self.network.settings)

    def hears(self) -> list[Inbound]:
        """What the network has for us, as its hooks tell it."""
        events: list[Inbound] = []
        for body, headers in self.network.mailman.take():
            adapter.verify(self.account, hook(body, headers))
            events += adapter.parse(self.account, RawDelivery(body=body, headers={}, received_at=now()))
        return events

    def messages(self) -> list[Message]:
        """The messages among it."""
        return [event for event in self.hears() if isinstance(event, Message)]

    def asked(self, text: str = "@telvia la fibra non va", **more: Any) -> Message:
        """A post of Giulia's."""
        self.network.write(self.giulia, text, public=True, **more)
        return self.messages()[-1]

    def outgoing(self, text: str, said: Message | None = None, **more: Any) -> Outgoing:
        told = {"reply_to": said.external_id, "extra": said.extra} if said else {}
        return Outgoing(
            tracker="1.x", recipient=(Handle("x", self.giulia.id),), text=text, **{**told, **more}
        )

    def sends(self, text: str = "Controlliamo.", said: Message | None = None, **more: Any) -> Sent:
        return adapter.send(self.account, self.outgoing(text, said, **more))

    def publishes(self, text: str = "Arriva un tecnico.", said: Message | None = None, **more: Any) -> Sent:
        return adapter.publish(self.account, self.outgoing(text, said, visibility="public", **more))

    def sweeps(self, cursor: dict[str, Any]) -> list[Message]:
        """What asking finds; the cursor moves on."""
        found: list[Inbound] = []
        for polled in adapter.poll(self.account, dict(cursor)):
            cursor.update(polled.cursor)
            if polled.raw is not None:
                raw = RawDelivery(body=polled.raw, headers={}, received_at=now(), source="poll")
                found += adapter.parse(self.account, raw)
        return [event for event in found if isinstance(event, Message)]


@pytest.fixture(params=["xaa", "aaa"])
def either(request) -> Iterator[Care]:
    """X as it tells things now, and as it told them before."""
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield Care(city.add(XNetwork(format=request.param)))


@pytest.fixture
def care() -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield Care(city.add(XNetwork()))


def file(name: str, content_type: str, content: bytes = PNG, size: int | None = None) -> File:
    return File(name=name, content_type=content_type, size=size or len(content), read=lambda: content)


def refused(call: Any) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        call()
    return refusal.value.failure


# --- in public --------------------------------------------------------------------------------------------------------


def test_giulia_mentions_us_and_marco_answers_in_public(either) -> None:
    said = either.asked("@telvia la fibra non va & nessuno risponde")
    assert (said.visibility, said.text) == ("public", "@telvia la fibra non va & nessuno risponde")
    assert said.extra["summoned"] is True
    assert said.extra["url"].startswith("https://x.com/giulia_conti/status/")
    assert said.sender.handles[0].shown == "@giulia_conti"
    sent = either.publishes(said=said)
    assert (either.network.sent[0].answers, either.network.sent[0].public) == (said.external_id, True)
    (echo,) = either.messages()
    assert (echo.outgoing, echo.external_id) == (True, sent.external_ids[0])
    assert echo.replies_to == (said.external_id,)
    assert echo.sender.handles[0].value == either.giulia.id


def test_a_mention_that_is_told_twice_is_one_message(care) -> None:
    first = care.asked()
    care.publishes("Da oggi la fibra arriva a Lodi", first)
    care.hears()
    care.network.write(care.giulia, "@telvia da me no", public=True, answers=care.network.sent[0].id)
    twice = care.messages()
    assert len(twice) == 2
    assert len({said.external_id for said in twice}) == 1


def test_who_did_not_summon_us_is_not_answered_and_marco_is_told_why(care) -> None:
    ours = care.publishes(said=care.asked()).external_ids[0]
    care.hears()
    said = care.asked("E da me quando?", answers=ours)
    assert said.extra["summoned"] is False
    failure = refused(lambda: care.publishes(said=said))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert not [
        path for method, path in care.network.requests[-1:] if path == "/2/tweets" and method != "POST"
    ]
    unsure = {**said.extra}
    del unsure["summoned"]
    failure = refused(lambda: care.publishes(said=said, extra=unsure))  # X itself says no
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


def test_an_enterprise_plan_may_answer_anyone() -> None:
    with City() as city:
        care = Care(city.add(XNetwork(enterprise=True)))
        ours = care.publishes(said=care.asked()).external_ids[0]
        care.hears()
        said = care.asked("E da me quando?", answers=ours)
        assert care.publishes("Presto! $TLV $FIB", said)


def test_one_who_quotes_us_has_summoned_us(either) -> None:
    ours = either.publishes(said=either.asked()).external_ids[0]
    either.hears()
    either.network.post(either.giulia, "Bella promessa", quotes=ours)
    found = either.messages()
    assert found[-1].extra["summoned"] is True
    assert found[-1].extra["context"].startswith("Arriva un tecnico.")
    assert either.publishes("È vera", found[-1])


def test_a_changed_post_is_the_same_message_and_its_newest_version_is_answered(care) -> None:
    first = care.asked()
    care.network.edit(care.giulia, first.external_id, "@telvia la fibra non va da lunedì")
    changed = care.messages()[-1]
    assert changed.external_id == first.external_id
    assert changed.revised_at is not None
    assert changed.text.endswith("da lunedì")
    care.publishes(said=changed)
    assert care.network.sent[0].answers == f"post:{changed.extra['post_id']}"


def test_a_deleted_post_is_told_and_cannot_be_answered(either) -> None:
    said = either.asked()
    either.network.delete(said.external_id)
    (removed,) = either.hears()
    assert isinstance(removed, Removed)
    assert removed.external_id == said.external_id
    assert refused(lambda: either.publishes(said=said)).error is ErrorClass.RECIPIENT_GONE


def test_what_x_would_not_take_does_not_leave(care) -> None:
    said = care.asked()
    film = file("a.mp4", "video/mp4")
    for wrong in (
        lambda: care.publishes("x" * 281, said),
        lambda: care.publishes("漢" * 141, said),
        lambda: care.publishes("$TLV $FIB", said),
        lambda: care.publishes("", said),
        lambda: care.publishes(said=said, files=(film, film)),
        lambda: care.publishes(said=said, files=(file("a.pdf", "application/pdf"),)),
        lambda: care.publishes(said=said, files=(file("a.png", "image/png", size=6 * 2**20),)),
        lambda: care.sends("x" * 10_001, said),
    ):
        assert refused(wrong).error is ErrorClass.CONTENT
    assert refused(care.publishes).of_message  # to nothing
    assert not [path for method, path in care.network.requests if method == "POST"]
    care.publishes("https://telvia.example/" + "x" * 500 + " 280 € per 2 $TLV", said)  # a link counts 23


def test_premium_accounts_write_long_posts() -> None:
    with City() as city:
        care = Care(city.add(XNetwork(premium=True)))
        care.publishes("x" * 20_000, care.asked())
        assert len(care.network.sent[0].text) == 20_000


def test_pictures_and_films_are_handed_over_in_pieces(care) -> None:
    said = care.asked()
    large = PNG + b"\x00" * (4 * 2**20)
    care.publishes("Ecco", said, files=(file("a.png", "image/png", large), file("b.png", "image/png")))
    assert [len(content) for _, content in care.network.sent[0].files] == [len(large), len(PNG)]
    care.publishes("Così", said, files=(file("c.mp4", "video/mp4"),))
    assert care.network.sent[1].files == (("video/mp4", PNG),)


def test_posts_are_hidden_shown_and_liked(care) -> None:
    said = care.asked()
    number = said.extra["post_id"]
    adapter.moderate(care.account, "hide", said.external_id, said.extra)
    assert care.network.hidden == {number}
    adapter.moderate(care.account, "show", said.external_id, {})
    assert care.network.hidden == set()
    adapter.moderate(care.account, "like", said.external_id, said.extra)
    assert care.network.likes == [number]
    assert refused(lambda: adapter.moderate(care.account, "delete", said.external_id, said.extra)).of_message
    assert refused(lambda: adapter.moderate(care.account, "hide", "dm:7", {})).of_message


def test_a_duplicate_is_refused_as_content(care) -> None:
    said = care.asked()
    care.publishes("Grazie", said)
    assert refused(lambda: care.publishes("Grazie", said)).error is ErrorClass.CONTENT


# --- in private -------------------------------------------------------------------------------------------------------


def test_giulia_writes_privately_marco_answers_and_she_reads_it(either) -> None:
    either.network.write(either.giulia, "Il mio numero è 4711")
    (said,) = either.messages()
    assert (said.visibility, said.text) == ("private", "Il mio numero è 4711")
    sent = either.sends(said=said)
    echo, read = either.hears()
    assert isinstance(echo, Message)
    assert (echo.outgoing, echo.external_id) == (True, sent.external_ids[0])
    assert echo.sender.handles[0].value == either.giulia.id
    assert isinstance(read, ReadUpTo)
    assert read.sender.handles[0].value == either.giulia.id


def test_what_is_private_never_becomes_a_post(care) -> None:
    said = care.asked()
    care.sends("Il suo numero cliente è 4711", said, from_public=True)
    assert [message.public for message in care.network.sent] == [False]
    assert [post["author"] for post in care.network.posts.values()] == [care.giulia.id]


def test_one_whose_messages_are_closed_is_answered_by_a_link(care) -> None:
    said = care.asked()
    care.giulia.data["takes_messages"] = False
    failure = refused(lambda: care.sends(said=said, from_public=True))
    assert (failure.error, failure.of_message) == (
        ErrorClass.CONFIG,
        True,
    )  # in public they are answered still
    link = f"https://x.com/messages/compose?recipient_id={care.network.brand.id}"
    assert link in failure.reason
    assert said.extra["private_link"] == link
    failure = refused(lambda: care.sends(said=None))
    assert (failure.error, "http" in failure.reason) == (ErrorClass.BLOCKED, False)
    care.giulia.is_gone = True
    assert refused(lambda: care.sends(said=said)).error is ErrorClass.RECIPIENT_GONE


def test_several_files_leave_one_after_another(care) -> None:
    care.network.write(care.giulia, "Ciao")
    sent = care.sends("Ecco", files=(file("a.png", "image/png"), file("b.gif", "image/gif")))
    assert len(sent.external_ids) == 2
    assert [message.text for message in care.network.sent] == ["Ecco", ""]
    assert [len(message.files) for message in care.network.sent] == [1, 1]


def test_files_of_posts_and_of_messages_are_fetched_each_by_its_right(either) -> None:
    photo = either.network.keep(PNG, "image/png")
    public = either.asked("@telvia guardate", files=(photo,))
    either.network.say(either.giulia, "Ecco", files=(photo,))
    private = either.messages()[-1]
    for said in (public, private):
        remote = said.attachments[0].remote
        assert remote is not None
        assert adapter.fetch_media(either.account, remote, 1000)[0] == PNG
    either.network.tokens.clear()
    remote = private.attachments[0].remote
    assert refused(lambda: adapter.fetch_media(either.account, remote, 1000)).error is ErrorClass.REAUTH


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x.jpg", "http://pbs.twimg.com/x.jpg", "https://[", "https://x.com.evil/", ""],
)
def test_files_elsewhere_are_not_fetched(care, url) -> None:
    assert refused(lambda: adapter.fetch_media(care.account, {"url": url}, 1000)).error in {
        ErrorClass.CONTENT,
        ErrorClass.CONFIG,
        ErrorClass.RETRY,
    }


def test_encrypted_chat_is_shown_as_such(care) -> None:
    number = care.network.whisper(care.giulia)
    (said,) = care.messages()
    assert (said.external_id, said.kind, said.text) == (number, "encrypted", "")
    assert said.extra["warnings"] == ["encrypted"]
    assert care.sends(said=said)  # by an ordinary direct message


# --- hooks, tokens, sweeping ------------------------------------------------------------------------------------------


class Door(LocalServer):
    """Our hook address: it answers the challenge, and keeps what comes."""

    def __init__(self, account: Account) -> None:
        super().__init__(_Knock)
        self.account = account
        self.events: list[Inbound] = []


class _Knock(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        try:
            answer = adapter.handshake(self.server.account, hook(b"", method="GET", query=query))
            self._say(answer.status, answer.body)
        except Refused as refusal:
            self._say(refusal.status)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        adapter.verify(self.server.account, hook(body, headers))
        delivery = RawDelivery(body=body, headers={}, received_at=now())
        self.server.events += adapter.parse(self.server.account, delivery)
        self._say(200)

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_the_hook_is_registered_subscribed_tested_and_told(care) -> None:
    care.network.refused_events = {"chat.received"}
    assert "not registered yet" in adapter.test(care.account)
    with Door(care.account) as door:
        url = f"{door.url}/hooks/x/t"
        told = adapter.subscribe(care.account, url)
        assert told == "X will call this server for 8 kinds of events. It refuses chat.received."
        assert adapter.subscribe(care.account, url) == told
        assert len(care.network.webhooks) == 1
        assert len(care.network.subscriptions) == 8
        found = adapter.test(care.account)
        assert found == f"Connected to @telvia, ID {care.network.brand.id}. The hook is registered."
        care.network.write(care.giulia, "@telvia la fibra non va", public=True)
        assert care.network.mailman.wait_until_idle()
        (hook_id,) = care.network.webhooks
        asked = {"webhook_id": hook_id, "from_date": "202001010000", "to_date": "209901010000"}
        headers = {"authorization": f"Bearer {care.network.app_token}"}
        url = f"{care.network.url}/2/webhooks/replay"
        http.request("POST", url, json=asked, headers=headers, trusted_origins=[url])
        assert care.network.mailman.wait_until_idle()
        assert len(door.events) == 2
        assert door.events[0] == door.events[1]
        next(iter(care.network.webhooks.values()))["valid"] = False
        assert "stopped calling" in adapter.test(care.account)


def test_a_door_of_somebody_else_is_not_registered(care) -> None:
    stranger = account_for(adapter, {**care.network.settings, "consumer_secret": "another-secret"})
    with Door(stranger) as door:
        failure = refused(lambda: adapter.subscribe(care.account, door.url))
    assert (failure.error, "challenge" in failure.reason) == (ErrorClass.CONTENT, True)


def test_an_app_that_may_subscribe_to_nothing_says_so(care) -> None:
    care.network.refused_events = {"post.create", "post.delete", "post.mention.create", "post.reply.create"}
    care.network.refused_events |= {"post.quote.create", "dm.received", "dm.sent", "dm.read", "chat.received"}
    with Door(care.account) as door:
        assert refused(lambda: adapter.subscribe(care.account, door.url)).error is ErrorClass.CONFIG


def test_a_token_of_another_account_is_noticed(care) -> None:
    other = account_for(adapter, {**care.network.settings, "user_id": "4711"})
    failure = refused(lambda: adapter.test(other))
    assert (failure.error, care.network.brand.id in failure.reason) == (ErrorClass.CONFIG, True)


def test_who_has_not_signed_in_yet_is_told_to(care) -> None:
    nobody = account_for(adapter, {**care.network.settings, "access_token": ""})
    assert refused(lambda: adapter.send(nobody, care.outgoing("Ciao"))).error is ErrorClass.REAUTH
    assert adapter.interval(nobody.config) is None


def test_tokens_are_renewed_before_they_end_and_the_old_ones_are_worth_nothing(care) -> None:
    before = care.account
    care.network.write(care.giulia, "Ciao")
    with clock.at(now() + timedelta(hours=3)):
        renewed = adapter.renew(before)
        assert renewed is not None
        assert set(renewed.values) == {"access_token", "refresh_token"}
        assert renewed.expires_at is not None
        assert renewed.expires_at - now() == timedelta(hours=2)
    after = account_for(adapter, {**care.network.settings, **renewed.values})
    assert adapter.send(after, care.outgoing("Ciao"))
    assert refused(lambda: adapter.renew(before)).error in {ErrorClass.REAUTH, ErrorClass.CONFIG}
    assert adapter.renew(account_for(adapter, {**care.network.settings, "refresh_token": ""})) is None


def test_signing_in_gives_tokens_that_work(care) -> None:
    values = {**care.network.settings, "access_token": "", "refresh_token": ""}
    verifier, back = oauth.new_verifier(), "https://care.telvia.example/back"
    address = oauth.sign_in_address(adapter.oauth, values, redirect_uri=back, state="s1", verifier=verifier)
    answer = http.request("GET", address, trusted_origins=[address])
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert told["state"] == "s1"
    asked = {"code": told["code"], "redirect_uri": back, "trusted": True}
    granted = oauth.exchange(adapter.oauth, values, verifier=verifier, **asked)
    assert adapter.test(account_for(adapter, {**values, **granted.values})).startswith("Connected to @telvia")
    assert refused(lambda: oauth.exchange(adapter.oauth, values, verifier=verifier, **asked)).error


def test_a_permission_that_is_taken_back_stops_the_inbox(care) -> None:
    account = care.account
    care.network.take_back_permission()
    (news,) = care.hears()
    assert isinstance(news, AccountNews)
    assert (news.level, news.error) == ("error", ErrorClass.REAUTH)
    assert refused(lambda: adapter.send(account, care.outgoing("Ciao"))).error is ErrorClass.REAUTH


def test_what_hooks_lost_is_found_once_and_is_the_same_message(either) -> None:
    cursor: dict[str, Any] = {}
    either.network.write(either.giulia, "@telvia prima", public=True)
    either.network.write(either.giulia, "Prima")
    assert either.sweeps(cursor) == []  # from now on
    either.hears()
    for number in range(12):
        either.network.write(either.giulia, f"@telvia messaggio {number}", public=True)
        either.network.write(either.giulia, f"Privato {number}")
    heard = {
        said.external_id: (said.text, said.visibility, said.extra.get("summoned"))
        for said in either.messages()
    }
    swept = either.sweeps(cursor)
    assert {s.external_id: (s.text, s.visibility, s.extra.get("summoned")) for s in swept} == heard
    assert len(swept) == 24
    assert either.sweeps(cursor) == []
    sent = either.sends("Ciao").external_ids
    (echo,) = either.sweeps(cursor)
    assert (echo.outgoing, echo.external_id) == (True, sent[0])
    assert echo.sender.handles[0].value == either.giulia.id


def test_an_account_to_which_nobody_wrote_begins_at_the_beginning(care) -> None:
    cursor: dict[str, Any] = {}
    assert care.sweeps(cursor) == []
    care.network.write(care.giulia, "@telvia ciao", public=True)
    care.network.write(care.giulia, "Ciao")
    assert [said.visibility for said in care.sweeps(cursor)] == ["public", "private"]


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.GATEWAY, ErrorClass.UNCERTAIN, 1),
        (Chaos.HANG, ErrorClass.UNCERTAIN, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.HALF, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
@pytest.mark.parametrize("side", ["public", "private"])
def test_trouble_is_named_for_what_it_is(care, chaos, error, arrived, side) -> None:
    said = care.asked()
    care.network.suffer(chaos)
    failure = refused(lambda: (care.publishes if side == "public" else care.sends)(said=said))
    assert (failure.error, len(care.network.sent)) == (error, arrived)
    assert (failure.retry_after is not None and 0 < failure.retry_after <= 3) == (chaos is Chaos.LIMIT)


def test_the_time_to_wait_follows_from_the_moment_that_x_tells(care) -> None:
    said = care.asked()
    care.network.speed = Speed(1, 60)
    care.publishes("Uno", said)
    wait = refused(lambda: care.publishes("Due", said)).retry_after
    assert wait is not None
    assert 0 < wait <= 3


def test_half_of_a_message_is_never_repeated_by_itself(care) -> None:
    care.network.write(care.giulia, "Ciao")
    pictures = (file("a.png", "image/png"), file("b.png", "image/png"))
    care.network.on_sent = lambda _: care.network.suffer(Chaos.FAIL, on="/messages")
    failure = refused(lambda: care.sends("Ecco", files=pictures))
    assert (failure.error, failure.partial, len(care.network.sent)) == (ErrorClass.UNCERTAIN, True, 1)


def test_a_delivery_of_another_shape_is_kept(care) -> None:
    raw = RawDelivery(
        body=json.dumps({"polled": "post", "data": {"id": "1"}}).encode(), headers={}, received_at=now()
    )
    assert [type(event).__name__ for event in adapter.parse(care.account, raw)] == ["Unsupported"]
