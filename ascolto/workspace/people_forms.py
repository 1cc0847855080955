"""Forms about people: who they are, what they may do, in which teams, from which file, and who goes on when they leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.actions.roles import CUSTOM
from ascolto.accounts.models import Agent, CustomRole, Role, Team
from ascolto.accounts.permissions import PERMISSIONS
from ascolto.accounts.selectors import all_agents, all_teams, assignable_agents
from ascolto.kit.tables import BYTES_LIMIT
from ascolto.ui.forms import PlainForm, choices_of

ROLES = [
    (Role.AGENT, _("Agent: answers customers")),
    (Role.LEAD, _("Lead: sees everything")),
    (Role.ADMINISTRATOR, _("Administrator: also changes settings")),
    (Role.GUEST, _("Guest of a department: sees what they are asked about")),
]


def team_choices() -> list[tuple[str, str]]:
    """Every team."""
    return choices_of(list(all_teams()))


def role_choices() -> list[tuple[str, Any]]:
    """The built-in roles, and those of the company's own that are not laid aside."""
    own = CustomRole.objects.filter(is_archived=False)
    return [
        *((str(value), label) for value, label in ROLES),
        *((f"{CUSTOM}{role.pk}", role.name) for role in own),
    ]


class TeamsField(forms.MultipleChoiceField):
    """Some of the teams; its value is the teams themselves."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[Team]:
        chosen = super().clean(value)
        return list(Team.objects.filter(pk__in=chosen))


class InviteForm(PlainForm):
    """A new colleague."""

    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=role_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams := team_choices():
            self.fields["teams"] = TeamsField(label=_("Teams"), choices=teams, required=False)


class PersonForm(InviteForm):
    """Who a colleague is and what they may do."""

    name = forms.CharField(label=_("Name"), max_length=120)


class ImportForm(PlainForm):
    """A table of people, pasted or as a file."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=_("CSV, as spreadsheets save it; the encoding and the separator are found."),
    )
    text = forms.CharField(
        label=_("Or paste it"),
        required=False,
        max_length=BYTES_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    invites = forms.BooleanField(
        label=_("Make an invitation link for each"),
        required=False,
        help_text=_("You send the links. Without them you can make them later, one by one."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not (given.get("text") or "").strip() and not self.errors:
            self.add_error("text", gettext("Choose a file or paste a table."))
        return given


class LetGoForm(PlainForm):
    """Who gets what somebody leaves behind."""

    to = forms.ChoiceField(label=_("Who goes on with them"), required=False)

    def __init__(self, *args: Any, leaving: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = assignable_agents().exclude(pk=leaving.pk)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Whoever is next: back to the queue")),
            (_("A team"), [(f"team:{team.pk}", team.name) for team in all_teams()]),
            (_("A colleague"), [(f"agent:{agent.pk}", agent.name) for agent in people]),
        ]


class NewRoleForm(PlainForm):
    """A role of the company's own, and the built-in one it begins with."""

    name = forms.CharField(label=_("Name of the role"), max_length=80)
    base = forms.ChoiceField(label=_("Begins as"), choices=ROLES)


class RoleForm(PlainForm):
    """What a role may do; the screen draws the boxes by what they are about."""

    name = forms.CharField(label=_("Name of the role"), max_length=80)
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(name, permission.label) for name, permission in PERMISSIONS.items()],
        required=False,
    )


class TeamForm(PlainForm):
    """A team and its people."""

    name = forms.CharField(label=_("Name of the team"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [agent for agent in all_agents() if agent.is_active and not agent.is_guest]
        self.fields["members"] = forms.MultipleChoiceField(
            label=_("People"), choices=choices_of(people), required=False, widget=forms.CheckboxSelectMultiple
        )
