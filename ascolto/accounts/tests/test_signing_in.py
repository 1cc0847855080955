"""Marco signs in; who guesses is slowed down, and nobody learns who has an account here."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.urls import reverse

from ascolto.accounts import actions
from ascolto.accounts.actions import signing_in
from ascolto.accounts.middleware import IDLE_LIMIT
from ascolto.accounts.models import Agent, Company, Role, SignInAttempt
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import PASSWORD, make_agent

pytestmark = pytest.mark.django_db
DOOR = "/sign-in/"


@pytest.fixture
def marco() -> Agent:
    return make_agent("Marco Villa", language="en")


def try_to_enter(
    client: Client, email: str = "marco@telvia.example", password: str = "wrong", **fields: Any
) -> Any:
    return client.post(DOOR, {"email": email, "password": password, **fields})


def test_marco_signs_in_and_comes_back_to_the_page_he_asked_for(client: Client, marco: Agent) -> None:
    asked = client.get("/settings/profile/")
    assert asked.headers["Location"] == "/sign-in/?next=%2Fsettings%2Fprofile%2F"
    entered = try_to_enter(client, "MARCO@telvia.example ", PASSWORD, next="/settings/profile/")
    assert entered.headers["Location"] == "/settings/profile/"
    assert client.get("/settings/profile/").status_code == 200
    assert Event.objects.filter(type="agent.signed_in", actor_id=marco.pk).exists()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"]
)
def test_nobody_is_sent_to_a_foreign_page(client: Client, marco: Agent, target: str) -> None:
    entered = try_to_enter(client, password=PASSWORD, next=target)
    assert "evil" not in entered.headers["Location"]
    assert "javascript" not in entered.headers["Location"]


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client, marco: Agent) -> None:
    shown = {}
    for email in ("marco@telvia.example", "nobody@telvia.example"):
        page = try_to_enter(client, email)
        assert page.status_code == 200
        shown[email] = re.sub(
            r'value="[^"]*"', "", page.content.decode()
        )  # the form's token and the e-mail typed
    assert shown["marco@telvia.example"] == shown["nobody@telvia.example"]
    assert "do not match" in shown["marco@telvia.example"]
    assert Event.objects.filter(type="agent.sign_in_failed").count() == 2
    assert "nobody@" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_closed_account_is_answered_like_a_wrong_password(client: Client, marco: Agent) -> None:
    Agent.objects.update(is_active=False)
    assert "do not match" in try_to_enter(client, password=PASSWORD).content.decode()


def test_who_guesses_has_to_wait_and_is_told_how_long(client: Client, marco: Agent) -> None:
    for _ in range(signing_in.FREE_PER_EMAIL):
        assert try_to_enter(client).status_code == 200
    slowed = try_to_enter(client, password=PASSWORD)
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert "Too many attempts" in slowed.content.decode()
    SignInAttempt.objects.update(at=now() - timedelta(minutes=20))
    assert try_to_enter(client, password=PASSWORD).status_code == 302
    assert not SignInAttempt.objects.filter(key=signing_in.digest("email:marco@telvia.example")).exists()


def test_the_brake_holds_for_an_address_that_has_no_account(client: Client) -> None:
    for _ in range(signing_in.FREE_PER_EMAIL):
        try_to_enter(client, "nobody@telvia.example")
    assert try_to_enter(client, "nobody@telvia.example").status_code == 429


def test_one_machine_that_tries_many_people_is_slowed_down(client: Client) -> None:
    for number in range(signing_in.FREE_PER_ADDRESS):
        assert try_to_enter(client, f"person{number}@telvia.example").status_code == 200
    assert try_to_enter(client, "another@telvia.example").status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert try_to_enter(elsewhere, "another@telvia.example").status_code == 200


def test_a_stranger_who_guesses_does_not_lock_marco_out_of_his_own_browser(
    client: Client, marco: Agent
) -> None:
    try_to_enter(client, password=PASSWORD)
    client.post("/sign-out/")
    stranger = Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(signing_in.FREE_PER_EMAIL + 1):
        try_to_enter(stranger)
    assert try_to_enter(stranger, password=PASSWORD).status_code == 429
    assert try_to_enter(client, password=PASSWORD).status_code == 302


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    moment = now()
    waits = [signing_in.wait_after(times, 5, moment, moment) for times in range(4, 30)]
    assert waits[0] == timedelta(0)
    assert waits[1:4] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits[-1] == timedelta(minutes=15)
    assert signing_in.wait_after(6, 5, moment - timedelta(minutes=1), moment) == timedelta(0)


def test_signing_in_gives_the_browser_a_new_session(client: Client, marco: Agent) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    try_to_enter(client, password=PASSWORD)
    assert client.session.session_key != before
    assert client.session.get_expiry_age() <= signing_in.SESSION_AGE.total_seconds()


def test_activity_does_not_move_the_end_of_a_session(client: Client, marco: Agent) -> None:
    try_to_enter(client, password=PASSWORD)
    end = client.session["_session_expiry"]
    client.get("/settings/profile/")
    assert client.session["_session_expiry"] == end


def test_a_screen_that_nobody_touched_for_a_day_is_closed(client: Client, marco: Agent) -> None:
    try_to_enter(client, password=PASSWORD)
    client.get("/settings/profile/")
    session = client.session
    session["seen_at"] = int((now() - IDLE_LIMIT).timestamp()) - 60
    session.save()
    assert client.get("/settings/profile/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(client: Client, marco: Agent) -> None:
    client.force_login(marco)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == reverse("accounts:sign-in")
    assert client.get("/settings/profile/").status_code == 302


def test_forms_from_elsewhere_are_refused(marco: Agent) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert try_to_enter(strict, password=PASSWORD).status_code == 403
    strict.force_login(marco)
    assert strict.post("/preferences/", {"theme": "dark"}).status_code == 403


def test_a_closed_account_loses_its_open_sessions(client: Client, marco: Agent) -> None:
    anna = make_agent("Anna Conti", Role.ADMINISTRATOR)
    client.force_login(marco)
    actions.deactivate_agent(by=anna, agent=marco)
    assert client.get("/settings/profile/").status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "", "password": ""},
        {"email": "x" * 400, "password": "p"},
        {"email": "\x00@\x00", "password": "\x00"},
        {"email": "marco@telvia.example", "password": "p" * 100_000},
        {"email": "<script>alert(1)</script>", "password": "p"},
    ],
)
def test_hostile_input_is_answered_with_the_form(
    client: Client, marco: Agent, fields: dict[str, str]
) -> None:
    page = client.post(DOOR, fields)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_passwords_are_kept_as_argon2_with_owasps_parameters(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["ascolto.accounts.hashers.Argon2"]
    agent = make_agent("Sara Neri")
    assert agent.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert identify_hasher(agent.password).algorithm == "argon2"
    assert agent.check_password(PASSWORD)
    assert not agent.check_password(PASSWORD + "x")


def test_a_password_kept_with_other_parameters_works_and_is_renewed_at_sign_in(
    client: Client, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    marco = make_agent()
    settings.PASSWORD_HASHERS = ["ascolto.accounts.hashers.Argon2"]
    assert try_to_enter(client, password=PASSWORD).status_code == 302
    assert Agent.objects.get(pk=marco.pk).password.startswith("argon2$argon2id$v=19$m=19456,")


def test_the_demo_says_whom_one_can_be_and_a_real_company_does_not(client: Client, db: None) -> None:
    anna = make_agent("Anna Neri")
    gone = make_agent("Gone Person")
    Agent.objects.filter(pk=gone.pk).update(is_active=False)
    assert anna.email not in client.get("/sign-in/").content.decode()
    Company.objects.filter(pk=Company.current().pk).update(is_demo=True)
    page = client.get("/sign-in/").content.decode()
    assert anna.email in page
    assert gone.email not in page
