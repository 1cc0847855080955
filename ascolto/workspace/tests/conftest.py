"""The people at the settings."""

from __future__ import annotations

import pytest
from django.test import Client

from ascolto.accounts.models import Agent, Role
from ascolto.testing.factories import make_agent


@pytest.fixture
def anna(db: None) -> Agent:
    return make_agent("Anna Conti", Role.ADMINISTRATOR, language="en")


@pytest.fixture
def desk(client: Client, anna: Agent) -> Client:
    """Anna's browser."""
    client.force_login(anna)
    return client
