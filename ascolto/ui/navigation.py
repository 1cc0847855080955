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


def who_may(*permissions: str) -> Callable[[Any], bool]:
    """Whoever may do one of these things."""
    return lambda person: any(person.may(name) for name in permissions)


Counter = Callable[[Any], int]  # how much of something waits for this person
_waiting: dict[str, tuple[Counter, str | Promise]] = {}


def count_waiting(key: str, counter: Counter, words: str | Promise) -> None:
    """A room above tells what waits behind the place `key`; `words` say what the number means. Called at the start."""
    _waiting[key] = (counter, words)


def waiting_for(person: Any) -> dict[str, Waiting]:
    """What waits for this person, by the place where they find it; nothing where nothing waits."""
    counted = ((key, counter(person), words) for key, (counter, words) in _waiting.items())
    return {key: Waiting(number, words) for key, number, words in counted if number}


@dataclass(frozen=True, slots=True)
class Waiting:
    """So much, and what it is. More than 99 reads "99+"."""

    number: int
    words: str | Promise

    @property
    def shown(self) -> str:
        return "99+" if self.number > 99 else str(self.number)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that this person should see wherever they are, in one line, and where to go about it."""

    tone: str  # bad, warn
    title: str
    text: str
    href: str
    action: str


_alerting: list[Callable[[Any], Alert | None]] = []


def raise_alerts(reader: Callable[[Any], Alert | None]) -> None:
    """A room above tells what has to be seen everywhere; `reader` is asked with every page. Called at the start."""
    if reader not in _alerting:
        _alerting.append(reader)


def alerts_for(person: Any) -> list[Alert]:
    """What this person should see wherever they are."""
    return [alert for reader in _alerting if (alert := reader(person)) is not None]


_foot: dict[str, tuple[str, Callable[[], Any]]] = {}


def show_in_foot(name: str, template: str, reader: Callable[[], Any]) -> None:
    """A room above shows something in the foot of every screen: `template` sees what `reader` tells under `name`. It is read with
    every page, so it costs one cheap query at most. Guests do not see it."""
    _foot[name] = (template, reader)


def in_foot(person: Any) -> list[tuple[str, str, Any]]:
    """The name, the template and the content of everything in the foot."""
    if not colleagues(person):
        return []
    return [(name, template, reader()) for name, (template, reader) in _foot.items()]


_scripts: list[str] = []


def add_script(path: str) -> None:
    """A room above has a module (a path of static files) for every page of who is signed in. Called at the start."""
    if path not in _scripts:
        _scripts.append(path)


def scripts() -> tuple[str, ...]:
    """The modules that rooms above have for every page."""
    return tuple(_scripts)


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
    is_tab: bool = False  # also at the foot of a telephone's screen, where there is room for four


ITEMS = (
    Item("desk", _("Conversations"), "desk:queue", "inbox", go="d", is_tab=True),
    Item("customers", _("Customers"), "directory:customers", "users", colleagues, go="u"),
    Item("wall", _("The wall"), "wall:wall", "layout-dashboard", leads, go="w"),
    Item("mentions", _("Mentions"), "collaboration:mentions", "at-sign", go="m", is_tab=True),
    Item("requests", _("Requests"), "collaboration:requests", "split", go="r", is_tab=True),
    Item("problems", _("Problems"), "collaboration:problems", "zap", colleagues, go="p"),
    Item("charter", _("Charter"), "charter:charter", "scroll-text", colleagues, go="c"),
    Item(
        "notifications", _("Notifications"), "notifications:list", "bell", go="n", place="foot", is_tab=True
    ),
    Item("settings", _("Settings"), "workspace:settings", "settings", go="s", place="foot"),
)
