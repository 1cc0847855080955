"""The fields of conversations that this room knows: a file for each matter. `register_fields` is called when the product starts."""

from __future__ import annotations

from ascolto.conversations.fields import register_field
from ascolto.views.fields import customers, holders, meaning, state, times


def register_fields() -> None:
    """Let conditions ask about all of these."""
    for module in (state, holders, times, meaning, customers):
        for field in module.FIELDS:
            register_field(field)
