"""Forms with the classes of the design system; what an action refuses is shown at the field it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.widgets.Input, "input"),
)


class PlainForm(forms.Form):
    """A form drawn by `ui/form.html`. Hints and errors are tied to their inputs by Django's own ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            style(field)

    def refuse(self, error: ValidationError) -> None:
        """Show what an action refused: at the field it names, or above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, ValidationError(errors))


def style(field: forms.Field) -> None:
    """Give an input the class of its kind."""
    widget = field.widget
    if isinstance(
        widget, forms.CheckboxSelectMultiple | forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput
    ):
        return
    for kind, name in _CLASSES:
        if isinstance(widget, kind):
            widget.attrs.setdefault("class", name)
            return


def choices_of(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Rows of the database as choices."""
    return [(str(row.pk), str(row)) for row in rows]
