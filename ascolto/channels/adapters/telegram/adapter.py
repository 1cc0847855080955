"""Telegram: a bot and its chats, by hook or by asking (Bot API 10.0). See docs/channels/telegram.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.telegram import files, sending
from ascolto.channels.adapters.telegram.botapi import BASE, Bot
from ascolto.channels.adapters.telegram.parsing import read_delivery
from ascolto.channels.adapters.telegram.people import USER
from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    BadSignature,
    ConfigError,
    ErrorClass,
    Failure,
    HookRequest,
    Inbound,
    Malformed,
    Outgoing,
    Polled,
    RawDelivery,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import check_body, object_of, objects_of, read_body, text_of

WANTED = (  # reactions are told only to who asks for them
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
)
_HEADER = "x-telegram-bot-api-secret-token"
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_PAGE = 100  # updates in one answer


@dataclass(frozen=True, slots=True)
class Config:
    """The token that BotFather gives, and how messages come in."""

    bot_token: str = setting(
        "Bot token",
        secret=True,
        example="110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        help="BotFather gives it to you when you make the bot, and again with /token.",
    )
    receives: str = setting(
        "How messages come in",
        default="webhook",
        choices=("webhook", "polling"),
        help="By webhook Telegram calls this server. By polling this server asks Telegram and needs no public address.",
    )
    hook_secret: str = setting(
        "Hook secret",
        default="",
        secret=True,
        advanced=True,
        help="Proves that a delivery comes from Telegram. Leave it empty: then it is derived from the bot token.",
    )
    api_base: str = setting(
        "API address",
        default=BASE,
        advanced=True,
        help="Another address than Telegram's: a Bot API server of your own or a stand-in.",
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}", self.bot_token):
            raise ConfigError(
                "bot_token", "is not a bot token: a number, a colon and letters. Copy it again."
            )
        if self.hook_secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self.hook_secret):
            raise ConfigError("hook_secret", "holds something else than letters, digits, _ and -.")
        if not _ADDRESS.fullmatch(self.api_base):
            raise ConfigError("api_base", f"is not a web address; write for example {BASE}")

    @property
    def secret(self) -> str:
        """What Telegram shows at our door."""
        return self.hook_secret or hmac.digest(self.bot_token.encode(), b"ascolto hook", hashlib.sha256).hex()


class Telegram(Adapter):
    """One bot: private chats, groups it was added to, and chats of business accounts that connected it."""

    kind = "telegram"
    label = "Telegram"
    Config = Config
    capabilities = Capabilities(
        quotes=True,
        marks="html",
        public=True,
        max_length=sending.MAX_TEXT,
        choices=sending.BUTTONS,
        attachments=Attachments(max_count=10, max_bytes=files.LIMITS),
        private_reply="free",
        edits=True,
        reactions=True,
    )
    namespaces = (USER,)
    rate = (25.0, 25)  # Telegram takes 30 a second of a bot
    polls_every = timedelta(seconds=20)  # of accounts that receive by polling: as long as one question waits
    icon = "i-ch-telegram"
    sentences = (
        "Connected to @%(name)s.",
        "%(waiting)s updates wait to be asked for.",
        "The hook is registered; %(waiting)s updates wait.",
        "%(waiting)s updates wait. The last thing that went wrong when Telegram called: %(what)s",
        "The text has %(count)s characters; Telegram takes %(limit)s.",
        "%(name)s is larger than the %(limit)s MiB that Telegram takes.",
        "The bot was removed from %(name)s.",
        "The bot was added to %(name)s.",
        "%(name)s disconnected the bot.",
        "%(name)s connected the bot without the right to answer.",
        "%(name)s connected the bot.",
        "This person has not written to the bot, or has blocked it. Answer in the group with a link by which they can write: %(link)s",
    )
    guide = (
        "In Telegram, write to @BotFather, send /newbot and answer its two questions. It gives you the bot token.",
        "Write the bot token here and save.",
        "Register the hook: Telegram then knows our address and the secret by which we know it. With polling, nothing is registered.",
        "For groups: send /setprivacy to @BotFather and choose Disable, then add the bot to the group.",
        "Make the bot an administrator of the group if it shall see reactions.",
        "For a business account: in its Telegram settings, under Business, Chatbots, name the bot and allow it to reply.",
        "Press Test. It names the bot and says whether Telegram reaches us.",
    )

    def verify(self, account: Account, request: HookRequest) -> None:
        shown = request.headers.get(_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, account.config.secret.encode()):
            raise BadSignature("The secret of the hook is missing or wrong.")
        check_body(request.body)

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        return read_delivery(document, raw.received_at)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(self._bot(account), outgoing)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(self._bot(account), outgoing)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        file_id = text_of(remote.get("file_id"), 400)
        if not file_id:
            raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
        content_type = text_of(remote.get("content_type"), 127) or "application/octet-stream"
        return self._bot(account).fetch(file_id, limit), content_type

    def subscribe(self, account: Account, hook_url: str) -> str:
        bot = self._bot(account)
        if account.config.receives == "polling":
            bot.look("deleteWebhook")
            return "Telegram calls nobody: this server asks it for what is new."
        asked = {"url": hook_url, "secret_token": account.config.secret, "allowed_updates": list(WANTED)}
        bot.look("setWebhook", {**asked, "max_connections": 40})
        return "Telegram will call this server for every message."

    def interval(self, config: Any) -> timedelta | None:
        return self.polls_every if config.receives == "polling" else None

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """Every answered page is confirmed by asking for the next one: nothing is lost that was not stored."""
        if account.config.receives != "polling":
            return
        offset = cursor.get("offset")
        bot, more = self._bot(account), True
        while more:
            known = {"offset": offset} if isinstance(offset, int) else {}
            params = {**known, "limit": _PAGE, "timeout": 0, "allowed_updates": list(WANTED)}
            page = list(objects_of(bot.look("getUpdates", params, max_bytes=32 * files.MIB)))
            more = False
            for update in page:
                number = update.get("update_id")
                if isinstance(number, int) and not isinstance(number, bool):
                    offset, more = number + 1, True
                raw = json.dumps(update, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
                yield Polled(raw=raw, cursor={"offset": offset})

    def wait(self, account: Account, seconds: float) -> None:
        """A long poll that confirms nothing: it ends when something is there."""
        timeout = max(0, int(seconds))
        params = {"limit": 1, "timeout": timeout, "allowed_updates": list(WANTED)}
        self._bot(account).look("getUpdates", params, read_timeout=timeout + 15.0)

    def test(self, account: Account) -> str:
        bot = self._bot(account)
        me = object_of(bot.look("getMe"))
        name = text_of(me.get("username"), 100) or text_of(me.get("id"), 30)
        if not name:
            raise bot.nonsense(repeatable=True)
        return f"Connected to @{name}. {_of_the_hook(account, object_of(bot.look('getWebhookInfo')))}"

    def _bot(self, account: Account) -> Bot:
        config: Config = account.config
        return Bot.at(config.api_base, config.bot_token, trusted=account.trusted)


def _of_the_hook(account: Account, told: Mapping[str, Any]) -> str:
    """What Telegram says about the way to us. Raises SendRefused where nothing can come that way."""
    registered = bool(text_of(told.get("url"), 2000))
    waiting, trouble = (
        text_of(told.get("pending_update_count"), 12) or "0",
        text_of(told.get("last_error_message")),
    )
    if account.config.receives == "polling":
        if registered:
            reason = "A webhook is registered for this bot, so that Telegram gives nothing to who asks: register anew here to take it away."
            raise SendRefused(Failure(ErrorClass.CONFIG, reason))
        return f"{waiting} updates wait to be asked for."
    if not registered:
        return "The hook is not registered yet: Telegram does not call this server."
    if trouble:
        return f"{waiting} updates wait. The last thing that went wrong when Telegram called: {trouble}"
    return f"The hook is registered; {waiting} updates wait."


adapter = Telegram()
