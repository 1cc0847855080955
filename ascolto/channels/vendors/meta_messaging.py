"""Private messages of Messenger and Instagram: `messaging[]`, `standby[]`, and the same elements below `changes[]`.

Meta writes ids as texts or numbers, and times in milliseconds, seconds or ISO 8601; all of that is read here. An element that lacks
what makes it what it says it is becomes Unsupported and hurts nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Inbound, Unsupported
from ascolto.channels.reading import Unreadable, object_of, objects_of, text_of
from ascolto.channels.vendors.meta_elements import READERS
from ascolto.channels.vendors.meta_talk import Element, Talk, moment

# What `changes[].field` may be where an element stands in its `value` (Instagram, and Meta's test button).
FIELDS = frozenset(
    {
        *(
            "messages",
            "message_echoes",
            "message_edits",
            "message_edit",
            "message_reactions",
            "message_reads",
        ),
        *("message_deliveries", "messaging_seen", "messaging_postbacks", "messaging_referrals"),
        *("messaging_referral", "messaging_optins", "messaging_account_linking", "messaging_handovers"),
        *("messaging_handover", "messaging_policy_enforcement", "messaging_customer_information", "standby"),
        *("messaging_feedback", "response_feedback", "message_context", "messaging_payments"),
        *("messaging_pre_checkouts", "messaging_checkout_updates", "messaging_game_plays", "inbox_labels"),
    }
)


def has_messaging(entry: Element) -> bool:
    """Whether an entry holds private messages, in whatever shape."""
    if "messaging" in entry or "standby" in entry:
        return True
    return any(text_of(change.get("field"), 60) in FIELDS for change in objects_of(entry.get("changes")))


def read_entry(
    entry: Element, namespace: str, own_id: str, received_at: datetime, app_secret: str = ""
) -> Iterator[Inbound]:
    """Everything the `messaging` and `standby` of an entry tell, in order."""
    for at, name, element in _elements(entry, received_at):
        yield from read_element(element, Talk(namespace, own_id, at, name == "standby", app_secret))


def _elements(
    entry: Element, received_at: datetime, *, whole: bool = True
) -> Iterator[tuple[datetime, str, Any]]:
    """The elements of an entry with its time. `whole`: a gateway may have put entries in the place of elements, once."""
    at = moment(entry.get("time"), received_at)
    for name in ("messaging", "standby"):
        given = entry.get(name)
        for element in [given] if isinstance(given, dict) else given if isinstance(given, list) else []:
            if whole and isinstance(element, dict) and "messaging" in element:
                yield from _elements(element, received_at, whole=False)
            else:
                yield at, name, element


def read_element(element: Any, talk: Talk) -> list[Inbound]:
    """What one element tells."""
    if not isinstance(element, dict):
        return [Unsupported(what="messaging: no object")]
    found: list[Inbound] = []
    for name in [name for name in element if name in READERS]:
        try:
            found += READERS[name](talk, element, object_of(element[name]))
        except Unreadable as error:
            found.append(Unsupported(what=f"{name}: {error}"))
    kinds = sorted(text_of(name, 40) for name in element if name not in _ENVELOPE)
    return found or [Unsupported(what=f"messaging: {', '.join(kinds) or 'nothing'}"[:300])]


_ENVELOPE = {"sender", "recipient", "timestamp"}
