"""What people write on the pages of customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.conversations.customer_labels import customer_labels
from ascolto.customers.models import Customer, CustomerField, CustomerGroup
from ascolto.directory.handles import HAND_WRITTEN, as_handle
from ascolto.directory.portrait import language_name
from ascolto.ui.forms import PlainForm

# what customers of a European company write in; another code that a network told us stays among the choices
LANGUAGES = ("it", "en", "de", "fr", "es", "pt", "nl", "pl", "ro", "sq", "uk", "ru", "sr", "hr", "sl", "el", "tr", "ar",
             "zh-hans", "hi", "bn", "ur", "pa")  # fmt: skip


def language_choices(*also: str) -> list[tuple[str, str]]:
    """Languages by their names; `also`: codes that have to be among them."""
    known = dict.fromkeys((*LANGUAGES, *(code for code in also if code)))
    names = sorted((language_name(code), code) for code in known)
    return [(code, name) for name, code in names]


class CustomerForm(PlainForm):
    """Who the customer is."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    language = forms.CharField(
        label=gettext_lazy("Language"),
        max_length=8,
        required=False,
        widget=forms.Select,
        validators=[
            RegexValidator(
                r"\A[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?\Z", gettext_lazy("Choose a language from the list.")
            )
        ],
    )
    about = forms.CharField(
        label=gettext_lazy("Worth knowing"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What colleagues should know. The customer does not see it."),
    )
    group = forms.ModelChoiceField(
        CustomerGroup.objects.none(),
        label=gettext_lazy("Group"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("What the company promises may differ by group."),
    )
    labels = forms.MultipleChoiceField(
        label=gettext_lazy("Labels"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, customer: Customer, labels: list[str]) -> None:
        super().__init__(
            data,
            initial={
                "name": customer.name,
                "language": customer.language,
                "about": customer.about,
                "group": customer.group_id,
                "labels": labels,
            },
        )
        choices = [("", _("Not known")), *language_choices(customer.language)]
        self.fields["language"].widget.choices = choices  # type: ignore[attr-defined]
        self.fields["group"].queryset = CustomerGroup.objects.all()  # type: ignore[attr-defined]
        offered = dict.fromkeys([label.name for label in customer_labels()] + labels)
        self.fields["labels"].choices = [(name, name) for name in offered]  # type: ignore[attr-defined]
        if not offered:
            del self.fields["labels"]


class HandleForm(PlainForm):
    """A further handle of a customer."""

    namespace = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=[
            ("email", gettext_lazy("E-mail address")),
            ("phone", gettext_lazy("Telephone number")),
            ("external", gettext_lazy("Customer code")),
        ],
    )
    value = forms.CharField(label=gettext_lazy("Handle"), max_length=255)
    is_proven = forms.BooleanField(
        label=gettext_lazy("I made sure that it is theirs"),
        required=False,
        help_text=gettext_lazy("Whoever writes with it is recognised as this customer from then on."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        if given.get("namespace") in HAND_WRITTEN and given.get("value"):
            try:
                given["value"] = as_handle(given["namespace"], given["value"])
            except ValueError as error:
                self.add_error("value", str(error))
        return given


class FieldForm(PlainForm):
    """The definition of a field."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=[
            (CustomerField.Kind.TEXT, gettext_lazy("Text")),
            (CustomerField.Kind.NUMBER, gettext_lazy("Number")),
            (CustomerField.Kind.DATE, gettext_lazy("Date")),
            (CustomerField.Kind.CHOICE, gettext_lazy("One of several")),
            (CustomerField.Kind.MULTI, gettext_lazy("Some of several")),
            (CustomerField.Kind.YES_NO, gettext_lazy("Yes or no")),
            (CustomerField.Kind.LINK, gettext_lazy("Web address")),
        ],
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line; only where one or some of several are chosen."),
    )
    about = forms.CharField(label=gettext_lazy("What colleagues should know"), max_length=200, required=False)
    editor = forms.ChoiceField(
        label=gettext_lazy("Who may write it"),
        choices=[
            (CustomerField.Editor.AGENTS, gettext_lazy("Everybody who answers")),
            (CustomerField.Editor.LEADS, gettext_lazy("Leads")),
            (CustomerField.Editor.NOBODY, gettext_lazy("Only other systems, by the API")),
        ],
    )
    is_required = forms.BooleanField(label=gettext_lazy("It may not be emptied"), required=False)
    is_on_card = forms.BooleanField(
        label=gettext_lazy("Show it beside conversations"), required=False, initial=True
    )

    def __init__(self, data: Any = None, *, field: CustomerField | None = None) -> None:
        initial = None
        if field is not None:
            names = ("name", "kind", "about", "editor", "is_required", "is_on_card")
            initial = {name: getattr(field, name) for name in names} | {"choices": "\n".join(field.choices)}
        super().__init__(data, initial=initial)
        if field is not None:
            del self.fields["kind"]

    def values(self) -> dict[str, Any]:
        """What was written, as the action takes it."""
        given = dict(self.cleaned_data)
        given["choices"] = given["choices"].split("\n")
        return given
