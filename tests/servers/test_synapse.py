"""The Matrix adapter on a real Synapse: the same checks as on our stand-in, and what only a real server can prove."""

from __future__ import annotations

import itertools

import pytest

from ascolto.channels.adapters.matrix.adapter import adapter
from ascolto.channels.adapters.matrix.tests.checks import MatrixChecks
from ascolto.testing.conformance import account_for
from ascolto.testing.polled import Desk
from ascolto.testing.servers.matrix_user import MatrixUser
from ascolto.testing.servers.synapse import Synapse

_numbers = itertools.count(1)
pytestmark = [pytest.mark.processes, pytest.mark.any_database]


@pytest.fixture
def telvia(synapse: Synapse) -> MatrixUser:
    return synapse.register(f"telvia{next(_numbers)}", "Telvia")


@pytest.fixture
def giulia(synapse: Synapse) -> MatrixUser:
    return synapse.register(f"giulia{next(_numbers)}", "Giulia Conti")


@pytest.fixture
def paolo(synapse: Synapse) -> MatrixUser:
    return synapse.register(f"paolo{next(_numbers)}", "Paolo Neri")


@pytest.fixture
def desk(telvia: MatrixUser) -> Desk:
    desk = Desk(adapter, account_for(adapter, telvia.settings, id=next(_numbers)))
    desk.hears()
    return desk


class TestOnSynapse(MatrixChecks):
    """Everything, on the server that most of the network runs."""

    def test_people_are_known_by_the_names_they_chose(self, desk, telvia, giulia) -> None:
        giulia.says(giulia.invites(telvia.id), "Buongiorno")
        assert desk.hears_message().sender.name == "Giulia Conti"
