"""`ascolto check`: what it finds, and that it says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ascolto.channels.models import ChannelAccount
from ascolto.config import inspection
from ascolto.config.inspection import Finding, inspect_all
from ascolto.events.log import emit
from ascolto.kit.clock import now
from ascolto.kit.vault import Vault

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_data(settings: Any, tmp_path: Path) -> Path:
    """A data directory with a key, as the product has it."""
    settings.DATA = tmp_path
    key = tmp_path / "secret.key"
    key.write_text("k" * 40)
    key.chmod(0o600)
    return tmp_path


def found(area: str) -> list[Finding]:
    """What is said about an area."""
    return [finding for finding in inspect_all() if finding.area == area]


def test_a_fresh_installation_has_nothing_to_mend() -> None:
    assert [finding for finding in inspect_all() if finding.level == "error"] == []
    assert {finding.area for finding in inspect_all()} == set(inspection.AREAS)


def test_a_key_that_others_can_read_is_told(own_data: Path) -> None:
    (own_data / "secret.key").chmod(0o644)
    (finding,) = found("secret key")
    assert finding.level == "warning"
    assert "chmod 600" in finding.text


def test_an_inbox_that_another_key_sealed_is_told_by_name() -> None:
    sealed = Vault("another key of the house").seal('{"secret": "x"}')
    ChannelAccount.objects.create(kind="webhook", name="Shop", settings={}, sealed=sealed)
    (finding,) = found("channels")
    assert (finding.level, "Shop" in finding.text, "another key" in finding.text) == ("error", True, True)


def test_an_inbox_of_a_kind_that_is_gone_is_told() -> None:
    ChannelAccount.objects.create(kind="pigeon", name="Roof", settings={})
    assert [finding.level for finding in found("channels")] == ["error"]


def test_a_directory_that_cannot_be_written_is_told(settings: Any, own_data: Path) -> None:
    settings.DATA = own_data / "nowhere"
    assert [finding.level for finding in found("disk")] == ["error"]


def test_an_event_from_the_future_means_that_a_clock_was_wrong() -> None:
    emit("company.set_up", at=now() + timedelta(hours=3))
    (finding,) = found("clock")
    assert finding.level == "error"
    assert "NTP" in finding.text


def test_a_clock_before_the_installation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    (finding,) = found("clock")
    assert (finding.level, "2001-01-01" in finding.text) == ("error", True)
