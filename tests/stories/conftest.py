from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.town import Town


@pytest.fixture
def town(transactional_db: None) -> Iterator[Town]:
    """Telvia on a Wednesday morning in June. The log is read: on PostgreSQL it shows what is committed."""
    town = Town()
    yield town
    town.leave()
