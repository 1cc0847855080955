"""What the customer already said is not asked again: guarantee 2 at the gate of what leaves."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_noop as _

from ascolto.conversations.actions.reply import Attempt
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number
from ascolto.kit.text import excerpt
from ascolto.understanding.engine.asking import Asked, asked_for, is_answered
from ascolto.understanding.engine.told import Told
from ascolto.understanding.selectors.told import told_by

PASSING = frozenset({"tried", "meter_reading", "preference"})  # true for a while: a modem is restarted again
PASSES_AFTER = timedelta(days=7)


def check_asking(attempt: Attempt) -> None:
    """Raises Refused (`asked_again`) with the first thing that is asked for and was told, and where it was said."""
    asked = asked_for(attempt.text)
    if not asked:
        return
    told = [
        one for one in told_by(attempt.conversation, attempt.agent) if one.is_current and not _has_passed(one)
    ]
    for one in asked:
        answer = next((given for given in told if is_answered(one, given)), None)
        if answer is not None:
            raise _asked_again(attempt, one, answer)


def _has_passed(told: Told) -> bool:
    return told.kind in PASSING and told.at < now() - PASSES_AFTER


def _asked_again(attempt: Attempt, asked: Asked, told: Told) -> Refused:
    said = excerpt(told.words, 120)
    elsewhere = told.conversation != attempt.conversation.pk
    number = reference_number(told.conversation)
    return Refused(
        "asked_again",
        _("The customer already told us."),
        fix=f"They wrote in conversation {number}: “{said}”" if elsewhere else f"They wrote: “{said}”",
        may_override=True,
        place={
            "start": asked.start,
            "end": asked.end,
            "message": told.message,
            "conversation": number,
            "kind": told.kind,
            "said": said,
            "at": told.at.isoformat(),
        },
    )
