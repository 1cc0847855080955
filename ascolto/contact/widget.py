"""The widget's scripts as browsers get them from us: modules under an address that changes with their content."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

FOLDER = Path(__file__).parent / "static" / "contact" / "widget"
LOADERS = frozenset({"loader.js", "frame.js"})  # classic scripts with a gap for their settings
MODULES = frozenset(path.name for path in FOLDER.glob("*.js")) - LOADERS


@cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def module_text(name: str) -> str:
    """The text of a module."""
    return (FOLDER / name).read_text("utf-8") if settings.DEBUG else _text(name)


@cache
def version() -> str:
    """A short digest over every module."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.js")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def loader(about: dict[str, Any]) -> str:
    """The classic script that a page includes: it knows its inbox and fetches the rest."""
    return _filled(
        "loader.js", {**about, "module": reverse("contact:widget-module", args=[version(), "widget.js"])}
    )


def frame_loader(about: dict[str, Any]) -> str:
    """The classic script that puts a form into a page."""
    return _filled("frame.js", about)


def _filled(name: str, about: dict[str, Any]) -> str:
    text = json.dumps(about).replace("<", "\\u003c")
    return module_text(name).replace("__ABOUT__", text)
