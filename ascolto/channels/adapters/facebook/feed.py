"""What happens on a page in public: `changes[]` of the fields feed, mention and ratings into events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.above import post_above
from ascolto.channels.protocol import (
    Edited,
    Handle,
    Ignored,
    Inbound,
    Media,
    Message,
    Reacted,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, needed, object_of, text_of
from ascolto.channels.vendors.meta_talk import moment

Value = Mapping[str, Any]
LONGEST = 20_000
_ADD, _EDIT, _REMOVE = {"add", "", "update"}, {"edit", "edited"}, {"remove", "delete", "deleted"}
_POSTS = {
    "post",
    "status",
    "photo",
    "video",
    "album",
    "link",
    "event",
    "note",
    "share",
    "offer",
    "live_video",
}
_REACTIONS = {
    **{"like": "👍", "love": "❤️", "care": "🤗", "haha": "😆", "wow": "😮", "sad": "😢", "angry": "😠"},
    **{"thankful": "🌸", "pride": "🏳️‍🌈"},
}
_FILES = (("photo", "image/jpeg", ".jpg"), ("video", "video/mp4", ".mp4"))
_SITE = "https://www.facebook.com/"


@dataclass(frozen=True, slots=True)
class Page:
    """Our page, when Facebook made the delivery about it, and when that reached us."""

    id: str
    at: datetime
    received_at: datetime

    def when(self, value: Value) -> datetime:
        """When something came to be: its own time, even where the delivery's is an older one."""
        told = moment(value.get("created_time"), self.received_at)
        return self.at if told == self.received_at else told

    def author(self, value: Value, unknown: str) -> Sender:
        """Who did it. Facebook hides people who have not let our app know them: then all we have is what they wrote."""
        told = object_of(value.get("from"))
        number = next((text for name in _IDS if (text := _id(value.get(name)))), "")
        number = _id(told.get("id")) or number
        name = next((text for key in _NAMES if (text := text_of(value.get(key), 200).strip())), "")
        name = text_of(told.get("name"), 200).strip() or name
        if number:
            return Sender((Handle("facebook", number),), name)
        return Sender((Handle("facebook", unknown, proven=False),), name)

    def is_ours(self, sender: Sender) -> bool:
        """Whether the page itself did it."""
        return sender.handles[0].value == self.id


_IDS, _NAMES = ("sender_id", "reviewer_id", "user_id"), ("sender_name", "reviewer_name", "user_name")


def _id(value: Any) -> str:
    return text_of(value, 100).strip()


def read_change(page: Page, change: Value) -> list[Inbound]:
    """What one change tells; one that cannot be read hurts nobody else."""
    field = text_of(change.get("field"), 60)
    reader = _FIELDS.get(field)
    try:
        if reader is not None:
            return list(reader(page, object_of(change.get("value"))))
    except Unreadable as error:
        return [Unsupported(what=f"{field}: {error}")]
    if field in _PROFILE:
        return [Ignored(what=f"the page's {field} changed")]
    return [Unsupported(what=field or "a change without a field")]


def _feed(page: Page, value: Value) -> Iterator[Inbound]:
    item, verb = text_of(value.get("item"), 40).lower(), text_of(value.get("verb"), 40).lower()
    if item == "comment":
        yield from _comment(page, value, verb)
    elif item in {"like", "reaction"}:
        yield _liking(page, value, verb, item)
    elif item in _POSTS:
        yield _post(page, value, verb, item)
    else:
        yield Unsupported(what=f"feed: {item or 'nothing'} {verb}".strip())


# --- comments -------------------------------------------------------------------------------------------------------------


def _comment(page: Page, value: Value, verb: str) -> Iterator[Inbound]:
    comment = needed(value.get("comment_id"), "the comment's id")
    sender = page.author(value, f"comment:{comment}")
    if verb in _REMOVE:
        yield Removed(external_id=comment, occurred_at=page.at)
    elif verb in _EDIT:
        text = text_of(value.get("message"), LONGEST)
        yield Edited(external_id=comment, occurred_at=page.at, text=text, sender=sender)
    elif verb in _ADD:
        yield _said(page, value, comment, sender)
    else:  # hide, unhide, block, mute: what we did ourselves
        yield Ignored(what=f"a comment: {verb}")


