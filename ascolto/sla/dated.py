"""What somebody promises in a text that they send: "I'll write by six, news or not". Pure; Italian and English.

A time counts only where the same clause, or a neighbour that is nothing but a time, says that we shall write, call or answer. Opening
hours, visits of technicians, what the customer should do, what was, what others said, questions and conditions promise nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ascolto.sla.dates.anchors import ABOUT_THINGS, HABIT, HEDGED, NOT, WISH, our_promise, says_we_will
from ascolto.sla.dates.clauses import (
    MASK,
    Bond,
    Clause,
    clauses,
    mask,
    readable,
    sentences,
    without_courtesy,
)
from ascolto.sla.dates.moments import Frame, Moment, WorkingDays
from ascolto.sla.dates.pieces import find_moments

READ_AT_MOST = 20_000  # characters
LEAST_SURENESS = 0.3
WORDS = 200  # characters of what is shown of a promise
_PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "\t": " ", "\x01": " "})


@dataclass(frozen=True, slots=True)
class Dated:
    """A promise in a text: where it stands, its words, by when (in UTC), and how sure that is (0 to 1)."""

    start: int
    end: int
    words: str
    due_at: datetime
    sureness: float


def monday_to_friday(day: date, count: int) -> date:
    """The day that is `count` working days later, where no calendar says more."""
    for _ in range(min(count, 1000)):
        day += timedelta(days=3 if day.weekday() == 4 else 2 if day.weekday() == 5 else 1)
    return day


def promised_dates(
    text: str,
    *,
    now: datetime,
    time_zone: str | ZoneInfo,
    language: str = "",
    day_ends: str = "18:00",
    working_day: WorkingDays = monday_to_friday,
) -> list[Dated]:
    """The dated promises of an outgoing text, in their order; of several for one moment the first.

    `language` is a hint that changes nothing yet: people mix both. `working_day(day, n)`: the n-th working day after it.
    """
    zone = ZoneInfo(time_zone) if isinstance(time_zone, str) else time_zone
    frame = Frame(now.astimezone(zone), time.fromisoformat(day_ends), working_day)
    said = without_courtesy(readable(text[:READ_AT_MOST].translate(_PLAIN)))
    moments, places = find_moments(said, frame)
    if not moments:
        return []
    masked = mask(said, places)
    found: dict[datetime, Dated] = {}
    for start, end, is_question in sentences(masked):
        near = [moment for moment in moments if start <= moment.end <= end]
        if near:
            for promise in _Sentence(masked, start, end, near, is_question).promises():
                found.setdefault(promise.due_at, promise.shown(text))
    return sorted(found.values(), key=lambda each: each.start)


@dataclass(frozen=True, slots=True)
class _Found:
    anchor: Clause
    moment: Moment
    sureness: float

    @property
    def due_at(self) -> datetime:
        return self.moment.due_at

    def shown(self, text: str) -> Dated:
        start, end = min(self.anchor.start, self.moment.start), max(self.anchor.end, self.moment.end)
        raw = text[start:end]
        lead = len(raw) - len(raw.lstrip(" ,:;\n\t"))
        words = " ".join(raw.split()).strip(" ,:;")[:WORDS]
        return Dated(start + lead, end, words, self.due_at, round(self.sureness, 2))


_FILLER = re.compile(
    r"\b(?:comunque|anche|senza|novità|al|alla|più|tardi|massimo|max|in|ogni|caso|tutti|i|casi|news|or|not"
    r"|either|way|at|the|latest|anyway|sicuramente|circa|per|entro|le|la|il|lo"
    r"|by|on|before|max|of|di|del|preferibilmente|subito|già|prima|possibilmente|come|detto|promesso|e|non"
    r"|oltre|no|later|than|regardless|no matter what|whatever happens|and|verso|around|about"
    r"|un|qui|privato|pubblico|private|here|direi|diciamo|let's say|say|latest|sempre|tra|fra|within|l')\b|[\x01\s,.'!-]",
    re.IGNORECASE,
)
_STRONG = re.compile(
    (
        r"\b(?:comunque|in ogni caso|in tutti i casi|al più tardi|al massimo|at the latest|either way|anyway"
        r"|regardless|in any case|no matter|whatever)\b"
    ),
    re.IGNORECASE,
)
_TAG = re.compile(
    (
        r"^\s*(?:va bene|ok|okay|d'accordo|giusto|può andare|ti va|le va|(?:is )?(?:that|this) (?:ok|okay|fine"
        r"|all right|alright)|all right|alright|right|deal|fine)(?:\s+(?:per|with|for) (?:lei|te|you))?\s*$"
    ),
    re.IGNORECASE,
)
_ASKS = re.compile(
    (
        r"^\s*(?:quando|a che ora|che|cosa|come|posso|possiamo|può|puoi|vuole|vuoi|preferisce|preferisci"
        r"|entro quando|le va se|when|what|shall|should|would|could|may|can|do|does|will|is|are|by when|how)\b"
    ),
    re.IGNORECASE,
)
_TELLS = re.compile(r"sapere|\bdic|\bdir|dire|conferm|comunic|inform|know|tell|confirm", re.IGNORECASE)
_ABOUT_NOW = re.compile(
    r"\b(?:scrivo|scriviamo|rispondo|rispondiamo|contatto|contattiamo|chiamo|informo|comunico|confermo|writing)\b",
    re.IGNORECASE,
)


class _Sentence:
    """One sentence: its clauses, which of them promise, and to which its times belong."""

    def __init__(self, text: str, start: int, end: int, moments: Sequence[Moment], is_question: bool) -> None:
        self.text, self.start, self.end, self.moments = text, start, end, moments
        self.clauses = clauses(text, start, end)
        self.is_question = is_question
        self.anchors = [self._anchor(place) for place in range(len(self.clauses))]

    def promises(self) -> Iterator[_Found]:
        """Each time with the clause that promises it."""
        for moment in self.moments:
            place = self._place(moment)
            if place is None or HABIT.search(self._words(place)):
                continue
            owner = self._owner(place, moment)
            if owner is None:
                continue
            yield self._found(owner, place, moment)

    def _found(self, owner: int, place: int, moment: Moment) -> _Found:
        clause, sureness = self.clauses[owner], 0.95 * moment.sureness
        if HEDGED.search(self._words(owner)):
            sureness -= 0.25
        if owner != place:
            sureness -= 0.1
        return _Found(clause, moment, max(sureness, LEAST_SURENESS))

    def _words(self, place: int) -> str:
        clause = self.clauses[place]
        return self.text[clause.start : clause.end]

    def _place(self, moment: Moment) -> int | None:
        for place, clause in enumerate(self.clauses):
            if clause.start <= moment.end - 1 < clause.end:
                return place
        return None

    def _anchor(self, place: int) -> re.Match[str] | None:
        clause, words = self.clauses[place], self._words(place)
        if clause.bond is Bond.IF or HABIT.search(words) or WISH.search(words) or self._is_asked(place):
            return None
        if clause.bond is Bond.THAT and place and NOT.search(self._words(place - 1)):
            return None
        before = self.text[self.start : clause.start]
        leads_on = clause.bond is Bond.BESIDE and says_we_will(before) and NOT.search(before) is None
        return our_promise(words, before, leads_on=leads_on)

    def _is_asked(self, place: int) -> bool:
        """Whether this clause is a question: not when a mere "all right?" follows it."""
        if not self.is_question:
            return False
        last = len(self.clauses) - 1
        if place == last or any(
            _ASKS.match(self._words(at)) or self.clauses[at].bond is not Bond.BESIDE
            for at in range(place + 1)
        ):
            return True
        tail = self._words(last)
        return not _TAG.match(tail) and (self._is_only_time(last) or not self.clauses[last].after_comma)

    def _is_only_time(self, place: int) -> bool:
        words = self._words(place)
        return MASK in words and not _FILLER.sub("", words)

    def _owner(self, place: int, moment: Moment) -> int | None:
        """The clause that promises this time."""
        clause, anchor = self.clauses[place], self.anchors[place]
        if self._is_conditional(place):
            return None
        if anchor is not None:
            at = clause.start + anchor.start()
            is_before = moment.end <= at
            if is_before and clause.bond in {Bond.WHEN, Bond.WHY, Bond.IF}:
                return None
            is_about = not moment.has_deadline_word and ABOUT_THINGS.search(self._words(place)) is not None
            return None if is_about or self._speaks_of_now(place, moment) else place
        if clause.bond is Bond.WHAT and moment.has_deadline_word:
            return self._nearest(place - 1, -1, strictly=True)
        if clause.bond is Bond.BESIDE and self._is_only_time(place):
            return self._beside(place)
        return None

    def _beside(self, place: int) -> int | None:
        """The promise to which a clause of a mere time belongs: the one before it, else the one after."""
        if place and (self._passes_back(place) or _STRONG.search(self._words(place))):
            found = self._nearest(place - 1, -1)
            if found is not None:
                return found
        return self._nearest(place + 1, 1)

    def _passes_back(self, place: int) -> bool:
        """Whether the clause before promises, or is no clause of its own."""
        return (
            self.anchors[place - 1] is not None or self._is_only_time(place - 1) or self._is_filler(place - 1)
        )

    def _nearest(self, place: int, step: int, *, strictly: bool = False) -> int | None:
        while 0 <= place < len(self.clauses):
            if self.anchors[place] is not None:
                return place
            passes = self._is_filler(place) or self.clauses[place].bond is not Bond.BESIDE
            if strictly or not passes:
                return None
            place += step
        return None

    def _is_filler(self, place: int) -> bool:
        return not _FILLER.sub("", self._words(place))

    def _is_conditional(self, place: int) -> bool:
        """Whether the sentence makes it depend on something."""
        return any(
            clause.bond is Bond.IF and not self._follows_what(at) for at, clause in enumerate(self.clauses)
        ) and not (_STRONG.search(self._words(place)))

    def _follows_what(self, at: int) -> bool:
        """ "I'll let you know whether", "I'll call to see if": no condition, but what will be told."""
        if not at or self.clauses[at].after_comma:
            return False
        if self.clauses[at - 1].bond is Bond.WHAT:
            return any(self.anchors[:at])
        anchor = self.anchors[at - 1]
        return anchor is not None and _TELLS.search(anchor[0]) is not None

    def _speaks_of_now(self, place: int, moment: Moment) -> bool:
        """ "I am writing today about…" """
        words = self._words(place)
        if not moment.is_today_only or not _ABOUT_NOW.search(words):
            return False
        rest = self.text[moment.end : self.end]
        return (
            "stesso" not in self.text[moment.start : moment.end]
            and re.match(
                r"\s*(?:per|in merito|riguardo|perché|a proposito|con|about|because|to|regarding)\b",
                rest,
                re.IGNORECASE,
            )
            is not None
        )
