"""What the filters of a query mean here and now: leaves for the index, and conditions for conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from ascolto.accounts.models import Agent, Team
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Label, Status
from ascolto.search.days import Span, days_of
from ascolto.search.query import Filter
from ascolto.search.tree import Lexeme, Node, lexemes, some
from ascolto.search.words import TAG, words_of

TAGS = {"file": "f", "public": "p", "private": "q", "note": "n", "spam": "s"}
DATES = frozenset({"before", "after", "on"})
HELD = frozenset({"assignee", "label", "team"})  # these leave few of all conversations
FIRST_YEAR = 2015  # all that is older counts as its January: few ask for it, and each year asked for costs
_NAMED_AT_MOST = 50

Seconds = tuple[int | None, int | None]


def tag_of(each: Filter) -> Node | None:
    """The leaf of a property that every message has in the index, or None when it is not such a one, or names no channel."""
    if each.name == "channel":
        return _channel(each.value)
    if each.value in TAGS and each.name in {"has", "is"}:
        return Lexeme(TAG + TAGS[each.value])
    return None


def month_tags(at: datetime) -> tuple[str, str]:
    """The tags of the month and the year of a message."""
    year, month = (at.year, at.month) if at.year >= FIRST_YEAR else (FIRST_YEAR, 1)
    return f"m{year}x{month}", f"y{year}"


def kind_tag(kind: str) -> str:
    """The tag of a kind of channel."""
    return "k" + "".join(words_of(kind))


def _channel(value: str) -> Node | None:
    """Every kind that begins so, and every inbox with these words in its name."""
    wanted = "".join(words_of(value))
    tags = set()
    for pk, kind, name in ChannelAccount.objects.values_list("pk", "kind", "name"):
        if kind_tag(kind).startswith(f"k{wanted}"):
            tags.add(kind_tag(kind))
        elif wanted in "".join(words_of(name)):
            tags.add(f"a{pk}")
    return some(lexemes(TAG + tag for tag in sorted(tags)))


def condition_of(each: Filter, agent: Agent) -> Q | None:
    """What a conversation must be like now. Q() when this filter is the index's alone, None when nothing has that name."""
    if each.name == "status":
        return Q(status=Status(each.value))
    if each.name == "is" and each.value in _OF_CONVERSATIONS:
        return _OF_CONVERSATIONS[each.value]
    if each.name == "assignee":
        return _assignee(each.value, agent)
    if each.name == "label":
        labels = _named(Label.objects.filter(name__iexact=each.value))
        linked = Label.conversations.through.objects.filter(label__in=labels)
        return Q(pk__in=linked.values("conversation_id")) if labels else None
    if each.name == "team":
        teams = _named(Team.objects.filter(name__istartswith=each.value))
        return Q(team_id__in=teams) if teams else None
    return Q()


_OF_CONVERSATIONS = {"waiting": Q(waiting_since__isnull=False), "spam": Q(is_spam=True)}


def _named(rows) -> list[int]:  # type: ignore[no-untyped-def]
    return list(rows.values_list("pk", flat=True)[:_NAMED_AT_MOST])


def _assignee(value: str, agent: Agent) -> Q | None:
    if value == "nobody":
        return Q(assignee__isnull=True)
    if value == "me":
        return Q(assignee_id=agent.pk)
    named = Q(name__istartswith=value) | Q(name__icontains=f" {value}") | Q(email__istartswith=value)
    people = _named(Agent.objects.filter(named))
    return Q(assignee_id__in=people) if people else None


# --- days ----------------------------------------------------------------------------------------------------------


def days_wanted(filters: Sequence[Filter], today: date) -> Span | None:
    """The first day and the first one after of everything that the dates leave; None without any date."""
    spans = [
        _kept(each, span)
        for each in filters
        if each.name in DATES and (span := days_of(each.value, today)) is not None
    ]
    if not spans:
        return None
    return max(first for first, _ in spans), min(after for _, after in spans)


def _kept(each: Filter, span: Span) -> Span:
    if each.name == "on":
        return (date.min, date.max) if each.negated else span
    keeps_later = (each.name == "after") != each.negated
    return (span[0], date.max) if keeps_later else (date.min, span[0])


def seconds_of(days: Span) -> Seconds:
    """The moments, in seconds since 1970, at which the days begin and end for the reader; None where there is no bound."""
    return _second(days[0]), _second(days[1])


def _second(day: date) -> int | None:
    if day in {date.min, date.max}:
        return None
    zone = timezone.get_current_timezone()
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def months_of(days: Span, today: date) -> Node | None:
    """The months and whole years in which the days lie, with one more on each side since zones differ by a day.

    So nothing outside is looked at, however far back it is. None when there is no such day.
    """
    first = _month_number(max(days[0], date(FIRST_YEAR, 2, 1))) - 1
    last = max(_month_number(min(days[1], date(today.year + 1, 12, 1))) + 1, first)
    tags, month = [], first
    if days[0] >= days[1]:
        return None
    while month <= last:
        year = month // 12
        if month % 12 == 0 and last - month >= 11:
            tags.append(f"{TAG}y{year}")
            month += 12
        else:
            tags.append(f"{TAG}m{year}x{month % 12 + 1}")
            month += 1
    return some(lexemes(tags))


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
