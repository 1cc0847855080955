"""Label the customer, on every conversation they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.labelling import LabelsForm, quoted
from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.conversations.customer_labels import add_customer_labels, take_customer_labels
from ascolto.conversations.models import Label


class LabelCustomer(Step):
    kind = "label_customer"
    label = gettext_lazy("Label the customer")
    icon = "tag"
    Form = LabelsForm

    def initial(self, values: Values) -> dict[str, Any]:
        names = values.get("labels", "")
        return {"labels": ", ".join(map(str, names)) if isinstance(names, list) else names}

    def sentence(self, values: Values, known: Known) -> str:
        return _("label the customer %(labels)s") % {"labels": quoted(values["labels"])}

    def _missing(self, scene: Scene, names: list[str]) -> list[str]:
        there = Label.objects.filter(customers=scene.conversation.customer_id, name__in=names)
        known = set(there.values_list("name", flat=True))
        return [name for name in names if name not in known]

    def preview(self, scene: Scene, values: Values) -> Effect:
        changes = bool(self._missing(scene, values["labels"]))
        return Effect(self.sentence(values, scene.known), changes=changes)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        names = self._missing(scene, values["labels"])
        made = add_customer_labels(by=scene.agent, customer=scene.conversation.customer_id, names=names)
        return Outcome(bool(made), {"labels": made})

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        customer = scene.conversation.customer_id
        return take_customer_labels(by=scene.agent, customer=customer, labels=kept["labels"])
