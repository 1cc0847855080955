"""What the regulation packs preset."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ascolto.sla.calendar import Timetable, end_of_day_after, read_calendar
from ascolto.sla.packs import AGCOM, PACKS, SPAIN
from ascolto.sla.tests.test_clock import LONG_AGO


def test_both_packs_are_there_under_their_names() -> None:
    assert set(PACKS) == {"it-agcom", "es-10-2025"}
    assert all(len(pack.id) <= 20 for pack in PACKS.values())


def test_an_italian_complaint_is_due_thirty_days_later_whatever_the_days() -> None:
    rome = ZoneInfo("Europe/Rome")
    calendar = read_calendar(
        {"time_zone": "Europe/Rome", "weekly": dict(AGCOM.weekly or {}), "holidays": {"country": "IT"}}
    )
    received = datetime(2026, 10, 1, 10, tzinfo=rome)
    due = end_of_day_after(calendar, received, AGCOM.complaint_days, working=AGCOM.complaint_days_are_working)
    assert due == datetime(2026, 11, 1, tzinfo=rome)  # an hour more than 30 days: the clocks go back


def test_a_spanish_complaint_is_due_after_fifteen_working_days() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    week = {str(day): [["09:00", "20:00"]] for day in range(5)}
    calendar = read_calendar(
        {"time_zone": "Europe/Madrid", "weekly": week, "holidays": {"country": "ES", "subdivision": "MD"}}
    )
    received = datetime(2026, 11, 27, 10, tzinfo=madrid)
    due = end_of_day_after(calendar, received, SPAIN.complaint_days, working=SPAIN.complaint_days_are_working)
    # 30 November to 4 December, 9 to 11, 14 to 18, 21 and 22; closed on the 7th (for Sunday the 6th) and the 8th
    assert due == datetime(2026, 12, 23, tzinfo=madrid)
    assert Timetable(((LONG_AGO, calendar),)).calendar_at(received) is calendar


def test_what_nothing_keeps_is_not_said_to_be_kept() -> None:
    for pack in PACKS.values():
        codes = [duty.code for duty in pack.duties]
        assert len(codes) == len(set(codes))
        assert not [duty.code for duty in pack.duties if duty.is_partly and not duty.enforced_by]
        assert {"call_share", "free"} <= {duty.code for duty in pack.duties if not duty.enforced_by}
