"""A screen asks the database as often for twenty rows as for one."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.actions import create_token
from ascolto.accounts.models import Agent
from ascolto.events.log import actor_of, emit
from ascolto.intake.models import RawEvent
from ascolto.testing.factories import make_agent, make_inbox, make_team

pytestmark = pytest.mark.django_db
AT_MOST = 19  # session, reader, company, what waits for the reader, and what the screen is about
SCREENS = (
    "/settings/inboxes/",
    "/settings/set-aside/",
    "/settings/people/",
    "/settings/teams/",
    "/settings/log/",
    "/settings/tokens/",
    "/settings/profile/",
    "/settings/company/",
)


def fill(anna: Agent, number: int) -> None:
    marco = make_agent(f"Marco{number} Villa")
    team = make_team(f"Care {number}", marco, anna)
    inbox = make_inbox(name=f"Shop {number}", teams=[team])
    RawEvent.objects.create(
        account=inbox, digest=os.urandom(32), body=b"{}", state=RawEvent.State.DEAD, error="x"
    )
    create_token(agent=marco, scopes=["conversations:read"], name="Reports")
    emit("channel.changed", actor=actor_of(marco), account=inbox.pk, name=inbox.name, fields=["name"])


def queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("address", SCREENS)
def test_a_screen_does_not_ask_more_for_more_rows(desk: Client, anna: Agent, address: str) -> None:
    fill(anna, 0)
    desk.get(address)  # notes that she is here
    few = queries(desk, address)
    for number in range(1, 20):
        fill(anna, number)
    assert queries(desk, address) == few <= AT_MOST
