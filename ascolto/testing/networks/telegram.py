"""A stand-in for Telegram: its Bot API, and people who write to the bot, alone, in a group, or to a business account.

    with City() as city:
        telegram = city.add(TelegramNetwork())
        giulia = telegram.add_person("Giulia Conti")
        telegram.write(giulia, "La fibra non va")          # waits for getUpdates, or goes to the hook
        telegram.write(giulia, "@telvia_bot?", public=True)  # in the group

Updates wait until a hook is known (`setWebhook`, or `hook_url`); while none is, `getUpdates` gives them, and the mailman's `take`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage
from ascolto.testing.networks.telegram_botapi import BotApi
from ascolto.testing.networks.telegram_calls import BotError

Json = dict[str, Any]


class TelegramNetwork(Network):
    """See the module's text."""

    kind = "telegram"

    def __init__(self, *, receives: str = "webhook", token: str = "110201543:AAH-of-the-stand-in") -> None:
        super().__init__()
        self.token, self.receives = token, receives
        self.secret = "stand-in-knocks"
        self.bot: Json = {
            "id": int(token.split(":", 1)[0]),
            "is_bot": True,
            "first_name": "Telvia",
            "username": "telvia_bot",
        }
        self.group: Json = {"id": -4017, "title": "Condominio Via Roma", "type": "group"}
        self.moved: dict[int, int] = {}  # groups that have another id now
        self.knows_group = True
        self.business: dict[str, Person] = {}  # whose account, by business connection
        self.messages: dict[tuple[int, int], Json] = {}
        self.pending: dict[int, Json] = {}  # updates that getUpdates has taken over from the mailman
        self.allowed: list[str] = []
        self.last_error = ""
        self.actions: list[tuple[str, Mapping[str, Any]]] = []  # typing, answered buttons, reactions of ours
        self.changed = threading.Condition(self.lock)
        self._counts: dict[int, int] = {}
        self._updates = int(now().timestamp()) % 1_000_000 * 1000
        self._people = 51_000_000
        self._api = BotApi(self)

    # --- the company's side ---

    @property
    def settings(self) -> dict[str, str]:
        return {
            "bot_token": self.token,
            "hook_secret": self.secret,
            "api_base": self.url,
            "receives": self.receives,
        }

    def sign(self, body: bytes) -> Mapping[str, str]:
        return {"x-telegram-bot-api-secret-token": self.secret} if self.secret else {}

    def answer(self, request: Request) -> Reply:
        try:
            return self._api.answer(request)
        except BotError as error:
            return error.reply()

    def too_fast(self) -> Reply:
        return BotError(429, "Too Many Requests: retry after 2", retry_after=2).reply()

    def broken(self) -> Reply:
        return BotError(500, "Internal Server Error").reply()

    # --- people ---

    def add_person(self, name: str, **about: Any) -> Person:
        """`username`, `language` as Telegram tells them. Nobody may be written to who has not written first."""
        first, _, last = name.partition(" ")
        with self.lock:
            self._people += 1
            username = about.get("username", name.lower().replace(" ", "_"))
            person = Person(str(self._people), name, f"@{username}" if username else "")
            person.data["user"] = {"id": self._people, "is_bot": False, "first_name": first}
            person.data["user"] |= {"last_name": last} if last else {}
            person.data["user"] |= {"username": username} if username else {}
            person.data["user"] |= {"language_code": about.get("language", "it")}
            self.people.append(person)
        return person

    def user(self, person: Person) -> Json:
        """How messages name them."""
        return dict(person.data["user"])

    def private_chat(self, person: Person) -> Json:
        """The chat of one person with the bot, or with the business account."""
        told = self.user(person)
        return {
            **{key: told[key] for key in ("id", "first_name", "last_name", "username") if key in told},
            "type": "private",
        }

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """A text to the bot, or with `public` in the group; its external id."""
        return self.say(person, {"text": text, **more}, public=public)

    def say(
        self, person: Person, content: Mapping[str, Any], *, public: bool = False, connection: str = ""
    ) -> str:
        """A message of any kind; its external id. `connection`: it goes to a business account."""
        chat = dict(self.group) if public else self.private_chat(person)
        if not public and not connection:
            person.data["started"] = True
        person.last_wrote_at = now()
        message = self.keep_message(chat, self.user(person), content, connection)
        self.tell("business_message" if connection else "message", message)
        return external_id(message)

    def send_file(
        self,
        person: Person,
        kind: str,
        content: bytes,
        content_type: str,
        *,
        public: bool = False,
        **more: Any,
    ) -> str:
        """A file (`kind` as Telegram names it: photo, document, voice …), with `caption`, `file_name`, `media_group_id`."""
        name = more.pop("file_name", "")
        part = self.file_part(kind, self.keep(content, content_type), name)
        return self.say(person, {kind: part, **more}, public=public)

    def send_album(self, person: Person, files: list[tuple[bytes, str]], caption: str = "") -> list[str]:
        """Several photos as one message; the external ids of its pieces."""
        album = str(13_000_000_000 + self.new_number())
        told: list[Json] = [
            {"caption": caption} if caption and place == 0 else {} for place in range(len(files))
        ]
        return [
            self.send_file(person, "photo", content, content_type, media_group_id=album, **more)
            for (content, content_type), more in zip(files, told, strict=True)
        ]

    def file_part(self, kind: str, media_id: str, name: str = "") -> Any:
        """A stored file as a message tells it."""
        content, content_type = self.media[media_id]
        part: Json = {"file_id": media_id, "file_unique_id": f"u{media_id}", "file_size": len(content)}
        if kind == "photo":
            small = {
                **part,
                "file_id": f"{media_id}-small",
                "file_unique_id": f"s{media_id}",
                "file_size": 99,
            }
            return [{**small, "width": 90, "height": 67}, {**part, "width": 1280, "height": 960}]
        if kind in {"video", "animation", "video_note"}:
            part |= {"width": 640, "height": 480, "duration": 3} if kind != "video_note" else {"length": 240}
        if kind in {"voice", "audio", "video_note"}:
            part["duration"] = 3
        if kind == "sticker":
            part |= {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        else:
            part["mime_type"] = content_type
        return {**part, **({"file_name": name} if name and kind in {"document", "audio", "video"} else {})}

    def edit(self, person: Person, message_id: str, text: str) -> None:
        """The person changes a text or caption."""
        message = self.find_message(message_id)
        message["caption" if "text" not in message else "text"] = text
        message["edit_date"] = int(now().timestamp())
        self.tell(
            "edited_business_message" if "business_connection_id" in message else "edited_message", message
        )

    def react(self, person: Person, message_id: str, emoji: str = "") -> None:
        """A reaction to a message of ours, or with no emoji its end."""
        message = self.find_message(message_id)
        told = {"chat": message["chat"], "message_id": message["message_id"], "user": self.user(person)}
        reactions = [{"type": "emoji", "emoji": emoji}] if emoji else []
        old: list[Json] = [] if emoji else [{"type": "emoji", "emoji": "👍"}]
        stamp = {"date": int(now().timestamp()), "old_reaction": old, "new_reaction": reactions}
        self.tell("message_reaction", {**told, **stamp})

    def press(self, person: Person, message_id: str, data: str) -> str:
        """A button below a message of ours; the query's id."""
        query = {"id": self.new_id(), "from": self.user(person), "message": self.find_message(message_id)}
        self.tell("callback_query", {**query, "chat_instance": "-1", "data": data})
        return str(query["id"])

    def block(self, person: Person, *, blocks: bool = True) -> None:
        """The person blocks the bot, or lets it in again."""
        person.has_blocked_us = blocks
        states = ("member", "kicked") if blocks else ("kicked", "member")
        self.tell("my_chat_member", self._membership(self.private_chat(person), person, *states))

    def put_out(self, person: Person) -> None:
        """Somebody removes the bot from the group."""
        self.knows_group = False
        self.tell("my_chat_member", self._membership(self.group, person, "member", "left"))

    def _membership(self, chat: Json, person: Person, old: str, new: str) -> Json:
        def member(status: str) -> Json:
            return {
                "user": self.bot,
                "status": status,
                **({"until_date": 0} if status == "kicked" else {}),
            }

        told = {"chat": dict(chat), "from": self.user(person), "date": int(now().timestamp())}
        return {**told, "old_chat_member": member(old), "new_chat_member": member(new)}

    def upgrade_group(self) -> int:
        """The group becomes a supergroup and has another id; that id."""
        old = int(self.group["id"])
        new = -1_000_000_000_000 - self.new_number()
        before = dict(self.group)
        self.group = {**before, "id": new, "type": "supergroup"}
        self.moved[old] = new
        anybody = self.user(self.people[0])
        self.tell("message", self.keep_message(before, anybody, {"migrate_to_chat_id": new}))
        self.tell("message", self.keep_message(self.group, anybody, {"migrate_from_chat_id": old}))
        return new

    # --- business accounts ---

    def connect_business(self, owner: Person, *, may_reply: bool = True, enabled: bool = True) -> str:
        """A person lets the bot answer their business account's chats, or with `enabled=False` no more; the connection."""
        connection = f"bc{owner.id}"
        if enabled:
            self.business[connection] = owner
        else:
            self.business.pop(connection, None)
        rights = {"can_read_messages": True, **({"can_reply": True} if may_reply else {})}
        told = {"id": connection, "user": self.user(owner), "user_chat_id": int(owner.id), "rights": rights}
        self.tell("business_connection", {**told, "date": int(now().timestamp()), "is_enabled": enabled})
        return connection

    def answer_elsewhere(self, connection: str, person: Person, text: str) -> str:
        """The owner of the business account answers on their own telephone; the external id."""
        owner = self.user(self.business[connection])
        message = self.keep_message(self.private_chat(person), owner, {"text": text}, connection)
        self.tell("business_message", message)
        return external_id(message)

    def delete_business(self, connection: str, person: Person, *message_ids: str) -> None:
        """Messages are deleted in a chat of a business account."""
        numbers = [int(message_id.rsplit(":", 1)[1]) for message_id in message_ids]
        told = {"business_connection_id": connection, "chat": self.private_chat(person)}
        self.tell("deleted_business_messages", {**told, "message_ids": numbers})

    # --- messages and updates ---

    def keep_message(
        self,
        chat: Mapping[str, Any],
        author: Mapping[str, Any],
        content: Mapping[str, Any],
        connection: str = "",
    ) -> Json:
        """A message that exists from now on, with the next number of its chat."""
        with self.lock:
            place = int(chat["id"])
            self._counts[place] = self._counts.get(place, 0) + 1
            message: Json = {"message_id": self._counts[place], "from": dict(author), "chat": dict(chat)}
            message |= {"date": int(now().timestamp()), **content}
            if connection:
                message["business_connection_id"] = connection
            self.messages[place, message["message_id"]] = message
        return message

    def find_message(self, message_id: str) -> Json:
        """The message with this external id. Raises KeyError."""
        *_, chat, number = message_id.split(":")
        return self.messages[int(chat), int(number)]

    def tell(self, name: str, told: Mapping[str, Any]) -> None:
        """One update. Reactions are told only to who asked for them, as by setWebhook."""
        if self.allowed and name not in self.allowed:
            return
        with self.changed:
            self._updates += 1
            body = json.dumps({"update_id": self._updates, name: told}, ensure_ascii=False).encode()
            self.mailman.post(body)
            self.changed.notify_all()

    def accept(self, message: Json, person: Person | None, files: tuple[tuple[str, bytes], ...]) -> None:
        """A message of the company is there; in a chat of a business account the bot sees it come back."""
        answered = message.get("reply_to_message")
        self.took(
            SentMessage(
                id=external_id(message),
                person=person,
                text=str(message.get("text") or message.get("caption") or ""),
                public=int(message["chat"]["id"]) < 0,
                answers=external_id(answered) if answered else "",
                files=files,
                data=message,
            )
        )
        if "business_connection_id" in message:
            owner = self.user(self.business[message["business_connection_id"]])
            self.tell("business_message", {**message, "from": owner, "sender_business_bot": self.bot})


def external_id(message: Mapping[str, Any]) -> str:
    """How the product names a message."""
    own = f"{message['chat']['id']}:{message['message_id']}"
    connection = message.get("business_connection_id")
    return f"{connection}:{own}" if connection else own
