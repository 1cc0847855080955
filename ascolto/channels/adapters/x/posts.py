"""Posts into messages: mentions, replies and quotes, in the new (v2) and in the old shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ascolto.channels.above import post_above
from ascolto.channels.adapters.x import media
from ascolto.channels.adapters.x.people import (
    Element,
    People,
    mentioned,
    needed_number,
    number_of,
    own_number,
    unwrapped,
)
from ascolto.channels.protocol import Ignored, Inbound, Media, Message, Sender
from ascolto.channels.reading import iso_moment_of, moment_of, object_of, objects_of, text_of

LONGEST = 30_000
SITE = "https://x.com"


@dataclass(slots=True, kw_only=True)
class Post:
    """What both shapes have in common."""

    id: str
    first_id: str  # of its versions: an edited post has a new id, and is still the same message
    author: str
    text: str
    at: datetime
    is_repost: bool = False
    answered_id: str = ""
    answered_user: str = ""
    quoted_id: str = ""
    quoted_user: str = ""
    mentions: set[str] = field(default_factory=set)
    files: tuple[Media, ...] = ()
    context: str = ""  # of the post that it quotes or answers
    context_user: str = ""
    context_id: str = ""
    conversation: str = ""


def unescaped(value: Any) -> str:
    """A text as people wrote it: X escapes three characters as HTML does."""
    text = text_of(value, LONGEST)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def post_name(number: str) -> str:
    """The external id of a post."""
    return f"post:{number}"


def read_new(element: Element, includes: Element, received_at: datetime) -> Post:
    """A post of the new shape. Raises Unreadable."""
    number = needed_number(element.get("id"), "the post's id")
    others = {own_number(other): other for other in map(unwrapped, _list(includes.get("tweets")))}
    named = {
        text_of(item.get("type"), 30): number_of(item.get("id"))
        for item in objects_of(element.get("referenced_tweets"))
    }
    answered = number_of(element.get("in_reply_to_tweet_id")) or named.get("replied_to", "")
    quoted = named.get("quoted", "")
    longer = object_of(element.get("note_tweet"))
    about = others.get(quoted) or others.get(answered) or {}
    return Post(
        id=number,
        first_id=_first(element.get("edit_history_tweet_ids")) or number,
        author=needed_number(element.get("author_id"), "the author"),
        text=unescaped(longer.get("text") or element.get("text")),
        at=iso_moment_of(element.get("created_at"), received_at),
        is_repost="retweeted" in named,
        answered_id=answered,
        answered_user=number_of(element.get("in_reply_to_user_id"))
        or number_of(others.get(answered, {}).get("author_id")),
        quoted_id=quoted,
        quoted_user=number_of(others.get(quoted, {}).get("author_id")),
        mentions=mentioned(element.get("entities")) | mentioned(longer.get("entities")),
        files=media.read_new(object_of(element.get("attachments")).get("media_keys"), includes.get("media")),
        context=unescaped(about.get("text"))[:300],
        context_user=number_of(about.get("author_id")),
        context_id=own_number(about),
        conversation=number_of(element.get("conversation_id")),
    )


def read_old(element: Element, received_at: datetime) -> Post:
    """A post of the old shape. Raises Unreadable."""
    number = needed_number(own_number(element), "the post's id")
    longer = object_of(element.get("extended_tweet"))
    quoted = object_of(element.get("quoted_status"))
    extended = longer.get("extended_entities") or element.get("extended_entities")
    post = Post(
        id=number,
        first_id=number_of(object_of(element.get("edit_history")).get("initial_tweet_id")) or number,
        author=needed_number(own_number(object_of(element.get("user"))), "the author"),
        text=unescaped(longer.get("full_text") or element.get("full_text") or element.get("text")),
        at=old_moment_of(element, received_at),
        is_repost=isinstance(element.get("retweeted_status"), dict),
        answered_id=own_number(element, "in_reply_to_status_id"),
        answered_user=own_number(element, "in_reply_to_user_id"),
        quoted_id=own_number(element, "quoted_status_id") or own_number(quoted),
        quoted_user=own_number(object_of(quoted.get("user"))),
        mentions=mentioned(longer.get("entities")) | mentioned(element.get("entities")),
        files=media.read_old(extended or longer.get("entities") or element.get("entities")),
        context=unescaped(quoted.get("full_text") or quoted.get("text"))[:300],
        context_user=own_number(object_of(quoted.get("user"))),
        context_id=own_number(quoted),
    )
    answered_name = text_of(element.get("in_reply_to_screen_name"), 40)
    if answered_name and f"@{answered_name}".lower() in post.text.lower():
        post.mentions.add(post.answered_user)
    return post


def old_moment_of(element: Element, received_at: datetime) -> datetime:
    """When something of the old shape happened: milliseconds, or `Wed Feb 05 08:39:31 +0000 2020`."""
    for name in ("timestamp_ms", "created_timestamp"):
        if name in element:
            return moment_of(element.get(name), received_at)
    words = text_of(element.get("created_at"), 40).split()
    if len(words) == 6 and words[1] in _MONTHS:
        month = _MONTHS.index(words[1]) + 1
        zone = words[4][:3] + ":" + words[4][3:]
        return iso_moment_of(f"{words[5]}-{month:02d}-{words[2]:>02}T{words[3]}{zone}", received_at)
    return iso_moment_of(element.get("created_at"), received_at)


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def told(post: Post, people: People, ours: str, what: str = "", *, blocked: bool = False) -> Inbound:
    """What a post means to us, whose number is `ours`. `what` is the event that told it."""
    if post.is_repost:
        return Ignored(what="a repost")
    if post.author == ours:
        return _own(post, people, ours)
    extra: dict[str, Any] = {
        "post_id": post.id,
        "url": f"{SITE}/{people.username(post.author) or 'i'}/status/{post.id}",
        "summoned": _is_summoned(post, ours, what),
    }
    if ours:
        extra["private_link"] = private_link(ours)
    if post.context:
        extra["context"] = post.context
        extra |= _above(post, people)
    if blocked:
        extra["blocked_by_us"] = True
    return Message(
        external_id=post_name(post.first_id),
        sender=people.sender(post.author),
        occurred_at=post.at,
        text=post.text,
        attachments=post.files,
        visibility="public",
        kind=media.kind_of(post.files),
        replies_to=_answers(post),
        revised_at=post.at if post.first_id != post.id else None,
        extra=extra,
    )


def _above(post: Post, people: People) -> dict[str, Any]:
    """The post that it quotes or answers."""
    name = people.username(post.context_user)
    link = f"{SITE}/{name or 'i'}/status/{post.context_id}" if post.context_id else ""
    return post_above(post.context, author=f"@{name}" if name else "", url=link)


def private_link(ours: str) -> str:
    """Where a customer writes to us privately."""
    return f"{SITE}/messages/compose?recipient_id={ours}"


def _is_summoned(post: Post, ours: str, what: str) -> bool:
    """Whether the author named or quoted us: only then X lets programs answer."""
    if what == "post.mention.create" or (what == "post.quote.create" and bool(post.quoted_id)):
        return True
    return bool(ours) and (ours in post.mentions or post.quoted_user == ours)


def _own(post: Post, people: People, ours: str) -> Inbound:
    """Our own post: the echo of an answer, or something that nobody asked for."""
    customer = post.answered_user if post.answered_user != ours else ""
    if not post.answered_id:
        return Ignored(what="a post of our own")
    return Message(
        external_id=post_name(post.first_id),
        sender=people.sender(customer) if customer else Sender(()),
        occurred_at=post.at,
        text=post.text,
        attachments=post.files,
        visibility="public",
        outgoing=True,
        kind=media.kind_of(post.files),
        replies_to=_answers(post),
        revised_at=post.at if post.first_id != post.id else None,
        extra={"post_id": post.id, "url": f"{SITE}/{people.username(ours) or 'i'}/status/{post.id}"},
    )


def _answers(post: Post) -> tuple[str, ...]:
    return tuple(post_name(number) for number in (post.answered_id, post.quoted_id) if number)


def _first(versions: Any) -> str:
    return number_of(versions[0]) if isinstance(versions, list) and versions else ""


def _list(value: Any) -> list[Mapping[str, Any]]:
    return list(objects_of(value))
