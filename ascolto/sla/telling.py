"""Why this deadline, in words. What `sla.trace` found as codes becomes one line each, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ascolto.channels.registry import all_adapters
from ascolto.sla.facts import Step
from ascolto.sla.models import ClockKind, SlaClock
from ascolto.ui.jinja import clock_time, moment, short_date

Words = str | Promise
KINDS: Mapping[str, Words] = {
    ClockKind.FIRST_RESPONSE: gettext_lazy("First answer"),
    ClockKind.NEXT_RESPONSE: gettext_lazy("Next answer"),
    ClockKind.RESOLUTION: gettext_lazy("Resolution"),
    ClockKind.COMPLAINT: gettext_lazy("Complaint"),
}
STATES: Mapping[str, Words] = {
    SlaClock.State.RUNNING: gettext_lazy("running"),
    SlaClock.State.PAUSED: gettext_lazy("paused"),
    SlaClock.State.MET: gettext_lazy("kept"),
    SlaClock.State.BREACHED: gettext_lazy("broken"),
    SlaClock.State.DROPPED: gettext_lazy("nobody waits any more"),
}
OWN_NAMES: Mapping[str, Words] = {"Everybody": gettext_lazy("Everybody")}  # of what the product makes itself
TONES = {"met": "ok", "breached": "bad", "paused": "", "running": "carta", "dropped": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One reason: an icon, words, and whether it is what it all comes to."""

    icon: str
    words: str
    is_strong: bool = False


def lines_of(steps: Iterable[Step], people: Mapping[int, str]) -> list[Line]:
    """The trace in words. `people`: names of agents by their id."""
    found = []
    for step in steps:
        words = _WORDS[step.code](step, people)
        if words:
            words = words[:1].upper() + words[1:]
            found.append(Line(ICONS.get(step.code, "chevron-right"), words, step.code in {"due", "not_due"}))
    return found


def span_words(span: timedelta) -> str:
    """`15 min`, `2 h 30 min`, `3 d 4 h`."""
    minutes = max(0, int(span.total_seconds())) // 60
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(_("%(days)s d") % {"days": days})
    if hours:
        parts.append(_("%(hours)s h") % {"hours": hours})
    if minutes or not parts:
        parts.append(_("%(minutes)s min") % {"minutes": minutes})
    return " ".join(parts)


