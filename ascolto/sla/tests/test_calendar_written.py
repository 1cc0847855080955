"""Calendars as they are kept: what is read, and what is refused and where."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.sla.calendar import ALL_DAY, CalendarRefused, Span, calendar_content, read_calendar

ROME = {"time_zone": "Europe/Rome", "weekly": {"0": [["09:00", "13:00"], ["14:00", "24:00"]]}}


def test_a_calendar_is_what_was_written() -> None:
    calendar = read_calendar(
        ROME
        | {
            "holidays": {"country": "ES", "subdivision": "CT", "own": ["02-29", "12-07"]},
            "closures": [{"from": "2026-08-10", "to": "2026-08-12", "name": "Summer"}],
            "openings": [{"date": "2026-08-11", "spans": [["10:00", "11:00"]], "name": "Market"}],
        }
    )
    assert calendar.weekly[0] == (Span(540, 780), Span(840, 1440))
    assert calendar.weekly[1:] == ((),) * 6
    assert calendar.own == {(2, 29), (12, 7)}
    assert sorted(day.isoformat() for day, spans in calendar.special.items() if not spans) == [
        "2026-08-10",
        "2026-08-12",
    ]
    assert read_calendar(calendar_content(calendar)) == calendar
    assert calendar_content(read_calendar(calendar_content(calendar))) == calendar_content(calendar)


def test_day_and_night() -> None:
    calendar = read_calendar({"time_zone": "Asia/Kathmandu", "always": True})
    assert calendar.weekly == (ALL_DAY,) * 7
    assert calendar.is_always
    assert calendar_content(calendar)["always"] is True


CLOSED = {"from": "2026-08-10", "to": "2026-08-12", "name": ""}


@pytest.mark.parametrize(
    ("content", "field", "code"),
    [
        ({"time_zone": "Europe/Roma"}, "time_zone", "zone"),
        ({"time_zone": "Europe"}, "time_zone", "zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "zone"),
        ({"time_zone": "Europe/Rome\0"}, "time_zone", "zone"),
        ({"time_zone": None}, "time_zone", "zone"),
        ({"weekly": {"7": []}}, "weekly", "shape"),
        ({"weekly": {}}, "weekly", "never_open"),
        ({"weekly": {"0": [["18:00", "09:00"]]}}, "weekly.0.0", "order"),
        ({"weekly": {"0": [["09:00", "09:00"]]}}, "weekly.0.0", "order"),
        ({"weekly": {"0": [["09:00", "24:01"]]}}, "weekly.0.0", "time"),
        ({"weekly": {"0": [["9:00", "12:00"]]}}, "weekly.0.0", "time"),
        ({"weekly": {"0": [["٠٩:٠٠", "12:00"]]}}, "weekly.0.0", "time"),
        ({"weekly": {"0": [["09:00"]]}}, "weekly.0.0", "shape"),
        ({"weekly": {"0": [["09:00", "12:00"], ["11:59", "13:00"]]}}, "weekly.0", "overlap"),
        ({"weekly": {"0": [["09:00", "09:01"]] * 25}}, "weekly.0", "too_many"),
        ({"always": "yes"}, "always", "shape"),
        ({"holidays": {"country": "XX"}}, "holidays.country", "country"),
        ({"holidays": {"country": "it"}}, "holidays.country", "country"),
        ({"holidays": {"country": "IT", "subdivision": "ZZ"}}, "holidays.subdivision", "subdivision"),
        ({"holidays": {"own": ["02-30"]}}, "holidays.own.0", "date"),
        ({"holidays": []}, "holidays", "shape"),
        ({"closures": [CLOSED] * 1001}, "closures", "too_many"),
        ({"closures": [CLOSED | {"to": "2026-08-09"}]}, "closures.0.to", "order"),
        ({"closures": [CLOSED | {"to": "2099-08-09"}]}, "closures.0.to", "too_many"),
        ({"closures": [CLOSED | {"to": "9999-08-09"}]}, "closures.0.to", "date"),
        ({"closures": [CLOSED | {"from": "0001-01-01"}]}, "closures.0.from", "date"),
        ({"closures": [CLOSED | {"name": "x" * 121}]}, "closures.0.name", "name"),
        ({"closures": [7]}, "closures.0", "shape"),
        ({"openings": [{"date": "2026-08-10", "spans": []}]}, "openings.0.spans", "empty"),
        (
            {"openings": [{"date": "2026-08-10", "spans": [["09:00", "10:00"]]}] * 2},
            "openings.1.date",
            "twice",
        ),
        ({"hours": {}}, "hours", "unknown"),
    ],
)
def test_what_cannot_be_is_refused_by_name(content: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        read_calendar(ROME | content)
    assert (refused.value.field, refused.value.code) == (field, code)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
FIELDS = ["time_zone", "weekly", "always", "holidays", "closures", "openings"]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_whatever_comes_is_read_or_refused(content: dict[str, Any]) -> None:
    with suppress(CalendarRefused):
        read_calendar(ROME | content)


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000, "\u200b" * 1000, "\ud800", "\0", "🕘" * 10_000, "٢" * 5000]
)
def test_hostile_texts_are_refused(text: str) -> None:
    for content in (
        {"time_zone": text},
        {"weekly": {"0": [[text, "10:00"]]}},
        {"holidays": {"country": text}},
        {"holidays": {"country": "IT", "subdivision": text}},
        {"holidays": {"own": [text]}},
        {"closures": [{"from": text, "to": text, "name": text}]},
        {text: 1},
    ):
        with pytest.raises(CalendarRefused):
            read_calendar(ROME | content)
