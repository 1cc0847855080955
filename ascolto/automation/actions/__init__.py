"""The only writers of automation."""

from ascolto.automation.actions.macros import (
    archive_macro,
    change_macro,
    create_macro,
    restore_macro,
)
from ascolto.automation.actions.rules import (
    archive_rule,
    change_rule,
    create_rule,
    move_rule,
    restore_rule,
    restore_version,
    switch_rule,
)
from ascolto.automation.actions.using import run_macro, run_macro_on, undo_macro

__all__ = [
    "archive_macro",
    "archive_rule",
    "change_macro",
    "change_rule",
    "create_macro",
    "create_rule",
    "move_rule",
    "restore_macro",
    "restore_rule",
    "restore_version",
    "run_macro",
    "run_macro_on",
    "switch_rule",
    "undo_macro",
]
