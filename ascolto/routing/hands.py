"""What every person has in hand, in memory."""

from __future__ import annotations

from datetime import datetime

from ascolto.routing.cases import Case
from ascolto.routing.crew import Crew
from ascolto.routing.matching import load_of


class Hands:
    """Open conversations that matter, by id, and the weights of those that occupy their owners."""

    def __init__(self) -> None:
        self.cases: dict[int, Case] = {}
        self._weights: dict[int, dict[int, int]] = {}  # by person, by conversation
        self._holder: dict[int, int] = {}

    def see(self, case: Case, crew: Crew, at: datetime) -> set[int]:
        """How this conversation stands now; returns the people whose load that changed."""
        self.cases[case.id] = case
        weight = crew.weight(case.channel) if case.is_in_hand(at) else None
        return self._hold(case.id, case.assignee, weight)

    def lose(self, conversation: int) -> set[int]:
        """It does not matter any more; returns the people whose load that changed."""
        self.cases.pop(conversation, None)
        return self._hold(conversation, None, None)

    def load(self, person: int, capacity: int) -> int:
        """The load of a person."""
        return load_of(self._weights.get(person, {}).values(), capacity)

    def of_customer(self, customer: int) -> list[int]:
        """The conversations of a customer that matter."""
        return [case.id for case in self.cases.values() if case.customer == customer]

    def _hold(self, conversation: int, person: int | None, weight: int | None) -> set[int]:
        before = self._holder.pop(conversation, None)
        old = self._weights.get(before, {}).pop(conversation, None) if before is not None else None
        if person is not None and weight is not None:
            self._holder[conversation] = person
            self._weights.setdefault(person, {})[conversation] = weight
        after = person if weight is not None else None
        if (before, old) == (after, weight):
            return set()
        return {who for who in (before, after) if who is not None}
