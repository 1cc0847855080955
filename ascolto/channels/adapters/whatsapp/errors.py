"""What the error numbers of the WhatsApp Cloud API mean for a message of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.channels.reading import objects_of
from ascolto.channels.vendors import meta_graph
from ascolto.channels.vendors.meta_graph import Meanings, code_of, reason_of

CODES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((131000, 131016, 131057, 133004, 133016), ErrorClass.RETRY),
    **dict.fromkeys((80007, 130429, 131056, 131064), ErrorClass.RETRY_AFTER),
    131047: ErrorClass.WINDOW_CLOSED,
    # The person does not want it, or WhatsApp keeps marketing from them: asking again changes nothing.
    **dict.fromkeys((130472, 131049, 131050), ErrorClass.BLOCKED),
    **dict.fromkeys((130497, 131026, 131021, 131030), ErrorClass.RECIPIENT_GONE),
    **dict.fromkeys(
        (131005, 131037, 131042, 131044, 131045, 131063, 133005, 133006, 133008, 133010, 134011),
        ErrorClass.CONFIG,
    ),
    **dict.fromkeys((131031, 131048), ErrorClass.ABUSE_STOP),
    **dict.fromkeys((131008, 131009, 131051, 131052, 131053, 131062, 135000), ErrorClass.CONTENT),
    **dict.fromkeys(range(132000, 133000), ErrorClass.CONTENT),  # templates
}
# How long to wait where the answer does not say: one message in six seconds to one person; bursts pass in a moment.
WAITS: Mapping[int, float] = {131056: 6.0, 130429: 5.0}
MEANINGS = Meanings(codes=CODES, waits=WAITS)


def failure_of(errors: Any) -> Failure:
    """Why a message failed, from the errors of its status."""
    error = next(objects_of(errors), {})
    code = code_of(error)
    known = None if code is None else CODES.get(code) or meta_graph.CODES.get(code)
    return Failure(
        known or ErrorClass.UNKNOWN,
        reason_of(error) or "WhatsApp could not deliver the message.",
        code="" if code is None else str(code),
    )
