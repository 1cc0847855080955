"""The rules that run, read once and kept until one changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.automation.models import Rule
from ascolto.automation.saying import Saying, stored_rule


@dataclass(frozen=True, slots=True)
class Live:
    """A rule that runs, as it was read."""

    id: int
    name: str
    version: int
    saying: Saying
    most_per_hour: int
    since: datetime | None = None  # it was switched on


class Rules:
    """Those that run, in their order. `refresh` costs one small query while nothing changes."""

    def __init__(self) -> None:
        self.all: list[Live] = []
        self.types: frozenset[str] = frozenset()
        self._seen: list[Any] | None = None

    def refresh(self) -> bool:
        """Look whether a rule changed; whether one did."""
        running = Rule.objects.filter(
            is_enabled=True, paused_at=None, archived_at=None, version__isnull=False
        )
        seen = list(running.values_list("pk", "version_id", "position", "name", "most_per_hour"))
        if seen == self._seen:
            return False
        self._seen = seen
        self.all = [
            Live(rule.pk, rule.name, rule.version_id or 0, saying, rule.most_per_hour, rule.enabled_at)
            for rule in running.select_related("version")
            if rule.version is not None and (saying := stored_rule(rule.version.says)) is not None
        ]
        self.types = frozenset(kind for rule in self.all for kind in rule.saying.types)
        return True

    def timed(self, key: str) -> list[Live]:
        """Those that wait for a moment of this kind."""
        return [rule for rule in self.all if rule.saying.occasion.key == key]
