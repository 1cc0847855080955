"""Quiet hours and the next digest, at any hour of any day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ascolto.notifications.quiet import Quiet, next_digest

ROME = ZoneInfo("Europe/Rome")
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=ROME))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, clocks, clocks, st.booleans(), st.booleans())


def test_the_night_is_quiet_over_midnight() -> None:
    quiet = Quiet(time(20), time(8), at_night=True, on_weekends=False)
    assert quiet.covers(datetime(2026, 6, 10, 23, tzinfo=ROME))
    assert quiet.covers(datetime(2026, 6, 11, 7, 59, tzinfo=ROME))
    assert not quiet.covers(datetime(2026, 6, 11, 8, tzinfo=ROME))
    assert quiet.ends_after(datetime(2026, 6, 10, 23, tzinfo=ROME)) == datetime(2026, 6, 11, 8, tzinfo=ROME)


def test_a_free_weekend_ends_on_monday_when_the_night_does() -> None:
    quiet = Quiet(time(20), time(8), at_night=True, on_weekends=True)
    assert quiet.ends_after(datetime(2026, 6, 12, 21, tzinfo=ROME)) == datetime(2026, 6, 15, 8, tzinfo=ROME)


@given(quiets, moments)
def test_quiet_always_ends_and_nothing_rings_before(quiet: Quiet, at: datetime) -> None:
    end = quiet.ends_after(at)
    assert at <= end <= at + timedelta(days=5)
    assert not quiet.covers(end)
    between = at
    while between < end:
        assert quiet.covers(between)
        between += timedelta(minutes=61)


@given(quiets, moments, clocks, st.booleans())
def test_a_digest_is_always_later_and_never_in_quiet_hours(
    quiet: Quiet, at: datetime, daily: time, hourly: bool
) -> None:
    due = next_digest(at, hourly=hourly, daily_at=daily, quiet=quiet)
    assert due > at
    assert not quiet.covers(due)
