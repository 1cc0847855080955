"""From a line of the log to the thing it is about."""

from __future__ import annotations

from ascolto.events.models import Event
from ascolto.ui.jinja import url_or_none

# what the events call it, the screen that shows it, and the kinds of events where it is that thing
_PLACES = (
    ("routing.", "agent", "routing:person"),
    ("routing.", "team", "routing:team"),
    ("", "role", "workspace:role"),
    ("", "policy", "sla:policy"),
    ("", "calendar", "sla:calendar"),
    ("topic.", "topic", "understanding:topic"),
    ("saved_reply.", "reply", "knowledge:reply"),
    ("customer_group.", "group", "routing:group"),
    ("rule.", "rule", "automation:rule"),
    ("agent.", "agent", "workspace:person"),
    ("team.", "team", "workspace:team"),
)
_SCREENS = {
    "company.": "workspace:company",
    "routing.": "routing:rules",
    "policy.": "sla:promises",
    "charter.": "charter:settings",
    "language_model.": "generation:settings",
    "token.": "workspace:tokens",
    "appearance.": "workspace:appearance",
    "bot_action.": "bot:systems",
}


def link_of(event: Event) -> str:
    """The address of what the event is about; empty when it has none or is gone for good."""
    if event.data.get("fields") == ["deleted"]:
        return ""
    if event.account_id:
        return url_or_none("workspace:inbox", event.account_id) or ""
    for kind, name, screen in _PLACES:
        key = event.data.get(name)
        if event.type.startswith(kind) and isinstance(key, int) and (found := url_or_none(screen, key)):
            return found
    place = next((screen for kind, screen in _SCREENS.items() if event.type.startswith(kind)), "")
    return (url_or_none(place) or "") if place else ""
