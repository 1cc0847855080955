"""Reasons of assignments in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Team
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.ui.jinja import short_date
from ascolto.understanding.models import Topic

Reason = Mapping[str, Any]


def hows() -> dict[str, str]:
    """How somebody came to have a conversation."""
    return {
        "routed": _("by the rules"),
        "taken": _("taken"),
        "assigned": _("given by a person"),
        "answered": _("by answering"),
        "accepted": _("handed over and accepted"),
        "escalated": _("by escalation"),
    }


def returned_words(reason: str) -> str:
    """Why an owner lost a conversation."""
    known = {
        "off_shift": _("their shift was over"),
        "absent": _("they are absent"),
        "offline": _("they signed out"),
        "inactive": _("they do not work here any more"),
        "in_danger": _("they were away and the promise was in danger"),
        "given_back": _("they gave it back"),
    }
    return known.get(reason, reason)


class Names:
    """The names behind the ids in reasons, looked up together: three queries at most."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        found = list(reasons)
        self._topics = self._look_up(Topic, {r.get("topic") for r in found})
        teams = {r.get("team") for r in found}
        self._teams = self._look_up(Team, teams)
        people = {person for r in found for person in _people(r)}
        self._people = self._look_up(Agent, people)

    @staticmethod
    def _look_up(model: Any, ids: set[Any]) -> dict[int, str]:
        wanted = {pk for pk in ids if isinstance(pk, int)}
        return dict(model.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}

    def topic(self, pk: Any) -> str:
        """A topic's name."""
        return self._topics.get(pk, _("a topic that is gone"))

    def team(self, pk: Any) -> str:
        """A team's name."""
        return self._teams.get(pk, _("a team that is gone"))

    def people(self, reason: Reason) -> str:
        """The people whom a reason names."""
        return ", ".join(self._people.get(pk, "?") for pk in _people(reason))


def _people(reason: Reason) -> list[int]:
    named = [reason.get("person"), reason.get("from"), *(reason.get("people") or [])]
    return [pk for pk in named if isinstance(pk, int)]


def in_words(reasons: Sequence[Reason]) -> list[str]:
    """Each reason as a sentence, in their order; one that is not known is left out."""
    names = Names(reasons)
    known = [(_SENTENCES.get(str(reason.get("code"))), reason) for reason in reasons]
    told = [sentence(reason, names) for sentence, reason in known if sentence is not None]
    return [sentence for sentence in told if sentence]


def language_name(code: str) -> str:
    """A language in the reader's own; its code where nobody named it."""
    try:
        return str(get_language_info({"zh": "zh-hans"}.get(code, code))["name_translated"])
    except KeyError:
        return code


def channel_name(kind: str) -> str:
    """A kind of channel as people call it."""
    try:
        return get_adapter(kind).label
    except UnknownChannel:
        return kind


def _time(value: Any) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return short_date(value) if isinstance(value, datetime) else ""


def _skills(reason: Reason, names: Names) -> str:
    wanted = []
    if reason.get("topic") is not None:
        wanted.append(_("the topic “%(name)s”") % {"name": names.topic(reason["topic"])})
    if reason.get("language"):
        wanted.append(language_name(reason["language"]))
    if reason.get("channel"):
        wanted.append(channel_name(reason["channel"]))
    if reason.get("team") is not None:
        wanted.append(_("team %(name)s") % {"name": names.team(reason["team"])})
    return _("Can do what it needs: %(skills)s.") % {"skills": ", ".join(wanted)} if wanted else ""


def _least_loaded(reason: Reason, names: Names) -> str:
    words = _("Has the least in hand of %(able)s who could take it: %(load)s of %(capacity)s.")
    return words % {name: reason.get(name) for name in ("able", "load", "capacity")}


def _group(reason: Reason, names: Names) -> str:
    words = _("Customers of the group “%(group)s” come %(minutes)s minutes earlier: the company chose that.")
    return words % {"group": reason.get("group"), "minutes": reason.get("minutes")}


def _returned(reason: Reason, names: Names) -> str:
    words = _("It was with %(name)s before: %(reason)s.")
    return words % {"name": names.people(reason), "reason": returned_words(str(reason.get("reason")))}


def _queue_rule(reason: Reason, names: Names) -> str:
    by = {"topic": _("its topic"), "language": _("its language"), "channel": _("its channel")}
    return _("It comes to %(team)s by %(rule)s.") % {
        "team": names.team(reason.get("team")),
        "rule": by.get(str(reason.get("rule")), "?"),
    }


def _share(sentence: Callable[[], str], named: str) -> Callable[[Reason, Names], str]:
    def tell(reason: Reason, names: Names) -> str:
        name = names.topic(reason.get(named)) if named == "topic" else names.team(reason.get(named))
        return sentence() % {"name": name, "share": reason.get("share")}

    return tell


def _plain(sentence: Callable[[], str]) -> Callable[[Reason, Names], str]:
    return lambda _reason, _names: sentence()


_SENTENCES: Mapping[str, Callable[[Reason, Names], str]] = {
    "earliest_due": lambda r, n: _("Its promise was due first: %(time)s.") % {"time": _time(r.get("due_at"))},
    "group_shift": _group,
    "same_person": _plain(lambda: _("Knows this customer already.")),
    "skills": _skills,
    "topic_missing": _share(
        lambda: _(
            "Does not have the topic “%(name)s”: nobody who has it was free, and %(share)s%% of the promise was over."
        ),
        "topic",
    ),
    "overflow_team": _share(
        lambda: _("Helps the team %(name)s out: %(share)s%% of the promise was over."), "team"
    ),
    "other_team": _share(
        lambda: _("Is of another team than %(name)s: %(share)s%% of the promise was over."), "team"
    ),
    "language_missing": lambda r, n: (
        _("Does not have %(language)s: the promise was over and nobody else could.")
        % {"language": language_name(str(r.get("language")))}
    ),
    "kept_free": _plain(lambda: _("Finished other things to be free for this.")),
    "only_one": _plain(lambda: _("Was the only one who could take it and had room.")),
    "least_loaded": _least_loaded,
    "asked_for_next": _plain(lambda: _("Asked for the next one.")),
    "rebalanced": _plain(lambda: _("A lead spread what waits over everybody.")),
    "returned": _returned,
    "queue_rule": _queue_rule,
    "new": _plain(lambda: _("It has just come.")),
    "held_for": lambda r, n: (
        _("Held for %(people)s until %(time)s.") % {"people": n.people(r), "time": _time(r.get("until"))}
    ),
    "nobody_able": _plain(lambda: _("Nobody has the skills it needs.")),
    "nobody_here": lambda r, n: (
        _("Nobody of the %(able)s who could take it is here.") % {"able": r.get("able")}
    ),
    "all_full": lambda r, n: (
        _("All %(able)s who could take it are full; it is number %(position)s in line.")
        % {"able": r.get("able"), "position": r.get("position")}
    ),
    "draining": lambda r, n: (
        _("%(people)s takes it as soon as they have finished what they have.") % {"people": n.people(r)}
    ),
}
