"""What the screens of flows share: the frame of one flow, findings and refusals in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.sections import settings_context
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.selectors import running_number, versions_of
from ascolto.bot.titles import title_of
from ascolto.gates import Refused
from ascolto.ui.jinja import url_or_none

SECTION = "bot"
MOST_SHOWN = 200  # findings
# the tabs of a flow: the name of an address, its words
TABS = (
    ("bot:flow", _("Picture")),
    ("bot:text", _("Text")),
    ("bot:rehearse", _("Rehearse")),
    ("bot:tests", _("Tests")),
    ("bot:trials", _("On the past")),
    ("bot:versions", _("Versions")),
)
VERBS = {
    "say": _("Says"),
    "ask": _("Asks"),
    "menu": _("Menu"),
    "look_up": _("Looks up"),
    "call": _("Asks another system"),
    "request": _("Asks a department"),
    "call_back": _("Promises a call-back"),
    "hours": _("Looks whether somebody is there"),
    "set": _("Sets labels or topic"),
    "when": _("Decides"),
    "flow": _("Runs another flow"),
    "hand_off": _("Hands over to a person"),
    "end": _("Ends"),
}

EDGES = {
    "found": _("found"),
    "missing": _("nothing found"),
    "failed": _("no answer"),
    "open": _("somebody is there"),
    "closed": _("nobody is there"),
    "else": _("otherwise"),
    "identified": _("known"),
    "unknown": _("unknown"),
    "problem": _("a problem is open"),
    "no problem": _("no problem is open"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words."""

    line: int
    node: str
    message: str
    fix: str


def told(findings: Iterable[Finding]) -> list[Told]:
    """Findings in the reader's language, some of them."""
    shown = list(findings)[:MOST_SHOWN]
    return [Told(one.line, one.node, one.told(gettext), one.remedy(gettext)) for one in shown]


def refusal_words(refusal: Refused | ValidationError) -> str:
    """Why something was not done, and what to do instead."""
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    names = ", ".join(refusal.place.get("names", ()))
    parts = (gettext(refusal.message), names and f"({names})", gettext(refusal.fix) if refusal.fix else "")
    return " ".join(part for part in parts if part)


def may_write(request: HttpRequest) -> bool:
    """Whether this person may change flows, not only read them."""
    return bool(request.user.may("bot.manage"))


def flow_of(slug: str) -> BotFlow:
    """Raises Http404."""
    found = BotFlow.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def version_of(flow: BotFlow, number: str | int = "") -> FlowVersion:
    """A version by its number; the latest without one. Raises Http404."""
    rows = flow.versions.select_related("by")
    if number and not str(number).isdecimal():
        raise Http404
    found = rows.filter(number=int(str(number)[:9])).first() if number else rows.first()
    if found is None:
        raise Http404
    return found


def language_for(flow: Flow | None) -> str:
    """The reader's language where the flow has it, otherwise its first."""
    mine = (get_language() or "en")[:2]
    languages = flow.languages if flow else ()
    return mine if mine in languages or not languages else languages[0]


def framed(request: HttpRequest, flow: BotFlow, tab: str, **context: Any) -> dict[str, Any]:
    """The context of bot/frame.html: the flow, its tabs, which version runs and which is the latest."""
    tabs = [(name, label, url_or_none(name, flow.slug)) for name, label in TABS]
    latest = versions_of(flow).first()
    return settings_context(
        request,
        SECTION,
        flow=flow,
        flow_title=title_of(flow, at_hand().flows_now()),
        tab=tab,
        tabs=[one for one in tabs if one[2]],
        running=running_number(flow),
        latest=latest,
        may_write=may_write(request),
        undo=_taken_undo(request, flow.slug),
        **context,
    )


def leave_undo(request: HttpRequest, slug: str, **undo: Any) -> None:
    """Offer on the next screen of this flow to take back what was done: `number` runs again, or `do` is done."""
    request.session["flow_undo"] = {"slug": slug, **undo}


def _taken_undo(request: HttpRequest, slug: str) -> dict[str, Any] | None:
    left = request.session.get("flow_undo")
    return request.session.pop("flow_undo") if isinstance(left, dict) and left.get("slug") == slug else None
