"""What the screens of macros and rules have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.automation.steps import steps_for
from ascolto.conversations.models import Label
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language

MOST_LABELS = 300


def wrong_by_part(refusal: ValidationError | Refused) -> dict[str, list[str]]:
    """What is wrong, by the part of the form where it is shown ("" above all)."""
    if isinstance(refusal, Refused):
        return {"": [in_own_language(refusal.message)]}
    if hasattr(refusal, "error_dict"):
        return {part: ValidationError(errors).messages for part, errors in refusal.error_dict.items()}
    return {"": refusal.messages}


def step_choices(place: str) -> list[tuple[str, str]]:
    """The kinds of steps that can be added."""
    return [(step.kind, str(step.label)) for step in steps_for(place)]


def known_labels() -> Iterable[str]:
    """Names to choose from while one is written."""
    return Label.objects.filter(archived_at=None).values_list("name", flat=True)[:MOST_LABELS]


def scope_words(macro: Any) -> str:
    """For whom a macro is."""
    if macro.scope == "personal":
        return _("Only me")
    return macro.team.name if macro.team else _("Everybody")
