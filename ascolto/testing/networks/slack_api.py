"""The Web API of the stand-in for Slack (slack.py): what the company asks, and how Slack says no."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage

TEAM, APP, BOT_USER, BOT = "T0TELVIA", "A0ASCOLTO", "U0ASCOLTO", "B0ASCOLTO"


@dataclass(slots=True)
class Channel:
    """A channel, or the direct conversation with one person."""

    id: str
    name: str
    is_im: bool = False
    has_us: bool = True
    is_archived: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)


class SlackApi(Network):
    """The side of Slack that programs see."""

    bot_token: str
    client_id: str
    client_secret: str
    scopes: str
    echoes: bool
    channels: dict[str, Channel]
    files: dict[str, dict[str, Any]]
    codes: dict[str, str]
    refresh_token: str

    def direct_channel(self, person: Person) -> Channel:
        """The direct conversation with somebody."""
        raise NotImplementedError

    def post(self, place: Channel, message: dict[str, Any]) -> str:
        """Put a message into a channel and tell it; its id."""
        raise NotImplementedError

    def new_ts(self) -> str:
        """A time by which a message is known."""
        raise NotImplementedError

    def keep_file(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        """Store a file; what Slack tells of it."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        parts = request.parts
        if parts[:1] == ["upload"]:
            return self._take_upload(parts[1], request)
        if parts[:1] == ["files"]:
            return self._give_file(parts[1], request)
        if parts[:1] == ["oauth"]:
            return self._agree(request)
        if parts[:2] == ["api", "oauth.v2.access"]:
            return self._grant(request)
        method = _METHODS.get(parts[-1] if parts else "")
        if method is None:
            return _no("unknown_method")
        if self.speed.is_too_fast():
            return self.too_fast()
        if request.bearer != self.bot_token:
            return _no("invalid_auth" if request.bearer else "not_authed")
        reply = method(self, _asked(request))
        return Reply(reply.document, reply.status, {**reply.headers, "x-oauth-scopes": self.scopes})

    def _auth_test(self, asked: Mapping[str, Any]) -> Reply:
        return _yes(url=self.url, team="Telvia", user="ascolto", team_id=TEAM, user_id=BOT_USER, bot_id=BOT)

    def _post_message(self, asked: Mapping[str, Any]) -> Reply:
        named, text = str(asked.get("channel", "")), str(asked.get("text", ""))
        if "chat:write" not in self.scopes:
            return Reply(
                {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": self.scopes}
            )
        if not text and not asked.get("blocks"):
            return _no("no_text")
        if len(text) > 40_000:
            return _no("msg_too_long")
        person = self.find_person(named)
        if person is not None and person.is_gone:
            return _no("user_not_found")
        place = self.direct_channel(person) if person else self.channels.get(named)
        if refusal := self._refusal(place, str(asked.get("thread_ts") or "")):
            return refusal
        assert place is not None
        return self._take(place, text, asked)

    def _refusal(self, place: Channel | None, thread: str) -> Reply | None:
        if place is None:
            return _no("channel_not_found")
        if place.is_archived:
            return _no("is_archived")
        if not place.has_us:
            return _no("not_in_channel")
        if thread and all(message["ts"] != thread for message in place.messages):
            return _no("thread_not_found")
        return None

    def _take(self, place: Channel, text: str, asked: Mapping[str, Any]) -> Reply:
        message: dict[str, Any] = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
            "text": text,
        }
        thread = str(asked.get("thread_ts") or "")
        if thread:
            message["thread_ts"] = thread
        if isinstance(asked.get("metadata"), dict):
            message["metadata"] = asked["metadata"]
        message_id = self._own(place, message)
        answers = f"{place.id}:{thread}" if thread else ""
        whom = next((person for person in self.people if place.id == "D" + person.id[1:]), None)
        self.took(
            SentMessage(id=message_id, person=whom, text=_read(text), answers=answers, data=dict(message))
        )
        return _yes(channel=place.id, ts=message["ts"], message=message)

    def _own(self, place: Channel, message: dict[str, Any]) -> str:
        if self.echoes:
            return self.post(place, message)
        message["ts"] = self.new_ts()
        with self.lock:
            place.messages.append(message)
        return f"{place.id}:{message['ts']}"

    def _list_channels(self, asked: Mapping[str, Any]) -> Reply:
        found = [
            {"id": place.id, "name": place.name, "is_im": place.is_im}
            for place in self.channels.values()
            if place.has_us
        ]
        return _yes(channels=found, response_metadata={"next_cursor": ""})

    def _history(self, asked: Mapping[str, Any]) -> Reply:
        place = self.channels.get(str(asked.get("channel")))
        if refusal := self._refusal(place, ""):
            return refusal
        assert place is not None
        roots = [self._with_replies(place, message) for message in place.messages if _is_root(message)]
        return self._page(roots[::-1], asked)

    def _replies(self, asked: Mapping[str, Any]) -> Reply:
        place, root = self.channels.get(str(asked.get("channel"))), str(asked.get("ts"))
        if refusal := self._refusal(place, root):
            return refusal
        assert place is not None
        thread = [message for message in place.messages if root in {message["ts"], message.get("thread_ts")}]
        return self._page(thread, asked)

    def _with_replies(self, place: Channel, message: dict[str, Any]) -> dict[str, Any]:
        replies = [
            item["ts"] for item in place.messages if item.get("thread_ts") == message["ts"] != item["ts"]
        ]
        counted = (
            {"reply_count": len(replies), "latest_reply": replies[-1], "thread_ts": message["ts"]}
            if replies
            else {}
        )
        return {**message, **counted}

    def _page(self, messages: list[dict[str, Any]], asked: Mapping[str, Any]) -> Reply:
        oldest, size = float(asked.get("oldest") or 0), int(asked.get("limit") or 100)
        start = int(asked.get("cursor") or 0)
        wanted = [message for message in messages if float(message["ts"]) > oldest]
        if asked.get("include_all_metadata") not in {"true", True, "1"}:
            wanted = [
                {key: value for key, value in message.items() if key != "metadata"} for message in wanted
            ]
        following = str(start + size) if start + size < len(wanted) else ""
        return _yes(
            messages=wanted[start : start + size],
            has_more=bool(following),
            response_metadata={"next_cursor": following},
        )

    def _user(self, asked: Mapping[str, Any]) -> Reply:
        person = self.find_person(str(asked.get("user")))
        if person is None:
            return _no("user_not_found")
        return _yes(user={"id": person.id, "name": person.handle, "profile": {"display_name": person.name}})

    # --- files ---

    def _upload_place(self, asked: Mapping[str, Any]) -> Reply:
        if not asked.get("filename") or not str(asked.get("length", "")).isdigit():
            return _no("invalid_arguments")
        told = self.keep_file(str(asked["filename"]), b"", "application/octet-stream")
        self.files[told["id"]]["expected"] = int(str(asked["length"]))
        return _yes(upload_url=f"{self.url}/upload/{told['id']}", file_id=told["id"])

    def _take_upload(self, file_id: str, request: Request) -> Reply:
        file = self.files.get(file_id)
        content = request.body
        if b"filename=" in content[:500]:  # a form with one file, as some libraries send it
            content = content.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
        if file is None or len(content) != file.get("expected"):
            return Reply(b"length mismatch", 400, content_type="text/plain")
        file["content"] = content
        return Reply(b"OK - %d" % len(content), content_type="text/plain")

    def _complete(self, asked: Mapping[str, Any]) -> Reply:
        wanted = asked.get("files")
        wanted = json.loads(wanted) if isinstance(wanted, str) else wanted
        files = [self.files.get(str(item.get("id"))) for item in wanted or []]
        if not files or any(file is None or not file["content"] for file in files):
            return _no("file_not_found")
        place, thread = self.channels.get(str(asked.get("channel_id"))), str(asked.get("thread_ts") or "")
        if refusal := self._refusal(place, thread):
            return refusal
        assert place is not None
        told = [
            {key: value for key, value in (file or {}).items() if key not in {"content", "expected"}}
            for file in files
        ]
        text = str(asked.get("initial_comment") or "")
        about = {"type": "message", "subtype": "file_share", "user": BOT_USER, "app_id": APP}
        message = {**about, "files": told, "text": text}
        message_id = self._own(place, {**message, **({"thread_ts": thread} if thread else {})})
        content = tuple((str(file["mimetype"]), bytes(file["content"])) for file in files if file)
        self.took(SentMessage(id=message_id, person=None, text=text, files=content, data=message))
        return _yes(files=told)

    def _file_info(self, asked: Mapping[str, Any]) -> Reply:
        file = self.files.get(str(asked.get("file")))
        if file is None:
            return _no("file_not_found")
        return _yes(file={key: value for key, value in file.items() if key not in {"content", "expected"}})

    def _give_file(self, file_id: str, request: Request) -> Reply:
        file = self.files.get(file_id)
        if file is None or request.bearer != self.bot_token:
            return Reply(b"<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return Reply(file["content"], content_type=str(file["mimetype"]))

    # --- signing in ---

    def _agree(self, request: Request) -> Reply:
        """The page on which somebody agrees; here everybody does at once."""
        if request.asked("client_id") != self.client_id:
            return Reply({"ok": False, "error": "invalid_client_id"}, 400)
        code, back = secrets.token_hex(8), request.asked("redirect_uri")
        self.codes[code] = back
        target = f"{back}?{urlencode({'code': code, 'state': request.asked('state')})}"
        return Reply(b"", 302, {"Location": target}, "text/html")

    def _grant(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.form().items()}
        pair = (asked.get("client_id"), asked.get("client_secret"))
        if basic := request.headers.get("authorization", "").removeprefix("Basic "):
            client, _, secret = base64.b64decode(basic).decode().partition(":")
            pair = (client, secret)
        if pair != (self.client_id, self.client_secret):
            return _no("bad_client_secret")
        if asked.get("grant_type") == "refresh_token":
            if not self.refresh_token or asked.get("refresh_token") != self.refresh_token:
                return _no("invalid_refresh_token")
        elif self.codes.pop(asked.get("code", ""), None) != asked.get("redirect_uri"):
            return _no("invalid_code")
        self.bot_token, self.refresh_token = (
            f"xoxe.xoxb-{secrets.token_hex(8)}",
            f"xoxe-{secrets.token_hex(8)}",
        )
        tokens = {"access_token": self.bot_token, "refresh_token": self.refresh_token, "expires_in": 43_200}
        team = {"id": TEAM, "name": "Telvia"}
        return _yes(
            token_type="bot", scope=self.scopes, bot_user_id=BOT_USER, app_id=APP, team=team, **tokens
        )


def _yes(**document: Any) -> Reply:
    return Reply({"ok": True, **document})


def _no(error: str) -> Reply:
    return Reply({"ok": False, "error": error})


def _is_root(message: Mapping[str, Any]) -> bool:
    return message.get("thread_ts") in {None, message["ts"]}


def _asked(request: Request) -> dict[str, Any]:
    """Slack takes JSON, forms and queries alike."""
    document = request.json()
    if isinstance(document, dict):
        return document
    asked = {name: values[0] for name, values in request.query.items()}
    return {**asked, **{name: values[0] for name, values in request.form().items()}}


def _read(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_METHODS: dict[str, Callable[[SlackApi, Mapping[str, Any]], Reply]] = {
    "auth.test": SlackApi._auth_test,
    "chat.postMessage": SlackApi._post_message,
    "conversations.history": SlackApi._history,
    "conversations.replies": SlackApi._replies,
    "users.conversations": SlackApi._list_channels,
    "users.info": SlackApi._user,
    "files.getUploadURLExternal": SlackApi._upload_place,
    "files.completeUploadExternal": SlackApi._complete,
    "files.info": SlackApi._file_info,
}
