"""The index is no model: what a test left in it goes before the next."""

from __future__ import annotations

import pytest
from django.db import connection

from ascolto.search.terms import forget_counts


@pytest.fixture(autouse=True)
def empty_index(request: pytest.FixtureRequest) -> None:
    """Begin with nothing in the index."""
    forget_counts()
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_index")
            cursor.execute("DELETE FROM search_term")
