"""Forms of the settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import Department
from ascolto.sla.models import BusinessCalendar
from ascolto.ui.forms import PlainForm, choices_of


class DepartmentForm(PlainForm):
    """A department: its people, and by when it promises to answer."""

    name = forms.CharField(label=_("Name"), max_length=80)
    about = forms.CharField(
        label=_("What to ask them"),
        max_length=300,
        required=False,
        help_text=_("One line, for whoever asks."),
    )
    hours = forms.IntegerField(
        label=_("Promise, hours of open time"), min_value=0, max_value=1440, required=False
    )
    minutes = forms.IntegerField(label=_("and minutes"), min_value=0, max_value=59, required=False)
    calendar = forms.ChoiceField(label=_("Opening hours"), required=False)
    members = forms.MultipleChoiceField(
        label=_("People"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Guests answer on a light page; they see only what is shared with them."),
    )
    addresses = forms.CharField(
        label=_("E-mail addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line."),
    )

    def __init__(self, data: Any = None, *, department: Department | None = None) -> None:
        super().__init__(data, initial=_initial(department))
        self.fields["members"].choices = choices_of(list(Agent.objects.filter(is_active=True)))  # type: ignore[attr-defined]
        calendars = choices_of(list(BusinessCalendar.objects.filter(is_archived=False)))
        self.fields["calendar"].choices = [("", _("As the company")), *calendars]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What `save_department` takes."""
        given = self.cleaned_data
        calendar = given.get("calendar")
        return {
            "name": given["name"],
            "about": given["about"],
            "members": list(Agent.objects.filter(pk__in=given["members"])),
            "addresses": given["addresses"].splitlines(),
            "minutes": (given["hours"] or 0) * 60 + (given["minutes"] or 0),
            "calendar": BusinessCalendar.objects.filter(pk=calendar).first() if calendar else None,
        }


def _initial(department: Department | None) -> dict[str, Any]:
    if department is None:
        return {"hours": 4, "minutes": 0}
    hours, minutes = divmod(department.minutes, 60)
    return {
        "name": department.name,
        "about": department.about,
        "hours": hours,
        "minutes": minutes,
        "calendar": department.calendar_id or "",
        "members": [str(pk) for pk in department.members.values_list("pk", flat=True)],
        "addresses": "\n".join(department.addresses),
    }
