"""The settings "Promises": leads decide what is promised, and whoever gets less is told why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts.models import Role
from ascolto.customers.models import CustomerGroup
from ascolto.sla.durations import duration_text, read_duration
from ascolto.sla.lines import (
    NotALine,
    closures_text,
    openings_text,
    read_closures,
    read_days,
    read_openings,
    read_spans,
    spans_text,
)
from ascolto.sla.models import BusinessCalendar, EscalationStep, NoticeText, PromiseSettings, SlaPolicy
from ascolto.testing.factories import make_agent, make_team

WEEK = {f"day_{day}": "09:00-13:00, 14-18" for day in range(5)}


@pytest.fixture
def anna(db: None, client: Client) -> Client:
    client.force_login(make_agent("Anna Neri", Role.LEAD))
    return client


@given(st.integers(-60 * 24 * 400, 60 * 24 * 400))
def test_a_length_of_time_is_read_back_as_it_is_shown(minutes: int) -> None:
    length = timedelta(minutes=minutes)
    assert read_duration(duration_text(length)) == length


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15", 15),
        ("15 min", 15),
        ("2 h", 120),
        ("2h30", 150),
        ("1 d", 1440),
        ("-10 min", -10),
        ("2 ore", 120),
        ("1 giorno", 1440),
    ],
)
def test_lengths_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "soon", "1 fortnight", "1" * 50, "2 h ago", "\x00", "１５ min"])
def test_what_is_no_length_is_none(text: str) -> None:
    assert read_duration(text) is None


def test_lines_are_read_back_as_they_are_shown() -> None:
    spans = [["09:00", "13:00"], ["14:00", "18:30"]]
    assert read_spans(spans_text(spans)) == spans
    assert read_spans("9-13; 14.00–18") == [["09:00", "13:00"], ["14:00", "18:00"]]
    closures = [
        {"from": "2026-08-10", "to": "2026-08-21", "name": "Summer 2026"},
        {"from": "2026-12-24", "to": "2026-12-24", "name": ""},
    ]
    assert read_closures(closures_text(closures)) == closures
    openings = [{"date": "2026-12-08", "spans": [["10:00", "16:00"]], "name": "Christmas market"}]
    assert read_openings(openings_text(openings)) == openings
    assert read_days("12-07, 04-25") == ["12-07", "04-25"]
    for read, text in (
        (read_spans, "nine to five"),
        (read_closures, "August"),
        (read_openings, "2026-12-08"),
        (read_days, "7/12"),
    ):
        with pytest.raises(NotALine):
            read(text)


def test_anna_changes_what_everybody_is_promised(anna: Client) -> None:
    page = anna.get("/settings/promises/").content.decode()
    assert "15 min" in page
    assert "That is parity" in page
    old = SlaPolicy.objects.get()
    form = {
        "first_response": "30 min",
        "next_response": "1 h",
        "resolution": "2 d",
        "calendar": old.calendar_id,
        "reason": "",
    }
    assert anna.post(f"/settings/promises/{old.pk}/", form).status_code == 302
    live = SlaPolicy.objects.get(valid_until=None)
    assert (live.first_response, live.next_response, live.resolution) == (
        timedelta(minutes=30),
        timedelta(hours=1),
        timedelta(days=2),
    )
    assert SlaPolicy.objects.count() == 2, "clocks that run keep the promise under which they began"


def test_a_worse_promise_asks_for_a_reason_and_a_better_one_does_not(anna: Client) -> None:
    anna.get("/settings/promises/")
    calendar = BusinessCalendar.objects.get()
    families = CustomerGroup.objects.create(name="Families")
    form = {
        "channel": "email",
        "group": "",
        "first_response": "4 h",
        "next_response": "4 h",
        "calendar": calendar.pk,
    }
    refused = anna.post("/settings/promises/new/", form)
    assert refused.status_code == 200
    assert "say why" in refused.content.decode()
    assert (
        anna.post("/settings/promises/new/", form | {"reason": "Two people answer all mail."}).status_code
        == 302
    )
    better = form | {"channel": "", "group": families.pk, "first_response": "5 min", "next_response": "5 min"}
    assert anna.post("/settings/promises/new/", better).status_code == 302
    page = anna.get("/settings/promises/").content.decode()
    assert "Two people answer all mail." in page
    assert "At least as good" in page
    worse = SlaPolicy.objects.get(channel="email")
    assert anna.post(f"/settings/promises/{worse.pk}/end/").status_code == 302
    assert not SlaPolicy.objects.filter(channel="email", valid_until=None).exists()
    nobody = anna.post("/settings/promises/new/", form | {"channel": ""})
    assert "Choose a channel" in nobody.content.decode()


def test_a_calendar_is_written_as_people_write_it(anna: Client) -> None:
    form = {
        "name": "Office", "time_zone": "Europe/Rome", **WEEK, "country": "it", "own": "12-07",
        "closures": "2026-08-10 2026-08-21 Summer", "openings": "2026-12-08 10:00-16:00 Market",
    }  # fmt: skip
    assert anna.post("/settings/promises/calendars/new/", form).status_code == 302
    office = BusinessCalendar.objects.get(name="Office")
    content = office.versions.get().content
    assert content["weekly"]["0"] == [["09:00", "13:00"], ["14:00", "18:00"]]
    assert content["weekly"]["6"] == []
    assert content["holidays"] == {"country": "IT", "subdivision": "", "own": ["12-07"]}
    assert date.fromisoformat(content["closures"][0]["to"]) == date(2026, 8, 21)
    page = anna.get(f"/settings/promises/calendars/{office.pk}/").content.decode()
    assert "09:00-13:00, 14:00-18:00" in page
    assert "09:00–13:00" in page
    assert anna.post(f"/settings/promises/calendars/{office.pk}/switch/").status_code == 302
    office.refresh_from_db()
    assert office.is_archived


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("day_0", "9 to 5", "This cannot be read"),
        ("day_1", "18:00-09:00", "must end after it starts"),
        ("closures", "in August", "This cannot be read"),
        ("country", "ZZ", "has no known public holidays"),
        ("own", "31-12", "must be a date"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_calendar_is_said_at_its_field(
    anna: Client, field: str, text: str, told: str
) -> None:
    form = {"name": "Office", "time_zone": "Europe/Rome", **WEEK, field: text}
    answer = anna.post("/settings/promises/calendars/new/", form)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not BusinessCalendar.objects.filter(name="Office").exists()


def test_the_ladder_the_notices_and_the_regulation_are_chosen(anna: Client) -> None:
    team = make_team("Seniors")
    ladder = {
        "offset_0": "-10 min",
        "action_0": "tell_owner",
        "offset_1": "30 min",
        "action_1": "to_team",
        "team_1": team.pk,
    }
    assert anna.post("/settings/promises/ladder/", ladder).status_code == 302
    assert [(s.offset, s.action) for s in EscalationStep.objects.all()] == [
        (timedelta(minutes=-10), "tell_owner"), (timedelta(minutes=30), "to_team"),
    ]  # fmt: skip
    anna.post("/settings/promises/ladder/", {"offset_0": "soon", "action_0": "tell_owner"})
    assert "15 min, 2 h or 1 d" in anna.get("/settings/promises/").content.decode()
    assert EscalationStep.objects.count() == 2, "what cannot be read changes nothing"
    anna.post("/settings/promises/choices/", {"delay_notice": "on", "pack": "it-agcom", "complaint_days": ""})
    chosen = PromiseSettings.current()
    assert (chosen.delay_notice, chosen.pack, chosen.complaint_days) == (True, "it-agcom", 30)
    anna.post(
        "/settings/promises/choices/", {"delay_notice": "on", "pack": "it-agcom", "complaint_days": "60"}
    )
    assert PromiseSettings.current().complaint_days == 30, "a law cannot be stretched"
    assert "AGCOM" in anna.get("/settings/promises/").content.decode()
    where = "/settings/promises/notices/delay/it/"
    assert "Nobody fills in" in anna.post(where, {"text": "Ciao {name}"}).content.decode()
    assert anna.post(where, {"text": "Siamo in ritardo, ci scusiamo. {company}"}).status_code == 302
    assert NoticeText.objects.get().text.startswith("Siamo in ritardo")
    assert anna.get("/settings/promises/notices/delay/xx/").status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.GUEST])
def test_only_leads_decide_what_is_promised(db: None, client: Client, role: str) -> None:
    client.force_login(make_agent("Viktor Holm", role))
    for address in ("", "new/", "calendars/new/", "notices/delay/it/"):
        assert client.get(f"/settings/promises/{address}").status_code == 403


def test_the_page_costs_the_same_however_much_is_promised(
    anna: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    anna.get("/settings/promises/")
    with django_assert_max_num_queries(30):
        anna.get("/settings/promises/")
