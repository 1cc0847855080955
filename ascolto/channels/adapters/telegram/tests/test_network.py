"""The adapter against the stand-in, over real sockets: what Marco writes arrives where it belongs, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.adapters.telegram.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    ConsentChanged,
    Edited,
    ErrorClass,
    Failure,
    File,
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Reacted,
    Removed,
    SendRefused,
    Sent,
    ThreadMoved,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.chaos import Chaos, Speed
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.telegram import TelegramNetwork

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


class Care:
    """Telvia's bot, and Giulia who writes to it."""

    def __init__(self, network: TelegramNetwork) -> None:
        self.network = network
        self.account: Account = account_for(adapter, network.settings)
        self.giulia = network.add_person("Giulia Conti")

    def hears(self) -> list[Inbound]:
        """What the network has for us, as its hooks tell it."""
        events: list[Inbound] = []
        for body, headers in self.network.mailman.take():
            adapter.verify(self.account, hook(body, headers))
            events += adapter.parse(self.account, RawDelivery(body=body, headers={}, received_at=now()))
        return events

    def message(self) -> Message:
        """The last message heard."""
        found = [event for event in self.hears() if isinstance(event, Message)]
        return found[-1]

    def outgoing(
        self, text: str = "Arriva un tecnico.", person: Person | None = None, **more: Any
    ) -> Outgoing:
        handle = Handle("telegram", (person or self.giulia).id)
        return Outgoing(tracker="1.x", recipient=(handle,), text=text, **more)

    def sends(self, text: str = "Arriva un tecnico.", **more: Any) -> Sent:
        return adapter.send(self.account, self.outgoing(text, **more))

    def publishes(self, text: str = "Arriva un tecnico.", **more: Any) -> Sent:
        return adapter.publish(self.account, self.outgoing(text, visibility="public", **more))


@pytest.fixture
def care() -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield Care(city.add(TelegramNetwork()))


def file(name: str, content_type: str, content: bytes = PNG, size: int | None = None) -> File:
    return File(name=name, content_type=content_type, size=size or len(content), read=lambda: content)


def refused(call: Any) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        call()
    return refusal.value.failure


def test_giulia_writes_and_marco_answers(care) -> None:
    care.network.write(care.giulia, "La fibra non va")
    said = care.message()
    assert (said.text, said.visibility, said.sender.name) == ("La fibra non va", "private", "Giulia Conti")
    assert said.sender.handles[0].shown == "@giulia_conti"
    sent = care.sends(reply_to=said.external_id, references=(said.external_id,), extra=said.extra)
    assert care.network.sent[0].text == "Arriva un tecnico."
    assert sent.external_ids == (care.network.sent[0].id,)
    assert care.network.sent[0].answers == ""  # it is the newest: no quotation


