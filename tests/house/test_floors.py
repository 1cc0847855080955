"""What the import contracts cannot see: foreign keys, writers of models, callers of adapters, doors to the network."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

from tests.house.source import PACKAGE, ROOT, modules, name, room_of, tree

WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "aupdate",
    "acreate",
    "adelete",
}
ADAPTER_VERBS = {"verify", "parse", "send", "poll", "handshake", "fetch_media", "wait"}
# Who may write another room's rows, and why.
ALLOWED_WRITERS = {
    ("intake", "Attachment"): "the fetcher brings the file that a message names",
    ("intake", "ChannelHealth"): "who asks a network notes how it does",
    ("delivery", "ChannelHealth"): "who writes to a network notes how it does",
    ("collaboration", "Follower"): "who follows is decided by those who work together",
    **{
        ("directory", erased): "a customer who asks to be erased is erased in every room"
        for erased in ("Conversation", "Customer", "CustomerMerge", "Event", "Identity", "RawEvent")
    },
}


def _floors() -> dict[str, int]:
    """The height of each room, from the contract in pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    rooms = [[room.strip().removeprefix("ascolto.") for room in layer.split("|")] for layer in layers]
    return {room: len(rooms) - depth for depth, layer in enumerate(rooms) for room in layer}


def _own_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("ascolto.")
    ]


def test_the_import_contracts_hold() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in modules()} - {"__init__", "__main__"}
    assert rooms - _floors().keys() == set()


def test_no_foreign_key_climbs_a_floor() -> None:
    floors, climbing = _floors(), []
    for model in _own_models():
        for field in model._meta.get_fields():
            if not (isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model):
                continue
            here, there = model._meta.app_label, field.related_model._meta.app_label
            if there in floors and floors[there] > floors[here]:
                climbing.append(f"{model.__name__}.{field.name} -> {there}")
    assert climbing == []


def _model_written(call: ast.Call) -> str | None:
    """The model in `Model.objects…write(…)`, however long the chain between is."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in WRITES):
        return None
    node: ast.AST = call.func.value
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr == "objects" and isinstance(node.value, ast.Name):
                return node.value.id
            node = node.value
        else:
            return None


def _foreign_writes() -> Iterator[str]:
    owners: dict[str, set[str]] = {}  # rooms may call models of their own by the same name
    for model in _own_models():
        owners.setdefault(model.__name__, set()).add(model._meta.app_label)
    for path in modules():
        room = room_of(path)
        if room == "testing":
            continue
        for node in ast.walk(tree(path)):
            written = _model_written(node) if isinstance(node, ast.Call) else None
            foreign = written in owners and room not in owners[written]
            if foreign and (room, written) not in ALLOWED_WRITERS:
                yield f"{name(path)}:{node.lineno} writes {written} of {', '.join(sorted(owners[written]))}"


def test_only_the_owner_writes_its_models() -> None:
    assert list(_foreign_writes()) == []


def test_inside_a_room_only_actions_workers_and_consumers_write() -> None:
    screens = {"views", "selectors", "forms", "urls"}
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if path.stem in screens or screens & set(path.relative_to(PACKAGE).parts[1:])
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _model_written(node)
    ]
    assert found == []


def test_only_intake_and_delivery_call_adapters() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if room_of(path) not in {"intake", "delivery", "testing"} and "adapters" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ADAPTER_VERBS
        and _is_adapter(node.func.value)
    ]
    assert found == []


def _is_adapter(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "adapter"
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "get_adapter"
    return isinstance(node, ast.Name) and node.id == "adapter"


def test_nobody_opens_a_web_address_by_the_standard_library() -> None:
    banned = {"urllib.request", "http.client", "xmlrpc.client"}
    found = []
    for path in modules():
        if room_of(path) == "testing":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
            else:
                continue
            if names & banned:
                found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = {"now", "utcnow", "today"}
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if path.name != "clock.py" and room_of(path) != "testing"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in asked
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "timezone"}
    ]
    assert found == []
