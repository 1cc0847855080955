"""Search as screens and the API ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.conversations.selectors import rows_of
from ascolto.search import finding, terms
from ascolto.search.finding import COUNT_CAP, seek
from ascolto.search.meaning import meaning_of
from ascolto.search.query import Hint, Part, Query, Word, parse
from ascolto.search.snippets import Snippet, Wanted, marked, snippet, wanted_by
from ascolto.search.words import words_of

__all__ = ["COUNT_CAP", "Hit", "Page", "count", "find", "matching", "suggestion"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found, and its newest message in which it was found.

    `row` is what lists show of the conversation; `snippet` and `name` are safe HTML with <mark>.
    """

    row: dict[str, Any]
    message: int | None
    said_at: datetime
    author: str  # customer, agent, bot, system
    visibility: str
    by: str  # the agent's name
    snippet: str
    name: str
    file: str  # the name of the file in which it was found, as safe HTML


@dataclass(frozen=True, slots=True)
class Page:
    """Hits, the newest first. `is_cut`: the search ended early and goes on at `next_cursor`, which is empty at the end."""

    query: Query
    hits: list[Hit]
    next_cursor: str
    is_cut: bool
    hints: tuple[Hint, ...]  # filters that were not understood, or name nothing


def find(agent: Agent, text: str, *, cursor: str = "", limit: int = 25) -> Page:
    """What the agent may see of what the text asks for. Never raises for any text; BadCursor for a cursor of somebody else's."""
    query = parse(text)
    meaning = meaning_of(query, agent)
    sought = seek(agent, query, meaning, cursor=cursor, limit=limit)
    places = {each.conversation: each.message for each in sought.found}
    if sought.named and not cursor:
        places = {sought.named: 0, **places}
    hits = _hits(places, wanted_by(query))
    return Page(query, hits, str(sought.next or ""), sought.is_cut, (*query.hints, *meaning.unknown))


def count(agent: Agent, text: str) -> int:
    """How many conversations are found, counted up to one more than COUNT_CAP."""
    return finding.count(agent, parse(text))


def matching(agent: Agent, text: str) -> Q:
    """The condition by which another list of conversations holds only what is found."""
    return finding.matching(agent, parse(text))


def suggestion(agent: Agent, text: str) -> str:
    """The query with misspelt words mended, when that finds something the agent may see; else empty.

    Without the last condition it would tell words of conversations that are hidden from them.
    """
    query = parse(text)
    plain = [part for part in query.said if isinstance(part, Word) and len(words_of(part.text)) == 1]
    known = terms.frequencies(words_of(part.text)[0] for part in plain)
    parts: list[Part] = list(query.parts)
    for place, part in enumerate(parts):
        if part in plain and words_of(part.text)[0] not in known:  # type: ignore[union-attr]
            better = terms.mended(words_of(part.text)[0])  # type: ignore[union-attr]
            if better:
                parts[place] = Word(better, negated=part.negated)  # type: ignore[union-attr]
    better = str(Query(tuple(parts))) if parts != list(query.parts) else ""
    return better if better and find(agent, better, limit=1).hits else ""


# --- hits ----------------------------------------------------------------------------------------------------------

_MESSAGE = (
    "id",
    "conversation_id",
    "text",
    "subject",
    "author_kind",
    "visibility",
    "occurred_at",
    "agent__name",
)


def _hits(places: dict[int, int], wanted: Wanted) -> list[Hit]:
    """Hits in the order of `places`: conversations with the message in which they were found, 0 for their newest one."""
    if not places:
        return []
    rows = {row["id"]: row for row in rows_of(Conversation.objects.filter(pk__in=list(places)))}
    messages = {
        m["conversation_id"]: m for m in Message.objects.filter(pk__in=places.values()).values(*_MESSAGE)
    }
    shown = {pk: _shown(rows[pk], messages.get(pk), wanted) for pk in places if pk in rows}
    files = _files([messages[pk]["id"] for pk in shown if pk in messages and not shown[pk].has_marks], wanted)
    return [
        _hit(rows[pk], messages.get(pk), shown[pk], wanted, files)
        for pk, message in places.items()
        if pk in shown and (pk in messages or not message)
    ]


def _shown(row: dict[str, Any], message: dict[str, Any] | None, wanted: Wanted) -> Snippet:
    """What is shown of a message: the part of its text, else of its subject, in which something was found."""
    if message is None:
        return snippet(row["preview"] or row["subject"], wanted)
    subject = message["subject"] or row["subject"]
    found = snippet(message["text"] or subject, wanted)
    if not found.has_marks and subject and (named := snippet(subject, wanted)).has_marks:
        return named
    return found


def _files(messages: list[int], wanted: Wanted) -> dict[int, str]:
    """The names of files in which something was found."""
    if not messages:
        return {}
    rows = (
        Attachment.objects.filter(message_id__in=messages).exclude(name="").values_list("message_id", "name")
    )
    return {message: found.html for message, name in rows if (found := snippet(name, wanted)).has_marks}


def _hit(
    row: dict[str, Any],
    message: dict[str, Any] | None,
    shown: Snippet,
    wanted: Wanted,
    files: dict[int, str],
) -> Hit:
    return Hit(
        row=row,
        message=message["id"] if message else None,
        said_at=message["occurred_at"] if message else row["last_message_at"],
        author=message["author_kind"] if message else "",
        visibility=message["visibility"] if message else "",
        by=message["agent__name"] or "" if message else "",
        snippet=shown.html,
        name=marked(row["customer__name"], wanted),
        file=files.get(message["id"], "") if message else "",
    )
