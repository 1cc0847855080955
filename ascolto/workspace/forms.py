"""Forms of the settings. Fields of an inbox follow from its adapter's Config; what they may hold is the actions' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.actions.appearance import LOGO_BYTES
from ascolto.accounts.forms import language_choices, password_field, time_zones
from ascolto.accounts.scopes import SCOPES, may_have
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, ConfigError
from ascolto.channels.selectors import Setting, settings_of
from ascolto.ui.forms import PlainForm, style
from ascolto.ui.reasons import in_own_language
from ascolto.workspace.guides import is_handshake_word, new_handshake_word
from ascolto.workspace.people_forms import TeamsField, team_choices
from ascolto.workspace.signing_in import granted_settings

PREFIX = "set_"  # settings of a channel live in a name space of their own


# --- inboxes ---------------------------------------------------------------------------------------------------------


class InboxForm(PlainForm):
    """Name, teams and language of an inbox, and the settings its channel wants."""

    name = forms.CharField(
        label=_("Name of the inbox"),
        max_length=120,
        help_text=_("What colleagues call it, for example Support."),
    )

    def __init__(
        self, *args: Any, adapter: Adapter, account: ChannelAccount | None = None, **kwargs: Any
    ) -> None:
        self.adapter, self.account = adapter, account
        self.settings = _grouped(settings_of(adapter))
        self.granted = granted_settings(adapter)
        stored = account.values() if account else {}
        for_language = account.language if account else kwargs.pop("language", "en")
        super().__init__(*args, **kwargs)
        if account:
            self.initial.setdefault("name", account.name)
        for setting in self.settings:
            self._add(setting, stored)
        teams = team_choices()
        if teams:
            chosen = [str(pk) for pk in account.teams.values_list("pk", flat=True)] if account else []
            hint = _("None chosen: every agent sees its conversations.")
            self.fields["teams"] = TeamsField(
                label=_("Who sees it"), choices=teams, required=False, initial=chosen, help_text=hint
            )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of automatic texts"), choices=language_choices(), initial=for_language
        )
        style(self.fields["language"])

    def _add(self, setting: Setting, stored: dict[str, str]) -> None:
        field = _field_for(setting, stored)
        if setting.name in self.granted:
            field.required = False  # the network fills it in, when somebody signs in there
        style(field)
        self.fields[PREFIX + setting.name] = field
        if setting.is_secret and not setting.is_required and stored.get(setting.name):
            label = _("Forget the stored value of “%(label)s”") % {"label": gettext(setting.label)}
            self.fields[f"forget_{setting.name}"] = forms.BooleanField(label=label, required=False)

    def main_fields(self) -> list[forms.BoundField]:
        """What everybody fills in."""
        return [self[name] for name in self.fields if not (self._is_advanced(name) or self._is_granted(name))]

    def granted_fields(self) -> list[forms.BoundField]:
        """What signing in at the network fills in; who has it already may paste it."""
        return [self[name] for name in self.fields if self._is_granted(name)]

    @property
    def needs_sign_in(self) -> bool:
        """Whether signing in is the way: the channel cannot do without what the network fills in."""
        return any(setting.is_required and setting.name in self.granted for setting in self.settings)

    def has_granted_errors(self) -> bool:
        """Whether that part must be open."""
        return any(self._is_granted(name) for name in self.errors)

    def _is_granted(self, name: str) -> bool:
        return name.removeprefix(PREFIX).removeprefix("forget_") in self.granted

    def advanced_fields(self) -> list[forms.BoundField]:
        """What most people leave as it is."""
        return [self[name] for name in self.fields if self._is_advanced(name) and not self._is_granted(name)]

    def has_advanced_errors(self) -> bool:
        """Whether the folded part must be open."""
        return any(self._is_advanced(name) for name in self.errors)

    def _is_advanced(self, name: str) -> bool:
        bare = name.removeprefix(PREFIX).removeprefix("forget_")
        return name not in {"name", "teams", "language"} and any(
            setting.name == bare and setting.is_advanced for setting in self.settings
        )

    def values(self) -> dict[str, str]:
        """The settings as the actions take them; what equals the channel's own default is left to it."""
        given = {item.name: str(self.cleaned_data[PREFIX + item.name] or "") for item in self.settings}
        return {
            item.name: "" if given[item.name] == item.default else given[item.name]
            for item in self.settings
            if self.account or (given[item.name] and given[item.name] != item.default)
        }

    def forgotten(self) -> list[str]:
        """Optional secrets to take away."""
        return [item.name for item in self.settings if self.cleaned_data.get(f"forget_{item.name}")]

    def general(self) -> dict[str, Any]:
        """Name, teams and language."""
        return {
            key: self.cleaned_data[key] for key in ("name", "teams", "language") if key in self.cleaned_data
        }

    def refuse_setting(self, error: ConfigError) -> None:
        """Show what an action refused at the setting it names."""
        name = error.field if error.field in {"name", "language"} else PREFIX + error.field
        said = in_own_language(error.message)
        message = said[:1].upper() + said[1:]
        self.add_error(name if name in self.fields else None, message)


