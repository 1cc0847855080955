"""A stand-in for Slack: colleagues who write in channels and threads, and the Web API that takes what the company writes.

It enforces what Slack enforces: token and scopes, membership of the app in a channel, archived channels, lengths, threads that exist,
uploads in three steps, `ok: false` with HTTP 200. Its events are signed with the time, and it tells our own messages back.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply
from ascolto.testing.networks.slack_api import APP, BOT_USER, TEAM, Channel, SlackApi

SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,files:read,files:write,groups:history,groups:read,im:history,im:read,"
    "im:write,reactions:read"
)


class SlackNetwork(SlackApi):
    """See the module's text."""

    kind = "slack"

    def __init__(self) -> None:
        super().__init__()
        self.signing_secret = "stand-in-signing-secret"
        self.bot_token = "xoxb-stand-in-token"
        self.client_id, self.client_secret = "1234.5678", "stand-in-client-secret"
        self.scopes = SCOPES
        self.echoes = True  # Slack tells an app its own messages too
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}  # of people who agreed, with their redirect address
        self.refresh_token = ""
        self.default = self.add_channel("reclami")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "signing_secret": self.signing_secret,
            "bot_token": self.bot_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "api_base": f"{self.url}/api",
            "site": self.url,
        }

    def sign(self, body: bytes) -> Mapping[str, str]:
        stamp = str(int(now().timestamp()))
        seal = hmac.digest(self.signing_secret.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256")
        return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={seal.hex()}"}

    def too_fast(self) -> Reply:
        return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "2"})

    def broken(self) -> Reply:
        return Reply({"ok": False, "error": "service_unavailable"}, 503)

    # --- colleagues ---

    def add_channel(self, name: str, *, has_us: bool = True) -> Channel:
        """A channel with our app in it."""
        channel = Channel(f"C0{self._run.upper()}{self.new_number():03d}", name, has_us=has_us)
        self.channels[channel.id] = channel
        return channel

    def add_person(self, name: str, **about: Any) -> Person:
        person = Person(
            f"U0{self._run.upper()}{self.new_number():03d}", name, name.split()[0].lower(), data=about
        )
        with self.lock:
            self.people.append(person)
        return person

    def direct_channel(self, person: Person) -> Channel:
        """The direct conversation with somebody; opened when it is not there."""
        channel_id = "D" + person.id[1:]
        with self.lock:
            return self.channels.setdefault(channel_id, Channel(channel_id, person.handle, is_im=True))

    def write(
        self,
        person: Person,
        text: str,
        *,
        public: bool = False,
        channel: Channel | None = None,
        thread: str = "",
        direct: bool = False,
        files: tuple[tuple[str, bytes, str], ...] = (),
        **more: Any,
    ) -> str:
        """A message in a channel; in a `thread` (an id as this gives) it is an answer; `direct`: to us alone."""
        place = self.direct_channel(person) if direct else channel or self.default
        place = self.channels[thread.partition(":")[0]] if thread else place
        message: dict[str, Any] = {"type": "message", "user": person.id, "text": text, "team": TEAM, **more}
        if thread:
            message["thread_ts"] = thread.partition(":")[2]
        if files:
            message |= {"subtype": "file_share", "files": [self.keep_file(*file) for file in files]}
        message["user_profile"] = {"display_name": person.name, "real_name": person.name}
        return self.post(place, message)

    def edit(self, person: Person, message_id: str, text: str) -> None:
        """Somebody changes a message."""
        place, message = self._find(message_id)
        before, message["text"] = dict(message), text
        message["edited"] = {"user": person.id, "ts": self.new_ts()}
        self._tell_change(place, "message_changed", message=message, previous_message=before)

    def delete(self, message_id: str) -> None:
        """Somebody deletes a message."""
        place, message = self._find(message_id)
        place.messages.remove(message)
        self._tell_change(place, "message_deleted", deleted_ts=message["ts"], previous_message=message)

    def react(self, person: Person, message_id: str, name: str, *, added: bool = True) -> None:
        """A reaction, or its end."""
        place, message = self._find(message_id)
        item = {"type": "message", "channel": place.id, "ts": message["ts"]}
        kind = "reaction_added" if added else "reaction_removed"
        self.tell(
            {"type": kind, "user": person.id, "reaction": name, "item": item, "event_ts": self.new_ts()}
        )

    def tell(self, event: Mapping[str, Any]) -> None:
        """Deliver an event."""
        us = [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}]
        document: dict[str, Any] = {
            "token": "x",
            "team_id": TEAM,
            "api_app_id": APP,
            "type": "event_callback",
            "event": event,
        }
        document |= {
            "event_id": self.new_id("Ev"),
            "event_time": int(now().timestamp()),
            "authorizations": us,
        }
        self.mailman.post(json.dumps(document).encode())

    def connected(self) -> None:
        """Slack checks the address before it sends anything."""
        self.challenge = secrets.token_hex(12)
        document = {"token": "x", "challenge": self.challenge, "type": "url_verification"}
        self.mailman.post(json.dumps(document).encode())

    def post(self, place: Channel, message: dict[str, Any]) -> str:
        message["ts"] = self.new_ts()
        with self.lock:
            place.messages.append(message)
        if place.has_us:
            kind = "im" if place.is_im else "channel"
            self.tell({**message, "channel": place.id, "channel_type": kind, "event_ts": message["ts"]})
        return f"{place.id}:{message['ts']}"

    def _tell_change(self, place: Channel, subtype: str, **what: Any) -> None:
        stamp = self.new_ts()
        self.tell(
            {
                "type": "message",
                "subtype": subtype,
                "channel": place.id,
                "channel_type": "im" if place.is_im else "channel",
            }
            | {"hidden": True, "ts": stamp, "event_ts": stamp, **what}
        )

    def _find(self, message_id: str) -> tuple[Channel, dict[str, Any]]:
        channel, _, ts = message_id.partition(":")
        place = self.channels[channel]
        return place, next(message for message in place.messages if message["ts"] == ts)

    def new_ts(self) -> str:
        return f"{int(now().timestamp())}.{self.new_number():06d}"

    def keep_file(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        file_id = f"F0{self._run.upper()}{self.new_number():03d}"
        url = f"{self.url}/files/{file_id}/{name}"
        told: dict[str, Any] = {
            "id": file_id,
            "name": name,
            "title": name,
            "mimetype": content_type,
            "mode": "hosted",
        }
        told |= {"size": len(content), "url_private": url, "url_private_download": url}
        self.files[file_id] = {**told, "content": content}
        return told
