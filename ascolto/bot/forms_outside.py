"""Forms of systems that flows ask, and of external bots. What their fields may hold is the actions' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ascolto.bot.actions.external_bots import LEAST_SECONDS, MOST_SECONDS
from ascolto.bot.models import BotAction, BotPost, ExternalBot
from ascolto.channels.models import ChannelAccount
from ascolto.ui.forms import PlainForm

_URL = {"placeholder": "https://…", "inputmode": "url", "autocomplete": "off", "spellcheck": "false"}


class SystemForm(PlainForm):
    """A system that flows may ask. Without `action` it is a new one, which needs a name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Flows name it so, for example: line_test. It stays as it is."),
    )
    about = forms.CharField(label=_("What it is for"), max_length=200, required=False)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(attrs=_URL),
        help_text=_("We post JSON there, signed with the secret (Standard Webhooks)."),
    )
    sends = forms.CharField(
        label=_("What it may be told"),
        max_length=2_000,
        required=False,
        help_text=_("Names of slots, with commas between them. Nothing else leaves, whatever a flow says."),
    )

    def __init__(self, *args: Any, action: BotAction | None = None, **kwargs: Any) -> None:
        if action is not None:
            told = {"about": action.about, "url": action.url, "sends": ", ".join(action.sends)}
            kwargs.setdefault("initial", told)
        super().__init__(*args, **kwargs)
        if action is not None:
            del self.fields["name"]

    def values(self) -> dict[str, Any]:
        """As the actions take them."""
        given = dict(self.cleaned_data)
        return {**given, "sends": given["sends"].replace(",", " ").split()}


class ExternalBotForm(PlainForm):
    """An external bot. Without `bot` it is a new one, which needs an inbox."""

    account = forms.ModelChoiceField(label=_("Inbox"), queryset=ChannelAccount.objects.none())
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Colleagues read it beside what the bot wrote.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(attrs=_URL),
        help_text=_("We post each message of a customer there, in the form of Chatwoot's agent bots."),
    )
    seconds = forms.IntegerField(
        label=_("Seconds to answer"),
        min_value=LEAST_SECONDS,
        max_value=MOST_SECONDS,
        initial=30,
        help_text=_("When they are over, a person goes on."),
    )

    def __init__(self, *args: Any, bot: ExternalBot | None = None, **kwargs: Any) -> None:
        if bot is not None:
            kwargs.setdefault("initial", {"name": bot.name, "url": bot.url, "seconds": bot.seconds})
        super().__init__(*args, **kwargs)
        if bot is not None:
            del self.fields["account"]
            return
        taken = BotPost.objects.filter(is_enabled=True).values("account")
        free = ChannelAccount.objects.filter(external_bot=None).exclude(pk__in=taken).order_by("name", "pk")
        self.fields["account"].queryset = free  # type: ignore[attr-defined]
