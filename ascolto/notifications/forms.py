"""What a person wishes to hear of, as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Wishes
from ascolto.ui.forms import PlainForm

RING, LIST, MUTE = "ring", "list", "mute"
HOW = ((RING, _("Tell me at once")), (LIST, _("Only in the list")), (MUTE, _("Not at all")))


class WishesForm(PlainForm):
    """One choice for each kind, then the quiet hours and the mail."""

    by_browser = forms.BooleanField(
        label=_("Ring in this browser and on my devices"),
        required=False,
        help_text=_("Each device asks once whether it may."),
    )
    is_quiet_at_night = forms.BooleanField(label=_("Quiet hours every day"), required=False)
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=forms.TimeInput(attrs={"type": "time"}))
    is_quiet_on_weekends = forms.BooleanField(label=_("Quiet on Saturday and Sunday"), required=False)
    digest = forms.ChoiceField(
        label=_("Mail with what I missed"),
        choices=[("never", _("Never")), ("hourly", _("Every hour")), ("daily", _("Once a day"))],
    )
    digest_at = forms.TimeField(label=_("Daily mail at"), widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, data: Any = None, *, wishes: Wishes) -> None:
        initial = {name: getattr(wishes, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        for kind in KINDS.values():
            how = MUTE if kind.key in wishes.muted else LIST if kind.key in wishes.quiet else RING
            choices = HOW if kind.rings else HOW[1:]
            self.fields[f"kind-{kind.key}"] = forms.ChoiceField(
                label=str(kind.label),
                choices=choices,
                initial=how if kind.rings or how != RING else LIST,
                widget=forms.Select(attrs={"class": "select"}),
            )

    def kinds(self) -> list[forms.BoundField]:
        """The choices by kind, in their order."""
        return [self[f"kind-{key}"] for key in KINDS]

    def wanted(self) -> dict[str, Any]:
        """The cleaned wishes as `save_wishes` takes them."""
        values = {name: self.cleaned_data[name] for name in self.base_fields}
        said = {key: self.cleaned_data[f"kind-{key}"] for key in KINDS}
        return {
            **values,
            "muted": [key for key, how in said.items() if how == MUTE],
            "quiet": [key for key, how in said.items() if how == LIST],
        }
