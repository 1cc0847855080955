"""A stand-in for a Facebook page: people who comment, post, mention and recommend, and the Graph API that takes our answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Request, SentMessage
from ascolto.testing.networks.graph import Form, GraphError, GraphNetwork, iso, no_object, page_of
from ascolto.testing.networks.graph_comments import Comment, check_private_reply
from ascolto.testing.networks.messenger import PAGE, MessengerNetwork

LONGEST = 8000
_PICTURES = {"image/jpeg", "image/png", "image/gif"}


class FacebookNetwork(GraphNetwork):
    """The public side of a page. With a MessengerNetwork of the same page in its city, private answers open a thread there."""

    kind = "facebook"
    object_name = "page"

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.page_id = settings.get("page_id", PAGE)
        self.post_id, self.post_text = f"{self.page_id}_5501", "Da oggi la fibra arriva a 2,5 Gbit/s"
        self.comments: dict[str, Comment] = {}
        self.removed: list[str] = []
        self.mentions: dict[str, tuple[Person, str]] = {}
        self.hides_people = False  # hooks tell no author, as of people who have not let the app know them

    @property
    def settings(self) -> dict[str, str]:
        return {**super().settings, "page_id": self.page_id}

    # --- people ---

    def add_person(self, name: str, **about: Any) -> Person:
        number = str(about.get("id") or f"73019466{len(self.people):04d}{self.new_number():03d}")
        person = Person(number, name)
        with self.lock:
            self.people.append(person)
        return person

    def write(self, person: Person, text: str, *, public: bool = True, **more: Any) -> str:
        """A comment under the page's post; with `answering`, under another comment."""
        person.last_wrote_at = now()
        comment = self._comment(person, text, str(more.pop("answering", "")))
        self._tell_comment(comment, "add", **more)
        return comment.id

    def post(self, person: Person, text: str) -> str:
        """A post of a visitor on the page; its id."""
        post = Comment(f"{self.page_id}_{5600 + self.new_number()}", "", "", person, text, now())
        with self.lock:
            self.comments[post.id] = post
        self._tell_post(post, "add")
        return post.id

    def edit(self, person: Person, comment_id: str, text: str) -> None:
        """The person changes what they wrote."""
        comment = self.comments[comment_id]
        comment.text = text
        tell = self._tell_comment if comment.parent_id else self._tell_post
        tell(comment, "edited")

    def remove(self, person: Person, comment_id: str) -> None:
        """The person deletes what they wrote."""
        comment = self.comments.pop(comment_id)
        tell = self._tell_comment if comment.parent_id else self._tell_post
        tell(comment, "remove")

    def like(self, person: Person, comment_id: str = "", reaction: str = "like") -> None:
        """A face under the page's post, or under a comment."""
        about = {"comment_id": comment_id} if comment_id else {}
        about |= {"post_id": self.post_id, "reaction_type": reaction, **self._author(person)}
        self._change("feed", {"item": "reaction", "verb": "add", **about, "created_time": _seconds()})

    def mention(self, person: Person, text: str) -> str:
        """The page is named elsewhere: the hook tells the ids only."""
        thing = f"{person.id}_{self.new_number()}"
        self.mentions[thing] = (person, text)
        told = {"post_id": thing, "sender_id": person.id, "sender_name": person.name}
        self._change("mention", {"item": "post", "verb": "add", **told, "created_time": _seconds()})
        return thing

    def recommend(self, person: Person, text: str, *, recommends: bool = True) -> str:
        """A recommendation, or the opposite; its id."""
        review = Comment(f"10158{self.new_number():06d}", "", "", person, text, now())
        self.comments[review.id] = review
        told = {"open_graph_story_id": review.id, "review_text": text, "created_time": _seconds()}
        told |= {"recommendation_type": "positive" if recommends else "negative"}
        told |= {"reviewer_id": person.id, "reviewer_name": person.name}
        self._change("ratings", {"item": "rating", "verb": "add", **told})
        return review.id

    # --- telling ---

    def _change(self, field: str, value: Mapping[str, Any], after: float = 0.0) -> None:
        self.tell_entry(self.page_id, after, changes=[{"field": field, "value": dict(value)}])

    def _author(self, person: Person | None) -> dict[str, Any]:
        if person is None:
            return {"from": {"id": self.page_id, "name": "Telvia"}}
        return {"from": {"id": person.id, "name": person.name}}

    def _shown(self, person: Person | None) -> dict[str, Any]:
        """The author as a hook tells it."""
        return {} if person is not None and self.hides_people else self._author(person)

    def _tell_comment(self, comment: Comment, verb: str, **more: Any) -> None:
        told = {"item": "comment", "verb": verb, "comment_id": comment.id, "post_id": comment.post_id}
        told |= {"parent_id": comment.parent_id, "message": comment.text, **self._shown(comment.person)}
        picture = {"photo": comment.photo} if comment.photo else {}
        self._change("feed", {**told, **picture, "created_time": int(comment.at.timestamp()), **more})

    def _tell_post(self, post: Comment, verb: str) -> None:
        told = {"item": "post", "verb": verb, "post_id": post.id, "message": post.text}
        self._change("feed", {**told, **self._shown(post.person), "created_time": int(post.at.timestamp())})

    def _comment(self, person: Person | None, text: str, answering: str = "", photo: str = "") -> Comment:
        above = self.comments.get(answering)
        post = (above.post_id or above.id) if above else self.post_id
        number = f"{post.rpartition('_')[2]}_{9000 + self.new_number()}"
        comment = Comment(number, post, above.id if above else post, person, text, now(), photo=photo)
        with self.lock:
            self.comments[comment.id] = comment
        return comment

    # --- what the company does ---

    def route(self, request: Request, parts: list[str], form: Form) -> Any:
        node, edge = parts[0] if parts else "", parts[1] if len(parts) == 2 else ""
        if node in {"me", self.page_id}:
            return self._page(request, edge, form)
        if request.method == "GET" and not edge:
            return self._look(node)
        known = self.comments.get(node)
        if known is None and not (node == self.post_id and edge == "comments"):
            raise no_object()
        if request.method == "POST" and edge == "comments":
            return self._take_comment(node, form)
        if known is not None and not edge:
            return self._moderate(request, known, form)
        if known is not None and edge == "likes":
            known.is_liked = request.method == "POST"
            return {"success": True}
        raise no_object()

    def _page(self, request: Request, edge: str, form: Form) -> Any:
        if request.method == "GET" and not edge:
            return {"id": self.page_id, "name": "Telvia"}
        if request.method == "GET" and edge == "feed":
            return page_of(self._feed(), form)
        if edge == "subscribed_apps":
            return self.subscriptions(request, form)
        if request.method == "POST" and edge == "messages":
            return self._reply_privately(form)
        raise no_object()

    def _take_comment(self, target: str, form: Form) -> dict[str, str]:
        text, file = form.text("message"), form.files.get("source")
        if not text and file is None:
            raise GraphError(100, "Comment must have a message or an attachment")
        if len(text) > LONGEST:
            raise GraphError(100, "Comment is too long")
        if file is not None and file[1] not in _PICTURES:
            raise GraphError(324, "Missing or invalid image file")
        photo = self.file_url(*file) if file else ""
        comment = self._comment(None, text, target, photo)
        above = self.comments.get(target)
        files = ((file[1], file[0]),) if file else ()
        self._tell_comment(comment, "add")
        self.took(
            SentMessage(
                id=comment.id,
                person=above.person if above else None,
                text=text,
                public=True,
                answers=target,
                files=files,
            )
        )
        return {"id": comment.id}

    def _moderate(self, request: Request, comment: Comment, form: Form) -> dict[str, bool]:
        if request.method == "DELETE":
            with self.lock:
                self.removed.append(comment.id)
                self.comments.pop(comment.id, None)
            self._tell_comment(comment, "remove")
        elif "is_hidden" in form.fields:
            comment.is_hidden = form.text("is_hidden") == "true"
            self._tell_comment(comment, "hide" if comment.is_hidden else "unhide")
        else:
            raise GraphError(100, "Unsupported post request")
        return {"success": True}

    def _reply_privately(self, form: Form) -> dict[str, str]:
        recipient, message = form.object("recipient"), form.object("message")
        comment = self.comments.get(str(recipient.get("comment_id") or recipient.get("post_id") or ""))
        text = message.get("text")
        if comment is None:
            raise no_object()
        if not isinstance(text, str) or not 0 < len(text) <= MessengerNetwork.longest:
            raise GraphError(100, "Length of param message[text] must be between 1 and 2000")
        person = check_private_reply(comment)
        comment.was_answered_privately = True
        told = self._thread(person, message, comment.id)
        self.took(SentMessage(id=told["message_id"], person=person, text=text, answers=comment.id, data=told))
        return told

    def _thread(self, person: Person, message: Mapping[str, Any], comment_id: str) -> dict[str, str]:
        """Where the person reads it: on the Messenger of the same page, where it lives in the same city."""
        messenger = self.city.networks.get("messenger") if self.city else None
        if isinstance(messenger, MessengerNetwork) and messenger.page_id == self.page_id:
            return messenger.open_thread(person, message, comment_id)
        return {"recipient_id": f"5{person.id}", "message_id": self.new_id("m_")}

    def _look(self, thing: str) -> dict[str, Any]:
        if thing in self.mentions:
            person, text = self.mentions[thing]
            return {"id": thing, "message": text, "from": {"id": person.id, "name": person.name}}
        if thing in self.comments:
            return self._told(self.comments[thing])
        raise no_object()

    def _feed(self) -> list[dict[str, Any]]:
        with self.lock:
            everything = list(self.comments.values())
        visitors = [
            thing for thing in everything if not thing.parent_id and thing.id.startswith(self.page_id)
        ]
        ours: dict[str, Any] = {"id": self.post_id, "message": self.post_text, "created_time": iso(now())}
        ours |= {"from": {"id": self.page_id, "name": "Telvia"}}
        posts = [*(self._told(post) for post in reversed(visitors)), ours]
        return [{**post, "comments": {"data": self._under(post["id"], everything)}} for post in posts]

    def _under(self, post_id: str, everything: list[Comment]) -> list[dict[str, Any]]:
        found = [comment for comment in everything if comment.post_id == post_id]
        return [self._told(comment) for comment in reversed(found)][:50]

    def _told(self, comment: Comment) -> dict[str, Any]:
        told = {"id": comment.id, "message": comment.text, "created_time": iso(comment.at)}
        above = (
            {"parent": {"id": comment.parent_id}} if comment.parent_id not in {"", comment.post_id} else {}
        )
        picture = {"attachment": {"type": "photo", "media": {"image": {"src": comment.photo}}}}
        return {**told, **self._author(comment.person), **above, **(picture if comment.photo else {})}


def _seconds() -> int:
    return int(now().timestamp())
