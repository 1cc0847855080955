"""Real servers, started once for all tests of a module; skipped with the reason where they are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TypeVar

import pytest

from ascolto.testing.harness import missing
from ascolto.testing.servers import RunningServer, ServerMissing
from ascolto.testing.servers.mastodon_mock import MastodonMock
from ascolto.testing.servers.synapse import Synapse

Some = TypeVar("Some", bound=RunningServer)


def running(server: Some) -> Iterator[Some]:
    """The server until the tests are done with it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(server)
        except ServerMissing as reason:
            missing("servers", str(reason))
        yield server


@pytest.fixture(scope="module")
def mastodon_mock() -> Iterator[MastodonMock]:
    yield from running(MastodonMock())


@pytest.fixture(scope="module")
def synapse() -> Iterator[Synapse]:
    yield from running(Synapse())
