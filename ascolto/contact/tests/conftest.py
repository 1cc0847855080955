from __future__ import annotations

import pytest

from ascolto.contact import doors


@pytest.fixture(autouse=True)
def open_brakes() -> None:
    """Every test is somebody new."""
    for brake in (
        doors.SESSIONS,
        doors.READS,
        doors.MESSAGES,
        doors.UPLOADS,
        doors.ATTEMPTS,
        doors.SUBMISSIONS,
    ):
        brake.release()
