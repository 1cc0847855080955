"""Search: conversations by what was said in them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ascolto.api import answers
from ascolto.api import search_documents as found_documents
from ascolto.api.bodies import Cursor
from ascolto.api.documents import Conversation
from ascolto.api.routing import Answer, Call
from ascolto.search.query import Hint
from ascolto.search.selectors import Hit, find


class SearchQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: words that all have to be there (the last may only be begun), `"a phrase"`, `begin*`, `-without`, and the filters
    `from: assignee: channel: label: status: team: before: after: on: has:file is:public|private|note|waiting|spam`, also in
    Italian (`da: assegnato: canale: etichetta: stato: squadra: prima: dopo: il: ha:allegato`). Numbers, order codes and
    telephone numbers are found with or without spaces and dashes, codes also by their last four or more characters.
    """

    q: Annotated[str, Meta(min_length=1, max_length=500)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
    cursor: Cursor = ""


def search_conversations(call: Call) -> Answer:
    """Conversations that the token's agent may see, each once with its newest message in which something was found, the newest first.

    `snippet` and `file` are HTML: everything is escaped, what was found is in <mark>. A page may hold fewer hits than asked for,
    even none, and still have a `next_cursor`: after a certain amount of work the search goes on in the next page.
    """
    query: SearchQuery = call.query
    page = find(call.agent, query.q, cursor=query.cursor, limit=query.limit)
    conversations = answers.conversations([hit.row for hit in page.hits])
    data = [_hit(hit, conversation) for hit, conversation in zip(page.hits, conversations, strict=True)]
    hints = [_hint(hint) for hint in page.hints]
    meta = found_documents.SearchMeta(page.next_cursor or None, str(page.query), hints)
    return Answer(found_documents.SearchList(data, meta))


def _hit(hit: Hit, conversation: Conversation) -> found_documents.SearchHit:
    found = None
    if hit.message is not None:
        found = found_documents.FoundMessage(
            hit.message,
            hit.author,  # type: ignore[arg-type]
            hit.by,
            hit.visibility,  # type: ignore[arg-type]
            hit.said_at,
        )
    return found_documents.SearchHit(conversation, found, hit.snippet, hit.file)


def _hint(hint: Hint) -> str:
    """What was not understood as a filter, or names nothing."""
    if not hint.name:
        return f"{hint.said} is no filter: it was looked for as words."
    if hint.name in {"assignee", "label", "team", "channel", "from"}:
        return f"There is nothing called {hint.said}."
    return f"{hint.said} was not understood: it was looked for as words."