def amount_words(span: timedelta) -> str:
    """A promised amount: opening hours have no days of twenty-four hours, so `40 h`."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    parts = [_("%(hours)s h") % {"hours": hours}] if hours else []
    if minutes or not hours:
        parts.append(_("%(minutes)s min") % {"minutes": minutes})
    return " ".join(parts)


def channel_words(kind: str) -> str:
    """What people call a kind of channel."""
    adapter = all_adapters().get(kind)
    return str(adapter.label) if adapter else kind


def _started(step: Step, people: Mapping[int, str]) -> str:
    values = {"when": _when(step), "channel": channel_words(str(step.values["channel"]))}
    match step.values["kind"]:
        case "complaint":
            return _("%(when)s: the complaint was received") % values
        case "resolution":
            return _("%(when)s: the conversation began, or began again") % values
    if not step.values["message"]:
        return _("%(when)s: the conversation was opened again") % values
    return _("%(when)s: the customer wrote on %(channel)s") % values


def _promise(step: Step, people: Mapping[int, str]) -> str:
    told = step.values
    amount, name = told["amount"], _name(told["name"])
    if not isinstance(amount, timedelta):
        return _("%(name)s promises nothing for this") % {"name": name}
    words = _("Promise “%(name)s”: %(amount)s of opening hours") % {
        "name": name,
        "amount": amount_words(amount),
    }
    if told["is_worse"] and told["reason"]:
        words += ". " + _("Less than everybody gets, because: %(reason)s") % {"reason": told["reason"]}
    return words


def _name(name: object) -> str:
    return str(OWN_NAMES.get(str(name), name))


def _other_promise(step: Step, people: Mapping[int, str]) -> str:
    values = {"name": _name(step.values["name"]), "behind": _name(step.values["behind"]), "when": _when(step)}
    match step.values["why"]:
        case "due_later":
            return _("“%(name)s” would be due later: %(when)s") % values if step.at else ""
        case "due_the_same":
            return _("“%(name)s” would be due at the same time") % values
        case "behind_worse":
            return _("“%(name)s” does not count here: “%(behind)s” goes before it") % values
    return ""


def _rule(step: Step, people: Mapping[int, str]) -> str:
    days = int(str(step.values["days"]))
    if step.values["working"]:
        words = ngettext("%(days)s working day after that day", "%(days)s working days after that day", days)
    else:
        words = ngettext("%(days)s day after that day", "%(days)s days after that day", days)
    return words % {"days": days}


def _counted(step: Step, people: Mapping[int, str]) -> str:
    span = step.values["open"]
    assert isinstance(span, timedelta)
    return _("%(stretch)s: %(span)s counted") % {"stretch": _stretch(step), "span": span_words(span)}


def _abridged(step: Step, people: Mapping[int, str]) -> str:
    span, count = step.values["open"], int(str(step.values["stretches"]))
    assert isinstance(span, timedelta)
    words = ngettext("and %(n)s more stretch: %(span)s", "and %(n)s more stretches: %(span)s", count)
    return words % {"n": count, "span": span_words(span)}


def _special(words: Words) -> Callable[[Step, Mapping[int, str]], str]:
    def tell(step: Step, people: Mapping[int, str]) -> str:
        names: Any = step.values["names"]
        name = names.get((get_language() or "en")[:2]) or names.get("") or ""
        day = short_date(step.at) if step.at else ""
        return ": ".join(part for part in (day, str(words), name) if part)

    return tell


def _paused(step: Step, people: Mapping[int, str]) -> str:
    if step.until is None:
        return _("Since %(when)s the customer owes us an answer: not counted") % {"when": _when(step)}
    return _("%(stretch)s: the customer owed us an answer, not counted") % {"stretch": _stretch(step)}


def _fewer_pauses(step: Step, people: Mapping[int, str]) -> str:
    count = int(str(step.values["pauses"]))
    words = ngettext(
        "and %(n)s more time in which the customer owed us an answer",
        "and %(n)s more times in which the customer owed us an answer",
        count,
    )
    return words % {"n": count}


def _offset(step: Step, people: Mapping[int, str]) -> str:
    minutes = int(str(step.values["minutes"]))
    words = _("%(when)s: the clocks went forward") if minutes > 0 else _("%(when)s: the clocks went back")
    return words % {"when": _when(step)}


def _calendar(step: Step, people: Mapping[int, str]) -> str:
    return _("%(when)s: the opening hours changed") % {"when": _when(step)}


def _due(step: Step, people: Mapping[int, str]) -> str:
    return _("Due: %(when)s") % {"when": due_words(step.at)} if step.at else ""


def due_words(due_at: datetime) -> str:
    """The date and time; midnight is the end of the day before, as people say it."""
    if clock_time(due_at) != "00:00":
        return moment(due_at)
    return _("end of %(day)s") % {"day": moment(due_at - timedelta(seconds=1)).rpartition(",")[0]}


def _not_due(step: Step, people: Mapping[int, str]) -> str:
    return {
        "paused": _("Not due while the customer owes us an answer"),
        "never_open": _("Never due: the company does not open again"),
    }.get(str(step.values["why"]), _("Nothing is promised: the wait is measured all the same"))


def _stopped(step: Step, people: Mapping[int, str]) -> str:
    by: Any = step.values["by"]
    values = {"when": _when(step), "who": people.get(by or 0, "")}
    if step.values["outcome"] == "dropped":
        return _("%(when)s: nobody waited any more") % values
    words = _("%(when)s: too late") if step.values["late"] else _("%(when)s: in time")
    who = _(", by %(who)s") % values if values["who"] else ""
    return words % values + who


def _when(step: Step) -> str:
    return moment(step.at) if step.at else ""


def _stretch(step: Step) -> str:
    """`11 Jun, 10:00–11:00`."""
    assert step.at is not None and step.until is not None  # noqa: PT018
    begun, ended = short_date(step.at), short_date(step.until)
    if begun == clock_time(step.at):
        return f"{begun}–{ended}"
    if begun == ended:
        return f"{begun}, {clock_time(step.at)}–{clock_time(step.until)}"
    return f"{begun}, {clock_time(step.at)} – {ended}, {clock_time(step.until)}"


def _nothing_promised(step: Step, people: Mapping[int, str]) -> str:
    return _("No promise was in force")


_WORDS: Mapping[str, Callable[[Step, Mapping[int, str]], str]] = {
    "started": _started,
    "promise": _promise,
    "no_promise": _nothing_promised,
    "not_promise": _other_promise,
    "complaint_rule": _rule,
    "counted": _counted,
    "abridged": _abridged,
    "holiday": _special(gettext_lazy("public holiday")),
    "own_holiday": _special(gettext_lazy("holiday of the company")),
    "closure": _special(gettext_lazy("closed")),
    "opening": _special(gettext_lazy("open on a special day")),
    "paused": _paused,
    "pauses_abridged": _fewer_pauses,
    "offset_changed": _offset,
    "calendar_changed": _calendar,
    "due": _due,
    "not_due": _not_due,
    "stopped": _stopped,
}
ICONS = {
    "started": "message-square-text",
    "promise": "check",
    "no_promise": "circle-dashed",
    "not_promise": "circle-dashed",
    "complaint_rule": "calendar-clock",
    "counted": "clock",
    "abridged": "ellipsis",
    "holiday": "calendar",
    "own_holiday": "calendar",
    "closure": "calendar",
    "opening": "calendar-check",
    "paused": "pause",
    "pauses_abridged": "ellipsis",
    "offset_changed": "clock",
    "calendar_changed": "calendar-clock",
    "due": "timer",
    "not_due": "timer",
    "stopped": "check",
}
