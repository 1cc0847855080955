"""What rooms above show in a person's own settings: their notifications, how they sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Reader = Callable[[HttpRequest], Any]
_parts: dict[str, tuple[str, Reader]] = {}


def show_in_profile(name: str, template: str, reader: Reader) -> None:
    """Let `template` stand in everybody's profile; it finds what `reader` tells as `content` (None: nothing is shown).

    Called at the start.
    """
    _parts[name] = (template, reader)


def profile_parts(request: HttpRequest) -> list[tuple[str, str, Any]]:
    """The name, the template and the content of every part that has something to show."""
    told = ((name, template, reader(request)) for name, (template, reader) in _parts.items())
    return [(name, template, content) for name, template, content in told if content is not None]
