"""Direct messages: the log of what happened in all conversations, as the poll wraps it.

The poll adds who we are (`us`) and who takes part (`members`), since the log names people by their DID alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.bluesky import posts
from ascolto.channels.adapters.bluesky.richtext import whole_text
from ascolto.channels.protocol import Ignored, Inbound, Message, Reacted, Sender, Unsupported
from ascolto.channels.reading import Unreadable, iso_moment_of, needed, object_of, objects_of, text_of

Element = Mapping[str, Any]
_DEFS = "chat.bsky.convo.defs#"
_NO_MESSAGE = (
    "logAccept",
    "logApprove",
    "logBegin",
    "logCreateJoinLink",
    "logDelete",  # only for whoever deleted it
    "logDisable",
    "logEdit",
    "logEnable",
    "logIncoming",
    "logLeave",
    "logLock",
    "logMember",
    "logMute",
    "logAddMember",
    "logOutgoing",
    "logRead",  # we read it, on another device
    "logReject",
    "logRemoveMember",
    "logUnlock",
    "logUnmute",
    "logWithdraw",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as the poll knows it."""

    convo: str
    us: str
    members: tuple[Element, ...]
    received_at: datetime

    def sender(self, did: str) -> Sender:
        """Who a DID is."""
        known = next((member for member in self.members if member.get("did") == did), {"did": did})
        return posts.sender_of(known)

    @property
    def others(self) -> list[str]:
        """Everybody but us."""
        return [did for member in self.members if (did := text_of(member.get("did"), 255)) and did != self.us]

    @property
    def is_group(self) -> bool:
        """Whether it is one conversation whoever writes in it."""
        return len(self.others) > 1

    def id(self, message: Element) -> str:
        """The id of a message, which means something in its conversation only."""
        return f"{self.convo}/{needed(message.get('id'), 'the id of a message', 100)}"


def read_logs(element: Element, received_at: datetime) -> Iterator[Inbound]:
    """Everything that a piece of the log tells."""
    if isinstance(element.get("logs"), list):
        logs = list(objects_of(element.get("logs")))
        if not logs:
            yield Ignored(what="an empty log")
    else:
        logs = [object_of(element.get("log")) or dict(element)]
    us = text_of(element.get("us"), 255)
    members = tuple(objects_of(element.get("members")))[:100]
    for log in logs:
        talk = Talk(text_of(log.get("convoId"), 100), us, members, received_at)
        try:
            yield _read(log, talk)
        except Unreadable as error:
            yield Unsupported(what=f"a direct message: {error}")


def _read(log: Element, talk: Talk) -> Inbound:
    kind = text_of(log.get("$type"), 100).removeprefix(_DEFS)
    message = object_of(log.get("message"))
    if kind == "logCreateMessage":
        return _message(message, talk)
    if kind in {"logAddReaction", "logRemoveReaction"}:
        return _reaction(object_of(log.get("reaction")), message, talk, given=kind == "logAddReaction")
    if kind.startswith(_NO_MESSAGE):
        return Ignored(what=kind)
    return Unsupported(what=kind or "a log without a type")


def _message(message: Element, talk: Talk) -> Inbound:
    kind = text_of(message.get("$type"), 100).removeprefix(_DEFS)
    if kind in {"deletedMessageView", "systemMessageView"}:
        return Ignored(what=kind)
    convo = needed(talk.convo, "the conversation")
    author = needed(object_of(message.get("sender")).get("did"), "the sender")
    ours = author == talk.us
    if ours and not talk.others:
        return Ignored(what="a message to ourselves")
    answers = object_of(message.get("replyTo"))
    replies_to = (talk.id(answers),) if text_of(answers.get("id"), 100) else ()
    if ours and talk.is_group and not replies_to:
        return Ignored(what="a message of ours to a group, which answers nothing")
    sender = talk.sender(author if not ours else talk.others[0])
    return Message(
        external_id=talk.id(message),
        sender=Sender(()) if ours and talk.is_group else sender,
        occurred_at=iso_moment_of(message.get("sentAt"), talk.received_at),
        text=_text(message),
        outgoing=ours,
        replies_to=replies_to,
        thread=convo if talk.is_group else "",
        extra={"convo": convo, **({"group": True} if talk.is_group else {})},
    )


def _text(message: Element) -> str:
    """The words, and the address of a post that was sent along."""
    text = whole_text(message)
    shared = object_of(object_of(message.get("embed")).get("record"))
    link = posts.permalink(text_of(shared.get("uri") or object_of(shared.get("record")).get("uri"), 700))
    return f"{text}\n{link}".strip() if link and link not in text else text


def _reaction(reaction: Element, message: Element, talk: Talk, *, given: bool) -> Inbound:
    author = needed(object_of(reaction.get("sender")).get("did"), "who reacted")
    if author == talk.us:
        return Ignored(what="a reaction of ours")
    return Reacted(
        external_id=f"{needed(talk.convo, 'the conversation')}/{needed(message.get('id'), 'the message', 100)}",
        sender=talk.sender(author),
        occurred_at=iso_moment_of(reaction.get("createdAt"), talk.received_at),
        emoji=needed(reaction.get("value"), "the reaction", 100) if given else "",
    )
