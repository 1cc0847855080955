"""Rows of digits in a text: runs of groups ("333 12 34 567"), and the stretches of neighbouring groups that may be one number.

Each run is looked at in a bounded number of stretches, so a megabyte of digits costs no more than a page of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ascolto.understanding.engine.personal import phones
from ascolto.understanding.engine.personal.looked import Looked

FEWEST, MOST = 6, 20  # digits of a number
MOST_GROUPS = 24  # of a run that are looked at together
MOST_CHUNKS = 40  # of a run that has more
MOST_STRETCHES = 2_500  # of one text; then only runs as a whole
_RUN = re.compile(r"[0-9][0-9 .()/-]*[0-9]")
_GROUP = re.compile(r"[0-9]+")
_WIDEST_GAP = 3  # characters between two groups of one number: " - "


class Around:
    """What stands around a run of digits; what it says of telephones is looked up once."""

    __slots__ = ("_about", "after", "before")

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        self._about: str | None = None

    @property
    def about(self) -> str:
        """ "phone", "other", "weak" or nothing: see phones.what_is_said."""
        if self._about is None:
            self._about = phones.what_is_said(self.before, self.after)
        return self._about


@dataclass(slots=True)
class Stretch:
    """Neighbouring groups of digits, with what stands around the run they are in."""

    start: int
    end: int
    digits: str
    layout: tuple[int, ...]
    raw: str
    around: Around
    plus: bool  # "+" in front
    is_whole: bool  # nothing else is in its run
    plans: phones.Plans


def stretches(looked: Looked) -> Iterator[Stretch]:
    """Every stretch that may be a number. Past 2,500 of them only runs as a whole."""
    left, plans = MOST_STRETCHES, phones.Plans()
    for run in _runs(looked.plain):
        for groups in _chunks(run):
            if sum(end - start for start, end in groups) < FEWEST:
                continue
            for stretch in _stretches(looked, groups, plans, only_whole=left < 0):
                left -= 1
                yield stretch


def _chunks(run: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """A long run in pieces that overlap by half, so that no number is torn."""
    yield run[:MOST_GROUPS]
    for first in range(
        MOST_GROUPS // 2, min(len(run) - MOST_GROUPS // 2, MOST_GROUPS * MOST_CHUNKS), MOST_GROUPS // 2
    ):
        yield run[first : first + MOST_GROUPS]


def _runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """The groups of digits that may belong together, run by run."""
    for run in _RUN.finditer(text):
        groups: list[tuple[int, int]] = []
        for group in _GROUP.finditer(text, run.start(), run.end()):
            if groups and group.start() - groups[-1][1] > _WIDEST_GAP:
                yield groups
                groups = []
            groups.append(group.span())
        yield groups


def _stretches(
    looked: Looked, groups: list[tuple[int, int]], plans: phones.Plans, *, only_whole: bool
) -> Iterator[Stretch]:
    text = looked.plain
    if not _is_open(text, groups[0][0]):
        groups = groups[1:]
    if groups and not _is_closed(text, groups[-1][1]):
        groups = groups[:-1]
    if not groups:
        return
    around = Around(looked.before(groups[0][0]), looked.after(groups[-1][1]))
    for first in range(1 if only_whole else len(groups)):
        count = 0
        for last in range(first, len(groups)):
            count += groups[last][1] - groups[last][0]
            if count > MOST:
                break
            if count >= FEWEST and (not only_whole or last == len(groups) - 1):
                start, end = groups[first][0], groups[last][1]
                raw = text[start:end]
                layout = tuple(b - a for a, b in groups[first : last + 1])
                digits = raw if first == last else "".join(text[a:b] for a, b in groups[first : last + 1])
                plus, is_whole = _has_plus(text, start), len(layout) == len(groups)
                yield Stretch(start, end, digits, layout, raw, around, plus, is_whole, plans)


_GLUED = re.compile(
    r"(?:^|[^a-zà-ÿ0-9_])(?:tel|cell?|n|nr|num|it|iva|p\.?iva|cf|cc|imei|pod|pdr|iccid|visa|card|carta|tel\.)$",
    re.IGNORECASE,
)


def _is_open(text: str, start: int) -> bool:
    """Whether a number may begin here: not inside a word, a link, a hashtag, an amount."""
    if start == 0:
        return True
    previous = text[start - 1]
    if previous.isalnum() or previous == "_":
        return bool(_GLUED.search(text[max(0, start - 10) : start]))
    if previous in "/=&@#%,?-_~":
        return (previous == "/" and text[max(0, start - 7) : start].endswith(" /")) or (
            previous == "-" and (start == 1 or text[start - 2].isspace())
        )
    return not (previous == "." and start > 1 and text[start - 2].isdigit())


def _is_closed(text: str, end: int) -> bool:
    """Whether a number may end here: not inside a word, but an extension may follow ("x123")."""
    following = text[end : end + 1]
    return not (following.isalnum() or following == "_") or following in "xX"


def _has_plus(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1] == "+" or text[max(0, start - 2) : start] == "+(")
