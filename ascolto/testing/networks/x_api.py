"""The requests that the stand-in for X answers."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

from ascolto.channels.lengths import Counting, measured_length
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request
from ascolto.testing.networks.x_calls import Problem, object_in
from ascolto.testing.networks.x_doors import Doors

if TYPE_CHECKING:
    from ascolto.testing.networks.x import XNetwork

Json = dict[str, Any]
MIB = 1024 * 1024
_NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
    "by the author of the post you are replying to."
)
_LARGEST = {"image": 5 * MIB, "gif": 15 * MIB, "video": 512 * MIB}
Answering = Callable[..., Reply]


class XApi:
    """The API of one app and one account."""

    def __init__(self, network: XNetwork) -> None:
        self.network = network
        doors = Doors(network)
        self._open: tuple[tuple[str, str, Answering], ...] = (
            ("POST", r"/oauth2/token", doors.app_token),
            ("POST", r"/2/oauth2/token", doors.user_token),
            ("GET", r"/i/oauth2/authorize", doors.authorize),
            ("GET", r"/files/([^/]+)", self._file),
        )
        self._of_the_app: tuple[tuple[str, str, Answering], ...] = (
            ("GET", r"/2/webhooks", doors.list_hooks),
            ("POST", r"/2/webhooks", doors.add_hook),
            ("POST", r"/2/webhooks/replay", doors.replay),
            ("PUT", r"/2/webhooks/(\d+)", doors.check_hook),
            ("DELETE", r"/2/webhooks/(\d+)", doors.drop_hook),
        )
        self._of_the_user: tuple[tuple[str, str, Answering], ...] = (
            ("GET", r"/2/users/me", self._me),
            ("GET", r"/2/activity/subscriptions", doors.list_subscriptions),
            ("POST", r"/2/activity/subscriptions", doors.subscribe),
            ("POST", r"/2/tweets", self._post),
            ("DELETE", r"/2/tweets/(\d+)", self._delete),
            ("PUT", r"/2/tweets/(\d+)/hidden", self._hide),
            ("POST", r"/2/users/(\d+)/likes", self._like),
            ("GET", r"/2/users/(\d+)/mentions", self._mentions),
            ("GET", r"/2/dm_events", self._dm_events),
            ("POST", r"/2/dm_conversations/with/(\d+)/messages", self._write),
            ("POST", r"/2/media/upload/initialize", self._begin_upload),
            ("POST", r"/2/media/upload/(\w+)/append", self._append),
            ("POST", r"/2/media/upload/(\w+)/finalize", self._finish_upload),
            ("GET", r"/2/media/upload", self._upload_status),
            ("GET", r"/private-files/([^/]+)", self._file),
        )

    def answer(self, request: Request) -> Reply:
        """Answer a request. Raises Problem."""
        for routes, check in (
            (self._open, None),
            (self._of_the_app, self._check_app),
            (self._of_the_user, self._check_user),
        ):
            for method, pattern, answering in routes:
                found = re.fullmatch(pattern, request.path)
                if found and method == request.method:
                    if check is not None:
                        check(request)
                    return answering(request, *found.groups())
        raise Problem(404, "Not Found", "resource-not-found")

    # --- who asks ---

    def _check_app(self, request: Request) -> None:
        if request.bearer != self.network.app_token:
            raise Problem(
                403,
                "Authenticating with this token is forbidden for this endpoint.",
                "unsupported-authentication",
            )

    def _check_user(self, request: Request) -> None:
        ends = self.network.tokens.get(request.bearer)
        if ends is None or ends <= now():
            raise Problem(401, "Unauthorized")
        if self.network.speed.is_too_fast():
            raise Problem(429, "Too Many Requests", headers=self.network.too_fast().headers)

    # --- reading ---

    def _me(self, request: Request) -> Reply:
        return Reply({"data": self.network.shapes.new_user(self.network.brand)})

    def _mentions(self, request: Request, number: str) -> Reply:
        network = self.network
        since = int(request.asked("since_id", "0"))
        everything = [post for post in network.posts.values() if post["author"] != network.brand.id]
        found = [post for post in everything if network.names_us(post["text"]) or _answers_us(network, post)]
        newest = sorted((post for post in found if int(post["id"]) > since), key=_by_number, reverse=True)
        page, meta = _page(request, newest, 5)
        includes: dict[str, list[Json]] = {}
        for post in page:
            for name, items in network.shapes.includes(post, wraps=False).items():
                includes.setdefault(name, []).extend(items)
        return Reply(
            {"data": [network.shapes.new_post(post) for post in page], "includes": includes, "meta": meta}
        )

    def _dm_events(self, request: Request) -> Reply:
        network = self.network
        page, meta = _page(request, sorted(network.direct, key=_by_number, reverse=True), 5)
        people = [network.shapes.person(message["writer"]) for message in page]
        media = [network.shapes.new_media(number) for message in page for number in message["files"]]
        includes = {"users": [network.shapes.new_user(person) for person in people], "media": media}
        return Reply(
            {
                "data": [network.shapes.new_direct(message) for message in page],
                "includes": includes,
                "meta": meta,
            }
        )

    def _file(self, request: Request, number: str) -> Reply:
        number = number.removesuffix(".mp4")
        if number not in self.network.media:
            raise Problem(404, "Not Found")
        content, content_type = self.network.media[number]
        return Reply(content, content_type=content_type)

    # --- posts ---

    def _post(self, request: Request) -> Reply:
        network, asked = self.network, object_in(request)
        text = str(asked.get("text", ""))
        answered = str(asked.get("reply", {}).get("in_reply_to_tweet_id", ""))
        media_ids = [str(number) for number in asked.get("media", {}).get("media_ids", [])]
        if not text and not media_ids:
            raise Problem(400, "One or more parameters to your request was invalid.", "invalid-request")
        if measured_length(text, Counting.WEIGHTED) > (25_000 if network.premium else 280):
            raise Problem(403, "You are not permitted to perform this action.")
        if len(re.findall(r"(?<!\w)\$[A-Za-z]{1,6}\b", text)) > 1 and not network.enterprise:
            raise Problem(403, "A post may hold only one cashtag.")
        self._check_answered(answered)
        if any(
            post["author"] == network.brand.id and post["text"] == text for post in network.posts.values()
        ):
            raise Problem(403, "You are not allowed to create a Tweet with duplicate content.")
        files = self._taken(media_ids, "tweet")
        post = network.add_post(network.brand, text, answers=answered, files=tuple(media_ids))
        network.accept_post(post, files)
        return Reply({"data": {"id": post["id"], "text": text, "edit_history_tweet_ids": [post["id"]]}}, 201)

    def _check_answered(self, number: str) -> None:
        network = self.network
        if not number:
            return
        answered = network.posts.get(number)
        if answered is None:
            raise Problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        quoted = network.posts.get(answered["quotes"], {})
        summoned = network.names_us(answered["text"]) or quoted.get("author") == network.brand.id
        if not summoned and not network.enterprise and answered["author"] != network.brand.id:
            raise Problem(403, _NOT_SUMMONED)
        author = network.find_person(answered["author"])
        if author is not None and author.has_blocked_us:
            raise Problem(403, "You have been blocked from performing this action.")

    def _delete(self, request: Request, number: str) -> Reply:
        post = self.network.posts.get(number)
        if post is not None and post["author"] != self.network.brand.id:
            raise Problem(403, "You are not authorized to delete this Tweet.")
        if post is not None:
            self.network.delete(number)
        return Reply({"data": {"deleted": True}})

    def _hide(self, request: Request, number: str) -> Reply:
        hides = object_in(request).get("hidden") is True
        if number not in self.network.posts:
            raise Problem(404, "Could not find tweet.", "resource-not-found")
        (self.network.hidden.add if hides else self.network.hidden.discard)(number)
        return Reply({"data": {"hidden": hides}})

    def _like(self, request: Request, number: str) -> Reply:
        if number != self.network.brand.id:
            raise Problem(403, "You are not permitted to act for this user.")
        self.network.likes.append(str(object_in(request).get("tweet_id", "")))
        return Reply({"data": {"liked": True}})

    # --- direct messages ---

    def _write(self, request: Request, number: str) -> Reply:
        network, asked = self.network, object_in(request)
        text, attached = str(asked.get("text", "")), asked.get("attachments", [])
        person = network.find_person(number)
        if person is None or person.is_gone:
            raise Problem(404, f"Could not find user with id: [{number}].", "resource-not-found")
        if len(attached) > 1 or len(text) > 10_000 or not (text or attached):
            raise Problem(400, "One or more parameters to your request was invalid.", "invalid-request")
        if person.has_blocked_us or not _takes_messages(person):
            raise Problem(403, "You cannot send messages to this user.")
        media_ids = [str(item.get("media_id", "")) for item in attached]
        files = self._taken(media_ids, "dm")
        message = network.add_direct(network.brand, person, text, files=tuple(media_ids))
        network.accept_direct(message, person, files)
        told = {"dm_conversation_id": f"{network.brand.id}-{number}", "dm_event_id": message["id"]}
        return Reply({"data": told}, 201)

    # --- files ---

    def _begin_upload(self, request: Request) -> Reply:
        asked = object_in(request)
        category = str(asked.get("media_category", ""))
        if int(asked.get("total_bytes", 0)) > _LARGEST.get(category.partition("_")[2], 0):
            raise Problem(400, "The size of the media is too large.", "invalid-request")
        number = self.network.next_number()
        self.network.uploads[number] = {**asked, "pieces": {}, "category": category, "asked": 0}
        return Reply({"data": {"id": number, "media_key": f"3_{number}", "expires_after_secs": 86400}})

    def _append(self, request: Request, number: str) -> Reply:
        index, piece = _piece(request)
        if len(piece) > 5 * MIB:
            raise Problem(413, "A piece may have 5 MB.", "invalid-request")
        self._upload(number)["pieces"][index] = piece
        return Reply({"data": {"expires_at": 0}})

    def _finish_upload(self, request: Request, number: str) -> Reply:
        upload = self._upload(number)
        content = b"".join(piece for _, piece in sorted(upload["pieces"].items()))
        if len(content) != upload["total_bytes"]:
            raise Problem(400, "The media is not complete.", "invalid-request")
        self.network.media[number] = (content, upload["media_type"])
        told: Json = {"id": number, "size": len(content)}
        if upload["category"].endswith("video"):  # is looked through first
            told["processing_info"] = {"state": "pending", "check_after_secs": 0}
        return Reply({"data": told})

    def _upload_status(self, request: Request) -> Reply:
        upload = self._upload(request.asked("media_id"))
        upload["asked"] += 1
        state = "succeeded" if upload["asked"] > 1 else "in_progress"
        return Reply({"data": {"id": "", "processing_info": {"state": state, "check_after_secs": 0}}})

    def _upload(self, number: str) -> Json:
        if number not in self.network.uploads:
            raise Problem(400, "No such media.", "invalid-request")
        return self.network.uploads[number]

    def _taken(self, media_ids: list[str], where: str) -> tuple[tuple[str, bytes], ...]:
        """The files that a message names. Raises Problem for one that is not there, or was meant for elsewhere."""
        for number in media_ids:
            if number not in self.network.media or not self._upload(number)["category"].startswith(where):
                raise Problem(400, "Your media IDs are invalid.", "invalid-request")
        files = (self.network.media[number] for number in media_ids)
        return tuple((content_type, content) for content, content_type in files)


def _takes_messages(person: Person) -> bool:
    return bool(person.data.get("takes_messages") or person.data.get("wrote"))


def _answers_us(network: XNetwork, post: Json) -> bool:
    return bool(network.posts.get(post["answers"], {}).get("author") == network.brand.id)


def _by_number(item: Json) -> int:
    return int(item["id"])


def _page(request: Request, items: list[Json], most: int) -> tuple[list[Json], Json]:
    """A few at a time, so that nobody forgets the next page."""
    begin = int(request.asked("pagination_token", "0"))
    page = items[begin : begin + most]
    meta: Json = {"result_count": len(page)}
    if begin + most < len(items):
        meta["next_token"] = str(begin + most)
    return page, meta


def _piece(request: Request) -> tuple[int, bytes]:
    """A piece of a file and its place: as a form, or as JSON in base64. Raises Problem."""
    if request.headers.get("content-type", "").startswith("application/json"):
        told = object_in(request)
        return int(told.get("segment_index", 0)), base64.b64decode(str(told.get("media", "")))
    header = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(header + request.body)
    parts = {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in form.iter_parts()
    }
    index, piece = parts.get("segment_index"), parts.get("media")
    if not isinstance(index, bytes) or not isinstance(piece, bytes):
        raise Problem(400, "segment_index and media are needed.", "invalid-request")
    return int(index), piece
