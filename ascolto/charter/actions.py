"""The writers of the Charter: stops and overrides, what the company chose, days measured."""

from ascolto.charter.stops import note_override, note_refusals, note_refused

__all__ = ["note_override", "note_refusals", "note_refused"]
