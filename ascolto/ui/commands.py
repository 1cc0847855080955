"""What can be done by a key: one list for the keyboard help, the palette, and the profile where keys are changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONVERSATION, LIST, WRITING, ANYWHERE = "conversation", "list", "writing", "anywhere"


@dataclass(frozen=True, slots=True)
class Command:
    """`key`: a single key outside fields, as browsers name it ("E" is Shift+e), by which scripts know it (`onKey` in keys.js).
    Without one, `chord` says how it is pressed. `also`: further ways that are only told. `place`: where it works."""

    label: str | Promise
    key: str = ""
    icon: str = "corner-down-right"
    place: str = CONVERSATION
    chord: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    in_palette: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys as people read them."""
        if self.chord:
            return self.chord
        return ("Shift", self.key) if self.key.isalpha() and self.key.isupper() else (self.key,)


_COMMANDS = [
    Command(_("Reply"), "r", "reply"),
    Command(_("Internal note"), "n", "sticky-note"),
    Command(_("Assign"), "a", "user-round-plus"),
    Command(_("Hand over"), "t", "split"),
    Command(_("Labels"), "l", "tag"),
    Command(_("Snooze"), "z", "timer"),
    Command(_("Ask a department"), "d", "split"),
    Command(_("Follow"), "w", "bell"),
    Command(_("Resolve"), "e", "check"),
    Command(_("Resolve and open the next"), "E", "check"),
    Command(_("Next conversation"), "j", "arrow-right", LIST, also=("Alt", "J")),
    Command(_("Previous conversation"), "k", "arrow-right", LIST, also=("Alt", "K")),
    Command(_("Open it"), "Enter", "inbox", LIST, in_palette=False),
    Command(_("Filter"), "f", "list-filter", LIST),
    Command(_("Search"), "/", "search", ANYWHERE),
    Command(_("Send"), chord=("Ctrl", "Enter"), place=WRITING, in_palette=False),
    Command(_("Send and resolve"), chord=("Ctrl", "Shift", "Enter"), place=WRITING, in_palette=False),
    Command(_("Commands, people, conversations"), chord=("Ctrl", "K"), place=ANYWHERE, in_palette=False),
    Command(_("Close, back to the row"), "Escape", place=ANYWHERE, in_palette=False),
    Command(_("This help"), "?", "circle-question-mark", ANYWHERE),
]
_HEADINGS: dict[str, str | Promise] = {
    CONVERSATION: _("This conversation"),
    LIST: _("The list"),
    WRITING: _("While writing"),
    ANYWHERE: _("Anywhere"),
}


def add_command(command: Command) -> None:
    """A room above has something that can be done by a key. Called at the start; a key that is taken raises ValueError."""
    if command in _COMMANDS:
        return
    if command.key and any(known.key == command.key for known in _COMMANDS):
        raise ValueError(f"the key {command.key} is taken already")
    _COMMANDS.append(command)


def commands() -> tuple[Command, ...]:
    """Everything that can be done by a key."""
    return tuple(_COMMANDS)


def grouped() -> Iterator[tuple[str | Promise, list[Command]]]:
    """The commands by where they work, with the heading of each group."""
    for place, heading in _HEADINGS.items():
        yield heading, [command for command in _COMMANDS if command.place == place]
