"""The ten guarantees, one file each: a file here is on the page, in the API and at its gates."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ascolto.charter.guarantee import Guarantee
from ascolto.gates import register


@cache
def all_guarantees() -> tuple[Guarantee, ...]:
    """Every guarantee in this folder, by number. Raises RuntimeError where two share a number or a name."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    kinds = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Guarantee) and kind.__module__ == module.__name__
    }
    found = sorted((kind() for kind in kinds), key=lambda one: one.number)
    for name in ("number", "slug"):
        if len({getattr(one, name) for one in found}) < len(found):
            raise RuntimeError(f"Two guarantees have the same {name}.")
    return tuple(found)


def guarantee_of(slug: str) -> Guarantee | None:
    """The guarantee of this name."""
    return next((one for one in all_guarantees() if one.slug == slug), None)


def guard_gates() -> None:
    """Register every guarantee at its gates."""
    for guarantee in all_guarantees():
        for gate, refusal in guarantee.gates.items():
            register(gate, guarantee.slug, refusal)
