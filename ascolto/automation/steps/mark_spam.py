"""Mark the conversation as spam: it leaves every queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.conversations.actions import mark_spam


class MarkSpam(Step):
    kind = "mark_spam"
    label = gettext_lazy("Mark as spam")
    icon = "shield-alert"

    def sentence(self, values: Values, known: Known) -> str:
        return _("mark it as spam")

    def preview(self, scene: Scene, values: Values) -> Effect:
        return Effect(self.sentence(values, scene.known), changes=not scene.conversation.is_spam)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        return Outcome(mark_spam(agent=scene.agent, conversation=scene.conversation), {}, True)

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        return mark_spam(agent=scene.agent, conversation=scene.conversation, spam=False)
