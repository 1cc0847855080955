"""Opening hours, right to the second, against the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.sla.calendar import (
    ALL_DAY,
    Calendar,
    Span,
    Timetable,
    add_open_time,
    end_of_day_after,
    is_open,
    next_opening,
    open_periods,
    open_time,
    read_calendar,
)
from ascolto.sla.holidays_of import names_of
from ascolto.sla.tests.reference import Door, end_of_day_then, is_open_then

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
OFFICE = {str(day): [["09:00", "18:00"]] for day in range(5)}
SECOND = timedelta(seconds=1)

# Moments (UTC) at which these zones change their offset.
CHANGES = [
    ("Europe/Rome", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Rome", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
    (
        "America/St_Johns",
        datetime(2010, 11, 7, 2, 31, tzinfo=UTC),
    ),  # from 0:01 back to 23:01 of the day before
    ("America/St_Johns", datetime(2011, 3, 13, 3, 31, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC)),  # none, but 5:45 ahead
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day that never was
    ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),  # from 1:00 back to midnight
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),  # midnight is skipped
]


def one(calendar: Calendar) -> Timetable:
    return Timetable(((LONG_AGO, calendar),))


def rome(**content: object) -> Timetable:
    return one(read_calendar({"time_zone": "Europe/Rome", "weekly": OFFICE} | content))


@st.composite
def days_of_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def timetables(draw: st.DrawFn) -> tuple[Timetable, datetime]:
    """Up to three calendars that follow each other near a change of the offset."""
    zone, change = draw(st.sampled_from(CHANGES))
    versions = []
    for number in range(draw(st.integers(1, 3))):
        week = tuple(draw(days_of_spans()) for _ in range(7))
        day = (change + timedelta(days=draw(st.integers(-3, 3)))).date()
        special = {day: draw(days_of_spans())} if draw(st.booleans()) else {}
        since = change + timedelta(minutes=draw(st.integers(-3000, 3000))) if number else LONG_AGO
        versions.append((since, Calendar(zone, week, special)))
    return Timetable(tuple(sorted(versions, key=lambda version: version[0]))), change


@settings(max_examples=150, deadline=None)
@given(timetables(), st.integers(-200_000, 200_000), st.integers(0, 250_000))
def test_open_time_is_what_a_clock_on_the_wall_counts(
    found: tuple[Timetable, datetime], begins: int, lasts: int
) -> None:
    timetable, change = found
    start = change + timedelta(seconds=begins)
    end = start + timedelta(seconds=lasts)
    door = Door(timetable, change - timedelta(days=3), 8)
    assert open_time(timetable, start, end) == timedelta(seconds=door.seconds_open(start, end))


@settings(max_examples=150, deadline=None)
@given(timetables(), st.integers(-200_000, 200_000), st.integers(0, 40_000))
def test_a_deadline_is_where_a_clock_on_the_wall_ends(
    found: tuple[Timetable, datetime], begins: int, amount: int
) -> None:
    timetable, change = found
    start, days = change + timedelta(seconds=begins), 12
    door = Door(timetable, change - timedelta(days=3), days)
    if door.seconds_open(start, change + timedelta(days=days - 4)) < amount:
        return
    due = add_open_time(timetable, start, timedelta(seconds=amount))
    assert due == door.due(start, amount)


@settings(max_examples=60, deadline=None)
@given(timetables(), st.just(-1) | st.integers(-3000, 2000), st.integers(0, 59))
def test_every_second_around_a_change_is_open_or_closed_as_on_the_wall(
    found: tuple[Timetable, datetime], minute: int, second: int
) -> None:
    timetable, change = found
    start = change + timedelta(minutes=minute, seconds=second)
    seconds = [start + number * SECOND for number in range(150)]
    opened = [is_open_then(timetable, at) for at in seconds]
    assert [is_open(timetable, at) for at in seconds] == opened
    assert [open_time(timetable, at, at + SECOND) == SECOND for at in seconds] == opened


@settings(max_examples=100, deadline=None)
@given(timetables(), st.integers(-200_000, 200_000), st.integers(1, 90_000_000_000))
def test_what_is_added_is_what_is_counted(
    found: tuple[Timetable, datetime], begins: int, microseconds: int
) -> None:
    timetable, change = found
    start, amount = change + timedelta(seconds=begins), timedelta(microseconds=microseconds)
    due = add_open_time(timetable, start, amount)
    if due is None:
        assert not any(any(calendar.weekly) for _, calendar in timetable.versions[-1:])
        return
    assert open_time(timetable, start, due) == amount
    assert open_time(timetable, start, due - timedelta(microseconds=1)) < amount
    assert sum((b - a for a, b in open_periods(timetable, start, due)), timedelta()) == amount


@settings(max_examples=100, deadline=None)
@given(timetables(), st.integers(-200_000, 200_000))
def test_the_next_opening_is_the_first_open_second(found: tuple[Timetable, datetime], begins: int) -> None:
    timetable, change = found
    start = change + timedelta(seconds=begins)
    opening = next_opening(timetable, start)
    if opening is not None:
        assert is_open(timetable, opening)
        assert open_time(timetable, start, opening) == timedelta()


@settings(max_examples=150, deadline=None)
@given(timetables(), st.integers(-200_000, 200_000), st.integers(0, 4), st.booleans())
def test_a_complaint_is_due_at_the_local_end_of_its_day(
    found: tuple[Timetable, datetime], begins: int, days: int, working: bool
) -> None:
    timetable, change = found
    calendar, start = timetable.versions[0][1], change + timedelta(seconds=begins)
    if (working and sum(map(bool, calendar.weekly)) < 3) or calendar.time_zone in (
        "America/St_Johns",
        "Pacific/Apia",
    ):
        return  # too far for walking; days that come back or never were are told apart below
    expected = end_of_day_then(calendar, start, days, working=working)
    assert end_of_day_after(calendar, start, days, working=working) == expected


def test_a_minute_past_midnight_set_back_ends_the_day_later() -> None:
    """St. John's, 7 November 2010: at 0:01 the clocks went back to 23:01, so the 6th ended twice."""
    calendar = Calendar("America/St_Johns", (ALL_DAY,) * 7)
    start = datetime(2010, 11, 5, 12, tzinfo=UTC)
    assert end_of_day_after(calendar, start, 1) == datetime(2010, 11, 7, 3, 30, tzinfo=UTC)


