"""What a plan for a head is, and where they are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ascolto.understanding.engine.learning import Recipe


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its label, before it is encoded."""

    text: str
    label: str
    weight: float = 1.0
    is_typical: bool = True  # of what will be read; only such texts judge the parts and the head
    source: str = "corpus"
    group: str = ""  # the figures are also told apart by it: a language, a kind of message


@dataclass(frozen=True, slots=True)
class Plan:
    """How a shipped head is made."""

    name: str
    about: str  # the question it answers
    examples: Callable[[Path], Sequence[Labelled]]  # given the data folder
    recipe: Recipe = field(default_factory=Recipe)
    keep: int = 30_000  # word features of the finished head
    sure_at: float = 0.9  # share of right answers among those that count as sure
    version: str = "1"


def all_plans() -> dict[str, Plan]:
    """Every plan by the name of its head."""
    from tools.models import plans

    found: dict[str, Plan] = {}
    for module in pkgutil.iter_modules(plans.__path__):
        for plan in importlib.import_module(f"tools.models.plans.{module.name}").PLANS:
            found[plan.name] = plan
    return found
