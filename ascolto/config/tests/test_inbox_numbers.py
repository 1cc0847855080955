"""Prometheus, the API, the shell and `ascolto check` tell the same of an inbox."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from ascolto.accounts.actions import create_token
from ascolto.channels import actions
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.config.inspection import look_at_channels
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox() -> ChannelAccount:
    """An inbox whose token was revoked, and whose customers are silent."""
    inbox = make_inbox(name="Shop")
    ChannelHealth.objects.create(
        account=inbox,
        error_class="reauth",
        error="The token has been revoked.",
        error_from="out",
        silent_since=now() - timedelta(hours=3),
        last_in_at=now() - timedelta(hours=4),
        token_expires_at=now() + timedelta(days=2, hours=1),
    )
    make_inbox(name="A well one")
    return inbox


def test_prometheus_has_a_gauge_for_every_inbox(inbox: ChannelAccount, client: Client) -> None:
    lines = client.get("/metrics").content.decode().splitlines()
    mine = f'{{inbox="{inbox.pk}",kind="webhook",name="Shop"}}'
    numbers = {line.split("{")[0]: float(line.rsplit(" ", 1)[1]) for line in lines if mine in line}
    assert (numbers["ascolto_inbox_up"], numbers["ascolto_inbox_silent"]) == (0, 1)
    assert numbers["ascolto_inbox_last_in_seconds"] == pytest.approx(4 * 3600, abs=60)
    assert numbers["ascolto_inbox_permission_seconds"] == pytest.approx(49 * 3600, abs=60)
    assert "ascolto_inbox_last_out_seconds" not in numbers
    assert next(line for line in lines if 'name="A well one"' in line and "_up" in line).endswith(" 1.0")
    actions.disable(account=inbox)
    assert mine not in client.get("/metrics").content.decode()


def test_the_api_says_why_nothing_can_leave(inbox: ChannelAccount, client: Client) -> None:
    token = create_token(agent=make_agent("Anna Conti", "administrator"), scopes=["admin"])[1]
    found = client.get(f"/api/v1/channels/{inbox.pk}", HTTP_AUTHORIZATION=f"Bearer {token}").json()["health"]
    assert (found["state"], found["error_class"]) == ("broken", "reauth")
    assert found["blocked"] == "Shop cannot send now: The token has been revoked."
    assert found["silent_since"]
    assert found["token_expires_at"]


def test_the_shell_lists_what_is_wrong(inbox: ChannelAccount) -> None:
    out = StringIO()
    call_command("channel", "list", stdout=out)
    assert "broken, silent, expiring" in out.getvalue()
    assert "The token has been revoked." in out.getvalue()
    machine = StringIO()
    call_command("channel", "list", "--json", stdout=machine)
    rows = {row["name"]: row for row in json.loads(machine.getvalue())}
    assert rows["Shop"]["alerts"] == ["broken", "silent", "expiring"]
    assert rows["A well one"]["alerts"] == []


def test_the_check_warns_of_what_is_wrong(inbox: ChannelAccount) -> None:
    found = {finding.text: finding.level for finding in look_at_channels("channels")}
    assert found["Shop does not work: The token has been revoked."] == "warning"
    assert found["A well one (webhook) can be opened"] == "ok"
