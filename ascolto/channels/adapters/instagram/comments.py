"""What happens on an Instagram account in public: comments, live comments and mentions into events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.above import post_above
from ascolto.channels.protocol import Handle, Ignored, Inbound, Media, Message, Sender, Unsupported
from ascolto.channels.reading import Unreadable, needed, object_of, plain, text_of
from ascolto.channels.vendors.meta_talk import moment

Value = Mapping[str, Any]
LONGEST = 20_000
_SAYS_NOTHING = {"story_insights", "comment_poll_response", "delta", "follow", "share_to_feed"}


@dataclass(frozen=True, slots=True)
class Profile:
    """Our account, and when a change of it was told."""

    id: str
    username: str
    at: datetime

    def is_ours(self, author: Value) -> bool:
        """Whether we wrote it ourselves."""
        name = text_of(author.get("username"), 100)
        return text_of(author.get("id"), 100) == self.id or bool(self.username and name == self.username)


def read_change(profile: Profile, change: Value) -> list[Inbound]:
    """What one change tells; one that cannot be read hurts nobody else."""
    field, value = text_of(change.get("field"), 60), object_of(change.get("value"))
    try:
        if field in {"comments", "live_comments"}:
            return [_comment(profile, value, live=field == "live_comments")]
        if field == "mentions":
            return [_mention(profile, value)]
    except Unreadable as error:
        return [Unsupported(what=f"{field}: {error}")]
    if field in _SAYS_NOTHING:
        return [Ignored(what=field)]
    return [Unsupported(what=field or "a change without a field")]


def _comment(profile: Profile, value: Value, *, live: bool) -> Message:
    comment = needed(value.get("id"), "the comment's id")
    author, media = object_of(value.get("from")), object_of(value.get("media"))
    ours, parent = profile.is_ours(author), text_of(value.get("parent_id"), 255).strip()
    extra: dict[str, Any] = {"item": "comment", "media_id": text_of(media.get("id"), 100)}
    if live:
        extra["live"] = True  # a private answer is possible only while the video is live
    for name, told in (("ad", media.get("ad_id")), ("surface", media.get("media_product_type"))):
        if told:
            extra[name] = plain(told)
    link = text_of(value.get("permalink"), 1000)
    if link.startswith("https://"):
        extra["url"] = link
    context = text_of(value.get("context"), 300) or text_of(media.get("ad_title"), 300)
    if context:
        extra["context"] = context
    words = media.get("caption") or value.get("context") or media.get("ad_title")
    extra |= post_above(words, author=media.get("username"), url=link)
    return Message(
        external_id=comment,
        sender=Sender(()) if ours and parent else _author(author, f"comment:{comment}"),
        occurred_at=moment(value.get("timestamp"), profile.at),
        text=text_of(value.get("text"), LONGEST),
        visibility="public",
        outgoing=ours,
        replies_to=(parent,) if parent else (),
        extra=extra,
    )


def _author(author: Value, unknown: str) -> Sender:
    """An author whom Instagram does not name is known by the comment only: one can still be answered there."""
    number, name = text_of(author.get("id"), 100).strip(), text_of(author.get("username"), 100).strip()
    if number:
        return Sender((Handle("instagram", number, shown=f"@{name}" if name else ""),), name)
    return Sender((Handle("instagram", unknown, proven=False),), name)


def _mention(profile: Profile, value: Value) -> Message:
    """Somebody names us in a comment or a caption of theirs. Only ids are told: the words are fetched as a file."""
    comment, media = text_of(value.get("comment_id"), 100), text_of(value.get("media_id"), 100)
    thing = needed(comment or media, "the mention's id")
    text = text_of(value.get("text"), LONGEST)
    what = "comment" if comment else "media"
    remote = {"look": what, "id": thing}
    words = () if text else (Media(name="mention.txt", content_type="text/plain", remote=remote),)
    return Message(
        external_id=f"mention:{thing}",
        sender=_author(object_of(value.get("from")), f"mention-{what}:{thing}"),
        occurred_at=moment(value.get("timestamp"), profile.at),
        text=text,
        attachments=words,
        visibility="public",
        kind="mention",
        extra={"item": "mention", "comment_id": comment, "media_id": media},
    )
