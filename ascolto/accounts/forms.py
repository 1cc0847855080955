"""Forms about oneself: sign in, join, profile, password."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.actions.checks import PASSWORD_LIMIT
from ascolto.accounts.actions.profile import UNDO_SECONDS
from ascolto.accounts.models import Agent, Company
from ascolto.ui.forms import PlainForm, style
from ascolto.ui.keys import changeable
from ascolto.ui.navigation import ITEMS

THEMES = [("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
LANGUAGES = [("en", "English"), ("it", "Italiano")]


def time_zones() -> list[str]:
    """Names that a person may recognise: the places, without the aliases of machines."""
    return sorted(
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")
    )


def password_field(label: Any, *, is_new: bool, help_text: Any = "") -> forms.CharField:
    """A password that browsers can fill in or invent."""
    complete = "new-password" if is_new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(
        label=label, widget=widget, strip=False, max_length=PASSWORD_LIMIT, help_text=help_text
    )


class SignInForm(PlainForm):
    """E-mail and password, as browsers and password safes expect them."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(_("Password"), is_new=False)


class JoinForm(PlainForm):
    """What a colleague chooses when they follow an invitation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Customers read it next to your answers."),
    )
    password = password_field(_("Password"), is_new=True, help_text=_("At least 10 characters."))


class ProfileForm(PlainForm):
    """How one is called and how the product looks."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Customers read it next to your answers."),
    )
    public_name = forms.CharField(
        label=_("As customers read you"),
        max_length=60,
        required=False,
        help_text=_("Empty: your first name."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES, required=False)
    density = forms.ChoiceField(
        label=_("Density"), choices=[("", _("Roomy")), ("compact", _("Compact"))], required=False
    )
    start_page = forms.ChoiceField(
        label=_("First page"), required=False, help_text=_("Where you arrive when you sign in.")
    )
    undo_seconds = forms.TypedChoiceField(
        label=_("Time to take an answer back"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("So long an answer waits here before it leaves."),
    )
    has_sound = forms.BooleanField(label=_("A soft sound when something concerns you"), required=False)
    single_keys = forms.BooleanField(
        label=_("Single-letter keys"),
        required=False,
        help_text=_(
            "One letter does something at once: r replies, e resolves. Switch it off if you dictate."
        ),
    )

    def __init__(self, *args: Any, agent: Agent | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = Company.current()
        self._choose("language", [("", _("As the browser")), *language_choices()])
        self._choose(
            "time_zone",
            [
                ("", _("As the company (%(zone)s)") % {"zone": company.time_zone}),
                *((name, name.replace("_", " ")) for name in time_zones()),
            ],
        )
        self._choose("undo_seconds", [(number, _seconds(number)) for number in UNDO_SECONDS])
        places = [(item.key, item.label) for item in ITEMS if agent is None or item.seen_by(agent)]
        self._choose("start_page", [("", _("As usual")), *places])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _seconds(number: int) -> str:
    if not number:
        return gettext("None: it leaves at once")
    return ngettext("%(n)s second", "%(n)s seconds", number) % {"n": number}


class KeysForm(PlainForm):
    """The single keys, one field a command."""

    def __init__(self, *args: Any, chosen: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for command in changeable():
            field = forms.CharField(
                label=str(command.label),
                required=False,
                max_length=4,
                initial=chosen.get(command.key, command.key),
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "size": 3}
                ),
            )
            style(field)
            self.fields[f"key_{command.key}"] = field

    def keys(self) -> dict[str, str]:
        """Usual key to chosen one."""
        return {name.removeprefix("key_"): value for name, value in self.cleaned_data.items()}


class PasswordForm(PlainForm):
    """Another password."""

    current = password_field(_("Current password"), is_new=False)
    password = password_field(_("New password"), is_new=True, help_text=_("At least 10 characters."))


class SessionsForm(PlainForm):
    """The password, to end every other session."""

    current = password_field(_("Current password"), is_new=False)
    prefix = "sessions"


def language_choices() -> list[tuple[str, str]]:
    """Each language in its own words."""
    names = dict(LANGUAGES)
    return [(code, names.get(code, str(name))) for code, name in settings.LANGUAGES]