def _said(page: Page, value: Value, comment: str, sender: Sender) -> Message:
    parents = _parents(value, comment)
    ours = page.is_ours(sender)
    files = _files(value)
    return Message(
        external_id=comment,
        sender=Sender(()) if ours and parents else sender,
        occurred_at=page.when(value),
        text=text_of(value.get("message"), LONGEST),
        attachments=files,
        visibility="public",
        outgoing=ours,
        kind=_kind(files),
        replies_to=parents,
        extra={
            "item": "comment",
            "post_id": _id(value.get("post_id")),
            **_about(value, comment),
            **_above(value),
        },
    )


def _above(value: Value) -> dict[str, Any]:
    """The post, as far as the delivery tells of it."""
    post = object_of(value.get("post"))
    link = text_of(post.get("permalink_url"), 1000) or _SITE + _id(value.get("post_id"))
    words = post.get("message") or post.get("story") or value.get("context")
    return post_above(words, author=object_of(post.get("from")).get("name"), url=link)


def _parents(value: Value, own: str) -> tuple[str, ...]:
    """The comment it answers, then the post. A comment on the post itself names the post as its parent."""
    found = [_id(value.get("parent_id")), _id(value.get("post_id"))]
    return tuple(dict.fromkeys(name for name in found if name and name != own))


def _about(value: Value, thing: str) -> dict[str, Any]:
    post = object_of(value.get("post"))
    link = text_of(value.get("permalink_url") or post.get("permalink_url"), 1000)
    extra: dict[str, Any] = {"url": link if link.startswith("https://") else _SITE + thing}
    if context := text_of(value.get("context"), 300) or text_of(post.get("message"), 300):
        extra["context"] = context
    return extra


def _files(value: Value) -> tuple[Media, ...]:
    found: list[Media] = []
    for name, content_type, ending in _FILES:
        urls = value.get(f"{name}s")
        told = [value.get(name), *(urls if isinstance(urls, list) else [])]
        if name == "photo" and text_of(value.get("item"), 20) == "photo":
            told.append(value.get("link"))
        for url in dict.fromkeys(text_of(item, 4000).strip() for item in told):
            if url.startswith(("https://", "http://")):
                media = Media(name=name + ending, content_type=content_type, remote={"url": url})
                found.append(media)
    return tuple(found[:20])


def _kind(files: tuple[Media, ...]) -> str:
    return files[0].content_type.split("/", 1)[0] if files else "text"


def _liking(page: Page, value: Value, verb: str, item: str) -> Inbound:
    """A like or another face. Under a comment it may be for an answer of ours; under a post it asks for nothing."""
    comment = _id(value.get("comment_id"))
    sender = page.author(value, f"comment:{comment}")
    if not comment or page.is_ours(sender) or not sender.handles[0].proven:
        return Ignored(what=f"{item} on a post" if not comment else f"{item} of a comment")
    face = _REACTIONS.get(text_of(value.get("reaction_type"), 20).lower() or "like", "👍")
    emoji = "" if verb in _REMOVE else face
    return Reacted(external_id=comment, sender=sender, occurred_at=page.when(value), emoji=emoji)


# --- posts ----------------------------------------------------------------------------------------------------------------


def _post(page: Page, value: Value, verb: str, item: str) -> Inbound:
    post = next((number for name in _POST_IDS if (number := _id(value.get(name)))), "")
    sender = page.author(value, f"post:{post}")
    if post and verb in _REMOVE:
        return Removed(external_id=post, occurred_at=page.at)
    if page.is_ours(sender) or not sender.handles[0].proven:
        return Ignored(what=f"a post of ours: {item} {verb}".strip())
    if verb not in _ADD | _EDIT:  # hide, block, mute, follow
        return Ignored(what=f"a post: {item} {verb}")
    needed(post, "the post's id")
    if verb in _EDIT:
        text = text_of(value.get("message"), LONGEST)
        return Edited(external_id=post, occurred_at=page.at, text=text, sender=sender)
    return _posted(page, value, item, post, sender)


_POST_IDS = ("post_id", "share_id", "photo_id", "video_id", "album_id", "event_id")


