"""A stand-in for Bluesky: a server of accounts and posts, its notifications, and the chat behind the proxy header.

    network = city.add(BlueskyNetwork())
    giulia = network.add_person("Giulia Conti")
    network.write(giulia, "La fibra non va", public=True)     # a post that mentions the company
    network.write(giulia, "Il mio codice è 4471")             # a direct message

Everybody has an app password (`password_of`), so that a client of somebody else can be the company or a customer. The requests
that it answers are in `bluesky_xrpc.py`. It enforces sessions that end, lengths, keys of records, gates of threads, blocks, and who takes
direct messages.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json import dumps
from typing import Any

from ascolto.channels.lengths import Counting, measured_length
from ascolto.kit.clock import now
from ascolto.testing.networks import bluesky_xrpc
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage

POST = "app.bsky.feed.post"
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_CHAT = "chat.bsky.convo.defs#"


class XrpcError(Exception):
    """An answer that says no, by name."""

    def __init__(self, status: int, name: str, words: str) -> None:
        super().__init__(words)
        self.status, self.name = status, name


@dataclass(slots=True, eq=False)
class Post:
    """A post: what its author put into their repository, and when the network took notice."""

    uri: str
    cid: str
    author: Person
    record: dict[str, Any]
    indexed_at: datetime


@dataclass(slots=True, eq=False)
class Convo:
    """A conversation of direct messages."""

    id: str
    members: list[Person]
    messages: list[dict[str, Any]] = field(default_factory=list)


class BlueskyNetwork(Network):
    """Bluesky with the company's account and people."""

    kind = "bluesky"
    has_hooks = False

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, Post] = {}
        self.notices: list[dict[str, Any]] = []  # of the company, oldest first
        self.convos: dict[str, Convo] = {}
        self.log: list[dict[str, Any]] = []  # of the chat
        self.sessions: dict[
            str, tuple[str, Person]
        ] = {}  # token → whether it is access or refresh, and whose
        self.signed_in = 0  # how often somebody used a password
        self._ticks = itertools.count(int(now().timestamp() * 1_000_000))
        self.us = self._settle("Telvia", "telvia.bsky.example")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "identifier": self.us.handle,
            "app_password": self.password_of(self.us),
            "service": self.url,
            "pictures": self.url,
        }

    def password_of(self, person: Person) -> str:
        """The app password of somebody."""
        return str(person.data["password"])

    def _settle(self, name: str, handle: str) -> Person:
        digest = hashlib.sha256(f"{self._run}{handle}".encode()).digest()
        did = "did:plc:" + b32encode(digest).decode().lower()[:24]
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        data = {"password": password, "chat": True, "takes_messages": True}
        return Person(id=did, name=name, handle=handle, data=data)

    def add_person(self, name: str, **about: Any) -> Person:
        """Somebody; `takes_messages=False` who takes no direct messages from the company."""
        handle = about.pop("handle", "") or re.sub(r"[^a-z0-9]+", "-", name.lower()) + ".bsky.example"
        with self.lock:
            person = self._settle(name, handle)
            person.data.update(about)
            self.people.append(person)
        return person

    def everybody(self) -> list[Person]:
        """All accounts."""
        return [self.us, *self.people]

    def who(self, name: str) -> Person | None:
        """Whom a DID or a handle names."""
        return next((p for p in self.everybody() if name.removeprefix("@").lower() in {p.id, p.handle}), None)

    def tid(self) -> str:
        """A key of a record that never was before."""
        value = next(self._ticks) << 10
        return "".join(_SORTABLE[value >> shift & 31] for shift in range(60, -1, -5))

    # --- what people do -------------------------------------------------------------------------------------------

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """A post that mentions the company, answers it (`answers`, an address) or quotes it (`quotes`); or a direct message.

        Its address, or `conversation/message`. `files` are pictures of a post.
        """
        person.last_wrote_at = now()
        if not public:
            return self.whisper(self.convo_of(self.us, person), person, {"text": text})
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": written(now()), "langs": ["it"]}
        if answers := more.get("answers"):
            parent = self.records[answers]
            record["reply"] = {
                "root": parent.record.get("reply", {}).get("root") or self.reference(parent),
                "parent": self.reference(parent),
            }
        elif quotes := more.get("quotes"):
            record["embed"] = {
                "$type": "app.bsky.embed.record",
                "record": self.reference(self.records[quotes]),
            }
        else:
            record |= self._mentioning(text)
        if files := more.get("files"):
            images = [{"alt": "", "image": self.blob(*file)} for file in files]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        return self.put(person, self.tid(), record).uri

    def _mentioning(self, text: str) -> dict[str, Any]:
        mention = f"@{self.us.handle}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.us.id}
        index = {"byteStart": 0, "byteEnd": len(mention.encode())}
        return {"text": f"{mention} {text}", "facets": [{"index": index, "features": [feature]}]}

    def delete(self, person: Person, uri: str) -> None:
        """They delete a post."""
        with self.lock:
            del self.records[uri]
            self.notices = [notice for notice in self.notices if notice["uri"] != uri]

    def like(self, person: Person, message: str, emoji: str = "👍") -> None:
        """They like a post of the company, or react to a direct message."""
        if message.startswith("at://"):
            uri = f"at://{person.id}/app.bsky.feed.like/{self.tid()}"
            return self._notify(person, "like", uri, {"$type": "app.bsky.feed.like"}, message)
        convo, _, message_id = message.partition("/")
        view = next(item for item in self.convos[convo].messages if item["id"] == message_id)
        reaction = {"value": emoji, "sender": {"did": person.id}, "createdAt": written(now())}
        return self._log(convo, "logAddReaction", message=view, reaction=reaction)

    # --- posts ------------------------------------------------------------------------------------------------------

    def blob(self, content: bytes, content_type: str) -> dict[str, Any]:
        """Keep a file; how a record names it."""
        cid = "bafkrei" + b32encode(hashlib.sha256(content).digest()).decode().lower().rstrip("=")
        self.media[cid] = (content, content_type)
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": content_type, "size": len(content)}

    def reference(self, post: Post) -> dict[str, str]:
        """A strong reference to a post."""
        return {"uri": post.uri, "cid": post.cid}

    def put(self, author: Person, key: str, record: Mapping[str, Any]) -> Post:
        """A post into somebody's repository; whoever it concerns is notified. Raises XrpcError."""
        self._check(record)
        uri = f"at://{author.id}/{POST}/{key}"
        digest = hashlib.sha256(dumps(record, sort_keys=True).encode()).digest()
        cid = "bafyrei" + b32encode(digest).decode().lower().rstrip("=")
        post = Post(uri, cid, author, dict(record), now())
        with self.lock:
            self.records[uri] = post
        parent = self.records.get(record.get("reply", {}).get("parent", {}).get("uri", ""))
        if author is self.us:
            self._keep_post(post, parent)
        else:
            self._tell(post, parent)
        return post

    def _check(self, record: Mapping[str, Any]) -> None:
        text = str(record.get("text", ""))
        size, count = len(text.encode()), measured_length(text, Counting.GRAPHEMES)
        for unit, most, got in (("", 3000, size), (" graphemes", 300, count)):
            if got > most:
                words = f"string too big (maximum {most}{unit}, got {got}) at $.record.text"
                raise XrpcError(400, "InvalidRequest", f"Invalid {POST} record: {words}")
        images = record.get("embed", {}).get("images", [])
        if len(images) > 4:
            raise XrpcError(
                400, "InvalidRequest", f"Invalid {POST} record: array too big at $.record.embed.images"
            )
        for image in images:
            if image["image"]["size"] > 1_000_000:
                raise XrpcError(400, "BlobTooLarge", "This file is too large. It must be at most 976.56KB.")

    def _tell(self, post: Post, parent: Post | None) -> None:
        quoted = post.record.get("embed", {}).get("record", {}).get("uri", "")
        root = self.records.get(post.record.get("reply", {}).get("root", {}).get("uri", ""))
        if parent is not None and self.us in (parent.author, root.author if root else None):
            self._notify(post.author, "reply", post.uri, post.record, parent.uri, post.cid)
        elif quoted in self.records and self.records[quoted].author is self.us:
            self._notify(post.author, "quote", post.uri, post.record, quoted, post.cid)
        elif any(
            feature.get("did") == self.us.id
            for facet in post.record.get("facets", [])
            for feature in facet.get("features", [])
        ):
            self._notify(post.author, "mention", post.uri, post.record, "", post.cid)

    def _notify(
        self,
        author: Person,
        reason: str,
        uri: str,
        record: Mapping[str, Any],
        subject: str = "",
        cid: str = "bafyreifsubject2222222222",
    ) -> None:
        notice: dict[str, Any] = {
            "uri": uri,
            "cid": cid,
            "author": profile(author),
            "reason": reason,
            "record": dict(record),
        }
        notice |= {"isRead": False, "indexedAt": written(now()), "labels": []}
        if subject:
            notice["reasonSubject"] = subject
        with self.lock:
            self.notices.append(notice)

    def _keep_post(self, post: Post, parent: Post | None) -> None:
        images = post.record.get("embed", {}).get("images", [])
        files = [self.media[image["image"]["ref"]["$link"]] for image in images]
        self.took(
            SentMessage(
                id=post.uri,
                person=parent.author if parent else None,
                text=str(post.record.get("text", "")),
                public=True,
                answers=parent.uri if parent else "",
                files=tuple((kind, content) for content, kind in files),
                data=post.record,
            )
        )

    # --- direct messages --------------------------------------------------------------------------------------------

    def convo_of(self, *members: Person) -> Convo:
        """The conversation of these people; a new one when there is none."""
        wanted = {member.id for member in members}
        with self.lock:
            for convo in self.convos.values():
                if {member.id for member in convo.members} == wanted:
                    return convo
            convo = Convo(self.tid(), list(members))
            self.convos[convo.id] = convo
        return convo

    def whisper(self, convo: Convo, sender: Person, message: Mapping[str, Any]) -> str:
        """A direct message; `conversation/message`. Raises XrpcError."""
        text = str(message.get("text", ""))
        if len(text.encode()) > 10_000 or measured_length(text, Counting.GRAPHEMES) > 1000:
            raise XrpcError(
                400, "InvalidRequest", "Input/message/text must not be longer than 1000 graphemes"
            )
        key = self.tid()
        view: dict[str, Any] = {"$type": f"{_CHAT}messageView", "id": key, "rev": key, "text": text}
        view |= {"sender": {"did": sender.id}, "sentAt": written(now())}
        if message.get("facets"):
            view["facets"] = message["facets"]
        with self.lock:
            convo.messages.append(view)
        self._log(convo.id, "logCreateMessage", message=view)
        if sender is self.us:
            person = next((member for member in convo.members if member is not self.us), None)
            self.took(SentMessage(id=f"{convo.id}/{key}", person=person, text=text, data=dict(view)))
        return f"{convo.id}/{key}"

    def _log(self, convo: str, kind: str, **more: Any) -> None:
        with self.lock:
            self.log.append({"$type": f"{_CHAT}{kind}", "rev": self.tid(), "convoId": convo, **more})

    # --- what the server answers ------------------------------------------------------------------------------------

    def open_session(self, person: Person, seconds: int = 7200) -> tuple[str, str]:
        """Tokens to act and to renew, as JSON Web Tokens that anybody may read and nobody else can make."""
        made = []
        for kind, lasts in (("access", seconds), ("refresh", 5_000_000)):
            body = {"sub": person.id, "exp": int(now().timestamp()) + lasts, "jti": secrets.token_hex(4)}
            middle = urlsafe_b64encode(dumps(body).encode()).decode().rstrip("=")
            token = f"eyJhbGciOiJIUzI1NiJ9.{middle}.{secrets.token_urlsafe(16)}"
            self.sessions[token] = (kind, person)
            made.append(token)
        return made[0], made[1]

    def answer(self, request: Request) -> Reply:
        try:
            return bluesky_xrpc.answer(self, request)
        except XrpcError as error:
            return Reply({"error": error.name, "message": str(error)}, error.status)

    def too_fast(self) -> Reply:
        headers = {"ratelimit-limit": "3000", "ratelimit-remaining": "0"}
        headers["ratelimit-reset"] = str(int(now().timestamp()) + 2)
        return Reply({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, 429, headers)

    def broken(self) -> Reply:
        return Reply({"error": "InternalServerError", "message": "Internal Server Error"}, 500)


def profile(person: Person) -> dict[str, Any]:
    """How the network shows somebody."""
    return {"did": person.id, "handle": person.handle, "displayName": person.name, "labels": []}


def written(moment: datetime) -> str:
    """A time as the network writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
