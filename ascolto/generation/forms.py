"""The form of the server. What its fields may hold is the action's business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ascolto.generation.actions.configure import KEPT
from ascolto.generation.models import SWITCHED
from ascolto.ui.forms import PlainForm

FORGET = "forget"


class ServerForm(PlainForm):
    """Where the server is and how it is asked. An empty key keeps the one that is stored."""

    base_url = forms.CharField(
        label=_("Address of the server"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "https://models.example/v1", "inputmode": "url"}),
        help_text=_(
            "Any server that speaks as OpenAI's does (chat completions), with or without /v1 at the end."
        ),
    )
    is_own_network = forms.BooleanField(
        label=_("This server is in our own network"),
        required=False,
        help_text=_("Only with this tick a private address is allowed, and http:// without encryption."),
    )
    model = forms.CharField(
        label=_("Name of the model"),
        max_length=200,
        required=False,
        help_text=_("As the server calls it."),
    )
    api_key = forms.CharField(
        label=_("Key"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Stored encrypted and never shown again. Leave it empty to keep the one that is stored."),
    )
    forgets_key = forms.BooleanField(label=_("Forget the stored key"), required=False)
    headers = forms.CharField(
        label=_("Further headers"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "placeholder": "api-key: …"}),
        help_text=_(
            "For servers that want more than a key: one a line, as “Name: value”. They too are stored encrypted and not shown again; "
            "what you write replaces all of them."
        ),
    )
    forgets_headers = forms.BooleanField(label=_("Forget the stored headers"), required=False)
    time_limit = forms.IntegerField(
        label=_("Seconds to wait for an answer"),
        min_value=2,
        max_value=60,
        help_text=_(
            "For everything, a second try included. Then the agent gets what Ascolto can say by itself."
        ),
    )
    answer_seconds = forms.IntegerField(
        label=_("Seconds that a customer waits for the bot"),
        min_value=1,
        max_value=10,
        help_text=_("Then the bot sends what it found, word for word."),
    )
    places = forms.IntegerField(label=_("Requests at once"), min_value=1, max_value=8)
    masks_numbers = forms.BooleanField(
        label=_("Hide order numbers and other long numbers too"), required=False
    )
    keep_days = forms.IntegerField(label=_("Days to keep the log of what left"), min_value=1, max_value=365)

    PLAIN = (
        "base_url",
        "is_own_network",
        "model",
        "time_limit",
        "answer_seconds",
        "places",
        "masks_numbers",
        "keep_days",
    )
    FOLDED = (
        "headers",
        "forgets_headers",
        "time_limit",
        "answer_seconds",
        "places",
        "masks_numbers",
        "keep_days",
    )

    def values(self) -> dict[str, Any]:
        """What is no secret."""
        return {name: self.cleaned_data[name] for name in self.PLAIN}

    def api_key_wanted(self) -> str | None:
        """The key that was typed, "" to forget the stored one, or KEPT."""
        typed = self.cleaned_data["api_key"].strip()
        return typed or ("" if self.cleaned_data["forgets_key"] else KEPT)

    def headers_wanted(self) -> str | None:
        """The headers that were typed, "" to forget the stored ones, or KEPT."""
        typed = self.cleaned_data["headers"].strip()
        return typed or ("" if self.cleaned_data["forgets_headers"] else KEPT)

    def main_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.FOLDED]

    def folded_fields(self) -> list[Any]:
        return [self[name] for name in self.FOLDED]

    def has_folded_errors(self) -> bool:
        return any(name in self.errors for name in self.FOLDED)


def read_purposes(data: QueryDict) -> list[str]:
    """The purposes that were ticked for the whole house."""
    return [purpose for purpose in SWITCHED if purpose in data.getlist("purpose")]


def read_switches(data: QueryDict) -> list[tuple[int, str]]:
    """The pairs of inbox and purpose that were ticked, each written as "7:summary"."""
    found = []
    for pair in data.getlist("switch")[:5000]:
        account, _colon, purpose = pair.partition(":")
        if account.isascii() and account.isdigit() and len(account) < 16 and purpose in SWITCHED:
            found.append((int(account), str(purpose)))
    return found
