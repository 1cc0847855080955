"""Label the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.labelling import Labelling, quoted
from ascolto.automation.steps.step import Known, Values


class AddLabels(Labelling):
    kind = "add_labels"
    label = gettext_lazy("Add labels")

    def sentence(self, values: Values, known: Known) -> str:
        return _("label it %(labels)s") % {"labels": quoted(values["labels"])}

    def wanted(self, before: Sequence[str], names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys([*before, *names]))

    def waits_for(self, values: Values) -> Sequence[tuple[str, Any]]:
        return [("labelled", name) for name in values["labels"]]
