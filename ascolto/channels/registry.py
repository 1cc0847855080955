"""Every kind of channel: one folder under `adapters/`, or a package of a third party (entry point `ascolto.channels`)."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points

from ascolto.channels import adapters
from ascolto.channels.protocol import Adapter

log = logging.getLogger(__name__)


class UnknownChannel(LookupError):
    """There is no channel of this kind."""


@cache
def all_adapters() -> dict[str, Adapter]:
    """One adapter a kind, in alphabetical order of kinds."""
    found = [*_own(), *_of_others()]
    return {adapter.kind: adapter for adapter in sorted(found, key=lambda adapter: adapter.kind)}


def _own() -> Iterator[Adapter]:
    for module in pkgutil.iter_modules(adapters.__path__):
        name = f"{adapters.__name__}.{module.name}.adapter"
        if module.ispkg and importlib.util.find_spec(name) is not None:
            yield importlib.import_module(name).adapter


def _of_others() -> Iterator[Adapter]:
    """A package that does not work costs its own channel, not the product."""
    for point in entry_points(group="ascolto.channels"):
        try:
            yield point.load()
        except Exception:
            log.exception("a channel of another package cannot be loaded", extra={"package": point.value})


def get_adapter(kind: str) -> Adapter:
    """The adapter of a kind. Raises UnknownChannel."""
    try:
        return all_adapters()[kind]
    except KeyError:
        raise UnknownChannel(
            f"There is no channel of kind {kind!r}. Known: {', '.join(all_adapters())}."
        ) from None
