"""What we say on Instagram in public, within its rules for comments; and what we do to others' comments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.protocol import ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.meta_graph import Graph

MAX_TEXT, MAX_HASHTAGS, MAX_LINKS = 300, 4, 1
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_LINK = re.compile(r"https?://\S+|(?<![\w@.])www\.\S+", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")


def publish(graph: Graph, own_id: str, outgoing: Outgoing) -> Sent:
    """Reply to a comment, or to a mention of ours elsewhere. Raises SendRefused."""
    _check(outgoing)
    if outgoing.extra.get("item") == "mention":
        named = {
            name: text
            for name in ("media_id", "comment_id")
            if (text := text_of(outgoing.extra.get(name), 100))
        }
        answer = graph.post(own_id, "mentions", json={**named, "message": outgoing.text})
    else:
        answer = graph.post(known_id(outgoing.reply_to), "replies", json={"message": outgoing.text})
    comment = text_of(answer.get("id"), 255).strip()
    if not comment:
        raise SendRefused(graph.nonsense(repeatable=False))
    return Sent((comment,))


def known_id(external_id: str) -> str:
    """An id that may be part of an address. Raises SendRefused."""
    if not _ID.fullmatch(external_id):
        raise _refused("There is no comment that this could answer.")
    return external_id


def _check(outgoing: Outgoing) -> None:
    """Instagram drops what breaks these rules without a word that an agent could use: they are told before."""
    text = outgoing.text
    if outgoing.files:
        raise _refused("A comment on Instagram takes no files.")
    if not text.strip():
        raise _refused("The message is empty.")
    if len(text) > MAX_TEXT:
        raise _refused(f"The text has {len(text)} characters; a comment on Instagram takes {MAX_TEXT}.")
    if (hashtags := len(_HASHTAG.findall(text))) > MAX_HASHTAGS:
        raise _refused(f"The text has {hashtags} hashtags; a comment on Instagram takes {MAX_HASHTAGS}.")
    if (links := len(_LINK.findall(text))) > MAX_LINKS:
        raise _refused(f"The text has {links} links; a comment on Instagram takes {MAX_LINKS}.")
    if _is_shouting(text):
        raise _refused("A comment on Instagram must not be written in capital letters only.")


def _is_shouting(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha() and letter.lower() != letter.upper()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def _refused(reason: str) -> SendRefused:
    return SendRefused(Failure(ErrorClass.CONTENT, reason))


def private_target(outgoing: Outgoing) -> dict[str, str]:
    """Whose author is written to in private. Raises SendRefused for what has no author to write to."""
    if outgoing.extra.get("item", "comment") != "comment" or not outgoing.reply_to:
        reason = "Instagram allows private answers to comments under your own posts only."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    return {"comment_id": known_id(outgoing.reply_to)}


def moderate(graph: Graph, verb: str, external_id: str) -> None:
    """Hide, show or delete a comment; each may be asked for again. Raises SendRefused."""
    target = known_id(external_id)
    if verb in {"hide", "show"}:
        graph.settle("POST", target, params={"hide": "true" if verb == "hide" else "false"})
    elif verb == "delete":
        graph.settle("DELETE", target)
    else:
        raise SendRefused(Failure(ErrorClass.CONFIG, f"Instagram cannot {verb} a comment.", of_message=True))


def words_of(graph: Graph, own_id: str, remote: Mapping[str, Any]) -> str:
    """What a mention says, of which the hook told the ids only. Raises SendRefused."""
    told = _mentioned(graph, own_id, text_of(remote.get("look"), 20), text_of(remote.get("id"), 100))
    author = text_of(told.get("username"), 100)
    lines = [f"@{author}" if author else ""]
    lines += [text_of(told.get(name), 20_000) for name in ("text", "caption", "permalink")]
    return "\n".join(line for line in lines if line)


def author_of(graph: Graph, own_id: str, unknown: str) -> str:
    """The name behind a comment or mention whose hook told none. Raises SendRefused."""
    kind, _, thing = unknown.partition(":")
    if kind.startswith("mention-"):
        told = _mentioned(graph, own_id, kind.removeprefix("mention-"), thing)
    elif kind == "comment":
        told = graph.get(known_id(thing), params={"fields": "username"})
    else:
        return ""
    return text_of(told.get("username"), 100).strip()


def _mentioned(graph: Graph, own_id: str, what: str, thing: str) -> dict[str, Any]:
    """A comment or a post of somebody else that names us: readable only through our own account. Raises SendRefused."""
    if not thing.isascii() or not thing.isdigit() or what not in {"comment", "media"}:
        raise _refused("The message names no file that could be fetched.")
    wanted = "text,username,timestamp" if what == "comment" else "caption,username,permalink,timestamp"
    found = graph.get(own_id, params={"fields": f"mentioned_{what}.{what}_id({thing}){{{wanted}}}"})
    return object_of(found.get(f"mentioned_{what}"))
