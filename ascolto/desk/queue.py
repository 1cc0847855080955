"""What the queue shows: views, filters as they stand in the address, and rows ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.channels.looks import Look, look_of
from ascolto.conversations.models import Status
from ascolto.conversations.selectors import BY_TIME, COUNT_CAP, VIEWS, Filters
from ascolto.customers.models import Identity
from ascolto.desk.mood import marks_of
from ascolto.desk.understood import Chip
from ascolto.kit.text import clean
from ascolto.ui import promise
from ascolto.ui.jinja import moment, short_date
from ascolto.understanding.selectors.mood import ANYTHING, Meant, Mood, moods_of

FIRST_VIEW = "to_answer"
SIGNS: dict[str, tuple[str | Promise, str]] = {
    "to_answer": (gettext_lazy("To answer"), "message-circle-reply"),
    "mine": (gettext_lazy("Mine"), "user-round"),
    "unassigned": (gettext_lazy("Unassigned"), "circle-dashed"),
    "promised": (gettext_lazy("Dated promises"), "calendar-clock"),
    "public": (gettext_lazy("In public"), "globe"),
    "pending": (gettext_lazy("Pending"), "pause"),
    "on_hold": (gettext_lazy("On hold"), "split"),
    "resolved": (gettext_lazy("Done"), "check"),
    "all": (gettext_lazy("All"), "layers"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a view, filters, and whether somebody is about to search."""

    view: str
    filters: Filters
    cursor: str = ""
    searching: bool = False
    query: str = ""  # what is searched for
    meant: Meant = ANYTHING

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query) or self.filters != Filters() or self.meant != ANYTHING

    def address(self, **changes: str) -> str:
        """The query of this list ("" or "?…"), with changes; an empty value drops its part."""
        filters = self.filters
        parts = {
            "view": self.view if self.view != FIRST_VIEW else "",
            "status": filters.status or "",
            "channel": filters.channel or "",
            "assignee": "" if filters.assignee is None else str(filters.assignee),
            "team": "" if filters.team is None else str(filters.team),
            "label": filters.label or "",
            "q": self.query,
            **self.meant.as_words(),
        } | changes
        query = urlencode({key: value for key, value in parts.items() if value})
        return f"?{query}" if query else ""


def read_asked(query: Mapping[str, str]) -> Asked:
    """What the address asks for. Raises Http404 for a view that does not exist; other nonsense narrows nothing."""
    text = clean(query.get("q", ""), 500).strip()
    view = query.get("view") or ("all" if text else FIRST_VIEW)
    if view not in VIEWS:
        raise Http404
    assignee = query.get("assignee", "")
    status = query.get("status", "")
    filters = Filters(
        status=status if status in Status.values else None,
        channel=clean(query.get("channel", ""), 40) or None,
        assignee="none" if assignee == "none" else _number(assignee),
        team=_number(query.get("team", "")),
        label=clean(query.get("label", ""), 60) or None,
    )
    cursor, meant = query.get("cursor", "")[:200], Meant.from_words(query)
    return Asked(view, filters, cursor, "search" in query, text, meant)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def shown_count(count: int | None) -> str:
    """`12`, or `999+` where counting stopped; nothing for what is not counted."""
    if count is None:
        return ""
    return f"{COUNT_CAP - 1}+" if count >= COUNT_CAP else str(count)


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view in the sidebar or among the chips."""

    key: str
    label: str | Promise
    icon: str
    href: str
    count: str
    is_current: bool


def view_links(asked: Asked, counts: Mapping[str, int], home: str) -> list[ViewLink]:
    """Every view, with the filters left out: a view is a fresh start."""
    links = []
    for key, (label, icon) in SIGNS.items():
        href = home + replace(asked, view=key, filters=Filters(), query="", meant=ANYTHING).address()
        links.append(ViewLink(key, label, icon, href, shown_count(counts.get(key)), key == asked.view))
    return links


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found in a conversation: safe HTML with <mark>, and who said it when it was not the customer."""

    snippet: str
    name: str
    file: str
    by: str
    is_note: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list."""

    id: int
    number: str
    version: int
    order: int  # the sort key as a number: scripts put a changed row in its place
    group: str
    href: str
    name: str
    key: int
    text: str
    clock: promise.Clock | None
    time: str
    time_title: str
    looks: list[Look]
    is_public: bool
    status: str
    priority: int
    is_snoozed: bool
    labels: list[str]
    assignee_id: int | None
    assignee: str
    team: str
    is_dated: bool = False  # what is due is a date that somebody promised
    marks: Sequence[Chip] = ()
    found: Found | None = None


def make_rows(rows: Iterable[Mapping[str, Any]], asked: Asked, at: datetime) -> list[Row]:
    """Rows of list_conversations, ready to be drawn."""
    rows = list(rows)
    names = handles_of({row["customer_id"] for row in rows if not row["customer__name"]})
    moods = moods_of([row["id"] for row in rows])
    base = reverse("desk:thread", args=["0"])[:-2]
    query = asked.address()
    midnight = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    return [
        _row(row, names, f"{base}{row['number']}/{query}", asked.view, at, midnight, moods.get(row["id"]))
        for row in rows
    ]


def _row(
    row: Mapping[str, Any],
    names: dict[int, str],
    href: str,
    view: str,
    at: datetime,
    midnight: datetime,
    mood: Mood | None,
) -> Row:
    by_time = BY_TIME.get(view)
    due = row[by_time or "due_at"]
    key = due if by_time else row["last_message_at"]
    return Row(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        order=int(key.timestamp() * 1_000_000) if key else 0,
        group=_group(due, at, midnight) if by_time else "",
        href=href,
        name=row["customer__name"] or names.get(row["customer_id"]) or _("Unknown customer"),
        key=row["customer_id"],
        text=row["preview"] or row["subject"] or _("A message without words"),
        clock=promise.clock(due, row["waiting_since"], at),
        is_dated=due is not None and due == row["promised_for"],
        time=short_date(row["last_message_at"]),
        time_title=moment(row["last_message_at"]),
        looks=[look_of(kind) for kind in row["channels"][:4]],
        is_public=row["has_public"],
        status=row["status"],
        priority=row["priority"],
        is_snoozed=bool(row["snoozed_until"] and row["snoozed_until"] > at),
        labels=row["labels"],
        assignee_id=row["assignee_id"],
        assignee=row["assignee__name"] or "",
        team=row["team__name"] or "",
        marks=marks_of(mood, row["labels"]),
    )


def _group(due: datetime | None, at: datetime, midnight: datetime) -> str:
    if due is None or due > midnight:
        return "later"
    if due < at:
        return "late"
    return "soon" if due - at < promise.SOON else "today"


def group_names() -> dict[str, str]:
    """Headings of the queue's groups, in the reader's language."""
    return {"late": _("Late"), "soon": _("Due soon"), "today": _("Today"), "later": _("Later")}


def handles_of(customers: set[int]) -> dict[int, str]:
    """A handle for customers who have no name."""
    if not customers:
        return {}
    rows = Identity.objects.filter(customer_id__in=customers).order_by("-id")
    return {pk: shown or value for pk, shown, value in rows.values_list("customer_id", "shown", "value")}


def status_names() -> dict[str, str]:
    return {
        Status.OPEN.value: _("Open"),
        Status.PENDING.value: _("Pending"),
        Status.ON_HOLD.value: _("On hold"),
        Status.RESOLVED.value: _("Resolved"),
    }
