"""The few sentences of a long conversation that say what it is about, taken from it word for word. No model, no numpy, always the same.

A sentence counts for what it holds (a request, a promise, an outcome, a problem, amounts, dates, codes), for how near it is to what the
whole conversation speaks of (cosine to the centre of the TF-IDF vectors of its side), and for its place: how the customer began, what is
still open, what was promised last. Courtesies and automatic texts count for nothing, and what was said before in other words is left out
(maximal marginal relevance, Carbonell and Goldstein 1998).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ascolto.understanding.engine import cues
from ascolto.understanding.engine.sentences import LONGEST, sentences

MOST_TURNS = 400  # of a longer conversation the first quarter of that and the newest
MOST_SENTENCES = 300
MOST_CHARACTERS = 200_000  # of all turns together
_LEAST_OF_A_TURN = 500
LONGEST_LINE = 280  # characters
MOST_LINES = 20
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "request": "What the customer asked first",
        "open": "Still open",
        "promise": "What was promised",
        "outcome": "What came out",
        "problem": "What went wrong",
        "facts": "Amounts, dates and codes",
        "central": "What it is about",
    }
)
"""Why a line is there, with its English display name."""

_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 5  # telling words that a question needs to be understood alone
_LEAST = 0.25  # what a line must add
_ALIKE = 0.55  # cosine from which a sentence says what another said
_Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Turn:
    """A message of the conversation, oldest first. `side` is "customer", "agent" or "bot"."""

    text: str
    side: str = "customer"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the summary: from which turn, and why it is there (a key of REASONS)."""

    turn: int
    sentence: str
    why: str
    side: str


@dataclass(slots=True)
class _Said:
    turn: int
    place: int  # in its turn
    side: str
    text: str
    words: list[str]
    vector: _Vector
    around: list[str]  # all sentences of its turn
    score: float = 0.0
    why: str = "central"
    last: int = -1  # place of the last sentence, where several were joined

    def __post_init__(self) -> None:
        self.last = max(self.last, self.place)


def summarise(turns: Sequence[Turn], *, at_most: int = 5) -> list[Line]:
    """At most so many sentences, in the order in which they were said; none where there is nothing but courtesies."""
    at_most = max(0, min(at_most, MOST_LINES))
    said = _collect(turns)
    if not said or not at_most:
        return []
    _weigh(said)
    chosen = _anchors(said, turns)[:at_most]
    _fill(chosen, said, at_most)
    chosen.sort(key=lambda one: (one.turn, one.place))
    return [Line(one.turn, _cut(one.text), one.why, one.side) for one in chosen]


