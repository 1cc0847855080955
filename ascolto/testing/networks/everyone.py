"""All stand-ins of the city by the kind of channel that talks to them."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
from functools import cache

from ascolto.testing import networks
from ascolto.testing.networks.city import City, Network


@cache
def network_types() -> dict[str, type[Network]]:
    """Every kind that has a stand-in, in alphabetical order; `<kind>.py` holds it."""
    found: dict[str, type[Network]] = {}
    for module in pkgutil.iter_modules(networks.__path__):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{networks.__name__}.{module.name}")
        for _, made in inspect.getmembers(loaded, inspect.isclass):
            if made.__module__ == loaded.__name__ and issubclass(made, Network) and "kind" in made.__dict__:
                found[made.kind] = made
    return dict(sorted(found.items()))


def settle(city: City) -> City:
    """Let every network live in a city."""
    for kind, made in network_types().items():
        if kind not in city.networks:
            city.add(made())
    return city