def test_an_answer_to_an_earlier_message_quotes_it(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    second = care.network.write(care.giulia, "Ci siete?")
    care.sends(reply_to=first, references=(first, second))
    assert care.network.sent[0].answers == first


def test_a_message_that_is_gone_is_answered_all_the_same(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    care.sends(reply_to=f"{care.giulia.id}:4711", references=(first,))
    assert care.network.sent[0].answers == ""


def test_one_who_never_wrote_or_blocked_us_or_is_gone_gets_nothing(care) -> None:
    stranger = refused(care.sends)
    assert (stranger.error, "initiate" in stranger.reason) == (ErrorClass.BLOCKED, True)
    care.network.write(care.giulia, "Ciao")
    care.network.block(care.giulia)
    assert refused(care.sends).error is ErrorClass.BLOCKED
    assert [type(event) for event in care.hears()] == [Message, ConsentChanged]
    unknown = Outgoing(tracker="t", recipient=(Handle("telegram", "4711"),), text="?")
    assert refused(lambda: adapter.send(care.account, unknown)).error is ErrorClass.RECIPIENT_GONE
    nobody = Outgoing(tracker="t", recipient=(Handle("phone", "+39347"),), text="?")
    assert refused(lambda: adapter.send(care.account, nobody)).error is ErrorClass.RECIPIENT_GONE


def test_files_travel_both_ways(care) -> None:
    care.network.send_file(care.giulia, "photo", PNG, "image/png", caption="La spia")
    photo = care.message()
    remote = photo.attachments[0].remote
    assert remote is not None
    assert adapter.fetch_media(care.account, remote, 1000) == (PNG, "image/jpeg")
    assert refused(lambda: adapter.fetch_media(care.account, remote, 10)).error is ErrorClass.CONTENT
    care.sends("Ecco la guida", files=(file("guida.pdf", "application/pdf", b"%PDF-1.4"),))
    sent = care.network.sent[0]
    assert (sent.text, sent.files) == ("Ecco la guida", (("application/pdf", b"%PDF-1.4"),))
    assert sent.data["document"]["file_name"] == "guida.pdf"


def test_several_pictures_leave_as_one_album_and_other_files_after_it(care) -> None:
    care.network.write(care.giulia, "Ciao")
    pictures = [file("a.jpg", "image/jpeg"), file("b.mp4", "video/mp4")]
    sent = care.sends("Ecco", files=(*pictures, file("c.pdf", "application/pdf"), file("d.ogg", "audio/ogg")))
    assert len(sent.external_ids) == 4
    albums = [message.data.get("media_group_id") for message in care.network.sent]
    assert albums[0] == albums[1] is not None
    assert albums[2:] == [None, None]
    assert [message.text for message in care.network.sent] == ["Ecco", "", "", ""]


def test_a_text_that_is_no_caption_leaves_before_its_file(care) -> None:
    care.network.write(care.giulia, "Ciao")
    care.sends("x" * 1025, files=(file("a.jpg", "image/jpeg"),))
    assert [bool(message.files) for message in care.network.sent] == [False, True]


def test_what_is_too_long_or_too_large_does_not_leave(care) -> None:
    care.network.write(care.giulia, "Ciao")
    for wrong in (
        lambda: care.sends("x" * 4097),
        lambda: care.sends(""),
        lambda: care.sends(files=(file("a.jpg", "image/jpeg", size=11 * 2**20),)),
        lambda: care.sends(files=(file("a.zip", "application/zip", size=51 * 2**20),)),
    ):
        assert refused(wrong).error is ErrorClass.CONTENT
    assert not [path for _, path in care.network.requests if "/send" in path]
    with http.settings(read_timeout=30.0):  # a document may be larger than a photo
        care.sends(files=(file("a.zip", "application/zip", b"PK" * 6 * 2**20),))


def test_formatting_leaves_as_telegram_knows_it(care) -> None:
    care.network.write(care.giulia, "Ciao")
    html = "<p>Gentile <b>Giulia</b> &lt;3,</p><ul><li>spenga</li><li>riaccenda</li></ul><script>x</script>"
    care.sends("Gentile Giulia <3", html=html)
    assert care.network.sent[0].text == "Gentile Giulia <3,\n\n• spenga\n• riaccenda"
    care.sends("a < b & c")  # never a tag
    assert care.network.sent[1].text == "a < b & c"


def test_what_is_for_giulia_never_reaches_the_group_and_the_other_way_round(care) -> None:
    care.network.write(care.giulia, "Ciao")
    care.network.write(care.giulia, "Qui è tutto spento", public=True)
    in_group = care.message()
    assert (in_group.visibility, in_group.thread) == ("public", "chat:-4017")
    care.sends("Le scrivo qui", reply_to=in_group.external_id, extra=in_group.extra, from_public=True)
    care.sends("Ancora qui", reply_to=in_group.external_id, extra=in_group.extra)
    care.publishes("Arriviamo", reply_to=in_group.external_id, extra=in_group.extra)
    assert [(message.text, message.public) for message in care.network.sent] == [
        ("Le scrivo qui", False),
        ("Ancora qui", False),
        ("Arriviamo", True),
    ]
    assert care.network.sent[2].answers == in_group.external_id
    failure = refused(lambda: care.publishes(extra={}))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    failure = refused(lambda: care.publishes(extra={"chat_id": care.giulia.id}))
    assert failure.of_message


def test_one_who_never_wrote_to_the_bot_is_invited_by_a_link(care) -> None:
    care.network.write(care.giulia, "Qui è tutto spento", public=True)
    said = care.message()
    failure = refused(lambda: care.sends(extra=said.extra, reply_to=said.external_id, from_public=True))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert failure.reason.endswith("https://t.me/telvia_bot")


def test_a_group_that_moves_is_followed(care) -> None:
    care.network.write(care.giulia, "Qui è tutto spento", public=True)
    said = care.message()
    new = care.network.upgrade_group()
    moves = [event for event in care.hears() if isinstance(event, ThreadMoved)]
    assert [(move.old, move.new) for move in moves] == [("chat:-4017", f"chat:{new}")] * 2
    sent = care.publishes(reply_to=said.external_id, extra=said.extra)
    assert sent.external_ids[0].startswith(f"{new}:")
    care.network.put_out(care.giulia)
    assert refused(lambda: care.publishes(extra=said.extra)).error is ErrorClass.RECIPIENT_GONE


def test_a_business_account_is_answered_in_its_name(care) -> None:
    owner = care.network.add_person("Telvia Negozi")
    connection = care.network.connect_business(owner)
    first = care.network.say(care.giulia, {"text": "Siete aperti?"}, connection=connection)
    said = care.message()
    assert (said.external_id, said.outgoing) == (first, False)
    sent = care.sends("Sì", reply_to=said.external_id, references=(first,), extra=said.extra)
    echo = care.message()
    assert (echo.external_id, echo.outgoing) == (sent.external_ids[0], True)
    assert echo.sender.handles[0].value == care.giulia.id
    care.network.answer_elsewhere(connection, care.giulia, "Dalle 9")
    assert care.message().outgoing
    care.network.edit(care.giulia, first, "Siete aperti domani?")
    care.network.delete_business(connection, care.giulia, first)
    edit, removal = care.hears()
    assert isinstance(edit, Edited)
    assert isinstance(removal, Removed)
    assert {edit.external_id, removal.external_id} == {first}
    care.network.connect_business(owner, enabled=False)
    failure = refused(lambda: care.sends(extra=said.extra))
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


def test_edits_reactions_and_buttons_find_their_message(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    sent = care.sends().external_ids[0]
    care.network.edit(care.giulia, first, "La fibra non va da ieri")
    care.network.react(care.giulia, sent, "🙏")
    care.network.press(care.giulia, sent, "solved:yes")
    _, edit, reaction, pressed = care.hears()
    assert isinstance(edit, Edited)
    assert (edit.external_id, edit.text) == (first, "La fibra non va da ieri")
    assert isinstance(reaction, Reacted)
    assert (reaction.external_id, reaction.emoji) == (sent, "🙏")
    assert isinstance(pressed, Message)
    assert (pressed.replies_to, pressed.kind) == ((sent,), "button")


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
def test_trouble_is_named_for_what_it_is(care, chaos, error, arrived) -> None:
    care.network.write(care.giulia, "Ciao")
    care.network.suffer(chaos, on="sendMessage")
    failure = refused(care.sends)
    assert (failure.error, len(care.network.sent)) == (error, arrived)
    assert care.network.token not in failure.reason
    assert failure.retry_after == (2 if chaos is Chaos.LIMIT else None)


def test_half_of_a_message_is_never_repeated_by_itself(care) -> None:
    care.network.write(care.giulia, "Ciao")
    care.network.suffer(Chaos.FAIL, on="sendDocument")
    failure = refused(lambda: care.sends("x" * 2000, files=(file("c.pdf", "application/pdf"),)))
    assert (failure.error, failure.partial) == (ErrorClass.UNCERTAIN, True)


def test_too_many_at_once_wait_as_long_as_told(care) -> None:
    care.network.write(care.giulia, "Ciao")
    care.network.speed = Speed(1, 60)
    care.sends()
    assert refused(care.sends).retry_after == 1


def test_a_wrong_token_must_be_renewed_and_is_not_repeated(care) -> None:
    other = account_for(adapter, {**care.network.settings, "bot_token": "110201543:AAH-of-somebody-else"})
    failure = refused(lambda: adapter.send(other, care.outgoing()))
    assert failure.error is ErrorClass.REAUTH
    assert "somebody" not in failure.reason


def test_the_hook_is_registered_and_tested(care) -> None:
    assert adapter.test(care.account).startswith("Connected to @telvia_bot. The hook is not registered yet")
    care.network.secret = "another"
    assert adapter.subscribe(care.account, "https://care.telvia.example/hooks/telegram/t")
    assert care.network.secret == care.account.config.secret
    assert "message_reaction" in care.network.allowed
    assert "The hook is registered; 0 updates wait." in adapter.test(care.account)
    care.network.last_error = "Wrong response from the webhook: 403 Forbidden"
    assert "403 Forbidden" in adapter.test(care.account)
    failure = refused(lambda: adapter.subscribe(care.account, "http://care.telvia.example/"))
    assert (failure.error, "HTTPS" in failure.reason) == (ErrorClass.CONTENT, True)


def test_polling_loses_nothing_and_brings_nothing_twice() -> None:
    with City() as city, http.settings(read_timeout=1.0, connect_timeout=1.0):
        network = city.add(TelegramNetwork(receives="polling"))
        care = Care(network)
        for number in range(150):
            network.write(care.giulia, f"Messaggio {number}")
        cursor: dict[str, Any] = {}
        found: list[bytes] = []
        for polled in adapter.poll(care.account, {}):
            assert polled.raw is not None
            found.append(polled.raw)
            cursor = dict(polled.cursor)
            if len(found) == 120:  # the worker dies here: nothing of this page was confirmed
                break
        for polled in adapter.poll(care.account, cursor):
            assert polled.raw is not None
            found.append(polled.raw)
            cursor = dict(polled.cursor)
        texts = [json.loads(raw)["message"]["text"] for raw in found]
        assert texts == [f"Messaggio {number}" for number in range(150)]
        assert list(adapter.poll(care.account, cursor)) == []
        network.write(care.giulia, "Ancora uno")
        adapter.wait(care.account, 5)  # returns since something is there
        assert len(list(adapter.poll(care.account, cursor))) == 1
        assert adapter.test(care.account) == "Connected to @telvia_bot. 0 updates wait to be asked for."


def test_where_a_hook_is_registered_polling_says_so_and_can_take_it_away(care) -> None:
    adapter.subscribe(care.account, "https://care.telvia.example/hooks/telegram/t")
    assert list(adapter.poll(care.account, {})) == []  # this account listens by hook
    asking = account_for(adapter, {**care.network.settings, "receives": "polling"})
    assert refused(lambda: list(adapter.poll(asking, {}))).error is ErrorClass.CONFIG
    assert refused(lambda: adapter.test(asking)).error is ErrorClass.CONFIG
    adapter.subscribe(asking, "")
    assert list(adapter.poll(asking, {})) == []
