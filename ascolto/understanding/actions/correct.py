"""A person corrects what the model said, and can take it back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.understanding.models import Correction, Intent, Reading, Sentiment, Topic, Urgency
from ascolto.understanding.overlay import put, said

NO_TOPIC = "-"  # a person says that none of the topics fits


def answers_of(field: str) -> list[str]:
    """What a person may say of a field. Raises ValidationError for a field that nobody corrects."""
    fixed = {
        "sentiment": list(Sentiment.values),
        "anger": ["anger", "calm"],
        "urgency": [choice.label for choice in Urgency],
        "intent": list(Intent.values),
        "needs_answer": ["yes", "no"],
    }
    if field == "topic":
        return [*Topic.objects.filter(is_active=True).values_list("name", flat=True), NO_TOPIC]
    if field not in fixed:
        raise ValidationError(
            _("“%(field)s” is not something that can be corrected.") % {"field": field[:40]}
        )
    return fixed[field]


@transaction.atomic
def correct(*, message: Message, field: str, value: str, by: Agent | None) -> Reading:
    """Say what a field of a reading should be. Raises ValidationError; saying the same again changes nothing."""
    if value not in answers_of(field):
        raise ValidationError(_("“%(value)s” is not one of the answers.") % {"value": value[:40]})
    reading = _locked(message)
    was = said(reading, field)
    if was == value and field in reading.corrected:
        return reading
    Correction.objects.create(
        message=message,
        field=field,
        was=was,
        became=value,
        version=reading.versions.get({"needs_answer": "answer"}.get(field, field), ""),
        agent=by,
    )
    put(reading, field, value)
    return _save(reading, message, field, was, value, by)


@transaction.atomic
def withdraw(*, message: Message, field: str, by: Agent | None) -> Reading:
    """Take the last correction of a field back: the one before it counts again, or what the model said. Raises ValidationError."""
    answers_of(field)
    reading = _locked(message)
    standing = Correction.objects.filter(message=message, field=field, withdrawn_at=None).order_by("-pk")
    last = standing.first()
    if last is None:
        return reading
    last.withdrawn_at = now()
    last.save(update_fields=["withdrawn_at"])
    put(reading, field, last.was)
    if standing.count() == 0:
        reading.corrected = [name for name in reading.corrected if name != field]
    return _save(reading, message, field, last.became, last.was, by)


def _locked(message: Message) -> Reading:
    reading = Reading.objects.select_for_update().filter(message=message).first()
    if reading is None:
        raise ValidationError(_("This message has not been read yet: try again in a moment."))
    return reading


def _save(reading: Reading, message: Message, field: str, was: str, became: str, by: Agent | None) -> Reading:
    reading.save()
    emit(
        "message.corrected",
        actor=actor_of(by),
        conversation=message.conversation_id,
        account=message.account_id,
        message=message.pk,
        field=field,
        was=was,
        became=became,
    )
    return reading
