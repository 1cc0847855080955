"""How the stand-in for X writes people, posts and messages down: in the new shape (v2) and in the old one."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from ascolto.testing.networks.city import Person
from ascolto.testing.networks.x_calls import iso, millis

if TYPE_CHECKING:
    from ascolto.testing.networks.x import XNetwork

Json = dict[str, Any]


class Shapes:
    """The two ways of X to say the same."""

    def __init__(self, network: XNetwork) -> None:
        self.network = network

    def person(self, number: str) -> Person:
        """Whom an id names; the company is one of them."""
        found = self.network.find_person(number)
        return self.network.brand if number == self.network.brand.id or found is None else found

    # --- the new shape ---

    def new_user(self, person: Person) -> Json:
        """A user."""
        counted = ("followers", "following", "tweet", "post", "listed")
        metrics: Json = {f"{what}_count": 31 for what in counted}
        metrics |= {f"{name}_str": str(count) for name, count in metrics.items()}
        return {
            "id": person.id,
            "name": person.name,
            "username": person.handle[1:],
            "public_metrics": metrics,
        }

    def new_post(self, post: Json) -> Json:
        """A post."""
        told: Json = {
            "id": post["id"],
            "text": html.escape(post["text"], quote=False),
            "author_id": post["author"],
            "created_at": iso(post["at"]),
            "conversation_id": post["answers"] or post["versions"][0],
            "edit_history_tweet_ids": post["versions"],
            "lang": "und",
        }
        references = [("replied_to", post["answers"]), ("quoted", post["quotes"])]
        if named := [{"type": kind, "id": number} for kind, number in references if number]:
            told["referenced_tweets"] = named
        if post["answers"]:
            told["in_reply_to_tweet_id"] = post["answers"]
            if answered := self.network.posts.get(post["answers"]):
                told["in_reply_to_user_id"] = answered["author"]
        if people := self._mentioned(post["text"]):
            told["entities"] = {"mentions": [self._mention(person, post["text"]) for person in people]}
        if post["files"]:
            told["attachments"] = {"media_keys": [f"3_{number}" for number in post["files"]]}
        return told

    def _mention(self, person: Person, text: str) -> Json:
        begin = text.lower().index(person.handle.lower())
        place: Json = {"start": begin, "end": begin + len(person.handle)}
        place |= {f"{name}_str": str(value) for name, value in place.items()}
        return {**place, "id": person.id, "username": person.handle[1:]}

    def includes(self, post: Json, *, wraps: bool = True) -> Json:
        """What is described beside a post. In deliveries some users come wrapped, in pages none."""
        numbers = [number for number in (post["answers"], post["quotes"]) if number in self.network.posts]
        others = [self.network.posts[number] for number in numbers]
        users = [self.person(each["author"]) for each in [post, *others]]
        first, *more = [self.new_user(person) for person in users]
        told: Json = {"users": [first, *({"data": user} if wraps else user for user in more)]}
        told["tweets"] = [self.new_post(each) for each in [post, *others]]
        if post["files"]:
            told["media"] = [self.new_media(number) for number in post["files"]]
        return told

    def new_media(self, number: str) -> Json:
        """A file of a post or a direct message."""
        _, content_type = self.network.media[number]
        told: Json = {"media_key": f"3_{number}", "type": "photo", "url": self.file_url(number)}
        if content_type == "video/mp4":
            variants = [
                {"bit_rate": 832000, "content_type": content_type, "url": f"{self.file_url(number)}.mp4"}
            ]
            told = {"media_key": f"3_{number}", "type": "video", "variants": variants}
        return told

    def new_direct(self, message: Json) -> Json:
        """A direct message."""
        told = {
            "id": message["id"],
            "event_type": "MessageCreate",
            "text": html.escape(message["text"], quote=False),
            "sender_id": message["writer"],
            "dm_conversation_id": f"{message['writer']}-{message['reader']}",
            "participant_ids": [message["writer"], message["reader"]],
            "created_at": iso(message["at"]),
        }
        if message["files"]:
            told["attachments"] = {"media_keys": [f"3_{number}" for number in message["files"]]}
        return told

    # --- the old shape ---

    def old_user(self, person: Person) -> Json:
        """A user."""
        return {
            "id": int(person.id),
            "id_str": person.id,
            "name": person.name,
            "screen_name": person.handle[1:],
        }

    def old_post(self, post: Json, depth: int = 1) -> Json:
        """A post; a quoted one stands inside."""
        answered = self.network.posts.get(post["answers"])
        told: Json = {
            "id": int(post["id"]),
            "id_str": post["id"],
            "text": html.escape(post["text"], quote=False),
            "user": self.old_user(self.person(post["author"])),
            "created_at": post["at"].strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "timestamp_ms": millis(post["at"]),
            "in_reply_to_status_id_str": post["answers"] or None,
            "in_reply_to_user_id_str": answered["author"] if answered else None,
            "entities": {"user_mentions": [self.old_user(each) for each in self._mentioned(post["text"])]},
        }
        if len(post["versions"]) > 1:
            told["edit_history"] = {
                "initial_tweet_id": post["versions"][0],
                "edit_tweet_ids": post["versions"],
            }
        if len(post["text"]) > 140:  # what is longer stands elsewhere
            told["extended_tweet"] = {"full_text": told["text"], "entities": told["entities"]}
            told |= {"text": told["text"][:139] + "…", "truncated": True}
        if depth and post["quotes"] in self.network.posts:
            told["quoted_status_id_str"] = post["quotes"]
            told["quoted_status"] = self.old_post(self.network.posts[post["quotes"]], depth - 1)
        if post["files"]:
            told["extended_entities"] = {"media": [self.old_media(number) for number in post["files"]]}
        return told

    def old_media(self, number: str, door: str = "files") -> Json:
        """A file."""
        return {"id_str": number, "type": "photo", "media_url_https": self.file_url(number, door)}

    def old_direct(self, message: Json) -> Json:
        """A direct message."""
        data: Json = {"text": html.escape(message["text"], quote=False), "entities": {"urls": []}}
        if message["files"]:
            data["attachment"] = {
                "type": "media",
                "media": self.old_media(message["files"][0], "private-files"),
            }
        ends = {"target": {"recipient_id": message["reader"]}, "sender_id": message["writer"]}
        stamp = {"id": message["id"], "created_timestamp": millis(message["at"])}
        return {"type": "message_create", **stamp, "message_create": {**ends, "message_data": data}}

    def file_url(self, number: str, door: str = "files") -> str:
        """Where a file is; those of direct messages are given only to whom they belong."""
        return f"{self.network.url}/{door}/{number}"

    def _mentioned(self, text: str) -> list[Person]:
        everybody = [*self.network.people, self.network.brand]
        return [person for person in everybody if person.handle.lower() in text.lower()]