def _posted(page: Page, value: Value, item: str, post: str, sender: Sender) -> Inbound:
    text, files = text_of(value.get("message"), LONGEST), _files(value)
    if item == "share" and not text:
        return Ignored(what="somebody shared a post of ours")
    if not text and not files:
        text = text_of(value.get("link") or value.get("story"), 2000)
    return Message(
        external_id=post,
        sender=sender,
        occurred_at=page.when(value),
        text=text,
        attachments=files,
        visibility="public",
        kind="post" if not files else _kind(files),
        extra={"item": "share" if item == "share" else "post", "post_id": post, **_about(value, post)},
    )


def _mention(page: Page, value: Value) -> Iterator[Inbound]:
    """Somebody names the page on a page or profile of their own. Often only the ids are told: the words are fetched as a file."""
    comment, post = _id(value.get("comment_id")), _id(value.get("post_id"))
    thing = needed(comment or post, "the mention's id")
    sender = page.author(value, f"mention:{thing}")
    if text_of(value.get("verb"), 40).lower() in _REMOVE:
        yield Removed(external_id=thing, occurred_at=page.at)
        return
    if page.is_ours(sender):
        yield Ignored(what="a mention of ours")
        return
    text = text_of(value.get("message"), LONGEST)
    remote = {"look": thing}
    words = () if text else (Media(name="mention.txt", content_type="text/plain", remote=remote),)
    yield Message(
        external_id=thing,
        sender=sender,
        occurred_at=page.when(value),
        text=text,
        attachments=words + _files(value),
        visibility="public",
        kind="mention",
        extra={"item": "comment" if comment else "post", "post_id": post, **_about(value, thing)},
    )


# --- reviews --------------------------------------------------------------------------------------------------------------


def _rating(page: Page, value: Value) -> Iterator[Inbound]:
    item, verb = text_of(value.get("item"), 40).lower(), text_of(value.get("verb"), 40).lower()
    if item == "comment":
        yield from _comment(page, {**value, "post_id": value.get("open_graph_story_id")}, verb)
    elif item in {"like", "reaction"}:
        yield Ignored(what="somebody likes a review")
    elif item != "rating":
        yield Unsupported(what=f"ratings: {item or 'nothing'} {verb}".strip())
    else:
        yield _review(page, value, verb)


def _review(page: Page, value: Value, verb: str) -> Inbound:
    reviewer = _id(value.get("reviewer_id")) or _id(object_of(value.get("from")).get("id"))
    story = _id(value.get("open_graph_story_id")) or (f"rating_{reviewer}" if reviewer else "")
    review = needed(story, "the review's id")
    if verb in _REMOVE:
        return Removed(external_id=review, occurred_at=page.at)
    extra: dict[str, Any] = {"item": "rating", **_about(value, review)}
    verdict = text_of(value.get("recommendation_type"), 20).lower()
    if verdict in {"positive", "negative"}:
        extra["recommends"] = verdict == "positive"
    stars = value.get("rating")
    if isinstance(stars, int) and not isinstance(stars, bool) and 1 <= stars <= 5:
        extra["rating"] = stars
    return Message(
        external_id=review,
        sender=page.author(value, f"rating:{review}"),
        occurred_at=page.when(value),
        text=text_of(value.get("review_text"), LONGEST),
        visibility="public",
        kind="review",
        revised_at=page.at if verb in _EDIT else page.when(value),
        extra=extra,
    )


# --- the rest --------------------------------------------------------------------------------------------------------------


def _lead(page: Page, value: Value) -> Iterator[Inbound]:
    yield Ignored(what="a form of an advertisement was filled in")


_FIELDS: Mapping[str, Callable[[Page, Value], Iterator[Inbound]]] = {
    "feed": _feed,
    "mention": _mention,
    "ratings": _rating,
    "leadgen": _lead,
}
# What a page tells of itself: nobody asks anything.
_PROFILE = frozenset(
    _word
    for line in (
        "about affiliation attire awards bio birthday category checkins company_overview conversations",
        "cover culinary_team current_location description email emails features founded general_info",
        "general_manager hometown hours invoice_access_invoice_change",
        "invoice_access_onboarding_status_active invoice_access_onboarding_status_changes live_videos",
        "local_delivery location mcom_invoice_change members merchant_review mission name",
        "page_about_story page_change_proposal page_upcoming_change parking payment_options",
        "personal_info personal_interests phone picture place_topic_id price_range product_review",
        "products public_transit publisher_subscriptions restaurant_services restaurant_specialties",
        "schedule story username video_text_question_responses videos website",
    )
    for _word in line.split()
)
