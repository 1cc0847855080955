"""An independent client reads what we read and writes to our stand-in: python-telegram-bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.adapters.telegram.adapter import adapter
from ascolto.channels.adapters.telegram.tests.test_telegram import ACCOUNT
from ascolto.channels.protocol import Edited, Ignored, Message, RawDelivery, ThreadMoved
from ascolto.kit.clock import now
from ascolto.testing.harness import oracle
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.telegram import TelegramNetwork

telegram = oracle("telegram")
OWN = Path(ascolto.__file__).parent / "channels" / "adapters" / "telegram" / "fixtures"
SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "telegram"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
# deliveries that no library knows: what Telegram may send tomorrow, or what is broken
STRANGE = {"update_of_tomorrow", "nothing", "nobody", "content_of_tomorrow"}
Talk = Callable[[Any], Awaitable[Any]]


def bodies() -> dict[str, bytes]:
    """Every update of ours and every collected one, by name."""
    files = [*OWN.glob("*.json"), *(SHARED.glob("*.json") if SHARED.is_dir() else ())]
    wanted = {path.stem: path.read_bytes() for path in files if path.stem != "expected"}
    return {name: body for name, body in wanted.items() if "error" not in name and name not in STRANGE}


def agree(body: bytes, name: str) -> None:
    """Our reading and the library's say the same of text, sender, chat and time."""
    update = telegram.Update.de_json(json.loads(body), None)
    events = adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=now()))
    theirs = update.effective_message
    for event in events:
        if isinstance(event, Message) and update.callback_query is None:
            assert event.text == (theirs.text or theirs.caption or event.text), name
            assert event.external_id.endswith(f"{theirs.chat.id}:{theirs.message_id}"), name
            assert event.occurred_at == theirs.date, name
            written_by = theirs.sender_chat or theirs.from_user
            expected = theirs.chat if event.outgoing else written_by
            assert event.sender.handles[0].value == str(expected.id), name
            named = written_by.title if theirs.sender_chat else written_by.full_name
            assert event.outgoing or event.sender.name == named, name
            assert (event.visibility == "private") == (
                theirs.chat.type == "private" or bool(theirs.chat.is_direct_messages)
            ), name
            assert event.album == (theirs.media_group_id or ""), name
        elif isinstance(event, Message):
            assert event.sender.handles[0].value == str(update.callback_query.from_user.id), name
            assert event.extra["payload"] == update.callback_query.data, name
        elif isinstance(event, Edited):
            assert (event.text, event.occurred_at) == (theirs.text or theirs.caption, theirs.edit_date), name
        elif isinstance(event, ThreadMoved):
            moved = {theirs.chat.id, theirs.migrate_to_chat_id or theirs.migrate_from_chat_id}
            assert {event.old, event.new} == {f"chat:{one}" for one in moved}, name
        else:
            assert isinstance(event, Ignored) or theirs is None or update.my_chat_member, name


def test_every_update_means_the_same_to_both() -> None:
    for name, body in bodies().items():
        agree(body, name)


def test_what_we_ignore_is_no_message_to_the_library_either() -> None:
    for name, body in bodies().items():
        events = adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=now()))
        message = telegram.Update.de_json(json.loads(body), None).message
        if message is not None and any(isinstance(event, Ignored) for event in events):
            assert not message.text or message.is_automatic_forward, name


