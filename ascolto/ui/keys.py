"""Single keys of one's own: which may be changed, and to what. Pure but for the words."""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.ui.commands import Command, commands

LEADER = "g"  # then a letter goes to a place: not to be given away
FIXED = frozenset({"Enter", "Escape"})  # what these do is what everybody expects


def changeable() -> tuple[Command, ...]:
    """The commands whose single key a person may change."""
    return tuple(command for command in commands() if command.key and command.key not in FIXED)


class KeyRefused(ValueError):
    """`key` is the usual key of the command that cannot have `wanted`; `taken_by` is the command that has it."""

    def __init__(self, key: str, wanted: str, taken_by: Command | None = None) -> None:
        super().__init__(f"{key}: {wanted[:10]}")
        self.key, self.wanted, self.taken_by = key, wanted, taken_by


def checked_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """The keys that differ from the usual ones: usual to chosen. Unknown commands are left out. Raises KeyRefused."""
    known = {command.key: command for command in changeable()}
    chosen = {key: wanted.get(key, "").strip() or key for key in known}
    taken: dict[str, str] = {}
    for key, pressed in chosen.items():
        if (
            len(pressed) != 1
            or not pressed.isprintable()
            or pressed.isspace()
            or pressed in {LEADER, '"', "<", "&"}
        ):
            raise KeyRefused(key, pressed)
        if pressed in taken:
            raise KeyRefused(key, pressed, known[taken[pressed]])
        taken[pressed] = key
    return {key: pressed for key, pressed in chosen.items() if pressed != key}
