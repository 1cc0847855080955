"""What a conversation is: its status, channel, inbox, labels, priority, and what is written in its line of the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ascolto.accounts.models import Agent
from ascolto.channels.looks import look_of
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import all_adapters
from ascolto.conversations.access import sight_of
from ascolto.conversations.fields import (
    Asker,
    Choice,
    Closed,
    Coded,
    Condition,
    Field,
    Referred,
    Words,
    Written,
    YesNo,
)
from ascolto.conversations.models import Conversation, Label, Priority, Status
from ascolto.events.models import Event

GROUP: Words = _("Conversation")
MOST_OFFERED = 500
STATUSES = (
    Choice(Status.OPEN.value, _("Open"), pgettext_lazy("conversations", "open")),
    Choice(Status.PENDING.value, _("Pending"), pgettext_lazy("conversations", "pending")),
    Choice(Status.ON_HOLD.value, _("On hold"), pgettext_lazy("conversations", "on hold")),
    Choice(Status.RESOLVED.value, _("Resolved"), pgettext_lazy("conversations", "resolved")),
)
PRIORITIES = (
    Choice("low", _("Low"), pgettext_lazy("priority", "low")),
    Choice("normal", _("Normal"), pgettext_lazy("priority", "normal")),
    Choice("high", _("High"), pgettext_lazy("priority", "high")),
    Choice("urgent", _("Urgent"), pgettext_lazy("priority", "urgent")),
)
COMMON_NOUNS = {"chat", "email", "feed", "form", "telephone", "webhook"}  # channels that are no names
_PRIORITY_NUMBERS = {choice.label: choice.value for choice in Priority}


def negated(condition: Q, operator: str) -> Q:
    """The condition, or its opposite where the operator says not."""
    return ~condition if operator in {"is_not", "none_of", "no"} else condition


def flag(condition: Q) -> Condition:
    """A condition that holds or does not, whoever asks."""
    return lambda operator, value, asker: negated(condition, operator)


def used_channel(kind: str) -> Q:
    """Conversations in which somebody wrote by this kind of channel."""
    return (
        Q(channels=kind)
        | Q(channels__startswith=f"{kind},")
        | Q(channels__endswith=f",{kind}")
        | Q(channels__contains=f",{kind},")
    )


def _status(operator: str, value: tuple[str, ...], asker: Asker) -> Q:
    found = Q(status__in=value)
    if operator == "is" and Status.RESOLVED.value not in value:
        found &= ~Q(status=Status.RESOLVED)  # lets the indexes of what is not resolved serve
    return negated(found, operator)


def _channel(operator: str, value: tuple[str, ...], asker: Asker) -> Q:
    return negated(reduce(or_, map(used_channel, value)), operator)


def _channels_offered(agent: Agent | None) -> Iterable[Choice]:
    if agent is None:
        kinds = list(all_adapters())
    else:
        kinds = list(ChannelAccount.objects.order_by("kind").values_list("kind", flat=True).distinct())
    return [Choice(kind, look_of(kind).label, _channel_words(kind)) for kind in kinds]


def _channel_words(kind: str) -> str:
    """A channel inside a sentence: a name keeps its capital."""
    label = str(look_of(kind).label)
    return label[:1].lower() + label[1:] if kind in COMMON_NOUNS else label


def _inboxes_offered(agent: Agent | None) -> Iterable[Choice]:
    rows = ChannelAccount.objects.all()
    if agent is not None and not (sight := sight_of(agent)).everything:
        rows = rows.filter(pk__in=sight.accounts)
    return [Choice(pk, name) for pk, name in rows.values_list("pk", "name")[:MOST_OFFERED]]


def _inbox_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(ChannelAccount.objects.filter(pk__in=ids).values_list("pk", "name"))


def labels_offered(*scopes: str) -> Iterable[Choice]:
    """Labels that may be put there."""
    rows = Label.objects.filter(archived_at=None, scope__in=[Label.Scope.EVERYTHING, *scopes])
    return [Choice(pk, name) for pk, name in rows.values_list("pk", "name")[:MOST_OFFERED]]


def label_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Label.objects.filter(pk__in=ids).values_list("pk", "name"))


def labelled(links: Any, operator: str, value: tuple[int, ...] | None) -> Q:
    """Conversations by labels: `links` are the rows that connect a conversation (the outer row) with its labels."""
    if operator == "missing":
        return Q(~Exists(links))
    if operator == "all_of":
        found = Q()
        for one in value or ():
            found &= Q(Exists(links.filter(label_id=one)))
        return found
    return negated(Q(Exists(links.filter(label_id__in=value))), operator)


def _label(operator: str, value: tuple[int, ...] | None, asker: Asker) -> Q:
    links = Conversation.labels.through.objects.filter(conversation_id=OuterRef("pk"))
    return labelled(links, operator, value)


def _priority(operator: str, value: tuple[str, ...], asker: Asker) -> Q:
    return negated(Q(priority__in=[_PRIORITY_NUMBERS[one] for one in value]), operator)


def _snoozed(operator: str, value: None, asker: Asker) -> Q:
    later = Q(snoozed_until__gt=asker.at)
    return later if operator == "yes" else Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=asker.at)


def _contains(column: str) -> Condition:
    return lambda operator, value, asker: (
        Q(**{f"{column}__icontains": value})
        if operator == "contains"
        else ~Q(**{f"{column}__icontains": value})
    )


_reopened = Event.objects.filter(type="conversation.reopened", conversation_id=OuterRef("pk"))

FIELDS = (
    Field(
        "status",
        _("Status"),
        Closed(tuple(Status.values)),
        {"is": _("are %(values)s"), "is_not": _("are not %(values)s")},
        _status,
        GROUP,
        lambda agent: STATUSES,
    ),
    Field(
        "channel",
        _("Channel"),
        Coded("[a-z][a-z0-9_]*"),
        {"is": _("came by %(values)s"), "is_not": _("did not come by %(values)s")},
        _channel,
        GROUP,
        _channels_offered,
    ),
    Field(
        "inbox",
        _("Inbox"),
        Referred(),
        {
            "is": _("began in the inbox %(values)s"),
            "is_not": _("did not begin in the inbox %(values)s"),
        },
        lambda operator, value, asker: negated(Q(account_id__in=value), operator),
        GROUP,
        _inboxes_offered,
        _inbox_names,
    ),
    Field(
        "label",
        _("Label"),
        Referred(),
        {
            "any_of": _("are labelled %(values)s"),
            "all_of": _("have all these labels: %(values)s"),
            "none_of": _("are not labelled %(values)s"),
            "missing": _("have no label"),
        },
        _label,
        GROUP,
        lambda agent: labels_offered(Label.Scope.CONVERSATIONS),
        label_names,
    ),
    Field(
        "priority",
        _("Priority"),
        Closed(tuple(str(choice.value) for choice in PRIORITIES)),
        {"is": _("have %(values)s priority"), "is_not": _("do not have %(values)s priority")},
        _priority,
        GROUP,
        lambda agent: PRIORITIES,
    ),
    Field(
        "public",
        _("In public"),
        YesNo(),
        {"yes": _("were held in public"), "no": _("were not held in public")},
        flag(Q(has_public=True)),
        GROUP,
    ),
    Field(
        "with_bot",
        _("With the assistant"),
        YesNo(),
        {"yes": _("are with the assistant"), "no": _("are not with the assistant")},
        flag(Q(with_bot=True)),
        GROUP,
    ),
    Field(
        "snoozed",
        _("Snoozed"),
        YesNo(),
        {"yes": _("are snoozed"), "no": _("are not snoozed")},
        _snoozed,
        GROUP,
    ),
    Field(
        "spam",
        _("Spam"),
        YesNo(),
        {"yes": _("are spam"), "no": _("are not spam")},
        flag(Q(is_spam=True)),
        GROUP,
    ),
    Field(
        "subject",
        _("Subject"),
        Written(),
        {
            "contains": _("have “%(text)s” in the subject"),
            "not_contains": _("do not have “%(text)s” in the subject"),
        },
        _contains("subject"),
        GROUP,
    ),
    Field(
        "text",
        _("Last text"),
        Written(),
        {
            "contains": _("have “%(text)s” in the last text"),
            "not_contains": _("do not have “%(text)s” in the last text"),
        },
        _contains("preview"),
        GROUP,
    ),
    Field(
        "reopened",
        _("Reopened"),
        YesNo(),
        {"yes": _("were opened again"), "no": _("were never opened again")},
        flag(Q(Exists(_reopened))),
        GROUP,
    ),
)
