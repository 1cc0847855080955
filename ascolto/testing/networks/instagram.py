"""A stand-in for Instagram: people who comment, mention and write directly, and the API of both logins that takes our answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ascolto.channels.capabilities import Counting
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Request, SentMessage
from ascolto.testing.networks.graph import Form, GraphError, iso, no_object, page_of
from ascolto.testing.networks.graph_comments import Comment, check_private_reply
from ascolto.testing.networks.graph_messaging import MessagingNetwork

LONGEST_COMMENT = 300
_TOKEN_LIVES = timedelta(days=60)
_MENTIONED = re.compile(r"mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)")


class InstagramNetwork(MessagingNetwork):
    """A professional account. `login` is `facebook` or `instagram`; the token of the latter is renewed when it is a day old."""

    kind = "instagram"
    object_name = "instagram"
    longest = 1000
    counting = Counting.BYTES
    window_subcode = 2534022
    prefix = "aWdf"
    reads_by_mid = True

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.instagram_id = settings.get("instagram_id", "17841405822304914")
        self.username = settings.get("username", "telvia")
        self.login = settings.get("login", "facebook")
        self.media_id, self.caption = "18001234567890123", "Da oggi la fibra arriva a Cremona"
        self.comments: dict[str, Comment] = {}
        self.mentions: dict[str, tuple[Person, str]] = {}
        self.token_made_at = now()
        self.is_live = False

    @property
    def own_id(self) -> str:
        return self.instagram_id

    @property
    def settings(self) -> dict[str, str]:
        more = {"human_agent": "yes"} if self.human_agent else {}
        named = {"instagram_id": self.instagram_id, "username": self.username, "login": self.login}
        return {**super().settings, **named, **more}

    def add_person(self, name: str, **about: Any) -> Person:
        handle = str(about.pop("handle", "")) or re.sub(r"[^a-z]+", ".", name.lower()).strip(".")
        return super().add_person(name, handle=handle, **about)

    # --- people ---

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """A direct message; with `public`, a comment under our post (`answering` another)."""
        if not public:
            return super().write(person, text, **more)
        person.data["commented_at"] = now()
        comment = self._comment(person, text, str(more.pop("answering", "")))
        self._tell_comment(comment, **more)
        return comment.id

    def mention(self, person: Person, text: str) -> str:
        """We are named in a comment elsewhere: the hook tells the ids only."""
        thing = f"1788{self.new_number():09d}"
        self.mentions[thing] = (person, text)
        value = {"comment_id": thing, "media_id": f"1800{self.new_number():09d}"}
        self.tell_entry(self.own_id, changes=[{"field": "mentions", "value": value}])
        return thing

    def answer_story(self, person: Person, text: str, picture: bytes) -> str:
        """An answer to a story of ours; its id."""
        story = {"id": f"1801{self.new_number():09d}", "url": self.file_url(picture, "image/jpeg")}
        return self.say(person, text=text, reply_to={"story": story})

    def _comment(self, person: Person | None, text: str, answering: str = "") -> Comment:
        above = self.comments.get(answering)
        top = (above.parent_id or above.id) if above else ""  # replies are one level deep
        comment = Comment(f"1790{self.new_number():09d}", self.media_id, top, person, text, now())
        with self.lock:
            self.comments[comment.id] = comment
        return comment

    def _tell_comment(self, comment: Comment, **more: Any) -> None:
        media = {"id": comment.post_id, "media_product_type": "LIVE" if self.is_live else "FEED"}
        value = {"id": comment.id, "text": comment.text, "from": self._author(comment), "media": media}
        above = {"parent_id": comment.parent_id} if comment.parent_id else {}
        field = "live_comments" if self.is_live else "comments"
        self.tell_entry(self.own_id, changes=[{"field": field, "value": {**value, **above, **more}}])

    def _author(self, comment: Comment) -> dict[str, str]:
        if comment.person is None:
            return {"id": self.instagram_id, "username": self.username}
        return {"id": comment.person.id, "username": comment.person.handle}

    # --- what the company does ---

    def route(self, request: Request, parts: list[str], form: Form) -> Any:
        node, edge = parts[0] if parts else "", parts[1] if len(parts) == 2 else ""
        if node == "refresh_access_token":
            return self._renew(form)
        if node in {"me", self.own_id} and edge == "media":
            return page_of(self._media(), form)
        if node in {"me", self.own_id} and edge == "mentions" and request.method == "POST":
            return self._answer_mention(form)
        if node == self.own_id and not edge and (found := _MENTIONED.search(form.text("fields"))):
            return self._mentioned(*found.groups())
        comment = self.comments.get(node)
        if comment is None:
            return super().route(request, parts, form)
        if edge == "replies" and request.method == "POST":
            return self._take_reply(comment, form)
        if not edge:
            return self._moderate(request, comment, form)
        raise no_object()

    def about_person(self, person: Person) -> dict[str, Any]:
        return {"id": person.id, "name": person.name, "username": person.handle}

    def about_us(self) -> dict[str, Any]:
        return {"id": self.own_id, "username": self.username}

    def _renew(self, form: Form) -> dict[str, Any]:
        if self.login != "instagram" or form.text("grant_type") != "ig_refresh_token":
            raise GraphError(100, "Unsupported get request")
        if now() - self.token_made_at < timedelta(hours=24):
            raise GraphError(100, "The access token is less than 24 hours old")
        self.access_token, self.token_made_at = self.new_id("IGAA"), now()
        lasts = int(_TOKEN_LIVES.total_seconds())
        return {"access_token": self.access_token, "token_type": "bearer", "expires_in": lasts}

    def take_private_reply(self, recipient: Mapping[str, Any], form: Form) -> dict[str, Any]:
        comment = self.comments.get(str(recipient.get("comment_id", "")))
        if comment is None:
            raise no_object()
        person = check_private_reply(comment)
        text, files = self.content_of(form.object("message"))
        comment.was_answered_privately = True
        return self.took_for(person, text, files, answers=comment.id)

    def take_file(self, form: Form) -> dict[str, str]:
        if self.login == "instagram" or form.text("platform") != "instagram":
            raise GraphError(100, "Param platform must be instagram")
        return super().take_file(form)

    def _take_reply(self, comment: Comment, form: Form) -> dict[str, str]:
        return self._publish(comment.person, form.text("message"), comment.id)

    def _answer_mention(self, form: Form) -> dict[str, str]:
        thing = form.text("comment_id") or form.text("media_id")
        if thing not in self.mentions:
            raise no_object()
        return self._publish(self.mentions[thing][0], form.text("message"), thing)

    def _publish(self, person: Person | None, text: str, answers: str) -> dict[str, str]:
        if not 0 < len(text) <= LONGEST_COMMENT or text.count("#") > 4 or text.count("http") > 1:
            raise GraphError(100, "The comment does not follow the rules for comments")
        comment = self._comment(None, text, answers)
        self._tell_comment(comment)
        self.took(SentMessage(id=comment.id, person=person, text=text, public=True, answers=answers))
        return {"id": comment.id}

    def _moderate(self, request: Request, comment: Comment, form: Form) -> dict[str, Any]:
        if request.method == "DELETE":
            self.comments.pop(comment.id, None)
        elif request.method == "POST" and form.text("hide") in {"true", "false"}:
            comment.is_hidden = form.text("hide") == "true"
        else:
            return self._told(comment)
        return {"success": True}

    def _mentioned(self, what: str, thing: str) -> dict[str, Any]:
        if thing not in self.mentions:
            raise no_object()
        person, text = self.mentions[thing]
        name = "text" if what == "comment" else "caption"
        return {"id": self.own_id, f"mentioned_{what}": {"id": thing, name: text, "username": person.handle}}

    def _media(self) -> list[dict[str, Any]]:
        with self.lock:
            everything = list(self.comments.values())
        top = [self._told(comment) for comment in reversed(everything) if not comment.parent_id]
        for told in top:
            replies = [self._told(c) for c in everything if c.parent_id == told["id"]]
            told["replies"] = {"data": replies}
        link = "https://www.instagram.com/p/telvia1/"
        about = {"id": self.media_id, "caption": self.caption, "permalink": link}
        return [{**about, "comments": {"data": top}}]

    def _told(self, comment: Comment) -> dict[str, Any]:
        author = self._author(comment)
        told = {"id": comment.id, "text": comment.text, "timestamp": iso(comment.at)}
        return {**told, "from": author, "username": author["username"]}
