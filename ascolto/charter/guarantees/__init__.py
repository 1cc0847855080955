"""The ten guarantees, one file each."""

from __future__ import annotations

from ascolto.charter.guarantees import named, no_rubber_wall, one_owner, right_timing
from ascolto.gates import Gate, register


def guard_gates() -> None:
    """Register every guarantee at its gates."""
    register(Gate.SEND, "no-rubber-wall", no_rubber_wall.at_send)
    register(Gate.SEND, "right-timing", right_timing.at_send)
    register(Gate.SEND, "named", named.at_send)
    register(Gate.SEND, "one-owner", one_owner.at_send)
    register(Gate.ASSIGN, "no-rubber-wall", no_rubber_wall.at_assign)
    register(Gate.ASSIGN, "one-owner", one_owner.at_assign)
    register(Gate.CONTACT, "right-timing", right_timing.at_contact)
