"""Which promise a customer has."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.sla.calendar import Timetable, read_calendar
from ascolto.sla.facts import FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION
from ascolto.sla.policy import (
    BEHIND_WORSE,
    LATER,
    NO_AMOUNT,
    NOT_VALID,
    OTHER_CHANNEL,
    OTHER_GROUP,
    choose,
    weigh,
    worse_than,
)
from ascolto.sla.tests.test_clock import HOUR, LONG_AGO, OFFICE, at, promise

VIP = 7
ALWAYS = Timetable(((LONG_AGO, read_calendar({"time_zone": "UTC", "always": True})),))
EVERYBODY = promise(first=4 * HOUR, next=4 * HOUR)
VIPS = promise(id=2, name="VIP", group=VIP, first=HOUR)
CHAT = promise(id=3, name="Chat", channel="chat", first=HOUR / 2)
SLOW_MAIL = promise(id=4, name="Mail", channel="email", first=8 * HOUR, is_worse=True, reason="Back office")
TRIAL = promise(id=5, name="Trial", group=8, first=9 * HOUR, is_worse=True, reason="Free of charge")
ALL = [EVERYBODY, VIPS, CHAT, SLOW_MAIL, TRIAL]


def chosen(channel: str, group: int | None, kind: str = FIRST_RESPONSE, hours: float = 10) -> str:
    found = choose(ALL, kind, at(hours), channel=channel, group=group)
    return found.name if found else ""


def test_everybodys_promise_is_for_everybody() -> None:
    assert chosen("whatsapp", None) == "Everybody"


def test_two_better_ones_give_the_one_due_earlier() -> None:
    assert chosen("chat", VIP) == "Chat"
    assert chosen("whatsapp", VIP) == "VIP"


def test_a_worse_one_goes_before_everybodys_but_not_before_a_better_one_for_the_group() -> None:
    assert chosen("email", None) == "Mail"
    assert chosen("email", VIP) == "VIP"


def test_a_worse_one_for_a_group_goes_before_what_a_channel_promises() -> None:
    assert chosen("chat", 8) == "Trial"
    assert chosen("email", 8) == "Trial"


def test_earliest_is_by_each_ones_own_calendar() -> None:
    night = promise(id=9, name="Night", channel="chat", first=5 * HOUR, timetable=ALWAYS)
    office = promise(first=2 * HOUR)
    evening = choose([office, night], FIRST_RESPONSE, at(17.5), channel="chat", group=None)
    morning = choose([office, night], FIRST_RESPONSE, at(9), channel="chat", group=None)
    assert (evening, morning) == (night, office)


def test_a_promise_counts_from_its_moment_until_its_end() -> None:
    timed = promise(valid_from=at(9), valid_until=at(12))
    found = [choose([timed], FIRST_RESPONSE, at(h), channel="", group=None) for h in (8.99, 9, 11.99, 12)]
    assert found == [None, timed, timed, None]


def test_who_promises_no_resolution_leaves_it_to_the_other() -> None:
    vips = promise(id=2, name="VIP", group=VIP, resolution=None)
    assert choose([EVERYBODY, vips], RESOLUTION, at(10), channel="chat", group=VIP) == EVERYBODY


def test_the_order_in_which_promises_are_told_does_not_matter() -> None:
    twins = [promise(id=1), promise(id=2), promise(id=3, channel="chat")]
    for order in (twins, twins[::-1]):
        found = choose(order, FIRST_RESPONSE, at(10), channel="chat", group=None)
        assert found is not None
        assert found.id == 3


def test_every_other_promise_has_a_reason() -> None:
    past = promise(id=6, name="Old", valid_until=at(0))
    found = weigh([*ALL, past], FIRST_RESPONSE, at(10), channel="email", group=None)
    assert found[0].promise == SLOW_MAIL
    assert {each.promise.name: each.refused for each in found} == {
        "Mail": "",
        "Everybody": BEHIND_WORSE,
        "VIP": OTHER_GROUP,
        "Chat": OTHER_CHANNEL,
        "Trial": OTHER_GROUP,
        "Old": NOT_VALID,
    }
    late = weigh(ALL, FIRST_RESPONSE, at(10), channel="chat", group=VIP)
    assert {c.promise.name: c.refused for c in late if c.due_at and c.refused} == {
        "Everybody": LATER,
        "VIP": LATER,
    }
    nothing = weigh(
        [EVERYBODY, promise(id=2, group=VIP, resolution=None)], RESOLUTION, at(10), channel="", group=VIP
    )
    assert nothing[1].refused == NO_AMOUNT


def test_less_time_on_the_same_calendar_is_never_worse() -> None:
    assert worse_than(VIPS, EVERYBODY, at=at(10)) is None


def test_more_time_is_worse_for_the_first_or_the_next_response() -> None:
    found = worse_than(promise(first=HOUR, next=5 * HOUR), EVERYBODY, at=at(10))
    assert found is not None
    assert found.kind == NEXT_RESPONSE
    assert found.due_at is not None
    assert found.everybody_due_at is not None
    assert found.due_at > found.everybody_due_at


def test_a_shorter_time_in_shorter_hours_is_worse_where_it_shows() -> None:
    """Two hours in the office against ten by day and night: worse for whoever writes in the evening."""
    found = worse_than(
        promise(first=2 * HOUR, next=HOUR),
        promise(first=10 * HOUR, next=99 * HOUR, timetable=ALWAYS),
        at=at(10),
    )
    assert found is not None
    assert found.everybody_due_at is not None
    assert found.due_at is not None
    assert found.due_at > found.everybody_due_at


def test_a_holiday_months_away_is_found() -> None:
    rome = {"time_zone": "Europe/Rome", "weekly": {str(day): [["00:00", "24:00"]] for day in range(7)}}
    summer = rome | {"closures": [{"from": "2027-08-16", "to": "2027-08-16", "name": "Ferie"}]}
    closed, opened = (Timetable(((LONG_AGO, read_calendar(each)),)) for each in (summer, rome))
    found = worse_than(
        promise(timetable=closed, first=HOUR), promise(timetable=opened, first=2 * HOUR), at=at(10)
    )
    assert found is not None
    assert found.at.date() in (datetime(2027, 8, 15).date(), datetime(2027, 8, 16).date())


def test_a_change_of_the_clocks_months_away_is_found() -> None:
    """The same hours in Rome and on a wall clock that is never changed: Rome's are later in summer, for the first time in March."""
    week = {str(day): [["00:00", "02:00"], ["03:00", "24:00"]] for day in range(7)}
    rome, fixed = (
        read_calendar({"time_zone": zone, "weekly": week}) for zone in ("Europe/Rome", "Etc/GMT-1")
    )
    start = datetime(2026, 11, 1, tzinfo=ZoneInfo("Europe/Rome"))
    found = worse_than(
        promise(timetable=Timetable(((LONG_AGO, rome),)), first=timedelta(minutes=45)),
        promise(timetable=Timetable(((LONG_AGO, fixed),)), first=timedelta(minutes=45)),
        at=start,
    )
    assert found is not None
    assert (found.at.year, found.at.month) == (2027, 3)


def test_a_calendar_that_never_opens_is_worse_than_any() -> None:
    from ascolto.sla.opening import Calendar

    never = Timetable(((LONG_AGO, Calendar("UTC", ((),) * 7)),))
    found = worse_than(
        promise(timetable=never, first=timedelta(seconds=1)), promise(timetable=OFFICE), at=at(10)
    )
    assert found is not None
    assert found.due_at is None
