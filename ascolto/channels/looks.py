"""How a channel looks on screen: its glyph and its name, the same size and weight for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ascolto.channels.registry import UnknownChannel, get_adapter


@dataclass(frozen=True, slots=True)
class Look:
    """`icon` is a symbol of the sprite."""

    kind: str
    icon: str
    label: str | Promise
    has_subjects: bool = False  # its messages are letters
    moderates: frozenset[str] = frozenset()  # what may be done to public messages


@cache
def look_of(kind: str) -> Look:
    """The look of a kind of channel; one whose package is gone still has a name."""
    try:
        adapter = get_adapter(kind)
    except UnknownChannel:
        return Look(kind, "i-ch-chat", kind)
    return Look(
        kind,
        adapter.icon,
        gettext_lazy(adapter.label),
        adapter.capabilities.subject,
        adapter.capabilities.moderates,
    )
