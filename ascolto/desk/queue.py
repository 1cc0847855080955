"""What the queue shows: views, filters as they stand in the address, and rows ready to be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.looks import Look, look_of
from ascolto.conversations.marks import RowMark, row_marks
from ascolto.conversations.models import Direction, Message, Status
from ascolto.conversations.selectors import COUNT_CAP, SORTS, VIEWS, Filters, cursor_of, sort_of
from ascolto.customers.models import Identity
from ascolto.desk.mood import marks_of
from ascolto.desk.understood import Chip
from ascolto.kit.text import clean
from ascolto.ui import promise
from ascolto.ui.jinja import moment, short_date
from ascolto.understanding.selectors.mood import ANYTHING, Meant, Mood, moods_of
from ascolto.views.models import SavedView
from ascolto.views.naming import BUILT_IN
from ascolto.views.selectors import Shelf, pk_of_key, seen_of

FIRST_VIEW = "to_answer"
PROMISES = {"due_at", "promised_for"}  # orders in which the rows stand in groups
REVIEWS = {"appstore", "google_reviews", "playstore", "tripadvisor", "trustpilot"}
NO_PLACE = (
    2**53 - 1
)  # the order of a row without what the list is ordered by: it comes last, and scripts can count so far
EPOCH, TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_PLACE = re.compile(r"([0-9]{1,16})\.([0-9]{1,18})", re.ASCII)
SIGNS = BUILT_IN


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a view (a built-in one, or a saved one as `v12`), filters, an order, and whether somebody is about to
    search or to choose many."""

    view: str
    filters: Filters
    cursor: str = ""
    searching: bool = False
    query: str = ""  # what is searched for
    meant: Meant = ANYTHING
    sort: str = ""  # one of SORTS; empty: as the view has it
    choosing: bool = False  # boxes beside the rows, for a browser without scripts

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
            "sort": self.sort,
            **self.meant.as_words(),
        } | changes
        query = urlencode({key: value for key, value in parts.items() if value})
        return f"?{query}" if query else ""


def read_asked(query: Mapping[str, str]) -> Asked:
    """What the address asks for. Raises Http404 for a view that does not exist; other nonsense narrows nothing."""
    text = clean(query.get("q", ""), 500).strip()
    view = query.get("view") or ("all" if text else FIRST_VIEW)
    if view not in VIEWS and pk_of_key(view) is None:
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
    sort = query.get("sort", "")
    return Asked(
        view,
        filters,
        _cursor(query),
        "search" in query,
        text,
        Meant.from_words(query),
        sort if sort in SORTS else "",
        "choose" in query,
    )


def _cursor(query: Mapping[str, str]) -> str:
    """Where the list goes on: a cursor, or `below` a row (`order.id`, as the row says them) where scripts cut the list off."""
    place = _PLACE.fullmatch(query.get("below", ""))
    if place is None:
        return query.get("cursor", "")[:200]
    order, pk = int(place[1]), int(place[2])
    if order > NO_PLACE:
        raise Http404
    try:
        return cursor_of(None if order == NO_PLACE else EPOCH + order * TICK, pk)
    except OverflowError as error:
        raise Http404 from error


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
    is_pinned: bool = False
    is_shared: bool = False


def view_links(
    asked: Asked, counts: Mapping[str, int], home: str, shelf: Shelf | None = None
) -> list[ViewLink]:
    """The views in the reader's order, with the filters left out: a view is a fresh start. The one that is open is never hidden."""
    keys = list(SIGNS) if shelf is None else list(shelf.keys)
    if shelf is not None and asked.view in shelf.hidden:
        keys.append(asked.view)
    links = []
    for key in keys:
        saved = shelf.saved.get(key) if shelf is not None else None
        label, icon = (saved.name, saved.icon) if saved is not None else SIGNS[key]
        href = home + Asked(key, Filters()).address()
        links.append(
            ViewLink(
                key,
                label,
                icon,
                href,
                shown_count(counts.get(key)),
                key == asked.view,
                shelf is not None and key in shelf.pinned,
                saved is not None and saved.scope != SavedView.Scope.PERSONAL,
            )
        )
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
    with_bot: bool = False
    is_dated: bool = False  # what is due is a date that somebody promised
    marks: Sequence[Chip] = ()
    found: Found | None = None
    stars: int = 0  # of five, where the last word of the customer is a review
    is_unread: bool = False
    notices: Sequence[RowMark] = ()  # what other rooms put on the row


@dataclass(frozen=True, slots=True)
class Around:
    """What is looked up once for all rows of a page."""

    names: Mapping[int, str]
    moods: Mapping[int, Mood]
    stars: Mapping[int, int]
    seen: Mapping[int, datetime]
    notices: Mapping[int, Sequence[RowMark]]
    asked: Asked
    sort: str
    base: str
    query: str
    at: datetime

    @property
    def midnight(self) -> datetime:
        return timezone.localtime(self.at).replace(hour=23, minute=59, second=59)


