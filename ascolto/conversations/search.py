"""Find conversations by number, customer or words."""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import Q

from ascolto.customers.models import Identity
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import clean, fold

FOUND_AT_MOST = 2000


def words_of(text: str) -> list[str]:
    """The words of a text, folded and without punctuation: indexed and asked for in the same way."""
    return re.findall(r"[^\W_]+", fold(text))


def matching(text: str) -> Q:
    """The condition for conversations that a search text means: a reference number, a handle, a name or all the words.

    What is meant is looked up first: as part of the list's own query it was asked of every conversation in turn.
    """
    found = _with_words(words_of(text[:200])[:8])
    pk = pk_of_reference(text)
    if pk is not None:
        found.add(pk)
    customers = Identity.objects.filter(value__lower__in=_handles(text)).values_list("customer_id", flat=True)
    condition = Q(pk__in=found)
    if known := list(customers[:FOUND_AT_MOST]):
        condition |= Q(customer_id__in=known)
    return condition


def _handles(text: str) -> list[str]:
    """The handles that a text may name; a telephone number as people write it, with or without its +."""
    handle = clean(text.strip(), 255).lower()
    spellings = [handle] if handle else []
    digits = re.sub(r"[\s().\-/]", "", handle).removeprefix("+").removeprefix("00")
    if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15:
        spellings += [f"+{digits}", digits]
    return spellings


def _with_words(words: list[str]) -> set[int]:
    """The conversations of the newest messages that have all these words, or words that begin so."""
    if not words:
        return set()
    if connection.vendor == "postgresql":
        wanted = " & ".join(f"{word}:*" for word in words)
        query = (
            "SELECT conversation_id FROM conversations_search WHERE vector @@ to_tsquery('simple', %s)"
            " ORDER BY id DESC LIMIT %s"
        )
    else:
        wanted = "words : (" + " ".join(f'"{word}"*' for word in words) + ")"
        query = (
            "SELECT conversation_id FROM conversations_search WHERE conversations_search MATCH %s"
            " ORDER BY rowid DESC LIMIT %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [wanted, FOUND_AT_MOST])
        return {row[0] for row in cursor.fetchall()}


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
