"""Take the conversation out of the queue until a time that is said as people say it: "tomorrow 9", "lunedì alle 15"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from ascolto.accounts.models import Company
from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.conversations.actions import snooze
from ascolto.conversations.when import READ_AT_MOST, When, read_when
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.ui.forms import PlainForm
from ascolto.ui.jinja import moment


def _read(text: str, at: datetime) -> When | None:
    return read_when(text, now=at, zone=Company.current().time_zone, language=(get_language() or "en")[:2])


class WhenForm(PlainForm):
    when = forms.CharField(
        label=gettext_lazy("Until"),
        max_length=READ_AT_MOST,
        help_text=gettext_lazy("As you would say it: “tomorrow 9”, “in 3 days”, “Monday”."),
    )

    def clean_when(self) -> str:
        text = " ".join(self.cleaned_data["when"].split())
        if _read(text, now()) is None:
            raise ValidationError(_("This time is not understood: write for example “tomorrow 9”."))
        return text


class Snooze(Step):
    kind = "snooze"
    label = gettext_lazy("Snooze")
    icon = "timer"
    Form = WhenForm

    def sentence(self, values: Values, known: Known) -> str:
        return _("snooze it until “%(when)s”") % {"when": values["when"]}

    def _until(self, scene: Scene, values: Values) -> datetime:
        found = _read(values["when"], scene.at)
        if found is None:
            raise Refused("in_the_past", gettext_noop("This time has passed."))
        return found.at

    def preview(self, scene: Scene, values: Values) -> Effect:
        try:
            until = self._until(scene, values)
        except Refused as refused:
            return Effect(self.sentence(values, scene.known), refused=refused)
        words = _("snooze it until %(when)s") % {"when": moment(until)}
        return Effect(words, changes=scene.conversation.snoozed_until != until)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        before, until = scene.conversation.snoozed_until, self._until(scene, values)
        changed = snooze(agent=scene.agent, conversation=scene.conversation, until=until)
        return Outcome(changed, {"until": before.isoformat() if before else ""}, until.isoformat())

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        current = scene.conversation.snoozed_until
        if current is None or current.isoformat() != after:
            return False
        before = parse_datetime(kept["until"]) if kept["until"] else None
        until = before if before and before > scene.at else None
        return snooze(agent=scene.agent, conversation=scene.conversation, until=until)