def make_rows(
    rows: Iterable[Mapping[str, Any]],
    asked: Asked,
    at: datetime,
    *,
    agent: Agent | None = None,
    sort: str = "",
) -> list[Row]:
    """Rows of list_conversations, ready to be drawn: the same few queries however many there are. `sort`: what they are ordered by;
    `agent`: who reads them."""
    rows = list(rows)
    ids = [row["id"] for row in rows]
    around = Around(
        names=handles_of({row["customer_id"] for row in rows if not row["customer__name"]}),
        moods=moods_of(ids),
        stars=stars_of(rows),
        seen=seen_of(agent, ids) if agent is not None else {},
        notices=row_marks(agent, ids) if agent is not None else {},
        asked=asked,
        sort=sort or asked.sort or (sort_of(asked.view) if asked.view in SIGNS else "newest"),
        base=reverse("desk:thread", args=["0"])[:-2],
        query=asked.address(),
        at=at,
    )
    return [_row(row, around, is_known=agent is not None) for row in rows]


def _row(row: Mapping[str, Any], around: Around, *, is_known: bool) -> Row:
    at, column = around.at, SORTS[around.sort][0]
    by_promise = column in PROMISES
    due = row[column if by_promise else "due_at"]
    key = row[column]
    heard, seen = row["last_inbound_at"], around.seen.get(row["id"])
    is_new = heard is not None and (seen is None or heard > seen)
    return Row(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        order=(key - EPOCH) // TICK if key else NO_PLACE,
        group=_group(due, at, around.midnight) if by_promise else "",
        href=f"{around.base}{row['number']}/{around.query}",
        name=row["customer__name"] or around.names.get(row["customer_id"]) or _("Unknown customer"),
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
        with_bot=row["with_bot"],
        marks=marks_of(around.moods.get(row["id"]), row["labels"]),
        stars=around.stars.get(row["id"], 0),
        is_unread=is_known and is_new and row["status"] != Status.RESOLVED,
        notices=around.notices.get(row["id"], ()),
    )


def stars_of(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The stars of the last review in each of these conversations; one query, and none where no row is of a place for reviews."""
    reviewed = [row["id"] for row in rows if REVIEWS.intersection(row["channels"])]
    if not reviewed:
        return {}
    said = Message.objects.filter(conversation__in=reviewed, direction=Direction.IN, removed_at=None)
    last = said.filter(occurred_at=F("conversation__last_inbound_at"))
    return {
        pk: _stars((extra or {}).get("rating")) for pk, extra in last.values_list("conversation_id", "extra")
    }


def _stars(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 5 else 0


def _group(due: datetime | None, at: datetime, midnight: datetime) -> str:
    if due is None:
        return "none"
    if due > midnight:
        return "later"
    if due < at:
        return "late"
    return "soon" if due - at < promise.SOON else "today"


def group_names() -> dict[str, str]:
    """Headings of the queue's groups, in the reader's language."""
    return {
        "late": _("Late"),
        "soon": _("Due soon"),
        "today": _("Today"),
        "later": _("Later"),
        "none": _("Without a promise"),
    }


def count_groups(keys: Sequence[datetime | None], at: datetime) -> dict[str, str]:
    """How many rows each group has, of what the rows are ordered by; where counting stopped the last group has a plus."""
    midnight = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    found: dict[str, int] = {}
    group = ""
    for key in keys:
        group = _group(key, at, midnight)
        found[group] = found.get(group, 0) + 1
    shown = {name: str(count) for name, count in found.items()}
    if len(keys) >= COUNT_CAP:
        shown[group] += "+"
    return shown


def handles_of(customers: set[int]) -> dict[int, str]:
    """A handle for customers who have no name."""
    if not customers:
        return {}
    rows = Identity.objects.filter(customer_id__in=customers).order_by("-id")
    return {pk: shown or value for pk, shown, value in rows.values_list("customer_id", "shown", "value")}


def sort_names() -> dict[str, str]:
    """The orders of a list, as a menu offers them."""
    return {
        "promise": _("Promise due first"),
        "newest": _("Newest message first"),
        "oldest": _("Oldest message first"),
        "waiting": _("Longest wait first"),
        "began": _("Youngest conversation first"),
    }


def status_names() -> dict[str, str]:
    return {
        Status.OPEN.value: _("Open"),
        Status.PENDING.value: _("Pending"),
        Status.ON_HOLD.value: _("On hold"),
        Status.RESOLVED.value: _("Resolved"),
    }