class Lines:
    """The stand-in with Giulia in it, and the library's bot."""

    def __init__(self, network: TelegramNetwork) -> None:
        self.network, self.giulia = network, network.add_person("Giulia Conti")

    def talk(self, talk: Talk) -> Any:
        """Let the library's bot do something."""
        return asyncio.run(self._talk(talk))

    async def _talk(self, talk: Talk) -> Any:
        base = self.network.url
        bot = telegram.Bot(self.network.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
        async with bot:
            return await talk(bot)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with City() as city:
        yield Lines(city.add(TelegramNetwork()))


def _live_through_everything(network: TelegramNetwork, giulia: Person) -> None:
    first = network.write(giulia, "La fibra non va")
    network.write(giulia, "@telvia_bot?", public=True)
    for kind, content_type in (
        ("photo", "image/png"),
        ("document", "application/pdf"),
        ("voice", "audio/ogg"),
        ("audio", "audio/mpeg"),
        ("video", "video/mp4"),
        ("video_note", "video/mp4"),
        ("animation", "video/mp4"),
        ("sticker", "image/webp"),
    ):
        network.send_file(giulia, kind, PNG, content_type)
    network.send_album(giulia, [(PNG, "image/png")] * 2, "Ecco")
    network.edit(giulia, first, "La fibra non va da ieri")
    network.react(giulia, first, "🙏")
    network.react(giulia, first)
    network.press(giulia, first, "solved:yes")
    network.upgrade_group()
    owner = network.add_person("Telvia Negozi")
    connection = network.connect_business(owner)
    asked = network.say(giulia, {"text": "Siete aperti?"}, connection=connection)
    network.edit(giulia, asked, "Siete aperti domani?")
    network.answer_elsewhere(connection, giulia, "Sì")
    network.delete_business(connection, giulia, asked)
    network.connect_business(owner, enabled=False)
    network.block(giulia)
    network.block(giulia, blocks=False)
    network.put_out(giulia)


def test_the_library_reads_every_update_of_the_stand_in(lines) -> None:
    _live_through_everything(lines.network, lines.giulia)
    updates = lines.talk(lambda bot: bot.get_updates(timeout=0, allowed_updates=telegram.Update.ALL_TYPES))
    kinds = {name for update in updates for name in update.to_dict() if name != "update_id"}
    assert kinds >= {
        "message",
        "edited_message",
        "message_reaction",
        "callback_query",
        "my_chat_member",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
    }
    for update in updates:
        assert not update.api_kwargs
        if update.effective_message is not None:
            assert not update.effective_message.api_kwargs, update
        agree(json.dumps(update.to_dict()).encode(), str(update))
    again = lines.talk(lambda bot: bot.get_updates(offset=updates[-1].update_id + 1, timeout=0))
    assert again == ()


def test_the_library_writes_and_gets_back_what_it_wrote(lines) -> None:
    first = lines.network.write(lines.giulia, "Ciao")

    async def write(bot: Any) -> list[Any]:
        chat = int(lines.giulia.id)
        answer = telegram.ReplyParameters(message_id=int(first.split(":")[1]))
        buttons = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Sì", callback_data="y")]])
        text = await bot.send_message(chat, "Buongiorno", reply_parameters=answer, reply_markup=buttons)
        bold = await bot.send_message(chat, "<b>Gentile</b> Giulia", parse_mode="HTML")
        photo = await bot.send_photo(chat, PNG, caption="La spia", filename="spia.png")
        same = await bot.send_photo(chat, photo.photo[-1].file_id)
        document = await bot.send_document(chat, b"%PDF", filename="guida.pdf")
        voice = await bot.send_voice(chat, b"OggS")
        album = await bot.send_media_group(
            chat, [telegram.InputMediaPhoto(PNG), telegram.InputMediaPhoto(PNG)]
        )
        edited = await bot.edit_message_text("Buonasera", chat, text.message_id)
        assert await bot.send_chat_action(chat, "typing")
        assert await bot.delete_message(chat, bold.message_id)
        return [text, bold, photo, same, document, voice, *album, edited]

    text, bold, photo, _, document, _, one, two, edited = lines.talk(write)
    assert text.reply_to_message.text == "Ciao"
    assert (bold.text, photo.caption, document.document.file_name) == (
        "Gentile Giulia",
        "La spia",
        "guida.pdf",
    )
    assert one.media_group_id == two.media_group_id
    assert (edited.message_id, edited.text) == (text.message_id, "Buonasera")
    assert [message.person for message in lines.network.sent] == [lines.giulia] * 8


def test_the_library_fetches_a_file(lines) -> None:
    lines.network.send_file(lines.giulia, "photo", PNG, "image/png")

    async def fetch(bot: Any) -> bytes:
        (update,) = await bot.get_updates(timeout=0)
        file = await bot.get_file(update.message.photo[-1].file_id)
        return bytes(await file.download_as_bytearray())

    assert lines.talk(fetch) == PNG


def test_the_library_registers_a_hook_and_sees_it(lines) -> None:
    async def register(bot: Any) -> Any:
        await bot.set_webhook(
            "https://care.telvia.example/h", secret_token="abc", allowed_updates=["message"]
        )
        with pytest.raises(telegram.error.Conflict):
            await bot.get_updates(timeout=0)
        info = await bot.get_webhook_info()
        await bot.delete_webhook(drop_pending_updates=True)
        return info

    assert lines.talk(register).url == "https://care.telvia.example/h"
    assert lines.network.sign(b"{}") == {"x-telegram-bot-api-secret-token": "abc"}


def test_the_library_understands_every_no(lines) -> None:
    network, chat = lines.network, int(lines.giulia.id)

    async def be_refused(bot: Any) -> None:
        with pytest.raises(telegram.error.Forbidden, match="initiate"):
            await bot.send_message(chat, "Ciao")
        network.write(lines.giulia, "Ciao")
        with pytest.raises(telegram.error.BadRequest, match="too long"):
            await bot.send_message(chat, "x" * 4097)
        with pytest.raises(telegram.error.BadRequest, match="parse entities"):
            await bot.send_message(chat, "<p>x</p>", parse_mode="HTML")
        with pytest.raises(telegram.error.BadRequest, match=r"[Cc]hat not found"):
            await bot.send_message(4711, "Ciao")
        with pytest.raises(telegram.error.BadRequest, match="replied"):
            await bot.send_message(chat, "Ciao", reply_parameters=telegram.ReplyParameters(message_id=4711))
        network.suffer("limit", on="sendMessage")
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_message(chat, "Ciao")
        network.block(lines.giulia)
        with pytest.raises(telegram.error.Forbidden, match="blocked"):
            await bot.send_message(chat, "Ciao")
        old, new = network.group["id"], network.upgrade_group()
        with pytest.raises(telegram.error.ChatMigrated) as moved:
            await bot.send_message(old, "Ciao")
        assert moved.value.new_chat_id == new

    lines.talk(be_refused)


def test_a_foreign_token_is_refused(lines) -> None:
    lines.network.token = "110201543:AAH-renewed"

    async def greet() -> None:
        async with telegram.Bot("110201543:AAH-old", base_url=f"{lines.network.url}/bot"):
            pass

    with pytest.raises(telegram.error.InvalidToken):
        asyncio.run(greet())
