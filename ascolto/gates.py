"""Where guarantees bite. A gate is a moment at which something may be refused; guarantees are asked there by name.

Rooms above register guarantees; the rooms that act only know the gate. `pass_gate` raises Refused with a reason for people.

A gate is shut unless every guarantee that REQUIRED names for it is registered: taking a room of guarantees away makes acting
impossible, not free. A guarantee that fails for a reason of its own refuses as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

log = logging.getLogger(__name__)
REASON_AT_LEAST = 8  # characters of a reason for setting a guarantee aside


class Gate(StrEnum):
    """The moments at which the house may say no."""

    SEND = "send"  # a message to a customer leaves: conversations.actions.reply.Attempt
    ASSIGN = "assign"  # a conversation changes hands: conversations.actions.change.Handing
    CONTACT = "contact"  # somebody asks whether a customer may be approached: charter.contact.Approach


# Without these a gate stays shut, whatever else guards it.
REQUIRED: Mapping[Gate, frozenset[str]] = {
    Gate.SEND: frozenset({"channel", "no-rubber-wall", "right-timing", "named", "one-owner", "four-eyes"}),
    Gate.ASSIGN: frozenset({"no-rubber-wall", "one-owner"}),
    Gate.CONTACT: frozenset({"right-timing"}),
}


class Refused(Exception):
    """An action that is not allowed. `code` is stable for machines, the text is for people, `fix` says what to do instead.

    `guarantee` names who refused, `may_override` that a person may set it aside with a reason; `place` tells where in what was
    attempted the trouble is (`start` and `end` in its text, `message` where something was said before).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fix: str = "",
        guarantee: str = "",
        may_override: bool = False,
        place: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix
        self.guarantee, self.may_override, self.place = guarantee, may_override, dict(place or {})


Guarantee = Callable[[Any], None]
_GUARANTEES: dict[Gate, dict[str, Guarantee]] = {gate: {} for gate in Gate}
_overridden: list[Callable[[Gate, str, str, Refused, Any], None]] = []


def register(gate: Gate, name: str, guarantee: Guarantee) -> None:
    """Ask `guarantee` at `gate`; it raises Refused or returns. The same name again replaces it."""
    _GUARANTEES[gate][name] = guarantee


def note_overrides(note: Callable[[Gate, str, str, Refused, Any], None]) -> None:
    """Let `note(gate, guarantee, reason, refused, attempt)` write down each time a person set a guarantee aside."""
    if note not in _overridden:
        _overridden.append(note)


def pass_gate(gate: Gate, attempt: Any) -> None:
    """Ask every guarantee in the order of registration. Raises the first Refused that no reason sets aside.

    `attempt.overrides` maps names of guarantees to the reasons for which a person sets them aside; it counts only where the
    refusal allows it, and is written down.
    """
    for name, guarantee in _guards(gate).items():
        refused = _ask(name, guarantee, attempt)
        if refused is None:
            continue
        reason = str((getattr(attempt, "overrides", None) or {}).get(name, "")).strip()
        if not refused.may_override or len(reason) < REASON_AT_LEAST or not _overridden:
            raise refused
        for note in _overridden:
            note(gate, name, reason, refused, attempt)


def refusals(gate: Gate, attempt: Any) -> list[Refused]:
    """What every guarantee would say, without acting: for showing it while people still write."""
    asked = (_ask(name, guarantee, attempt) for name, guarantee in _guards(gate).items())
    return [refused for refused in asked if refused is not None]


def _guards(gate: Gate) -> Mapping[str, Guarantee]:
    guarantees = _GUARANTEES[gate]
    if missing := REQUIRED[gate] - guarantees.keys():
        raise Refused(
            "gate_unguarded",
            f"Nothing may pass the gate {gate.value!r}: {', '.join(sorted(missing))} is missing.",
        )
    return guarantees


def _ask(name: str, guarantee: Guarantee, attempt: Any) -> Refused | None:
    from django.db import Error as DatabaseError

    try:
        guarantee(attempt)
    except Refused as refused:
        refused.guarantee = refused.guarantee or name
        return refused
    except DatabaseError:
        raise
    except Exception:
        log.exception("a guarantee failed; what it guards is refused", extra={"guarantee": name})
        return Refused(
            "guarantee_failed",
            f"The guarantee {name!r} could not be checked.",
            fix="Try again.",
            guarantee=name,
        )
    return None
