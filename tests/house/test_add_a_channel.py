"""docs/howto/add-a-channel.md, followed word by word: its files, in one folder, are a channel that passes the conformance suite."""

from __future__ import annotations

import hmac
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ascolto.channels import adapters, registry
from ascolto.channels.protocol import HookAnswer, HookRequest
from tests.house.source import ROOT

HOWTO = ROOT / "docs" / "howto" / "add-a-channel.md"
BLOCK = re.compile(r"^```\w+ (?P<name>[\w./-]+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
# What a folder inside `adapters/` gets by itself, for a folder that lies elsewhere.
LIES_BESIDE = "from ascolto.channels import adapters\nadapters.__path__.append({folder!r})\n"


def written() -> dict[str, str]:
    """The files that the page lets its reader write, by name."""
    return {match["name"]: match["content"] for match in BLOCK.finditer(HOWTO.read_text())}


def write_channel(folder: Path) -> None:
    """Write the page's files as its reader would."""
    for name in ("__init__.py", "tests/__init__.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for name, content in written().items():
        if name != "pyproject.toml":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)


def run(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """A fresh Python, so that the registry looks again."""
    environment = {**os.environ, "PYTHONPATH": f"{path}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=path, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A place that the registry takes for `ascolto/channels/adapters/`, with the page's channel in it."""
    write_channel(tmp_path / "telegraph")
    (tmp_path / "conftest.py").write_text(LIES_BESIDE.format(folder=str(tmp_path)))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_the_page_lets_its_reader_write_every_file_that_it_lists() -> None:
    listed = {"adapter.py", "icon.svg", "fixtures/expected.json", "tests/test_telegraph.py", "pyproject.toml"}
    assert listed <= set(written())


def test_who_follows_the_page_has_a_channel_that_conforms(beside: Path) -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:django", "-c", "pytest.ini")
    done = run("-m", "pytest", *options, "telegraph/tests", path=beside)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) >= 16, done.stdout


def test_the_registry_finds_the_folder_and_its_settings(beside: Path) -> None:
    program = LIES_BESIDE.format(folder=str(beside)) + (
        "from ascolto.channels.protocol import read_config\n"
        "from ascolto.channels.registry import get_adapter\n"
        "found = get_adapter('telegraph')\n"
        "print(found.label, read_config(found.Config, {'seal_secret': 'wax', 'access_token': 'c'}).office)\n"
    )
    done = run("-c", program, path=beside)
    assert done.stdout == "Telegraph https://office.telegraph.example\n", done.stderr


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's channel in this very process, until the end of the test."""
    write_channel(tmp_path / "telegraph")
    monkeypatch.setattr(adapters, "__path__", [*adapters.__path__, str(tmp_path)])
    registry.all_adapters.cache_clear()
    yield
    registry.all_adapters.cache_clear()
    for name in [name for name in sys.modules if name.startswith(f"{adapters.__name__}.telegraph")]:
        del sys.modules[name]


@pytest.mark.django_db
def test_a_telegram_becomes_a_conversation_and_nobody_else_had_to_change(installed: None) -> None:
    from ascolto.channels.actions import connect
    from ascolto.conversations.models import Message
    from ascolto.intake import journal
    from ascolto.intake.hooks import Admitted, Door, admit
    from ascolto.intake.worker import process_waiting

    inbox = connect(
        kind="telegraph", name="Telegraph Milan", values={"seal_secret": "wax", "access_token": "clerk"}
    )
    assert "wax" not in f"{inbox.settings} {inbox.sealed}"
    body = written()["fixtures/two-telegrams.json"].encode()
    request = HookRequest("POST", "https://care.example/hooks/telegraph/t", {}, {}, body)
    door = Door(inbox.as_account(), inbox.adapter, True)
    refused = admit(door, request)
    assert isinstance(refused, HookAnswer)
    assert refused.status == 403
    sealed = {"x-telegraph-seal": hmac.digest(b"wax", body, "sha256").hex()}
    admitted = admit(door, replace(request, headers=sealed))
    assert isinstance(admitted, Admitted)
    journal.insert(admitted.entries * 2)
    process_waiting()
    texts = Message.objects.order_by("id").values_list("text", flat=True)
    assert list(texts) == ["LINE DOWN STOP", "MINE TOO STOP"]


def test_a_package_of_its_own_is_found_by_its_entry_point(tmp_path: Path) -> None:
    write_channel(tmp_path / "acme_telegraph")
    points = tomllib.loads(written()["pyproject.toml"])["project"]["entry-points"]["ascolto.channels"]
    installed = tmp_path / "acme_telegraph-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-telegraph\nVersion: 1.0\n")
    lines = ["[ascolto.channels]", *(f"{name} = {target}" for name, target in points.items())]
    (installed / "entry_points.txt").write_text("\n".join(lines) + "\n")
    program = "from ascolto.channels.registry import get_adapter\nprint(type(get_adapter('telegraph')).__module__)\n"
    done = run("-c", program, path=tmp_path)
    assert done.stdout == "acme_telegraph.adapter\n", done.stderr


def test_the_page_is_written_as_the_rest_of_the_product(tmp_path: Path) -> None:
    write_channel(tmp_path / "telegraph")
    for todo in (["check", "--ignore", "I001"], ["format", "--check"]):  # imports sort differently elsewhere
        command = ["-m", "ruff", *todo, "--config", str(ROOT / "pyproject.toml"), "--no-cache", str(tmp_path)]
        done = run(*command, path=tmp_path)
        assert done.returncode == 0, done.stdout
