"""Flows ask other systems: signed, within a limit of time, only those that an administrator allowed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Agent, Role
from ascolto.bot.actions.systems import change_action, create_action, rotate_secret, try_action
from ascolto.bot.asking_systems import LONGEST_NAME, MOST_VALUES, ask_system, breakers, scalars
from ascolto.bot.models import BotAction
from ascolto.bot.state import LONGEST_VALUE, NOTHING, Answered, Failed
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock, http
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.testing.systems import CompanySystem

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sara() -> Agent:
    """She manages everything."""
    return make_agent("Sara Galli", Role.ADMINISTRATOR)


@pytest.fixture
def system() -> Iterator[CompanySystem]:
    breakers.forget()
    with CompanySystem() as running, http.settings(allow_private=True):
        yield running
    breakers.forget()


def nowhere(host: str) -> list[str]:
    """Nobody knows the name: it is asked again when we go there."""
    return []


def allow(sara: Agent, system: CompanySystem, **more: Any) -> BotAction:
    told = {"sends": ["customer_code"], **more}
    action, secret = create_action(
        by=sara, name="line-test", url=f"{system.url}/line?key=tok-abc", resolve=nowhere, **told
    )
    system.secrets = (secret,)
    return action


def ask(**values: str) -> Answered | Failed:
    return ask_system("line-test", values, timeout=SOON, idempotency_key="dialogue-7-3")


def test_a_signed_question_leaves_with_allowed_slots_only(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    system.says = {"line": "faulty", "since": 3, "planned": True, "more": {"deep": 1}, "list": [1]}
    answer = ask(customer_code="TV123456", phone="+39 333 1234567")
    assert answer == Answered({"line": "faulty", "since": "3", "planned": "true"})
    assert system.heard[0].values == {"customer_code": "TV123456"}
    assert system.heard[0].id == "dialogue-7-3"
    assert system.heard[0].document["type"] == "action.asked"


def test_what_the_customer_has_not_is_not_sent(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    ask(customer_code=NOTHING)
    assert system.heard[0].values == {}


def test_the_same_question_asked_again_is_done_once(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    assert ask() == ask()
    assert len(system.heard) == 2
    assert len(system.acted) == 1


@pytest.mark.parametrize(
    "trouble", ["breaks off", "garbage", "huge", "list", "redirects", 500, 404, 429, "hangs", "drips"]
)
def test_whatever_goes_wrong_there_is_failed_here_and_in_time(
    sara: Agent, system: CompanySystem, trouble: Any
) -> None:
    allow(sara, system)
    system.trouble = trouble
    system.says = {"x": "y" * 100}
    limit = timedelta(seconds=0.6)
    assert ask_system("line-test", {}, timeout=limit, idempotency_key="k") == Failed()
    assert len(system.heard) == 1


def test_an_empty_answer_is_an_answer(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    system.trouble = "empty"
    assert ask() == Answered({})


def test_what_is_not_allowed_or_switched_off_is_not_asked(sara: Agent, system: CompanySystem) -> None:
    action = allow(sara, system)
    assert ask_system("other", {}, timeout=SOON, idempotency_key="k") == Failed()
    change_action(by=sara, action=action, is_enabled=False)
    assert ask() == Failed()
    assert not system.heard


def test_a_private_address_is_not_asked(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    with http.settings(allow_private=False):
        assert ask() == Failed()
    assert not system.heard


def test_a_failing_system_is_left_alone_for_a_while(
    sara: Agent, system: CompanySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(sara, system)
    system.trouble = 500
    for _ in range(6):
        assert ask() == Failed()
    assert len(system.heard) == 4
    system.trouble = ""
    later = clock.now() + timedelta(seconds=31)
    monkeypatch.setattr("ascolto.bot.asking_systems.now", lambda: later)
    assert ask() == Answered({"ok": "true"})


def test_what_the_other_side_refuses_does_not_pause_it(sara: Agent, system: CompanySystem) -> None:
    allow(sara, system)
    system.trouble = 404
    for _ in range(6):
        assert ask() == Failed()
    assert len(system.heard) == 6


def test_two_secrets_are_good_while_one_is_changed(sara: Agent, system: CompanySystem) -> None:
    action = allow(sara, system)
    (old,) = system.secrets
    new = rotate_secret(by=sara, action=action)
    assert new != old
    for secrets in ((old,), (new,)):
        system.secrets = secrets
        assert ask() == Answered({"ok": "true"})
    newest = rotate_secret(by=sara, action=action)
    system.secrets = (old,)
    assert ask() == Failed()
    assert newest not in {old, new}


def test_nothing_secret_is_in_the_database_or_in_the_log(
    sara: Agent, system: CompanySystem, caplog: pytest.LogCaptureFixture
) -> None:
    action = allow(sara, system)
    system.trouble = "breaks off"
    with caplog.at_level(logging.DEBUG, logger="ascolto"):
        ask(customer_code="TV123456")
        assert try_action(by=sara, action=action).outcome == "late"
    rotate_secret(by=sara, action=action)
    change_action(by=sara, action=action, url="https://example.org/hook?key=tok-def", resolve=nowhere)
    told = caplog.text + str(list(Event.objects.filter(type__startswith="bot_action.").values()))
    for secret in (*system.secrets, "tok-abc", "tok-def", "TV123456"):
        assert secret not in told
    assert system.secrets[0] not in BotAction.objects.get().secret


def test_trying_tells_the_round_trip(sara: Agent, system: CompanySystem) -> None:
    action = allow(sara, system)
    report = try_action(by=sara, action=action)
    assert report.is_answer
    assert report.status == 200
    assert report.values == {"ok": "true"}
    system.trouble = 503
    assert (try_action(by=sara, action=action).outcome, system.heard[-1].id[:5]) == ("failed", "test-")


def test_only_who_manages_the_bot_writes_systems_down(cast: Cast, sara: Agent, system: CompanySystem) -> None:
    action = allow(sara, system)
    for person in (cast.marco, cast.viktor):
        with pytest.raises(Refused):
            create_action(by=person, name="x", url="https://example.org", resolve=nowhere)
        with pytest.raises(Refused):
            change_action(by=person, action=action, is_enabled=False)
        with pytest.raises(Refused):
            rotate_secret(by=person, action=action)
        with pytest.raises(Refused):
            try_action(by=person, action=action)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": "Ünfit name"}),
        ("name", {"name": ""}),
        ("name", {"name": "line-test"}),
        ("url", {"url": "ftp://example.org"}),
        ("url", {"url": "https://exa mple.org"}),
        ("url", {"url": "x" * 1_000_000}),
        ("url", {"url": "http://localhost/x", "resolve": lambda host: ["127.0.0.1"]}),
        ("sends", {"sends": ["a b"]}),
        ("sends", {"sends": [f"s{n}" for n in range(99)]}),
    ],
)
def test_what_cannot_be_used_is_said_by_field(
    sara: Agent, system: CompanySystem, field: str, wrong: dict[str, Any]
) -> None:
    allow(sara, system)
    told = {"name": "other", "url": "https://example.org/", "resolve": nowhere, **wrong}
    with pytest.raises(ValidationError) as refusal:
        create_action(by=sara, **told)
    assert field in refusal.value.message_dict


def test_hostile_answers_come_back_bounded() -> None:
    many = {f"n{n}": "x" for n in range(1_000)}
    assert len(scalars(many)) == MOST_VALUES
    assert scalars({"a": "\ud800\x00" + "😀" * 10_000})["a"] == "?" + "😀" * (LONGEST_VALUE - 2)
    assert (
        scalars({"a": float("nan"), "b": float("inf"), "c": None, "x" * (LONGEST_NAME + 1): 1, "": 2}) == {}
    )
    assert scalars({"big": 10**4000})["big"].startswith("1000")