def _grouped(settings: list[Setting]) -> list[Setting]:
    """Settings of one thing (imap_…, smtp_…) next to each other; a Config has the required ones first."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.name.partition("_")[0], []).append(setting)
    return [setting for group in groups.values() for setting in group]


def _field_for(setting: Setting, stored: dict[str, str]) -> forms.Field:
    about = [gettext(setting.help)] if setting.help else []
    if setting.example:
        about.append(gettext("For example %(example)s.") % {"example": setting.example})
    kept = setting.is_secret and bool(stored.get(setting.name))
    if kept:
        about.insert(0, gettext("Stored. Leave it empty to keep it."))
    common: dict[str, Any] = {
        "label": gettext(setting.label),
        "help_text": " ".join(about),
        "required": setting.is_required and not kept,
        "initial": stored.get(setting.name, setting.default),
    }
    if setting.kind == "switch":
        yes_no = [("yes", _("Yes")), ("no", _("No"))]
        common["initial"] = "yes" if common["initial"].lower() in {"1", "true", "yes", "on"} else "no"
        return forms.ChoiceField(choices=yes_no, **common)
    if setting.kind == "choice":
        empty = [] if setting.is_required or "" in setting.choices or setting.default else [("", "")]
        return forms.ChoiceField(
            choices=[*empty, *((choice, choice) for choice in setting.choices)], **common
        )
    if is_handshake_word(setting):
        common["initial"] = "" if kept else new_handshake_word()
        shown = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        return forms.CharField(widget=shown, max_length=20_000, **common)
    if setting.is_secret:
        common["initial"] = ""
        hidden = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        return forms.CharField(widget=hidden, strip=False, max_length=20_000, **common)
    numeric = {"inputmode": "numeric"} if setting.kind == "number" else {}
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **numeric})
    return forms.CharField(widget=widget, max_length=20_000, **common)


# --- the company and its keys ------------------------------------------------------------------------------------------


class CompanyForm(PlainForm):
    """The company's own settings."""

    name = forms.CharField(
        label=_("Company name"), max_length=120, help_text=_("Customers read it next to every signature.")
    )
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Promises are counted in this zone."))
    reopen_days = forms.CharField(
        label=_("Days in which an answer reopens a resolved conversation"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in time_zones()]  # type: ignore[attr-defined]


class AppearanceForm(PlainForm):
    """The company's colour and logo."""

    accent = forms.CharField(
        label=_("Accent colour"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("For example #2d6696. Empty: Ascolto's own."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, at most 200 kB. It also becomes the sign of the browser's tab."),
    )
    removes_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    def values(self) -> dict[str, Any]:
        """As the action takes them; a larger file is not read further than it may be."""
        given = self.cleaned_data
        logo = given["logo"].read(LOGO_BYTES + 1) if given["logo"] else None
        return {"accent": given["accent"], "logo": logo, "removes_logo": given["removes_logo"]}


class TokenForm(PlainForm):
    """What a key for a machine is for and what it may do."""

    name = forms.CharField(label=_("What it is for"), max_length=80)

    def __init__(self, *args: Any, granted: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [scope for scope in SCOPES if may_have(scope, granted)]
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("What it may do"),
            choices=[(scope, scope) for scope in allowed],
            widget=forms.CheckboxSelectMultiple,
        )


# --- the first run ---------------------------------------------------------------------------------------------------


class FounderForm(PlainForm):
    """The company and its first administrator."""

    company = forms.CharField(
        label=_("Company name"), max_length=120, help_text=_("Customers read it next to every signature.")
    )
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Promises are counted in this zone."))
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.CharField(
        label=_("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=_("You sign in with it."),
    )
    password = password_field(_("Password"), is_new=True, help_text=_("At least 10 characters."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in time_zones()]  # type: ignore[attr-defined]


class PromiseForm(PlainForm):
    """The one number."""

    MINUTES = ("5", "15", "30", "60")
    minutes = forms.ChoiceField(
        label=_("First reply by a person, on every channel"),
        choices=[(number, number) for number in MINUTES],
        widget=forms.RadioSelect,
    )
    volume = forms.IntegerField(
        label=_("Messages in a busy hour"), required=False, min_value=1, max_value=100_000
    )
    people = forms.IntegerField(
        label=_("People who answer then"), required=False, min_value=1, max_value=2_000
    )
    handling = forms.IntegerField(
        label=_("Minutes of work for each"), required=False, min_value=1, max_value=600, initial=6
    )


class ColleaguesForm(PlainForm):
    """Many colleagues at once."""

    LIMIT = 50
    emails = forms.CharField(
        label=_("Invite by e-mail"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One address per line. They become agents; you can change that later."),
    )

    def clean_emails(self) -> list[str]:
        text = self.cleaned_data["emails"].replace(",", " ").replace(";", " ")
        addresses = list(dict.fromkeys(text.split()))
        if len(addresses) > self.LIMIT:
            raise forms.ValidationError(_("At most %(limit)s at once.") % {"limit": self.LIMIT})
        return addresses