def test_an_hour_that_is_skipped_does_not_count_and_one_that_comes_back_counts_twice() -> None:
    week = {str(day): [["01:00", "05:00"]] for day in range(7)}
    nights = rome(weekly=week)
    spring, autumn = datetime(2026, 3, 29, tzinfo=ROME), datetime(2026, 10, 25, tzinfo=ROME)
    day = timedelta(hours=12)
    assert open_time(nights, spring.astimezone(UTC), spring.astimezone(UTC) + day) == timedelta(hours=3)
    assert open_time(nights, autumn.astimezone(UTC), autumn.astimezone(UTC) + day) == timedelta(hours=5)


@pytest.mark.parametrize(
    ("zone", "opens", "change"),
    [
        ("Europe/Rome", "03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("America/New_York", "03:00", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("Australia/Lord_Howe", "02:30", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Africa/Casablanca", "03:00", datetime(2026, 3, 22, 2, tzinfo=UTC)),
        ("America/St_Johns", "03:00", datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
    ],
)
def test_who_opens_when_the_clocks_go_forward_opens_on_the_second(
    zone: str, opens: str, change: datetime
) -> None:
    week = {str(day): [[opens, "05:00"]] for day in range(7)}
    timetable = one(read_calendar({"time_zone": zone, "weekly": week}))
    assert next_opening(timetable, change - timedelta(hours=1)) == change
    assert not is_open(timetable, change - SECOND)
    assert add_open_time(timetable, change - timedelta(hours=1), SECOND) == change + SECOND


def test_public_holidays_and_the_patron_are_closed_days() -> None:
    timetable = rome(holidays={"country": "IT", "subdivision": "", "own": ["12-07"]})
    friday = datetime(2026, 12, 4, 17, 30, tzinfo=ROME)
    assert add_open_time(timetable, friday, timedelta(hours=1)) == datetime(2026, 12, 9, 9, 30, tzinfo=ROME)


def test_an_extra_opening_goes_before_a_holiday_and_a_closure_before_the_week() -> None:
    timetable = rome(
        holidays={"country": "IT"},
        openings=[{"date": "2026-12-08", "spans": [["10:00", "11:00"]], "name": "Market"}],
        closures=[{"from": "2026-12-09", "to": "2026-12-10", "name": "Move"}],
    )
    monday = datetime(2026, 12, 7, 17, 30, tzinfo=ROME)
    assert add_open_time(timetable, monday, timedelta(hours=2)) == datetime(2026, 12, 11, 9, 30, tzinfo=ROME)


def test_a_time_that_ends_with_the_hours_is_due_when_they_end() -> None:
    timetable = rome()
    start = datetime(2026, 11, 20, 17, tzinfo=ROME)
    assert add_open_time(timetable, start, timedelta(hours=1)) == start + timedelta(hours=1)
    assert add_open_time(timetable, start, timedelta(hours=1, microseconds=1)) == datetime(
        2026, 11, 23, 9, tzinfo=ROME
    ) + timedelta(microseconds=1)
    assert add_open_time(timetable, start, timedelta()) == start


def test_day_and_night_is_the_clock_itself() -> None:
    timetable = one(read_calendar({"time_zone": "Europe/Rome", "always": True}))
    start = datetime(2026, 3, 28, 12, 0, 7, 123456, tzinfo=UTC)
    assert add_open_time(timetable, start, timedelta(days=400)) == start + timedelta(days=400)
    assert open_time(timetable, start, start + timedelta(days=400)) == timedelta(days=400)


def test_a_door_that_never_opens_has_no_deadline() -> None:
    never = one(Calendar("Europe/Rome", ((),) * 7))
    assert add_open_time(never, LONG_AGO, SECOND) is None
    assert next_opening(never, LONG_AGO) is None
    assert end_of_day_after(never.versions[0][1], LONG_AGO, 3, working=True) is None


def test_working_days_skip_the_weekend_and_holidays_even_if_the_shop_opens_on_one() -> None:
    calendar = read_calendar(
        {
            "time_zone": "Europe/Rome",
            "weekly": OFFICE,
            "holidays": {"country": "IT"},
            "openings": [{"date": "2026-12-08", "spans": [["10:00", "16:00"]], "name": "Market"}],
        }
    )
    friday = datetime(2026, 12, 4, 23, 59, tzinfo=ROME)
    assert end_of_day_after(calendar, friday, 2, working=True) == datetime(2026, 12, 10, tzinfo=ROME)
    assert end_of_day_after(calendar, friday, 30) == datetime(2027, 1, 4, tzinfo=ROME)
    assert end_of_day_after(calendar, friday, 0) == datetime(2026, 12, 5, tzinfo=ROME)


def test_the_calendar_of_each_moment_counts() -> None:
    office, longer = rome().versions[0][1], rome(weekly={"4": [["09:00", "22:00"]]}).versions[0][1]
    switch = datetime(2026, 11, 20, 17, tzinfo=ROME).astimezone(UTC)
    timetable = Timetable(((LONG_AGO, office), (switch, longer)))
    start = datetime(2026, 11, 20, 16, tzinfo=ROME)
    assert add_open_time(timetable, start, timedelta(hours=5)) == datetime(2026, 11, 20, 21, tzinfo=ROME)
    assert timetable.calendar_at(switch) is longer
    assert timetable.calendar_at(switch - SECOND) is office


def test_the_first_calendar_counts_before_its_moment_and_the_order_is_checked() -> None:
    office = rome().versions[0][1]
    early = datetime(1999, 6, 1, 10, tzinfo=UTC)  # a Tuesday
    assert is_open(one(office), early)
    for versions in ((), ((early, office), (LONG_AGO - timedelta(days=900), office))):
        with pytest.raises(ValueError, match="earliest first"):
            Timetable(versions)


def test_special_days_have_their_names() -> None:
    calendar = rome(
        holidays={"country": "IT", "own": ["12-07"]},
        closures=[{"from": "2026-08-10", "to": "2026-08-10", "name": "Ferie"}],
    ).versions[0][1]
    christmas = calendar.special_day(date(2026, 12, 25))
    assert christmas is not None
    assert (christmas.kind, christmas.names["it"], christmas.names["en"]) == (
        "holiday",
        "Natale",
        "Christmas Day",
    )
    assert names_of("ES", "", date(2026, 12, 25)) == {"": "Natividad del Señor", "en": "Christmas Day"}
    assert christmas.names[""] == "Natale"  # whatever the language of the machine
    kinds = [calendar.special_day(date(2026, *day)) for day in ((12, 7), (8, 10), (8, 11))]
    assert [day.kind if day else None for day in kinds] == ["own_holiday", "closure", None]
