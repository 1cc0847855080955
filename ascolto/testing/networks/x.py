"""A stand-in for X: its API, its webhooks in both formats, and people who post, reply, quote and write privately.

    with City() as city:
        x = city.add(XNetwork())                          # XNetwork(format="aaa"): the older Account Activity API
        giulia = x.add_person("Giulia Conti")
        x.write(giulia, "@telvia la fibra non va", public=True)   # a mention
        x.write(giulia, "Il mio numero è 4711")                   # a direct message

It lets programs answer only who summoned the account, unless `enterprise`; counts as X counts; keeps tokens two hours and exchanges
refresh tokens. Hooks are told only what was subscribed, once anything was.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage
from ascolto.testing.networks.x_api import XApi
from ascolto.testing.networks.x_calls import Problem, epoch, iso, millis
from ascolto.testing.networks.x_shapes import Shapes

Json = dict[str, Any]
TOKEN_LASTS = timedelta(hours=2)


class XNetwork(Network):
    """See the module's text."""

    kind = "x"

    def __init__(self, *, format: str = "xaa", premium: bool = False, enterprise: bool = False) -> None:
        super().__init__()
        self.format, self.premium, self.enterprise = format, premium, enterprise
        self.consumer_key, self.consumer_secret = "stand-in-key", "stand-in-consumer-secret"
        self.client_id, self.client_secret = "stand-in-client", "stand-in-client-secret"
        self.brand = Person("1500000000000000001", "Telvia", "@telvia")
        self.app_token = "stand-in-app-token"
        self.tokens: dict[str, datetime] = {}  # access tokens and their ends
        self.refresh_tokens: set[str] = set()
        self.codes: dict[str, Mapping[str, str]] = {}
        self.access_token, self.refresh_token = self.grant()
        self.posts: dict[str, Json] = {}
        self.direct: list[Json] = []
        self.webhooks: dict[str, Json] = {}
        self.subscriptions: list[Json] = []
        self.refused_events: set[str] = set()
        self.uploads: dict[str, Json] = {}
        self.hidden: set[str] = set()
        self.likes: list[str] = []
        self.past: list[tuple[datetime, bytes]] = []  # every delivery, for the replay
        self.shapes = Shapes(self)
        self._last_number = 2_090_000_000_000_000_000
        self._api = XApi(self)

    # --- the company's side ---

    @property
    def settings(self) -> dict[str, str]:
        return {
            "consumer_key": self.consumer_key,
            "consumer_secret": self.consumer_secret,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "user_id": self.brand.id,
            "api_base": self.url,
            "site": self.url,
            "premium": "yes" if self.premium else "no",
            "answers_anyone": "yes" if self.enterprise else "no",
        }

    def sign(self, body: bytes) -> Mapping[str, str]:
        return {"x-twitter-webhooks-signature": self.seal(body)}

    def seal(self, content: bytes) -> str:
        """What proves that both sides know the secret."""
        seal = hmac.digest(self.consumer_secret.encode(), content, hashlib.sha256)
        return f"sha256={base64.b64encode(seal).decode()}"

    def connected(self) -> None:
        if self.hook_url and not any(hook["url"] == self.hook_url for hook in self.webhooks.values()):
            self.add_hook(self.hook_url)

    def add_hook(self, url: str) -> Json:
        """Remember a hook; whether it is valid it must show."""
        number = self.next_number()
        hook: Json = {"id": number, "url": url, "created_at": iso(now()), "valid": self.challenge(url)}
        self.webhooks[number] = hook
        return hook

    def challenge(self, url: str) -> bool:
        """Ask a hook to show that it knows the secret (CRC); whether it does."""
        token = secrets.token_urlsafe(16)
        try:
            answer = http.request("GET", f"{url}?{urlencode({'crc_token': token})}", trusted_origins=[url])
        except http.RequestFailed:
            return False
        told = (answer.json_object() or {}).get("response_token", "")
        return answer.status == 200 and hmac.compare_digest(
            str(told).encode(), self.seal(token.encode()).encode()
        )

    def answer(self, request: Request) -> Reply:
        try:
            return self._api.answer(request)
        except Problem as problem:
            return problem.reply()

    def too_fast(self) -> Reply:
        reset = {
            "x-rate-limit-limit": "15",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(epoch(now()) + 2),
        }
        return Problem(429, "Too Many Requests", "rate-limit-exceeded", headers=reset).reply()

    def broken(self) -> Reply:
        return Problem(500, "Internal Server Error", "internal-error").reply()

    def grant(self) -> tuple[str, str]:
        """A new pair of tokens, as from signing in."""
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        with self.lock:
            self.tokens[access] = now() + TOKEN_LASTS
            self.refresh_tokens.add(refresh)
        return access, refresh

    def next_number(self) -> str:
        """An id larger than all before."""
        with self.lock:
            self._last_number += 1_000_003
            return str(self._last_number)

    # --- people ---

    def add_person(self, name: str, **about: Any) -> Person:
        """`username`; `takes_messages=False`: their direct messages are closed to who does not follow each other."""
        username = about.get("username", re.sub(r"\W+", "_", name.lower()))
        with self.lock:
            person = Person(self.next_number(), name, f"@{username}")
            person.data["takes_messages"] = about.get("takes_messages", True)
            self.people.append(person)
        return person

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """A direct message, or with `public` a post that names the company or answers it; its external id."""
        if not public:
            return self.say(person, text, **more)
        about_us = self.names_us(text) or more.get("answers") or more.get("quotes")
        return self.post(person, text if about_us else f"{self.brand.handle} {text}", **more)

    def post(
        self, person: Person, text: str, *, answers: str = "", quotes: str = "", files: tuple[str, ...] = ()
    ) -> str:
        """A post; `answers` and `quotes` are external ids of posts, `files` ids of kept media. Its external id."""
        post = self.add_post(person, text, answers=answers, quotes=quotes, files=files)
        answered, quoted = self.posts.get(answers[5:]), self.posts.get(quotes[5:])
        events = []
        if self.names_us(text):
            events.append("post.mention.create")
        if answered and answered["author"] == self.brand.id:
            events.append("post.reply.create")
        if quoted and quoted["author"] == self.brand.id:
            events.append("post.quote.create")
        for event in events if self.format == "xaa" else events[:1]:
            self.tell_post(post, event)
        return f"post:{post['id']}"

    def names_us(self, text: str) -> bool:
        """Whether a text mentions the company's account."""
        return re.search(rf"{self.brand.handle}(?!\w)", text, re.IGNORECASE) is not None

    def add_post(
        self, person: Person, text: str, *, answers: str = "", quotes: str = "", files: tuple[str, ...] = ()
    ) -> Json:
        """A post that exists from now on; nobody is told."""
        number = self.next_number()
        post: Json = {"id": number, "author": person.id, "text": text, "at": now(), "versions": [number]}
        post |= {"answers": answers.removeprefix("post:"), "quotes": quotes.removeprefix("post:")}
        post |= {"files": files}
        self.posts[number] = post
        person.last_wrote_at = now()
        return post

    def edit(self, person: Person, post_id: str, text: str) -> str:
        """A post is changed: it has another number then, and tells its first one. The external id of the new version."""
        old = self.posts[post_id.removeprefix("post:")]
        number = self.next_number()
        at = max(now(), old["at"] + timedelta(seconds=1))  # the new shape tells whole seconds
        new = {**old, "id": number, "text": text, "at": at, "versions": [*old["versions"], number]}
        self.posts[number] = new
        self.tell_post(new, "post.mention.create")
        return f"post:{number}"

    def delete(self, post_id: str) -> None:
        """A post is gone."""
        post = self.posts.pop(post_id.removeprefix("post:"))
        if self.format == "xaa":
            self.tell("post.delete", {"id": post["id"], "author_id": post["author"]}, {})
        else:
            status = {"id": post["id"], "user_id": post["author"]}
            told = {"status": status, "timestamp_ms": millis(now())}
            self.tell_old("post.delete", tweet_delete_events=[told])

    def say(self, person: Person, text: str, *, files: tuple[str, ...] = (), tells: bool = True) -> str:
        """A direct message to the company; its external id. Without `tells` the hook is lost."""
        message = self.add_direct(person, self.brand, text, files=files)
        person.data["wrote"] = True
        if tells:
            self.tell_direct(message, "dm.received")
        return f"dm:{message['id']}"

    def add_direct(self, writer: Person, reader: Person, text: str, *, files: tuple[str, ...] = ()) -> Json:
        """A direct message that exists from now on; nobody is told."""
        message: Json = {
            "id": self.next_number(),
            "writer": writer.id,
            "reader": reader.id,
            "text": text,
            "at": now(),
        }
        message["files"] = files
        self.direct.append(message)
        writer.last_wrote_at = now()
        return message

    def whisper(self, person: Person) -> str:
        """An encrypted message: nobody but the two ends can read it. Its external id."""
        number = self.new_id("chat-")
        told = {"id": number, "sender_id": person.id, "conversation_id": f"{person.id}:{self.brand.id}"}
        told |= {"created_at_msec": millis(now()), "encoded_event": "CwABAAAAEzIw"}
        self.tell("chat.received", told, {})
        return f"chat:{number}"

    def read(self, person: Person) -> None:
        """The person has read what the company wrote to them."""
        mark: Json = {"created_timestamp": millis(now()), "sender_id": person.id}
        mark |= {"target": {"recipient_id": self.brand.id}, "last_read_event_id": self.direct[-1]["id"]}
        self._tell_lists("dm.read", direct_message_mark_read_events=[mark])

    def block(self, person: Person, *, blocks: bool = True) -> None:
        """The person blocks the company, or no longer does. Only the older format tells."""
        person.has_blocked_us = blocks
        if self.format == "aaa":
            told: Json = {
                "type": "block" if blocks else "unblock",
                "created_timestamp": millis(now()),
            }
            ends = {"source": self.shapes.old_user(person), "target": self.shapes.old_user(self.brand)}
            self.tell_old("block", block_events=[{**told, **ends}])

    def take_back_permission(self) -> None:
        """Somebody signs the company's program out, on X."""
        self.tokens.clear()
        self.refresh_tokens.clear()
        told = {"date_time": now().isoformat(), "user_id": self.brand.id, "app_id": "1"}
        self.tell("oauth.revoke", told, None, about={})

    # --- telling ---

    def tell_post(self, post: Json, event: str) -> None:
        """Deliver a post."""
        if self.format == "xaa":
            self.tell(event, self.shapes.new_post(post), self.shapes.includes(post))
        else:
            self.tell_old(event, user_has_blocked=False, tweet_create_events=[self.shapes.old_post(post)])

    def tell_direct(self, message: Json, event: str) -> None:
        """Deliver a direct message. Both formats carry it in the same shape."""
        self._tell_lists(event, direct_message_events=[self.shapes.old_direct(message)])

    def _tell_lists(self, event: str, **lists: Any) -> None:
        ends = [*self.people, self.brand]
        if self.format == "xaa":
            users = {person.id: {"data": self.shapes.new_user(person)} for person in ends}
            self.tell(event, {**lists, "users": users}, None)
        else:
            users = {person.id: self.shapes.old_user(person) for person in ends}
            self.tell_old(event, **lists, users=users)

    def tell(
        self, event: str, payload: Json, includes: Json | None, about: Mapping[str, str] | None = None
    ) -> None:
        """Deliver an event of the X Activity API, if somebody subscribed to it."""
        asked_for = {subscription["event_type"] for subscription in self.subscriptions}
        if asked_for and event not in asked_for and event != "oauth.revoke":
            return
        told: Json = {
            "event_uuid": self.next_number(),
            "event_type": event,
            "tag": "ascolto",
            "payload": payload,
        }
        told["filter"] = {"user_id": self.brand.id} if about is None else dict(about)
        self.deliver({"data": {**told, **({"includes": includes} if includes is not None else {})}})

    def tell_old(self, event: str, **lists: Any) -> None:
        """Deliver an event of the Account Activity API."""
        self.deliver({"for_user_id": self.brand.id, **lists})

    def deliver(self, document: Json) -> None:
        """Post a delivery, and keep it for a replay."""
        body = json.dumps(document, ensure_ascii=False).encode()
        with self.lock:
            self.past.append((now(), body))
        self.mailman.post(body)

    # --- what the company sends ---

    def accept_post(self, post: Json, files: tuple[tuple[str, bytes], ...]) -> None:
        """A reply of the company is there, and comes back by its hook."""
        answered = self.posts.get(post["answers"], {})
        person = self.find_person(str(answered.get("author", "")))
        name = f"post:{post['answers']}" if post["answers"] else ""
        sent = SentMessage(
            id=f"post:{post['id']}", person=person, text=post["text"], public=True, answers=name
        )
        sent.files = files
        self.took(sent)
        self.tell_post(post, "post.create")

    def accept_direct(self, message: Json, person: Person, files: tuple[tuple[str, bytes], ...]) -> None:
        """A direct message of the company is there, comes back by its hook, and is read at once where people do."""
        self.took(SentMessage(id=f"dm:{message['id']}", person=person, text=message["text"], files=files))
        if self.reads and self.disorder:
            self.read(person)
        self.tell_direct(message, "dm.sent")
        if self.reads and not self.disorder:
            self.read(person)
