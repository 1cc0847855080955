"""Messages as the index wants them, read from their tables in few queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ascolto.conversations.models import Attachment, Message
from ascolto.customers.models import Identity
from ascolto.search.filters import kind_tag, month_tags
from ascolto.search.index import Entry
from ascolto.search.words import Document, lexemes_of

_COLUMNS = (
    "id",
    "text",
    "subject",
    "direction",
    "visibility",
    "occurred_at",
    "account__kind",
    "conversation_id",
    "conversation__subject",
    "conversation__customer_id",
    "conversation__customer__name",
    "conversation__account_id",
    "conversation__account__kind",
    "conversation__is_spam",
)
_VISIBILITY = {"public": "p", "private": "q", "note": "n"}


def read_entries(messages: Iterable[int]) -> list[Entry]:
    """These messages, but those that are gone or were taken back."""
    rows = list(Message.objects.filter(pk__in=list(messages), removed_at__isnull=True).values(*_COLUMNS))
    handles = _handles({row["conversation__customer_id"] for row in rows})
    files = _files([row["id"] for row in rows])
    return [
        _entry(row, handles.get(row["conversation__customer_id"], ()), files.get(row["id"], ()))
        for row in rows
    ]


def _handles(customers: set[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = Identity.objects.filter(customer_id__in=customers).exclude(scope__startswith=Identity.RETIRED)
    for customer, value, shown in rows.order_by().values_list("customer_id", "value", "shown"):
        found[customer] = (*found.get(customer, ()), value, *([shown] if shown else []))
    return found


def _files(messages: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = Attachment.objects.filter(message_id__in=messages, content_id="").order_by()
    for message, name in rows.values_list("message_id", "name"):
        found[message] = (*found.get(message, ()), name)
    return found


def _entry(row: dict[str, Any], handles: tuple[str, ...], files: tuple[str, ...]) -> Entry:
    subjects = {row["subject"], row["conversation__subject"]} - {""}
    document = Document(
        texts=(row["text"], *sorted(subjects), *files),
        who=(row["conversation__customer__name"], *handles),
        tags=_tags(row, bool(files)),
    )
    said_at = int(row["occurred_at"].timestamp())
    return Entry(row["id"], row["conversation_id"], said_at, lexemes_of(document))


def _tags(row: dict[str, Any], has_files: bool) -> tuple[str, ...]:
    return (
        f"v{row['conversation_id']}",
        f"a{row['conversation__account_id']}",
        kind_tag(row["account__kind"] or row["conversation__account__kind"]),
        row["direction"],
        _VISIBILITY.get(row["visibility"], "q"),
        *month_tags(row["occurred_at"]),
        *(["f"] if has_files else []),
        *(["s"] if row["conversation__is_spam"] else []),
    )
