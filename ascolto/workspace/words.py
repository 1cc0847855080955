"""What fields and values of settings are called: in the log, and wherever a change is told."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.channels.registry import all_adapters

WORDS: dict[str, str | Promise] = {
    "administrator": _("administrator"),
    "lead": _("lead"),
    "agent": _("agent"),
    "guest": _("guest"),
    "name": _("name"),
    "email": _("e-mail"),
    "role": _("role"),
    "teams": _("teams"),
    "permissions": _("what it may do"),
    "base": _("begins as"),
    "undo_seconds": _("seconds to take an answer back"),
    "keys": _("keys of one's own"),
    "density": _("density"),
    "has_sound": _("sound"),
    "start_page": _("first page"),
    "accent": _("accent colour"),
    "logo": _("logo"),
    "made": _("made"),
    "dissolved": _("dissolved"),
    "restored": _("restored"),
    "light": _("light"),
    "dark": _("dark"),
    "members": _("people"),
    "is_active": _("open or closed"),
    "language": _("language"),
    "theme": _("colours"),
    "time_zone": _("time zone"),
    "single_keys": _("single-letter keys"),
    "is_available": _("availability"),
    "password": _("password"),
    "sessions": _("sessions"),
    "reopen_days": _("days to reopen"),
    "deleted": _("dissolved"),
    "base_url": _("address"),
    "model": _("model"),
    "api_key": _("key"),
    "headers": _("headers"),
    "is_enabled": _("on or off"),
    "is_own_network": _("own network"),
    "purposes": _("what it may be asked for, and where"),
    "time_limit": _("seconds to wait"),
    "answer_seconds": _("seconds that a customer waits for the bot"),
    "places": _("requests at once"),
    "masks_numbers": _("hiding of numbers"),
    "keep_days": _("days to keep the log"),
    "text": _("text"),
    "flow": _("flow"),
    "rival": _("rival"),
    "rival_version": _("rival version"),
    "share": _("share"),
    "stopped_why": _("why it was stopped"),
    "sends": _("what it may be told"),
    "secret": _("secret"),
    "token": _("token"),
    "host": _("server"),
    "seconds": _("seconds to answer"),
    "url": _("address"),
    "title": _("title"),
    "first_response": _("first answer"),
    "next_response": _("further answers"),
    "resolution": _("solution"),
    "calendar": _("calendar"),
    "is_worse": _("better or worse than everybody's"),
    "reason": _("reason"),
    "valid_until": _("end"),
    "content": _("opening hours"),
    "is_archived": _("laid aside or not"),
    "steps": _("steps"),
    "delay_notice": _("notice of a delay"),
    "tell_wait": _("told wait"),
    "pack": _("regulation"),
    "complaint_days": _("days for a complaint"),
    "threshold": _("threshold"),
    "available": _("available"),
    "busy": _("busy"),
    "away": _("away"),
    "offline": _("not here"),
    "shortcut": _("shortcut"),
    "texts": _("texts"),
    "team": _("team"),
}


def called(item: str) -> str:
    """A field or a value of ours as screens call it; anything else as it is."""
    if (word := WORDS.get(item)) is not None:
        return str(word)
    label = _settings().get(item, "")
    return gettext(label) if label else item


@cache
def _settings() -> dict[str, str]:
    """Settings of channels and their labels; where channels call one differently, the first that has it."""
    found: dict[str, str] = {}
    for adapter in all_adapters().values():
        for item in fields(adapter.Config):
            found.setdefault(item.name, item.metadata.get("label", ""))
    return found
