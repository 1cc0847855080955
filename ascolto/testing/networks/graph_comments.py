"""Comments under posts as a stand-in: what Facebook and Instagram do alike with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person
from ascolto.testing.networks.graph import GraphError

PRIVATE_REPLY_WINDOW = timedelta(days=7)


@dataclass(slots=True)
class Comment:
    """A comment, or a post of a visitor (then `parent_id` is empty). Without a person it is ours."""

    id: str
    post_id: str
    parent_id: str
    person: Person | None
    text: str
    at: datetime
    is_hidden: bool = False
    is_liked: bool = False
    was_answered_privately: bool = False
    photo: str = ""


def check_private_reply(comment: Comment) -> Person:
    """Whom a private answer to a comment reaches: once, and within seven days. Raises GraphError."""
    if comment.person is None:
        raise GraphError(10902, "This is not a Replyable activity")
    if comment.was_answered_privately:
        raise GraphError(10900, "Activity already replied to")
    if now() - comment.at > PRIVATE_REPLY_WINDOW:
        raise GraphError(10901, "Activity is too old to be replied to")
    if comment.person.has_blocked_us:
        raise GraphError(10903, "This user can't reply to this activity")
    return comment.person
