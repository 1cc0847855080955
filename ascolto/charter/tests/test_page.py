"""The Charter inside, for everybody, and what the company chooses about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from ascolto.accounts.models import Agent, Company, Role
from ascolto.charter.guarantee import Measure
from ascolto.charter.guarantees import all_guarantees
from ascolto.charter.measuring import keep, measure_days
from ascolto.charter.models import CharterPage, GuaranteeSetting, SignatureStyle
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Message
from ascolto.kit.clock import at, now
from ascolto.testing.factories import PASSWORD, Cast, make_agent, make_cast

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _as(agent: Agent, language: str = "en") -> Client:
    Agent.objects.filter(pk=agent.pk).update(language=language)
    client = Client()
    assert client.login(email=agent.email, password=PASSWORD)
    return client


def _measured(slug: str, kept: int, total: int, *, days: int = 1) -> None:
    for back in range(days):
        keep(slug, (now() - timedelta(days=back)).date(), Measure(kept, total, {"webhook": (kept, total)}))


def test_the_page_lists_every_guarantee_with_how_it_stands(cast: Cast) -> None:
    Company.objects.filter(pk=Company.current().pk).update(time_zone="UTC")
    _measured("promises-kept", 93, 100)
    _measured("named", 100, 100)
    _measured("one-owner", 80, 100)
    page = _as(cast.marco).get("/charter/").content.decode()
    for guarantee in all_guarantees():
        assert str(guarantee.title) in page
    for words in ("Kept", "At risk", "Broken", "Not measured"):
        assert words in page
    assert "93.0" in page
    assert "91.0<small> %</small>" in page  # the mean of the three


def test_what_cannot_be_measured_says_why_and_shows_no_number(cast: Cast) -> None:
    page = _as(cast.marco).get("/charter/?g=gap").content.decode()
    assert "without both sides there is no gap to show" in page
    detail = page[page.index('id="dett"') :]
    assert not re.search(r"\d %</b>", detail)


def test_a_guarantee_that_nothing_happened_to_is_not_measured(cast: Cast) -> None:
    page = _as(cast.marco).get("/charter/?g=one-owner&period=today").content.decode()
    assert "Nothing to count" in page


def test_a_late_answer_is_a_breach_that_leads_to_its_conversation(cast: Cast) -> None:
    conversation = cast.writes(at=now() - timedelta(minutes=40))
    _late(conversation.pk)
    for address in ("/charter/?g=promises-kept", "/charter/promises-kept/breaches/"):
        page = _as(cast.marco).get(address).content.decode()
        assert f"/c/{conversation.number}/" in page
        assert "+48 min" in page
        assert "Open, nobody has it" in page


def test_viktor_does_not_see_whose_promise_was_late(cast: Cast) -> None:
    conversation = cast.writes(at=now() - timedelta(minutes=40))
    _late(conversation.pk)
    for address in ("/charter/?g=promises-kept", "/charter/promises-kept/breaches/"):
        page = _as(cast.viktor).get(address).content.decode()
        assert conversation.number not in page
        assert "Giulia" not in page


def _late(conversation: int) -> None:
    from ascolto.sla.models import SlaClock

    due = now() - timedelta(minutes=48, seconds=10)
    SlaClock.objects.filter(conversation=conversation).delete()
    SlaClock.objects.create(
        conversation_id=conversation,
        kind="first_response",
        channel="webhook",
        started_at=due - timedelta(minutes=15),
        due_at=due,
        state="breached",
    )


def test_a_guest_and_a_stranger_are_kept_out(cast: Cast) -> None:
    guest = make_agent("Bruno Conti", Role.GUEST)
    assert _as(guest).get("/charter/").status_code == 403
    assert Client().get("/charter/").status_code == 302


def test_the_public_page_is_not_there_until_an_administrator_switches_it_on(cast: Cast) -> None:
    paola = make_agent("Paola Riva", Role.ADMINISTRATOR)
    assert Client().get("/our-charter/").status_code == 404
    assert _as(cast.anna).post("/settings/charter/page/", {"is_public": "1"}).status_code == 403
    _as(paola).post("/settings/charter/page/", {"is_public": "1"})
    response = Client().get("/our-charter/")
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    assert "noindex" not in response.content.decode()
    assert CharterPage.current().in_force_since is not None
    _as(paola).post("/settings/charter/page/", {"is_public": "0"})
    assert Client().get("/our-charter/").status_code == 404


def test_the_public_page_tells_shares_and_nothing_of_anybody(cast: Cast) -> None:
    conversation = cast.writes(at=now() - timedelta(minutes=40))
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
    _late(conversation.pk)
    CharterPage.objects.update_or_create(pk=1, defaults={"is_public": True})
    measure_days()
    page = Client().get("/our-charter/").content.decode()
    assert "Promises kept" in page
    for private in ("Giulia", "Marco", conversation.number, "We look into it", "My line has been dead"):
        assert private not in page


def test_a_lower_threshold_needs_a_reason(cast: Cast) -> None:
    paola = make_agent("Paola Riva", Role.ADMINISTRATOR)
    address = "/settings/charter/promises-kept/"
    _as(paola).post(address, {"threshold": "80", "reason": ""})
    assert not GuaranteeSetting.objects.exists()
    _as(paola).post(address, {"threshold": "80", "reason": "Our network is being rebuilt"})
    assert GuaranteeSetting.objects.get().threshold == 80
    for nonsense in ("", "nan", "101", "-3", "x" * 5000):
        _as(paola).post(address, {"threshold": nonsense, "reason": "Our network is being rebuilt"})
    assert GuaranteeSetting.objects.get().threshold == 80
    assert _as(cast.anna).post(address, {"threshold": "99"}).status_code == 403


def test_who_signs_nothing_says_why_and_the_charter_shows_it(cast: Cast) -> None:
    paola = make_agent("Paola Riva", Role.ADMINISTRATOR)
    address, client = "/settings/charter/signatures/", _as(paola)
    client.post(address, {"style-webhook": "none", "reason-webhook": ""})
    assert not SignatureStyle.objects.exists()
    client.post(address, {"style-webhook": "none", "reason-webhook": "The shop shows who writes"})
    assert SignatureStyle.objects.get().reason == "The shop shows who writes"
    assert "The shop shows who writes" in client.get("/charter/?g=named").content.decode()
    assert "The shop shows who writes" in client.get("/settings/charter/").content.decode()


def test_the_foot_of_every_screen_shows_the_last_thirty_days(cast: Cast) -> None:
    with at(now()):
        conversation = cast.writes()
        add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
        measure_days()
    assert Message.objects.filter(direction="out").count() == 1
    page = _as(cast.marco).get("/").content.decode()
    assert 'class="carta-mini"' in page
    assert "not measured" in page


def test_the_page_speaks_italian_and_survives_odd_questions(cast: Cast) -> None:
    client = _as(cast.marco, "it")
    for query in ("?period=never&g=%00", "?g=" + "x" * 500, "?period=quarter", "?period=today"):
        assert client.get(f"/charter/{query}").status_code == 200
    for after in ("x", "9" * 39 + ".1", "-1.2", "late:1.1", "dated:", "aside:99999999999999999999999999.1"):
        for slug in ("promises-kept", "no-rubber-wall", "named", "one-owner", "right-timing", "parity"):
            assert client.get(f"/charter/{slug}/breaches/", {"after": after}).status_code == 200
    assert client.get("/charter/gap/breaches/").status_code == 404
    assert client.get("/charter/nothing/breaches/").status_code == 404
