"""Who is there, and when people work."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.accounts.models import Agent, Role
from ascolto.kit import clock
from ascolto.routing.actions.presence import beat, choose_presence, follow_preferences, note_silence
from ascolto.routing.models import Presence
from ascolto.routing.roster import Hours, Leave, Plan
from ascolto.testing.factories import PASSWORD, Cast, make_agent, make_cast

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def state_of(agent: Agent) -> str:
    return Presence.objects.get(agent=agent).state


def test_an_open_screen_makes_marco_available_and_signing_out_offline(cast: Cast) -> None:
    client = Client()
    client.post(reverse("accounts:sign-in"), {"email": cast.marco.email, "password": PASSWORD})
    assert not Presence.objects.exists()
    assert client.post(reverse("routing:beat")).json() == {"state": "available", "words": "Available"}
    client.post(reverse("accounts:sign-out"))
    assert state_of(cast.marco) == "offline"


def test_who_chose_busy_or_away_is_so_again_after_a_pause(cast: Cast) -> None:
    for chosen in ("busy", "away"):
        choose_presence(agent=cast.marco, state=chosen)
        with clock.at(clock.now() + timedelta(minutes=30)):
            note_silence(agents=[cast.marco.pk], since=clock.now() - timedelta(minutes=5))
            assert state_of(cast.marco) == "away"
            assert beat(agent=cast.marco) == chosen


def test_one_beat_costs_two_queries(cast: Cast, django_assert_num_queries: object) -> None:
    beat(agent=cast.marco)
    with django_assert_num_queries(2):  # type: ignore[operator]
        beat(agent=cast.marco)


def test_the_menu_and_the_preferences_say_the_same(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.marco)
    client.post(reverse("routing:beat"))
    assert client.post(reverse("routing:presence"), {"presence": "away", "next": "/"}).status_code == 302
    cast.marco.refresh_from_db()
    assert not cast.marco.is_available
    client.post(reverse("accounts:preferences"), {"is_available": "1"})
    follow_preferences(agents=[cast.marco.pk])
    assert state_of(cast.marco) == "available"
    assert client.post(reverse("routing:presence"), {"presence": "asleep"}).status_code == 422


def test_guests_and_strangers_are_not_there(cast: Cast) -> None:
    guest = make_agent("Bruno Conti", Role.GUEST)
    client = Client()
    client.force_login(guest)
    assert client.post(reverse("routing:beat")).json()["state"] == "offline"
    assert not Presence.objects.exists()
    assert Client().post(reverse("routing:beat"), headers={"HX-Request": "true"}).status_code == 401


def rome(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=ROME).astimezone(UTC)


def test_a_week_has_its_hours_also_over_midnight() -> None:
    plan = Plan(ROME, [Hours(0, time(9), time(13)), Hours(4, time(22), time(6)), Hours(6, time(20), time(0))])
    assert plan.works_at(rome(2026, 6, 8, 9))
    assert not plan.works_at(rome(2026, 6, 8, 13))
    assert plan.works_at(rome(2026, 6, 13, 5, 59))  # Saturday: the shift of Friday
    assert not plan.works_at(rome(2026, 6, 13, 6))
    assert plan.works_at(rome(2026, 6, 14, 23, 59, 59))
    assert plan.next_change(rome(2026, 6, 8, 10)) == rome(2026, 6, 8, 13)
    assert plan.back_at(rome(2026, 6, 8, 13)) == rome(2026, 6, 12, 22)
    assert Plan(ROME).works_at(rome(2026, 6, 8, 3))
    assert Plan(ROME).next_change(rome(2026, 6, 8, 3)) is None


def test_the_hours_stay_the_hours_when_the_clocks_change() -> None:
    daily = [Hours(day, time(8), time(16)) for day in range(7)]
    plan = Plan(ROME, daily)
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    assert plan.next_change(spring - timedelta(days=1, hours=-1)) == spring - timedelta(hours=17)
    assert plan.next_change(spring) == spring + timedelta(hours=6)  # 8:00 in summer time
    assert plan.next_change(autumn) == autumn + timedelta(hours=7)  # 8:00 in winter time
    night = Plan(ROME, [Hours(6, time(2, 30), time(5))])
    assert not night.works_at(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))  # 1:59; then 2:30 does not exist
    assert night.next_change(datetime(2026, 3, 29, 0, 0, tzinfo=UTC)) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert night.next_change(datetime(2026, 10, 25, 0, 0, tzinfo=UTC)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_an_absence_goes_before_the_hours() -> None:
    leave = Leave(rome(2026, 6, 8, 10), rome(2026, 6, 9, 12))
    plan = Plan(ROME, [Hours(day, time(9), time(18)) for day in range(5)], [leave])
    assert plan.works_at(rome(2026, 6, 8, 9, 59))
    assert not plan.works_at(rome(2026, 6, 8, 10))
    assert plan.back_at(rome(2026, 6, 8, 10)) == rome(2026, 6, 9, 12)
    assert Plan(ROME, (), [leave]).back_at(rome(2026, 6, 8, 11)) == rome(2026, 6, 9, 12)
