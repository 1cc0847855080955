from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ascolto.channels.registry import all_adapters
from ascolto.delivery import worker
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


@pytest.fixture
def running() -> Iterator[threading.Event]:
    """A worker in a thread of its own, as the product runs it; setting the event stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    yield stop
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
