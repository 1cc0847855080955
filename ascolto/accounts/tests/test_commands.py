"""What the person with the shell does: administrators and keys for machines."""

from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ascolto.accounts.models import Agent, Role
from ascolto.accounts.permissions import of_role
from ascolto.accounts.scopes import SCOPES, is_granted
from ascolto.accounts.selectors import agent_of_token, token_allows
from ascolto.testing.factories import PASSWORD, make_agent

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def createadmin(monkeypatch: pytest.MonkeyPatch, password: str, *words: str) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return run(
        "createadmin", "--email", "Anna@Telvia.example", "--name", "Anna Conti", "--password-stdin", *words
    )


def test_an_administrator_is_made_and_can_sign_in(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    assert "made" in createadmin(monkeypatch, PASSWORD)
    entered = client.post("/sign-in/", {"email": "anna@telvia.example", "password": PASSWORD})
    assert entered.status_code == 302
    assert Agent.objects.get().is_administrator


def test_a_lost_administrator_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    make_agent("Anna Conti", Role.AGENT, is_active=False)
    assert "restored" in createadmin(monkeypatch, PASSWORD + "!")
    anna = Agent.objects.get()
    assert (anna.is_administrator, anna.is_active, anna.check_password(PASSWORD + "!")) == (True, True, True)


@pytest.mark.parametrize("password", ["", "short", "x" * 513])
def test_a_password_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with pytest.raises(CommandError):
        createadmin(monkeypatch, password)
    assert not Agent.objects.exists()


def test_a_token_is_printed_once_and_works_within_its_scopes() -> None:
    make_agent()
    printed = run(
        "token", "create", "--email", "MARCO@telvia.example", "--scope", "conversations:read,messages:write"
    )
    token = agent_of_token(printed.strip())
    assert token
    assert token.scopes == ["conversations:read", "messages:write"]
    assert token_allows(token, "conversations:read")
    assert not token_allows(token, "conversations:write")
    rows = json.loads(run("token", "list", "--json"))
    assert [row["id"] for row in rows] == [token.pk]
    assert printed.strip() not in run("token", "list")
    run("token", "revoke", str(token.pk))
    assert agent_of_token(printed.strip()) is None


@pytest.mark.parametrize(
    "words",
    [
        ["--email", "nobody@telvia.example", "--scope", "conversations:read"],
        ["--email", "marco@telvia.example", "--scope", "everything"],
        ["--email", "marco@telvia.example", "--scope", "admin"],
    ],
)
def test_a_token_that_cannot_be_is_refused_with_the_reason(words: list[str]) -> None:
    make_agent()
    with pytest.raises(CommandError) as told:
        run("token", "create", *words)
    assert str(told.value)


def test_write_includes_read_and_admin_everything_while_one_is_administrator() -> None:
    assert is_granted("customers:read", ["customers:write"], of_role("agent"))
    assert not is_granted("customers:write", ["customers:read"], of_role("agent"))
    for scope in SCOPES:
        assert is_granted(scope, ["admin"], of_role("administrator"))
        assert not is_granted(scope, ["admin"], of_role("agent"))
    assert not is_granted("channels:write", ["channels:write"], of_role("agent"))


@pytest.mark.parametrize("text", ["", "asc_", "asc_wrong", "x" * 5000, "asc_" + "x" * 5000, "asc_\x00"])
def test_nonsense_is_no_token(text: str) -> None:
    assert agent_of_token(text) is None
