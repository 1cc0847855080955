"""Taking the Charter away makes sending impossible, not free; a guarantee that breaks refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ascolto
from ascolto import gates
from ascolto.charter.guarantees import all_guarantees
from ascolto.conversations.actions import add_reply
from ascolto.conversations.actions.change import assign
from ascolto.gates import REQUIRED, Gate, Refused
from ascolto.testing.factories import Cast, make_cast

PACKAGE = Path(ascolto.__file__).parent
WITHOUT = """
import django
from django.conf import settings
settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "ascolto.charter"]
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Message
from ascolto.gates import Refused
from ascolto.testing.factories import make_cast
cast = make_cast()
conversation = cast.writes()
try:
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
except Refused as refused:
    print("refused", refused.code, Message.objects.filter(direction="out").count())
else:
    print("sent")
"""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _send_without(root: Path, data: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASCOLTO_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "ascolto.config.settings",
        "ASCOLTO_DATA": str(data),
        "PYTHONPATH": str(root),
    }
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or told.stderr[-2_000:]


@pytest.mark.processes
def test_without_the_charter_among_the_rooms_nothing_can_be_sent(tmp_path: Path) -> None:
    assert _send_without(PACKAGE.parent, tmp_path) == "refused gate_unguarded 0"


@pytest.mark.processes
def test_with_the_package_deleted_nothing_can_be_sent(tmp_path: Path) -> None:
    root = tmp_path / "product"
    kept = shutil.ignore_patterns("__pycache__", "tests", "corpus", "starters", "static")
    shutil.copytree(PACKAGE, root / "ascolto", ignore=kept)
    shutil.rmtree(root / "ascolto" / "charter")
    assert _send_without(root, tmp_path / "data") == "refused gate_unguarded 0"


def test_every_guarantee_that_a_gate_requires_has_its_file() -> None:
    for gate, names in REQUIRED.items():
        by_files = {one.slug for one in all_guarantees() if gate in one.gates}
        assert names - {"channel", "four-eyes"} <= by_files, gate


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> Iterator[str]:
    """The guarantee of this name fails for a reason of its own."""
    slug, gate = request.param
    before = gates._GUARANTEES[gate][slug]

    def breaks(attempt: object) -> None:
        raise ZeroDivisionError

    gates._GUARANTEES[gate][slug] = breaks
    yield slug
    gates._GUARANTEES[gate][slug] = before


@pytest.mark.parametrize(
    "broken", [(slug, Gate.SEND) for slug in sorted(REQUIRED[Gate.SEND] - {"channel"})], indirect=True
)
def test_a_guarantee_that_breaks_refuses(cast: Cast, broken: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_reply(
            agent=cast.marco,
            conversation=cast.writes(),
            text="We look into it.",
            overrides={broken: "Never mind it"},
        )
    assert (refusal.value.code, refusal.value.guarantee) == ("guarantee_failed", broken)


def test_without_its_guards_a_conversation_changes_no_hands(cast: Cast) -> None:
    kept = gates._GUARANTEES[Gate.ASSIGN].copy()
    gates._GUARANTEES[Gate.ASSIGN].clear()
    try:
        with pytest.raises(Refused) as refusal:
            assign(agent=cast.marco, conversation=cast.writes(), assignee=cast.marco)
    finally:
        gates._GUARANTEES[Gate.ASSIGN].update(kept)
    assert refusal.value.code == "gate_unguarded"
