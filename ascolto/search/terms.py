"""How often words occur, roughly: to complete a beginning, to mend a misspelt word, and to know what is rare."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection

from ascolto.kit import bulk
from ascolto.search.index import Entry
from ascolto.search.words import WHO, is_code

COMPLETED = 24  # words that a beginning stands for, the most frequent
SHORTEST_BEGINNING = 3
_MOST_COUNTED = 400_000  # words whose counts this process keeps
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_counts: Counter[str] = Counter()
_lock = threading.Lock()


def count(entries: Sequence[Entry]) -> None:
    """Note the words of new messages. A word is written at its 1st, 2nd, 4th, 8th … time, so that common ones cost nothing.

    What a process counted and did not write is lost with it: the numbers are rough, and a word that occurs is always there.
    """
    fresh: Counter[str] = Counter()
    for entry in entries:
        fresh.update([word for word in set(entry.lexemes.words) if len(word) > 2 and word.isalpha()])
        fresh.update([mark for mark in entry.lexemes.marks if mark[0] == WHO and mark[1:].isalpha()])
    with _lock:
        if len(_counts) > _MOST_COUNTED:
            _counts.clear()
        due = {word: grown for word, more in fresh.items() if (grown := _grown(word, more))}
    _write(due)


def _grown(word: str, more: int) -> int:
    """What is to be added to the stored count now; 0 while the count has not doubled."""
    before = _counts[word]
    after = _counts[word] = before + more
    if before.bit_length() == after.bit_length():
        return 0
    return after - (1 << before.bit_length() - 1 if before else 0)


def forget_counts() -> None:
    """Begin counting anew in this process."""
    with _lock:
        _counts.clear()


def begin_anew() -> None:
    """Count from nothing: everything is about to be indexed again. Words stay known."""
    forget_counts()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_term SET docs = 0")


def _write(due: dict[str, int]) -> None:
    if not due:
        return
    words = sorted(due)  # in one order everywhere: two processes never wait for each other in a circle
    if connection.vendor == "postgresql":
        query = (
            "INSERT INTO search_term AS known (term, docs) SELECT * FROM unnest(%s::text[], %s::bigint[])"
            " ON CONFLICT (term) DO UPDATE SET docs = known.docs + excluded.docs"
        )
        bulk.execute(connection, query, [words, [due[word] for word in words]])
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.connection.executemany(
            "INSERT INTO search_term (term, docs) VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET docs = docs + excluded.docs",
            [(word, due[word]) for word in words],
        )


def frequencies(words: Iterable[str]) -> dict[str, int]:
    """In how many messages these words are, roughly; those that are in none are left out."""
    asked = sorted(set(words))
    if not asked:
        return {}
    marks = ", ".join(["%s"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT term, docs FROM search_term WHERE term IN ({marks})", asked)  # noqa: S608 - only marks
        return dict(cursor.fetchall())


def completions(beginning: str, forms: Iterable[str] = ()) -> dict[str, int]:
    """The most frequent words that begin so, and how often they occur; for short beginnings none but the word itself.

    With `forms` of the word as well, in the same query.
    """
    if len(beginning.lstrip(WHO)) < SHORTEST_BEGINNING:
        return frequencies([beginning, *forms])
    asked = sorted({beginning, *forms})
    marks = ", ".join(["%s"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT term, docs FROM search_term WHERE term >= %s AND term < %s"  # noqa: S608 - only marks
            f" ORDER BY docs DESC LIMIT %s) begun UNION SELECT term, docs FROM search_term WHERE term IN ({marks})",
            [beginning, beginning + "\U0010ffff", COMPLETED, *asked],
        )
        return dict(cursor.fetchall())


def mended(word: str) -> str | None:
    """A word that occurs and is one slip away from this one: a letter too many, too few, wrong, or two swapped. Else None."""
    if not 4 <= len(word) <= 20 or is_code(word) or not word.isascii():
        return None
    known = frequencies(_slips(word))
    return max(known, key=lambda each: (known[each], each), default=None)


def _slips(word: str) -> set[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    found |= {left + letter + right for left, right in cuts for letter in _LETTERS}
    return found - {word}
