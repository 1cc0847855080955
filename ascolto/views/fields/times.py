"""When: how long somebody waits, what is due, what was promised, when it began and when something was said last."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ascolto.conversations.fields import Asker, Condition, Dated, Field, Lasting, Span, Words, YesNo
from ascolto.sla.models import Commitment, Complaint, SlaClock
from ascolto.views.fields.state import flag

GROUP: Words = _("Time and promises")


def _waiting(operator: str, value: Span, asker: Asker) -> Q:
    since = asker.at - value.delta()
    waits = Q(waiting_since__isnull=False)
    return waits & (Q(waiting_since__lt=since) if operator == "longer_than" else Q(waiting_since__gte=since))


def _due(operator: str, value: Span, asker: Asker) -> Q:
    return Q(due_at__isnull=False) & Q(due_at__lte=asker.at + value.delta())


def _late(operator: str, value: None, asker: Asker) -> Q:
    if operator == "yes":
        return Q(due_at__isnull=False) & Q(due_at__lt=asker.at)
    return Q(due_at__isnull=True) | Q(due_at__gte=asker.at)


def _moment(column: str) -> Condition:
    """A condition on a moment, by days of whoever asks or by time gone since."""

    def condition(operator: str, value: Any, asker: Asker) -> Q:
        if isinstance(value, Span):
            since = asker.at - value.delta()
            side = "gte" if operator == "within" else "lt"
            return Q(**{f"{column}__{side}": since})
        day: date = value if operator == "before" else value + timedelta(days=1)
        begins = datetime.combine(day, time(), asker.zone())
        return Q(**{f"{column}__{'lt' if operator == 'before' else 'gte'}": begins})

    return condition


_broken = Q(Exists(SlaClock.objects.filter(conversation=OuterRef("pk"), state=SlaClock.State.BREACHED))) | Q(
    Exists(Commitment.objects.filter(conversation=OuterRef("pk"), state=Commitment.State.BROKEN))
)
_complaint = Q(Exists(Complaint.objects.filter(conversation=OuterRef("pk"), withdrawn_at=None)))

FIELDS = (
    Field(
        "unanswered",
        _("Waits for an answer"),
        YesNo(),
        {"yes": _("wait for an answer"), "no": _("do not wait for an answer")},
        flag(Q(waiting_since__isnull=False)),
        GROUP,
    ),
    Field(
        "waiting",
        _("Waiting time"),
        Lasting(),
        {
            "longer_than": _("wait longer than %(span)s"),
            "shorter_than": _("have been waiting for less than %(span)s"),
        },
        _waiting,
        GROUP,
    ),
    Field(
        "due", _("Promise due"), Lasting(), {"within": _("have a promise due within %(span)s")}, _due, GROUP
    ),
    Field("late", _("Late"), YesNo(), {"yes": _("are late"), "no": _("are not late")}, _late, GROUP),
    Field(
        "dated_promise",
        _("Dated promise"),
        YesNo(),
        {"yes": _("have a dated promise"), "no": _("have no dated promise")},
        flag(Q(promised_for__isnull=False)),
        GROUP,
    ),
    Field(
        "promise_broken",
        _("Broken promise"),
        YesNo(),
        {"yes": _("had a promise broken"), "no": _("had no promise broken")},
        flag(_broken),
        GROUP,
    ),
    Field(
        "created",
        _("Began"),
        Dated(),
        {
            "within": _("began %(span)s"),
            "longer_ago": _("began more than %(span)s ago"),
            "before": _("began before %(day)s"),
            "after": _("began after %(day)s"),
        },
        _moment("created_at"),
        GROUP,
    ),
    Field(
        "last_message",
        _("Last message"),
        Dated(),
        {
            "within": _("had their last message %(span)s"),
            "longer_ago": _("had their last message more than %(span)s ago"),
            "before": _("had their last message before %(day)s"),
            "after": _("had their last message after %(day)s"),
        },
        _moment("last_message_at"),
        GROUP,
    ),
    Field(
        "complaint",
        _("Formal complaint"),
        YesNo(),
        {"yes": _("are formal complaints"), "no": _("are no formal complaints")},
        flag(_complaint),
        GROUP,
    ),
)
