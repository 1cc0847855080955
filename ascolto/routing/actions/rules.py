"""The company's choices: how conversations find people, what each person takes, what comes to each team. Leads make them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent, Team
from ascolto.channels.registry import all_adapters
from ascolto.customers.models import CustomerGroup
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.text import clean
from ascolto.routing.crew import usual_capacity
from ascolto.routing.matching import WHOLE
from ascolto.routing.models import AgentSkills, RoutingRules, TeamQueue
from ascolto.understanding.models import Topic

LIMITS = {  # of numbers, both included
    "hand_offs_at_most": (0, 20),
    "continuity_minutes": (0, 240),
    "widen_at": (0, 100),
    "overflow_at": (0, 100),
    "away_after_minutes": (2, 120),  # a screen gives a sign of life every minute
}
MOST_MINUTES = 240  # that a group of customers may be put earlier
MOST_CAPACITY = 400
REASON_AT_LEAST = 8


def check_lead(by: Agent) -> None:
    """Raises Refused for everybody who may not decide it."""
    if not by.may("routing.manage"):
        raise Refused("leads_only", gettext_noop("Only leads decide how conversations find people."))


@transaction.atomic
def change_rules(*, by: Agent, **wanted: Any) -> list[str]:
    """Change what is given: is_on, the numbers of LIMITS, weights (by kind of channel, hundredths of a person), group_minutes (by the id
    of a customer group, as text) with group_reason. Returns the fields that changed. Raises ValidationError by field, Refused.
    """
    check_lead(by)
    RoutingRules.current()
    rules = RoutingRules.objects.select_for_update().get(pk=RoutingRules.current().pk)
    before = _values(rules)
    checked = _checked({**before, **wanted})
    fields = [name for name in wanted if getattr(rules, name) != checked[name]]
    if "group_minutes" in wanted and rules.group_reason != checked["group_reason"]:
        fields.append("group_reason")
    for name in fields:
        setattr(rules, name, checked[name])
    if fields:
        rules.save()
        reason = checked["group_reason"] if "group_minutes" in fields else ""
        changes = changes_between(before, _values(rules))
        emit(
            "routing.changed", actor=actor_of(by), fields=sorted(set(fields)), reason=reason, changes=changes
        )
    return sorted(set(fields))


def _values(rules: RoutingRules) -> dict[str, Any]:
    names = ("is_on", *LIMITS, "weights", "group_minutes", "group_reason")
    return {name: getattr(rules, name) for name in names}


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked, wrong = dict(values), {}
    for name, (low, high) in LIMITS.items():
        if not isinstance(values[name], int) or not low <= values[name] <= high:
            wrong[name] = _("Write a number from %(low)s to %(high)s.") % {"low": low, "high": high}
    if not wrong and values["overflow_at"] < values["widen_at"]:
        wrong["overflow_at"] = _("Others help after the skills were widened, not before.")
    checked["weights"] = {
        kind: weight for kind, weight in values["weights"].items() if kind in all_adapters()
    }
    if any(not 1 <= weight <= WHOLE for weight in checked["weights"].values()):
        wrong["weights"] = _("A conversation takes between 1 and 100 hundredths of a person.")
    groups = {str(pk) for pk in CustomerGroup.objects.values_list("pk", flat=True)}
    minutes = {pk: value for pk, value in values["group_minutes"].items() if pk in groups and value}
    if any(not 0 < value <= MOST_MINUTES for value in minutes.values()):
        wrong["group_minutes"] = _("Write a number from %(low)s to %(high)s.") % {
            "low": 0,
            "high": MOST_MINUTES,
        }
    reason = " ".join(clean(values["group_reason"], 300).split())
    if minutes and len(reason) < REASON_AT_LEAST:
        wrong["group_reason"] = _("Say why some customers are answered before others: the Charter shows it.")
    if wrong:
        raise ValidationError(wrong)
    checked["group_minutes"], checked["group_reason"] = minutes, reason if minutes else ""
    return checked


@transaction.atomic
def change_skills(
    *,
    by: Agent,
    agent: Agent,
    topics: Collection[Topic],
    languages: Collection[str],
    channels: Collection[str],
    capacity: int,
) -> bool:
    """What a person can take; empty means everything. `capacity`: hundredths of a person. Whether anything changed.

    Raises ValidationError by field, Refused.
    """
    check_lead(by)
    if not 0 <= capacity <= MOST_CAPACITY:
        raise ValidationError(
            {"capacity": _("Write a number from %(low)s to %(high)s.") % {"low": 0, "high": MOST_CAPACITY}}
        )
    row = AgentSkills.objects.select_for_update().filter(agent=agent).first()
    row = row or AgentSkills.objects.create(agent=agent, capacity=usual_capacity(agent))
    before = _told(row, "capacity")
    wanted = {
        "languages": checked_languages(languages),
        "channels": checked_channels(channels),
        "capacity": capacity,
    }
    fields = [name for name, value in wanted.items() if getattr(row, name) != value]
    if _set_topics(row, topics):
        fields.append("topics")
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()
    if fields:
        changes = changes_between(before, _told(row, "capacity"))
        emit("routing.changed", actor=actor_of(by), fields=sorted(fields), agent=agent.pk, changes=changes)
    return bool(fields)


@transaction.atomic
def change_queue(
    *,
    by: Agent,
    team: Team,
    topics: Collection[Topic],
    languages: Collection[str],
    channels: Collection[str],
    overflow: Team | None,
) -> bool:
    """What comes to a team first, and who helps. Empty means nothing by that rule. Whether anything changed.

    Raises ValidationError by field, Refused.
    """
    check_lead(by)
    if overflow == team:
        raise ValidationError({"overflow": _("Choose another team: this one cannot help itself.")})
    row = TeamQueue.objects.select_for_update().filter(team=team).first()
    row = row or TeamQueue.objects.create(team=team)
    before = _told(row, "overflow")
    wanted = {
        "languages": checked_languages(languages),
        "channels": checked_channels(channels),
        "overflow_id": overflow.pk if overflow else None,
    }
    fields = [name.removesuffix("_id") for name, value in wanted.items() if getattr(row, name) != value]
    if _set_topics(row, topics):
        fields.append("topics")
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()
    if fields:
        row.overflow = overflow
        changes = changes_between(before, _told(row, "overflow"))
        emit("routing.changed", actor=actor_of(by), fields=sorted(fields), team=team.pk, changes=changes)
    return bool(fields)


@transaction.atomic
def give_languages(people: Mapping[Agent, Sequence[str]]) -> None:
    """The languages of people who have just been added, from the file they came in; nothing else about them is decided. Bulk."""
    AgentSkills.objects.bulk_create(
        [
            AgentSkills(agent=agent, languages=checked_languages(languages), capacity=usual_capacity(agent))
            for agent, languages in people.items()
        ],
        batch_size=500,
    )


def _told(row: AgentSkills | TeamQueue, own: str) -> dict[str, Any]:
    """What the log says about it; topics by name."""
    return {
        "topics": sorted(row.topics.values_list("name", flat=True)),
        "languages": row.languages,
        "channels": row.channels,
        own: getattr(row, own),
    }


def _set_topics(row: AgentSkills | TeamQueue, topics: Collection[Topic]) -> bool:
    before = set(row.topics.values_list("pk", flat=True))
    row.topics.set(topics)
    return before != {topic.pk for topic in topics}


def checked_languages(languages: Iterable[str]) -> list[str]:
    """Languages by their two or three letters, in order. Raises ValidationError."""
    found = sorted({clean(language, 20).strip().lower() for language in languages} - {""})
    if any(not (language.isascii() and language.isalpha() and len(language) in {2, 3}) for language in found):
        raise ValidationError({"languages": _("Name a language by its two letters, for example it or en.")})
    return found[:50]


def checked_channels(channels: Iterable[str]) -> list[str]:
    """Kinds of channels that exist, in order."""
    return sorted(set(channels) & all_adapters().keys())
