"""What a search found, as the list pane shows it: hits with what was said, hints, how many there are, and what to try instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from ascolto.accounts.models import Agent
from ascolto.conversations.opening import agent_of
from ascolto.conversations.selectors import BadCursor, Filters
from ascolto.desk.opening import around_list
from ascolto.desk.queue import Asked, Found, Row, make_rows, read_asked, status_names
from ascolto.events.log import latest_position
from ascolto.kit.clock import now
from ascolto.search.query import Hint
from ascolto.search.reindexing import progress
from ascolto.search.selectors import COUNT_CAP, Hit, Page, count, find, suggestion
from ascolto.ui.jinja import moment, short_date
from ascolto.ui.shell import shell_context
from ascolto.understanding.selectors.mood import ANYTHING

HITS = 25


def is_search(request: HttpRequest) -> bool:
    """Whether the address asks for words, and for nothing that only a list can narrow."""
    asked = read_asked(request.GET)
    return (
        bool(asked.query) and asked.view == "all" and asked.filters == Filters() and asked.meant == ANYTHING
    )


def found_context(request: HttpRequest) -> dict[str, Any]:
    """The list pane with what was found. A cursor that is not ours is a 404."""
    asked, agent = read_asked(request.GET), agent_of(request)
    try:
        page = find(agent, asked.query, cursor=asked.cursor, limit=HITS)
    except BadCursor as error:
        raise Http404 from error
    home = reverse("desk:queue")
    return {
        **around_list(request, asked, {}),
        "view_label": _("Search"),
        "rows": found_rows(page.hits, asked),
        "more": home + asked.address(cursor=page.next_cursor) if page.next_cursor else "",
        "is_cut": page.is_cut,
        "status_names": status_names(),
        "current_id": 0,
        **({} if asked.cursor else _above(agent, asked, page)),
    }


def found_page_context(request: HttpRequest) -> dict[str, Any]:
    """The whole page with what was found and no conversation yet."""
    live_after = latest_position()
    shell = shell_context(request, current="desk")
    return {**shell, "live_after": live_after, "connect": None, **found_context(request)}


def _above(agent: Agent, asked: Asked, page: Page) -> dict[str, Any]:
    """What stands above the hits."""
    state = progress()
    better = suggestion(agent, asked.query) if not page.hits and not page.next_cursor else ""
    return {
        "hit_count": shown_hits(count(agent, asked.query) if page.next_cursor else len(page.hits)),
        "hints": [hint_text(hint) for hint in page.hints],
        "instead": better,
        "instead_href": reverse("desk:queue") + replace(asked, query=better).address() if better else "",
        "indexed": int(state.share * 100) if state.below else None,
    }


def shown_hits(found: int) -> str:
    """How many conversations, in words."""
    if found > COUNT_CAP:
        return _("More than %(count)s conversations") % {"count": f"{COUNT_CAP:,}"}
    return ngettext("%(count)s conversation", "%(count)s conversations", found) % {"count": found}


def hint_text(hint: Hint) -> str:
    """What was not understood, or what there is nothing of."""
    if not hint.name:
        return _("“%(said)s” is no filter: it was looked for as words.") % {"said": hint.said}
    if hint.name in {"status", "has", "is", "before", "after", "on"}:
        return _("“%(said)s” was not understood: it was looked for as words.") % {"said": hint.said}
    return _("There is nothing called “%(said)s”.") % {"said": hint.said}


def found_rows(hits: Iterable[Hit], asked: Asked) -> list[Row]:
    """Rows of the list with what was said instead of the newest words."""
    hits = list(hits)
    rows = make_rows([hit.row for hit in hits], asked, now())
    return [_with_hit(row, hit) for row, hit in zip(rows, hits, strict=True)]


def _with_hit(row: Row, hit: Hit) -> Row:
    anchor = f"#m-{hit.message}" if hit.message else ""
    snippet, name, file = map(_safe, (hit.snippet, hit.name, hit.file))
    found = Found(snippet, name, file, _speaker(hit), hit.visibility == "note")
    return replace(
        row,
        order=hit.message or row.order,
        href=row.href + anchor,
        clock=None,
        time=short_date(hit.said_at),
        time_title=moment(hit.said_at),
        found=found,
    )


def _safe(html: str) -> Markup:
    """What search marked, which it escaped before."""
    return Markup(html)  # noqa: S704


def _speaker(hit: Hit) -> str:
    """Who said it, when it was not the customer."""
    names: Mapping[str, str] = {"agent": hit.by or _("We"), "bot": _("Bot"), "system": _("Ascolto")}
    return names.get(hit.author, "")


@dataclass(frozen=True, slots=True)
class Example:
    """A filter in the help of the search field: what to type, and what it finds."""

    typed: str
    meaning: str


def examples() -> list[Example]:
    """The filters in the reader's language, for the help beside the field."""
    return [
        Example(_("from:giulia"), _("the customer’s name, number or address")),
        Example(_("assignee:me"), _("who holds it: me, nobody, or a name")),
        Example(_("channel:email"), _("a channel, or the name of an inbox")),
        Example(_("label:fault"), _("a label")),
        Example(_("status:open"), _("open, pending, on_hold, resolved")),
        Example(_("team:care"), _("the team that has it")),
        Example(_("after:7d"), _("on, before and after: a day, month or year, or days ago")),
        Example(_("has:file"), _("with a file")),
        Example(_("is:public"), _("public, private, note, waiting, spam")),
        Example(_('"dead line"'), _("these words, one after the other")),
        Example(_("-router"), _("without this word")),
        Example(_("rout*"), _("whatever begins so")),
    ]
