"""The settings of a telephone dialogue, the same for every network that brings calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ascolto.channels.protocol import Account, ConfigError, setting
from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_hours import Unreadable, read_hours
from ascolto.channels.vendors.ivr_state import Line
from ascolto.channels.vendors.twilio import e164
from ascolto.kit.text import clean

_MOST_NEEDS = 9  # one key each

SENTENCES = ("can be %(names)s, one or more, with commas.",)  # what adapters with these settings say


def company() -> Any:
    """The setting `company`."""
    return setting(
        "Name that callers hear", default="", example="Telvia", help="Empty: the name of this inbox."
    )


def languages() -> Any:
    """The setting `languages`."""
    return setting(
        "Languages", default="en", example="it, en", help="In the order in which they are offered: it, en."
    )


def needs() -> Any:
    """The setting `needs`."""
    return setting(
        "What people call about",
        default="fault, billing, other",
        example="fault, billing, contract, order, delivery, appointment, sales, complaint, other",
        help="Up to nine, in the order of their keys. Words of your own are spoken as you write them.",
    )


def ring_seconds() -> Any:
    """The setting `ring_seconds`."""
    return setting(
        "Seconds that agents are rung", default=30, help="5 to 120. Callers are told how long they wait."
    )


def hours() -> Any:
    """The setting `hours`."""
    return setting(
        "Opening hours", default="", example="mon-fri 09:00-18:00, sat 09:00-13:00", help="Empty: always."
    )


def timezone() -> Any:
    """The setting `timezone`."""
    return setting("Time zone", default="Europe/Rome", example="Europe/Rome")


def callback_within_minutes() -> Any:
    """The setting `callback_within_minutes`."""
    return setting(
        "Call back within minutes",
        default=60,
        help="Minutes of opening time, 15 or more. Callers are told the time until which they are called back.",
    )


def check(config: Any) -> None:
    """Raises ConfigError for a value that cannot be used."""
    unknown = [word for word in words_of(config.languages) if word not in ivr_texts.LANGUAGES]
    if unknown or not words_of(config.languages):
        raise ConfigError("languages", f"can be {', '.join(ivr_texts.LANGUAGES)}, one or more, with commas.")
    if len(words_of(config.needs)) > _MOST_NEEDS:
        raise ConfigError("needs", "has more than nine entries: there are nine keys.")
    if not 5 <= config.ring_seconds <= 120:
        raise ConfigError("ring_seconds", "is a number from 5 to 120.")
    if not 15 <= config.callback_within_minutes <= 10_000:
        raise ConfigError("callback_within_minutes", "is a number from 15 to 10000.")
    try:
        read_hours("", config.timezone)
    except Unreadable as error:
        raise ConfigError("timezone", "is not a time zone; write for example Europe/Rome") from error
    try:
        read_hours(config.hours, config.timezone)
    except Unreadable as error:
        raise ConfigError(
            "hours", "cannot be read; write for example mon-fri 09:00-18:00, sat 09:00-13:00"
        ) from error


def words_of(text: str) -> tuple[str, ...]:
    """The entries of a list with commas, each once."""
    found = (clean(word, 60).strip() for word in text.split(","))
    return tuple(dict.fromkeys(word for word in found if word))


def line_of(account: Account, *, agents: str, region: str = "") -> Line:
    """The line that these settings describe."""
    config = account.config
    return Line(
        company=clean(config.company or account.name, 120),
        languages=words_of(config.languages),
        needs=words_of(config.needs),
        hours=read_hours(config.hours, config.timezone),
        within=timedelta(minutes=config.callback_within_minutes),
        agents=agents if agents.startswith(("sip:", "client:")) else (e164(agents) or agents),
        ring_for=config.ring_seconds,
        region=region,
    )
