"""An agent used an answer that was suggested, or says that it did not help."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.knowledge.models import Verdict
from ascolto.understanding.models import Similar


@transaction.atomic
def judge_suggestion(*, by: Agent, message: Message, kind: str, target: int, said: str) -> bool:
    """Remember what the agent made of a suggestion; the last word counts. Whether it is new.

    The caller asked whether the agent may see the message. Raises ValidationError for what was not suggested.
    """
    if said not in Verdict.Said.values:
        raise ValidationError(_("Say “used” or “refused”."))
    if not Similar.objects.filter(message=message, kind=kind, target=target).exists():
        raise ValidationError(_("This was not suggested for this message."))
    place = {"kind": kind, "target": target, "message": message, "agent": by}
    verdict, made = Verdict.objects.select_for_update().get_or_create(**place, defaults={"said": said})
    if not made and verdict.said == said:
        return False
    verdict.said, verdict.at = said, now()
    verdict.save(update_fields=["said", "at"])
    emit(
        "suggestion.judged",
        actor=actor_of(by),
        conversation=message.conversation_id,
        account=message.account_id,
        message=message.pk,
        kind=kind,
        target=target,
        said=said,
    )
    return True
