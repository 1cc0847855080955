"""Find conversations by number, customer or words."""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from ascolto.customers.models import Identity
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import fold

FOUND_AT_MOST = 2000


def words_of(text: str) -> list[str]:
    """The words of a text, folded and without punctuation: indexed and asked for in the same way."""
    return re.findall(r"[^\W_]+", fold(text))


def matching(text: str) -> Q:
    """The condition for conversations that a search text means: a reference number, a handle, a name or all the words."""
    condition = _by_words(words_of(text[:200])[:8])
    pk = pk_of_reference(text)
    if pk is not None:
        condition |= Q(pk=pk)
    handles = Identity.objects.filter(value__iexact=text.strip()[:255]).values("customer_id")
    return condition | Q(customer_id__in=handles)


def _by_words(words: list[str]) -> Q:
    if not words:
        return Q(pk__in=[])
    if connection.vendor == "postgresql":
        query = " & ".join(f"{word}:*" for word in words)
        found = RawSQL(
            "SELECT conversation_id FROM conversations_search WHERE vector @@ to_tsquery('simple', %s)"
            " ORDER BY id DESC LIMIT %s",
            (query, FOUND_AT_MOST),
        )
    else:
        query = " ".join(f'"{word}"*' for word in words)
        found = RawSQL(
            "SELECT conversation_id FROM conversations_search WHERE conversations_search MATCH %s"
            " ORDER BY rowid DESC LIMIT %s",
            ("words : (" + query + ")", FOUND_AT_MOST),
        )
    return Q(pk__in=found)


def index_messages(rows: list[tuple[int, int, str]]) -> None:
    """Make messages findable: (message id, conversation id, text with the customer's name). Doing it again changes nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                "INSERT INTO conversations_search (id, conversation_id, vector) VALUES (%s, %s, to_tsvector('simple', %s))"
                " ON CONFLICT (id) DO UPDATE SET vector = excluded.vector",
                [(pk, conversation, " ".join(words_of(text))) for pk, conversation, text in rows],
            )
            return
        cursor.executemany("DELETE FROM conversations_search WHERE rowid = %s", [(pk,) for pk, _, _ in rows])
        cursor.executemany(
            "INSERT INTO conversations_search (rowid, words, conversation_id) VALUES (%s, %s, %s)",
            [(pk, " ".join(words_of(text)), conversation) for pk, conversation, text in rows],
        )
