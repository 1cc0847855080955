from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.generation.actions.configure import choose, describe, switch
from ascolto.generation.models import ASKED_FOR, ModelServer
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.testing.language_model import KEY, MODEL, LanguageModel


@pytest.fixture
def cast() -> Cast:
    """Giulia, Marco, Anna, Viktor."""
    return make_cast()


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    """A server that nobody talks to yet."""
    with LanguageModel() as running:
        yield running
        running.gate.set()


def connect(cast: Cast, model: LanguageModel, *, time_limit: int = 2, **values: object) -> ModelServer:
    """Everything on, for Giulia's inbox."""
    olga = make_agent("Olga Fini", "administrator")
    given = {"base_url": model.url, "model": MODEL, "is_own_network": True, "time_limit": time_limit}
    describe(by=olga, values={**given, **values}, api_key=KEY)
    choose(by=olga, purposes=ASKED_FOR, switches=[(cast.inbox.pk, purpose) for purpose in ASKED_FOR])
    return switch(by=olga, on=True)


@pytest.fixture
def on(cast: Cast, model: LanguageModel) -> ModelServer:
    """The model, switched on for Giulia's inbox."""
    return connect(cast, model)
