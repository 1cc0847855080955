"""What a script imports, told to the browser beforehand.

A browser learns of a module's imports only when it has read the module: a chain of five files is five journeys. The head of a page names
them all at once (`<link rel="modulepreload">`), so that they come side by side. What a script imports later, on demand, is not named.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

_IMPORT = re.compile(r'^\s*(?:import|export)\s(?:[^"\';]*?\sfrom\s)?\s*"(\.{1,2}/[^"]+)"', re.MULTILINE)


@cache
def modules_of(*entries: str) -> tuple[str, ...]:
    """The static paths of these modules and of everything that they import, each once, the deepest last.

    Raises FileNotFoundError for a module that does not exist.
    """
    found: dict[str, None] = {}
    waiting = list(entries)
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        waiting += [normpath(join(dirname(path), name)) for name in _IMPORT.findall(_source(path))]
    return tuple(found)


def _source(path: str) -> str:
    place = finders.find(path)
    if not isinstance(place, str):
        raise FileNotFoundError(path)
    return Path(place).read_text(encoding="utf-8")


def preload(*entries: str) -> SafeString:
    """The `<link>` elements of these modules for the head of a page."""
    return format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((static(path),) for path in modules_of(*entries))
    )
