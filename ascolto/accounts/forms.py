"""Forms about oneself: sign in, join, profile, password."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.actions.checks import PASSWORD_LIMIT
from ascolto.accounts.models import Company
from ascolto.ui.forms import PlainForm

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
    language = forms.ChoiceField(label=_("Language"), required=False)
    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    single_keys = forms.BooleanField(
        label=_("Single-letter keys"),
        required=False,
        help_text=_(
            "One letter does something at once: r replies, e resolves. Switch it off if you dictate."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = Company.current()
        self.fields["language"].choices = [("", _("As the browser")), *language_choices()]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("As the company (%(zone)s)") % {"zone": company.time_zone}),
            *((name, name.replace("_", " ")) for name in time_zones()),
        ]


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
