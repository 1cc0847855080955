"""The rooms one can go to. A new screen is one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def everybody(person: Any) -> bool:
    return True


def colleagues(person: Any) -> bool:
    """Everybody but a department's guest."""
    return not person.is_guest


def leads(person: Any) -> bool:
    return bool(person.is_lead)


def administrators(person: Any) -> bool:
    return bool(person.is_administrator)


@dataclass(frozen=True, slots=True)
class Item:
    """A place: its key (`current=` of the shell), words, address, icon, who sees it, and the letter after `g`."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    seen_by: Callable[[Any], bool] = everybody
    go: str = ""
    place: str = "main"  # main, foot


ITEMS = (
    Item("desk", _("Conversations"), "desk:queue", "inbox", go="d"),
    Item("settings", _("Settings"), "workspace:settings", "settings", go="s", place="foot"),
)
