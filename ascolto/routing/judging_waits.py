"""How true the told waits are, on a day that is replayed: an onlooker of `simulator.replay`."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from ascolto.routing.board import Board
from ascolto.routing.values import Decision, Person, Waiting
from ascolto.routing.waiting import LAST, Estimate, Served, estimate

Line = tuple[int | None, str | None]


@dataclass(slots=True)
class JudgeOfWaits:
    """Tells everybody who has to wait, and remembers what became of it."""

    told: dict[int, Estimate] = field(default_factory=dict)
    not_told: int = 0  # had to wait, but no number was honest
    judged: list[tuple[timedelta, timedelta, timedelta]] = field(default_factory=list)  # told, likely, real
    _served: dict[Line, deque[Served]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LAST))
    )
    _here: tuple[datetime | None, list[Person]] = (None, [])

    def came(self, board: Board, waiting: Waiting, now: datetime) -> None:
        """What would be told at the first message."""
        position = board.position(waiting.id) or 1
        served = self._served[waiting.team, waiting.language]
        here = sum(_may(person, waiting) for person in board.people())
        found = estimate(position=position, served=served, here=here, at=now)
        if found is not None:
            self.told[waiting.id] = found
        else:
            self.not_told += 1

    def given(self, board: Board, waiting: Waiting, decision: Decision, now: datetime) -> None:
        """What it was in truth; who did not have to wait at all was told nothing."""
        waited = now - waiting.since
        self._served[waiting.team, waiting.language].append(Served(now, waited))
        told = self.told.pop(waiting.id, None)
        if not waited:
            self.not_told -= told is None
        elif told is not None:
            self.judged.append((told.told, told.likely, waited))

    @property
    def kept(self) -> float:
        """The share of those who were told something and waited at most that long."""
        return sum(real <= told for told, _, real in self.judged) / max(1, len(self.judged))

    @property
    def median_error(self) -> timedelta:
        """The median distance of the most likely wait from the real one."""
        missed = [abs((likely - real).total_seconds()) for _, likely, real in self.judged]
        return timedelta(seconds=median(missed)) if missed else timedelta(0)


def _may(person: Person, waiting: Waiting) -> bool:
    if not person.is_here:
        return False
    in_team = waiting.team is None or waiting.team in person.teams
    return in_team and (person.languages is None or waiting.language in person.languages)
