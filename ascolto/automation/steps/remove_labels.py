"""Take labels off the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.labelling import Labelling, quoted
from ascolto.automation.steps.step import Known, Values


class RemoveLabels(Labelling):
    kind = "remove_labels"
    label = gettext_lazy("Remove labels")

    def sentence(self, values: Values, known: Known) -> str:
        return _("take away the label %(labels)s") % {"labels": quoted(values["labels"])}

    def wanted(self, before: Sequence[str], names: Sequence[str]) -> list[str]:
        gone = {name.casefold() for name in names}
        return [name for name in before if name.casefold() not in gone]
