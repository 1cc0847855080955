from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.registry import all_adapters
from ascolto.delivery.tests.desk import Desk
from ascolto.delivery.tests.paper import Paper, paper_networks


@pytest.fixture
def networks() -> Iterator[dict[str, Paper]]:
    """The paper networks, known to the registry for the length of a test."""
    registry, made = all_adapters(), paper_networks()
    registry.update(made)
    yield made
    for kind in made:
        registry.pop(kind, None)


@pytest.fixture
def paper(networks: dict[str, Paper]) -> Paper:
    """The plain paper network."""
    return networks["paper"]


@pytest.fixture
def desk(db: None, networks: dict[str, Paper]) -> Desk:
    """Marco's desk, with an inbox on the plain paper network."""
    return Desk()
