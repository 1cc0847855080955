"""Every kind of channel: one folder under `adapters/`, or a package of a third party (entry point `ascolto.channels`)."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from ascolto.channels import adapters
from ascolto.channels.protocol import Adapter


class UnknownChannel(LookupError):
    """There is no channel of this kind."""


@cache
def all_adapters() -> dict[str, Adapter]:
    """One adapter a kind, in alphabetical order of kinds."""
    found = [
        importlib.import_module(f"{adapters.__name__}.{module.name}.adapter").adapter
        for module in pkgutil.iter_modules(adapters.__path__)
        if module.ispkg
    ]
    found += [point.load() for point in entry_points(group="ascolto.channels")]
    return {adapter.kind: adapter for adapter in sorted(found, key=lambda adapter: adapter.kind)}


def get_adapter(kind: str) -> Adapter:
    """The adapter of a kind. Raises UnknownChannel."""
    try:
        return all_adapters()[kind]
    except KeyError:
        raise UnknownChannel(
            f"There is no channel of kind {kind!r}. Known: {', '.join(all_adapters())}."
        ) from None
