"""Calendars as they are kept and edited: the JSON of `CalendarVersion.content`, read with errors that name the field. Pure.

    {"time_zone": "Europe/Rome",
     "weekly": {"0": [["09:00", "13:00"], ["14:00", "18:00"]], …, "6": []},     Monday is 0; an absent day is closed
     "always": true,                                                           instead of `weekly`: day and night
     "holidays": {"country": "IT", "subdivision": "", "own": ["12-07"]},
     "closures": [{"from": "2026-08-10", "to": "2026-08-21", "name": "Summer"}],
     "openings": [{"date": "2026-12-08", "spans": [["10:00", "16:00"]], "name": "Christmas market"}]}

An opening goes before a closure of the same day, both before holidays, and these before the week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.sla.holidays_of import FIRST_YEAR, LAST_YEAR, UnknownCountry, check_country
from ascolto.sla.opening import ALL_DAY, DAY_MINUTES, Calendar, Span

MOST_ENTRIES = 1000
MOST_CLOSED_DAYS = 3660  # of all closures together: ten years
MOST_SPANS = 24
MOST_NAME = 120
CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
FIELDS = frozenset({"time_zone", "weekly", "always", "holidays", "closures", "openings"})


class CalendarRefused(ValueError):
    """A calendar that cannot be. `field` says where, as in `weekly.0` or `closures.3.to`; `code` what is wrong."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.code, self.message = field, code, message


def read_calendar(content: Mapping[str, Any]) -> Calendar:
    """The calendar that the JSON describes. `CalendarRefused` names the first field that is wrong."""
    raise NotImplementedError


def calendar_content(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON that `read_calendar` reads back as an equal one."""
    raise NotImplementedError