def _collect(turns: Sequence[Turn]) -> list[_Said]:
    """Every sentence that says something, with its TF-IDF vector."""
    places = list(range(len(turns)))
    if len(places) > MOST_TURNS:
        places = places[: MOST_TURNS // 4] + places[-MOST_TURNS * 3 // 4 :]
    share = min(LONGEST, max(_LEAST_OF_A_TURN, MOST_CHARACTERS // max(len(places), 1)))
    said = []
    for turn in places:
        if turns[turn].side == "bot":
            continue
        around = sentences(turns[turn].text, share)
        for place, text in enumerate(around):
            words = [word for word in _WORD.findall(text.lower()) if word not in cues.STOP]
            if _says_something(text, words):
                said.append(_Said(turn, place, turns[turn].side, text, words, {}, around))
    if len(said) > MOST_SENTENCES:
        said = said[: MOST_SENTENCES // 3] + said[-MOST_SENTENCES * 2 // 3 :]
    seen = Counter(stem for one in said for stem in {_stem(word) for word in one.words})
    for one in said:
        one.vector = _vector(one.words, seen, len(said))
    return said


def _says_something(text: str, words: Sequence[str]) -> bool:
    if cues.AUTOMATIC.search(text):
        return False
    telling = [word for word in words if word not in cues.COURTESY]
    return (
        len(telling) >= 3
        or (len(telling) >= 1 and ("?" in text or bool(_facts(text))))
        or (len(telling) >= 2 and bool(cues.PROBLEM.search(text) or cues.OUTCOME.search(text)))
    )


def _stem(word: str) -> str:
    """Enough of a word to know it in its other forms."""
    return word[:6] if len(word) > 7 else word[: max(4, len(word) - 1)]


def _vector(words: Sequence[str], seen: Mapping[str, int], total: int) -> _Vector:
    counted = Counter(_stem(word) for word in words if word not in cues.COURTESY)
    vector = {
        stem: (1 + math.log(count)) * math.log(1 + total / seen[stem]) for stem, count in counted.items()
    }
    return _unit(vector)


def _unit(vector: Mapping[str, float]) -> _Vector:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {stem: weight / length for stem, weight in vector.items()}


def _cosine(first: _Vector, second: _Vector) -> float:
    if len(second) < len(first):
        first, second = second, first
    return sum(weight * second[stem] for stem, weight in first.items() if stem in second)


def _facts(text: str) -> int:
    return sum(pattern.search(text) is not None for pattern in (cues.AMOUNT, cues.DATE, cues.CODE))


def _weigh(said: list[_Said]) -> None:
    centres = {
        side: _centre([one for one in said if one.side == side]) for side in {one.side for one in said}
    }
    for one in said:
        near = _cosine(one.vector, centres[one.side])
        worth, one.why = _worth(one)
        length = len(one.words)
        handy = 1.0 if 4 <= length <= 30 else 0.7
        one.score = (near + worth) * handy


def _centre(said: Sequence[_Said]) -> _Vector:
    total: _Vector = {}
    for one in said:
        for stem, weight in one.vector.items():
            total[stem] = total.get(stem, 0.0) + weight
    return _unit(total)


def _worth(one: _Said) -> tuple[float, str]:
    """What the sentence holds, and the most telling reason to show it."""
    facts = _facts(one.text)
    found: list[tuple[float, str]] = []
    if one.side == "agent":
        if cues.PROMISE.search(one.text):
            found.append((0.55 + 0.1 * facts, "promise"))
    elif cues.REQUEST.search(one.text) or "?" in one.text:
        found.append((0.3, "request"))
    if cues.OUTCOME.search(one.text):
        found.append((0.4, "outcome"))
    if one.side != "agent" and cues.PROBLEM.search(one.text):
        found.append((0.4, "problem"))
    if facts:
        found.append((0.15 * facts, "facts"))
    if not found:
        return 0.0, "central"
    best = max(found, key=lambda pair: pair[0])
    return sum(weight for weight, _ in found), "central" if best[1] == "request" else best[1]


def _anchors(said: Sequence[_Said], turns: Sequence[Turn]) -> list[_Said]:
    """How it began, what is open, what was promised last: those are in every summary."""
    chosen: list[_Said] = []
    for find in (_first_request, _open, _last_promise):
        one = find(said, turns)
        if one is None or any(_covers(other, one) for other in chosen):
            continue
        if all(_cosine(one.vector, other.vector) < _ALIKE for other in chosen):
            chosen.append(_widen(one, said))
    return chosen


def _covers(wide: _Said, one: _Said) -> bool:
    return wide.turn == one.turn and wide.place <= one.place <= wide.last


def _widen(one: _Said, said: Sequence[_Said]) -> _Said:
    """A request and an open question with what they are about, others where they say too little alone."""
    same = [other for other in said if other.turn == one.turn]
    begin = end = same.index(one)
    if one.why == "request":
        while end + 1 < len(same) and len(_between(same[begin : end + 2])) <= LONGEST_LINE:
            end += 1
    while begin and (one.why in ("request", "open") or _telling(same[begin : end + 1]) < _ENOUGH):
        if len(_between(same[begin - 1 : end + 1])) > LONGEST_LINE:
            break
        begin -= 1
    part = same[begin : end + 1]
    words = [word for other in part for word in other.words]
    joined = _centre(part)
    text = _between(part)
    return _Said(
        one.turn, part[0].place, one.side, text, words, joined, one.around, one.score, one.why, part[-1].place
    )


def _between(part: Sequence[_Said]) -> str:
    """From the first to the last of them, word for word."""
    return " ".join(part[0].around[part[0].place : part[-1].place + 1])


def _telling(part: Sequence[_Said]) -> int:
    return sum(word not in cues.COURTESY for one in part for word in one.words)


def _first_request(said: Sequence[_Said], turns: Sequence[Turn]) -> _Said | None:
    """The most telling sentence of the customer's first messages, before anybody of us had said something of substance."""
    customers = [one for one in said if one.side == "customer"]
    if not customers:
        return None
    first = customers[0].turn
    answered = next((one.turn for one in said if one.side == "agent" and one.turn > first), len(turns))
    begin = [one for one in customers if one.turn < max(answered, first + 1)][:8]
    best = max(
        begin,
        key=lambda one: (
            one.score + (0.3 if cues.REQUEST.search(one.text) or "?" in one.text else 0.0),
            -one.place,
        ),
    )
    best.why = "request"
    return best


def _open(said: Sequence[_Said], turns: Sequence[Turn]) -> _Said | None:
    """What the last side to speak asked, if it asked something: nobody answered that yet."""
    last = said[-1]
    asking = [
        one
        for one in said
        if one.side == last.side
        and one.turn >= _last_of_other_side(said, last)
        and ("?" in one.text or (one.side == "customer" and cues.REQUEST.search(one.text)))
    ]
    if not asking:
        return None
    best = max(asking, key=lambda one: (("?" in one.text) + one.score, one.turn))
    best.why = "open"
    return best


def _last_of_other_side(said: Sequence[_Said], last: _Said) -> int:
    return max((one.turn for one in said if one.side != last.side), default=0)


def _last_promise(said: Sequence[_Said], turns: Sequence[Turn]) -> _Said | None:
    promises = [one for one in said if one.side == "agent" and cues.PROMISE.search(one.text)]
    if not promises:
        return None
    newest = promises[-1].turn
    recent = [one for one in promises if one.turn >= newest - 2]
    best = max(recent, key=lambda one: (_facts(one.text), one.turn, one.score))
    best.why = "promise"
    return best


def _fill(chosen: list[_Said], said: Sequence[_Said], at_most: int) -> None:
    """Add what says most and repeats least."""
    left = [one for one in said if not any(_covers(other, one) for other in chosen)]
    repeats = [max((_cosine(one.vector, other.vector) for other in chosen), default=0.0) for one in left]
    while left and len(chosen) < at_most:
        same = Counter(other.why for other in chosen)
        gains = [
            other.score - 0.9 * repeat - 0.1 * same[other.why]
            for other, repeat in zip(left, repeats, strict=True)
        ]
        place = max(range(len(left)), key=gains.__getitem__)
        if gains[place] < _LEAST:
            return
        one, repeat = left.pop(place), repeats.pop(place)
        if repeat >= _ALIKE:
            continue
        chosen.append(one)
        repeats = [
            max(old, _cosine(other.vector, one.vector)) for old, other in zip(repeats, left, strict=True)
        ]


def _cut(text: str) -> str:
    if len(text) <= LONGEST_LINE:
        return text
    return text[:LONGEST_LINE].rsplit(" ", 1)[0].rstrip(",;: ") + " …"
