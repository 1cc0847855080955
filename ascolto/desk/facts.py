"""What a message is besides its text: where it stands on its network, its stars, what it is about, how a call went."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ascolto.kit.clock import now
from ascolto.kit.text import excerpt
from ascolto.ui.jinja import short_date

MOST_LINES = 80  # of what was said in a call


@dataclass(frozen=True, slots=True)
class Post:
    """What a public comment stands below, as the network told it."""

    author: str
    text: str
    url: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that was said in a call that the automatic assistant led. `text`: empty is silence."""

    is_bot: bool
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one message; what is not told is empty. `stars` of five, `stars_before` where they were others; `call`: how it went;
    `call_next`: what was promised; `said`: by an assistant and a caller;
    `post`: what it stands below; `quote`: what it answers, in the customer's own choice.
    """

    url: str = ""
    title: str = ""
    context: str = ""
    stars: int = 0
    recommends: str = ""
    call: tuple[str, ...] = ()
    call_next: tuple[str, ...] = ()
    said: tuple[Spoken, ...] = ()
    post: Post | None = None
    product: str = ""
    stars_before: int = 0
    quote: str = ""
    quote_who: str = ""


NOTHING = Facts()


def facts_of(extra: Mapping[str, Any]) -> Facts:
    """The facts in a message's `extra`, whatever an adapter or a network put there."""
    if not extra:
        return NOTHING
    return Facts(
        url=_address(extra.get("url")),
        title=_line(extra.get("title"), 200),
        context=_context(extra.get("context")),
        stars=_stars(extra.get("rating")),
        recommends=_recommends(extra.get("recommends")),
        call=_call(extra.get("call")),
        call_next=_call_next(extra.get("call")),
        said=_said(extra.get("call")),
        post=_post(extra),
        product=_line(extra.get("product") or extra.get("app"), 120),
        stars_before=_stars(extra.get("rating_before")),
        quote=_quote(extra.get("quote"), "text"),
        quote_who=_quote(extra.get("quote"), "who"),
    )


def _post(extra: Mapping[str, Any]) -> Post | None:
    """The post above a comment; only what the network told of it."""
    told = extra.get("post")
    if extra.get("item") == "comment" and not isinstance(told, dict):
        told = {"text": extra.get("context")}  # the post's own words, as some networks tell them
    if not isinstance(told, dict):
        return None
    text, picture = _line(told.get("text"), 280), _address(told.get("picture"))
    if not text and not picture:
        return None
    return Post(_line(told.get("author"), 80), text, _address(told.get("url")), picture)


def _quote(value: Any, part: str) -> str:
    """Words that the customer marked in an earlier message."""
    if isinstance(value, dict):
        return _line(value.get(part), 280 if part == "text" else 80)
    return _line(value, 280) if part == "text" else ""


def _address(value: Any) -> str:
    """Only what is a web address, or a telephone number, may become a link."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and len(value) < 2000 else None
    except ValueError:
        return ""
    if parts is not None and parts.scheme == "tel" and re.fullmatch(r"\+?[0-9]{3,20}", parts.path):
        return str(value)
    return value if parts is not None and parts.scheme in {"http", "https"} and parts.hostname else ""


def _line(value: Any, limit: int) -> str:
    return excerpt(value, limit) if isinstance(value, str) else ""


def _context(value: Any) -> str:
    """What it is about, in the customer's or the network's words; a word of ours in the reader's language."""
    return str(_CONTEXTS[value]) if isinstance(value, str) and value in _CONTEXTS else _line(value, 160)


_CONTEXTS = {"Story": gettext_lazy("A story of ours")}


def _stars(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5 else 0


def _recommends(value: Any) -> str:
    if not isinstance(value, bool):
        return ""
    return _("Recommends us") if value else _("Does not recommend us")


# Words of calls; what an adapter tells beyond these is not shown.
_OUTCOMES = {
    "answered": gettext_lazy("Answered"),
    "missed": gettext_lazy("Missed"),
    "abandoned": gettext_lazy("Hung up while waiting"),
    "voicemail": gettext_lazy("Left a message"),
    "callback": gettext_lazy("Wants to be called back"),
    "busy": gettext_lazy("Busy"),
    "failed": gettext_lazy("The call failed"),
    "assistant": gettext_lazy("Settled with the assistant"),
}
# What callers are asked first (the setting `needs`); a word of the company's own is shown as it was written.
_NEEDS = {
    "fault": gettext_lazy("a fault"),
    "billing": gettext_lazy("a bill"),
    "contract": gettext_lazy("the contract"),
    "order": gettext_lazy("an order"),
    "delivery": gettext_lazy("a delivery"),
    "appointment": gettext_lazy("an appointment"),
    "sales": gettext_lazy("a new contract"),
    "complaint": gettext_lazy("a complaint"),
    "other": gettext_lazy("something else"),
}


def _call(value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return ()
    outcome = value.get("outcome")
    if not outcome and value.get("status") == "completed":
        outcome = "abandoned"
    found = [str(_OUTCOMES[outcome])] if isinstance(outcome, str) and outcome in _OUTCOMES else []
    if need := _line(value.get("need"), 60):
        found.append(str(_NEEDS.get(need, need)))
    if value.get("asked_for_person") is True:
        found.append(_("asked for a person"))
    if (lasted := _duration(value.get("duration_s"))) is not None:
        found.append(lasted)
    return tuple(found)


def _said(value: Any) -> tuple[Spoken, ...]:
    told = value.get("said") if isinstance(value, dict) else None
    lines = [one for one in told[:MOST_LINES] if _is_line(one)] if isinstance(told, list) else []
    return tuple(Spoken(one[0] == "bot", excerpt(one[1], 500)) for one in lines)


def _is_line(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= 2 and all(isinstance(part, str) for part in value[:2])


def _call_next(value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return ()
    found = []
    if (by := _moment(value.get("callback_by"))) is not None:
        found.append(_("Call back by %(time)s") % {"time": _time_of(by)})
    if reference := _line(value.get("reference"), 40):
        found.append(_("reference %(number)s") % {"number": reference})
    return tuple(found)


def _time_of(at: datetime) -> str:
    """Its hour; with its day when that is not today."""
    local = timezone.localtime(at)
    hour = local.strftime("%H:%M")
    return hour if local.date() == timezone.localdate(now()) else f"{short_date(at)}, {hour}"


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _duration(value: Any) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1_000_000:
        return None
    if value < 60:
        return ngettext("%(count)s second", "%(count)s seconds", value) % {"count": value}
    return f"{value // 60}:{value % 60:02d} min"
