"""The requests that the stand-in for Telegram answers, and the errors it gives, as the Bot API does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request
from ascolto.testing.networks.interactive import Unfit, check_keyboard
from ascolto.testing.networks.telegram_calls import BotError, Call, read_call, visible_text

if TYPE_CHECKING:
    from ascolto.testing.networks.telegram import TelegramNetwork

Json = dict[str, Any]
MIB = 1024 * 1024
_KINDS = ("photo", "document", "video", "voice", "audio", "animation", "sticker", "video_note")


class BotApi:
    """The methods of one bot."""

    def __init__(self, network: TelegramNetwork) -> None:
        self.network = network
        self._methods: Mapping[str, Callable[[Call], Any]] = {
            "getme": lambda call: (
                {**network.bot, "can_join_groups": True, "supports_inline_queries": False}
                | {
                    "can_read_all_group_messages": True,
                    "can_connect_to_business": True,
                    "has_main_web_app": False,
                }
            ),
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "getupdates": self._get_updates,
            "getfile": self._get_file,
            "getchat": self._get_chat,
            "sendmessage": self._send_message,
            "sendmediagroup": self._send_album,
            "sendchataction": self._note,
            "answercallbackquery": self._note,
            "setmessagereaction": self._note,
            "editmessagetext": self._edit_text,
            "deletemessage": self._delete_message,
            **{f"send{kind.replace('_', '')}": self._sender_of(kind) for kind in _KINDS},
        }

    def answer(self, request: Request) -> Reply:
        """Answer a request to `/bot<token>/<method>` or `/file/bot<token>/<path>`. Raises BotError."""
        parts = [unquote(part) for part in request.parts]
        if parts[:1] == ["file"] and len(parts) == 4:
            self._check_token(parts[1])
            return self._file(parts[3])
        if len(parts) != 2:
            raise BotError(404, "Not Found")
        self._check_token(parts[0])
        method = self._methods.get(parts[1].lower())
        if method is None:
            raise BotError(404, "Not Found: method not found")
        call = read_call(parts[1], request)
        if call.method.startswith("send") and self.network.speed.is_too_fast():
            raise BotError(429, "Too Many Requests: retry after 1", retry_after=1)
        return Reply({"ok": True, "result": method(call)})

    def _check_token(self, part: str) -> None:
        if not part.startswith("bot") or ":" not in part:
            raise BotError(404, "Not Found")
        if part != f"bot{self.network.token}":
            raise BotError(401, "Unauthorized")

    # --- what comes in ---

    def _set_webhook(self, call: Call) -> bool:
        url = call.text("url")
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise BotError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        secret = call.text("secret_token")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise BotError(400, "Bad Request: secret token contains unallowed characters")
        network = self.network
        network.secret, network.allowed = secret, call.json("allowed_updates") or []
        network.mailman.url = url
        pending, network.pending = network.pending, {}
        for update in pending.values():
            network.mailman.post(json.dumps(update).encode())
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self.network.mailman.url = ""
        if call.params.get("drop_pending_updates"):
            self.network.pending.clear()
            self.network.mailman.take()
        return True

    def _webhook_info(self, call: Call) -> Json:
        network = self.network
        told: Json = {"url": network.mailman.url, "has_custom_certificate": False, "max_connections": 40}
        told["pending_update_count"] = len(network.pending)
        if network.last_error:
            told |= {"last_error_date": int(now().timestamp()), "last_error_message": network.last_error}
        return told

    def _get_updates(self, call: Call) -> list[Json]:
        network = self.network
        if network.mailman.url:
            raise BotError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if call.params.get("allowed_updates") is not None:
            network.allowed = call.json("allowed_updates") or []
        until = monotonic() + min(call.number("timeout"), 50)
        with network.changed:
            while True:
                for body, _ in network.mailman.take():
                    update = json.loads(body)
                    network.pending.setdefault(update["update_id"], update)
                for known in [number for number in network.pending if number < call.number("offset")]:
                    del network.pending[known]
                left = until - monotonic()
                if network.pending or left <= 0:
                    limit = max(1, min(call.number("limit", 100), 100))
                    return [network.pending[number] for number in sorted(network.pending)][:limit]
                network.changed.wait(min(left, 0.5))

    def _get_file(self, call: Call) -> Json:
        media_id = call.text("file_id").removesuffix("-small")
        if media_id not in self.network.media:
            raise BotError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        content, _ = self.network.media[media_id]
        if len(content) > 20 * MIB:
            raise BotError(400, "Bad Request: file is too big")
        told = {"file_id": call.text("file_id"), "file_unique_id": f"u{media_id}", "file_size": len(content)}
        return {**told, "file_path": f"files/{media_id}"}

    def _file(self, media_id: str) -> Reply:
        if media_id not in self.network.media:
            raise BotError(404, "Not Found")
        content, _ = self.network.media[media_id]
        return Reply(content, content_type="application/octet-stream")

    def _get_chat(self, call: Call) -> Json:
        chat, _ = self._chat(call)
        return {**chat, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {}}

    # --- what goes out ---

    def _chat(self, call: Call) -> tuple[Json, Person | None]:
        """Where a message goes, and to whom. Raises BotError."""
        network, place = self.network, call.number("chat_id")
        if place in network.moved:
            raise BotError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=network.moved[place],
            )
        if place == network.group["id"]:
            if not network.knows_group:
                raise BotError(403, "Forbidden: bot was kicked from the group chat")
            return dict(network.group), None
        person = network.find_person(str(place))
        if person is None:
            raise BotError(400, "Bad Request: chat not found")
        if not call.text("business_connection_id"):
            self._check_person(person)
        return network.private_chat(person), person

    def _check_person(self, person: Person) -> None:
        if person.is_gone:
            raise BotError(403, "Forbidden: user is deactivated")
        if person.has_blocked_us:
            raise BotError(403, "Forbidden: bot was blocked by the user")
        if not person.data.get("started"):
            raise BotError(403, "Forbidden: bot can't initiate conversation with a user")

    def _send(self, call: Call, content: Json, files: tuple[tuple[str, bytes], ...] = ()) -> Json:
        network = self.network
        connection = call.text("business_connection_id")
        if connection and connection not in network.business:
            raise BotError(400, "Bad Request: BUSINESS_CONNECTION_INVALID")
        chat, person = self._chat(call)
        if answered := self._answered(call, chat):
            content = {**content, "reply_to_message": answered}
        if (markup := call.json("reply_markup")) is not None:
            try:
                check_keyboard(markup)
            except Unfit as error:
                raise BotError(400, f"Bad Request: {error}") from error
            content = {**content, "reply_markup": markup}
        message = network.keep_message(chat, network.bot, content, connection)
        network.accept(message, person, files)
        return message

    def _answered(self, call: Call, chat: Json) -> Json | None:
        asked = call.json("reply_parameters") or {}
        if not isinstance(asked, dict) or "message_id" not in asked:
            return None
        found = self.network.messages.get((chat["id"], int(asked["message_id"])))
        if found is None and not asked.get("allow_sending_without_reply"):
            raise BotError(400, "Bad Request: message to be replied not found")
        return {name: value for name, value in found.items() if name != "reply_to_message"} if found else None

    def _send_message(self, call: Call) -> Json:
        text = visible_text(call, "text")
        if not text.strip():
            raise BotError(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise BotError(400, "Bad Request: message is too long")
        return self._send(call, {"text": text})

    def _sender_of(self, kind: str) -> Callable[[Call], Json]:
        def send(call: Call) -> Json:
            media_id, file = self._take_file(call, kind, call.params.get(kind))
            name = call.uploads.get(kind, ("",))[0]
            content = {kind: self.network.file_part(kind, media_id, name), **_caption(call)}
            return self._send(call, content, (file,))

        return send

    def _take_file(self, call: Call, kind: str, named: Any) -> tuple[str, tuple[str, bytes]]:
        """A file that was uploaded, or one that Telegram has already; its id, its type and content. Raises BotError."""
        network = self.network
        field = (
            named.removeprefix("attach://")
            if isinstance(named, str) and named.startswith("attach://")
            else kind
        )
        if field in call.uploads:
            _, content, content_type = call.uploads[field]
            if not content:
                raise BotError(400, "Bad Request: file must be non-empty")
            if len(content) > (10 if kind == "photo" else 50) * MIB:
                raise BotError(413, "Request Entity Too Large")
            return network.keep(content, content_type), (content_type, content)
        if isinstance(named, str) and named in network.media:
            content, content_type = network.media[named]
            return named, (content_type, content)
        raise BotError(400, f"Bad Request: there is no {kind} in the request")

    def _send_album(self, call: Call) -> list[Json]:
        items = call.json("media")
        if not isinstance(items, list) or not 2 <= len(items) <= 10:
            raise BotError(400, "Bad Request: wrong number of items in the album")
        kinds = {item.get("type") for item in items}
        if not (kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})):
            raise BotError(400, "Bad Request: can't mix these types in an album")
        album = str(13_000_000_000 + self.network.new_number())
        taken = [(item, *self._take_file(call, item["type"], item.get("media"))) for item in items]
        return [
            self._send(
                call,
                {
                    item["type"]: self.network.file_part(item["type"], media_id),
                    "media_group_id": album,
                    **({"caption": item["caption"]} if item.get("caption") else {}),
                },
                (file,),
            )
            for item, media_id, file in taken
        ]

    # --- what happens to messages ---

    def _note(self, call: Call) -> bool:
        self.network.actions.append((call.method, call.params))
        return True

    def _own(self, call: Call) -> tuple[int, int]:
        place = (call.number("chat_id"), call.number("message_id"))
        message = self.network.messages.get(place)
        if message is None or message["from"] != self.network.bot:
            raise BotError(400, "Bad Request: message can't be edited")
        return place

    def _edit_text(self, call: Call) -> Json:
        message = self.network.messages[self._own(call)]
        message |= {"text": visible_text(call, "text"), "edit_date": int(now().timestamp())}
        return message

    def _delete_message(self, call: Call) -> bool:
        del self.network.messages[self._own(call)]
        return True


def _caption(call: Call) -> Json:
    caption = visible_text(call, "caption")
    if len(caption) > 1024:
        raise BotError(400, "Bad Request: message caption is too long")
    return {"caption": caption} if caption else {}
