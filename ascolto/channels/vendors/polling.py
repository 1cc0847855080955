"""Asking a list that a network shows newest first, again and again: what is new, what changed, what is gone. Pure.

The adapter gives pages; `look` gives what to store, oldest first, each with the cursor that holds once it is stored. A crash between two
of them neither skips nor repeats, and an error while pages are fetched leaves the cursor as it was.

Cursor: `since` (the newest time told; times are seconds since 1970), `floor` (nothing older was ever told), `connected`, `known`
(id → [time, print] of what was told, the newest `keeps`), `missing` (id → in how many sweeps in a row it was absent), `polls`, `deeper`.

Disappearance is seen in a *sweep*: a walk that does not stop at `since`. What moves between two pages while they are walked (something new
pushes the rest down, something deleted pulls it up) can hide an item from one sweep: it is believed gone after two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import Polled, SendRefused

HISTORY = "history"  # a header of what was written well before the inbox was connected
_SWEEPS_TO_BELIEVE = 2
_SWEEPS_TO_BELIEVE_MANY = 12  # half of everything gone is more often a network's fault than its people's
_MANY = 5
_DEEPEST = 6  # doublings of `max_pages`


@dataclass(frozen=True, slots=True)
class Item:
    """One element of the list. `at`: the time by which the network sorts. `content`: the JSON to store.

    `print`: what of it matters; the element is told again when this changes. Empty: the whole content.
    """

    id: str
    at: datetime
    content: Any
    print: str = ""

    @property
    def digest(self) -> str:
        """A short mark of what matters in it."""
        text = self.print or json.dumps(self.content, sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Page:
    """Some elements, newest first; `is_last`: no other page follows."""

    items: tuple[Item, ...]
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How far and how often to look.

    `overlap`: how much of what is known is read again, for networks whose times are rough. `max_pages` of one walk; a walk that ended
    before it met what is known goes twice as far the next time. `sweep_every` polls the walk does not stop at what is known; 0: never.
    `backfill`: how old something may be when the inbox is connected; what is older than `fresh` then is history, which nobody waits
    for any more. `visible_for`: the network forgets what is older. `tells_all`: the
    end of the pages is the end of the list (False: a plan that shows only the newest few).
    """

    overlap: timedelta = timedelta(days=1)
    max_pages: int = 20
    sweep_every: int = 0
    backfill: timedelta = timedelta(days=30)
    fresh: timedelta = timedelta(days=1)
    keeps: int = 1000
    visible_for: timedelta | None = None
    tells_all: bool = True


@dataclass(slots=True)
class _State:
    """The cursor while it is worked on."""

    since: float
    floor: float
    connected: float
    known: dict[str, list[Any]]
    missing: dict[str, int]
    polls: int
    deeper: int

    def written(self) -> dict[str, Any]:
        """A copy for storing."""
        return {
            "since": self.since,
            "floor": self.floor,
            "connected": self.connected,
            "known": dict(self.known),
            "missing": dict(self.missing),
            "polls": self.polls,
            "deeper": self.deeper,
        }


@dataclass(slots=True)
class _Walk:
    """What a walk over pages has met. `reached`: nothing between now and this time was left out."""

    items: dict[str, Item] = field(default_factory=dict)
    met: bool = False  # what is known, or the end
    reached: float = float("inf")


def look(pages: Iterable[Page], cursor: Mapping[str, Any], rules: Rules, now: datetime) -> Iterator[Polled]:
    """What is new or changed, oldest first, then what is gone. The last one only stores the cursor."""
    state = _read(cursor, rules, now)
    sweeps = bool(state.missing) or bool(rules.sweep_every and state.polls % rules.sweep_every == 0)
    limit = state.floor if sweeps else max(state.floor, state.since - rules.overlap.total_seconds())
    walk = _walk(pages, limit, rules.max_pages * 2**state.deeper, rules)
    newest = state.since
    for item in _told(walk, state):
        at, was_known = item.at.timestamp(), item.id in state.known
        state.known[item.id] = [at, item.digest]
        state.missing.pop(item.id, None)
        newest = max(newest, min(at, now.timestamp()))  # a time to come would hide what comes until then
        if walk.met:  # else older ones are still to be found: the next walk must go as far
            state.since = newest
        history = at < state.connected - rules.fresh.total_seconds() and not was_known
        yield Polled(_encoded(item.content), state.written(), {HISTORY: "1"} if history else {})
    if walk.met:
        seen = [item.at.timestamp() for item in walk.items.values()]
        state.since = max([state.since, *(at for at in seen if at <= now.timestamp())])
    yield from _gone(walk, state, rules, now) if sweeps else ()
    if walk.met or state.deeper == _DEEPEST or not sweeps:
        state.polls += 1  # a sweep that did not get to the end is gone on with
    state.deeper = 0 if walk.met else min(state.deeper + 1, _DEEPEST)
    _trim(state, rules, len(walk.items))
    yield Polled(None, state.written())


def look_at_each(
    streams: Mapping[str, Callable[[], Iterable[Page]]],
    cursor: Mapping[str, Any],
    rules: Rules,
    now: datetime,
) -> Iterator[Polled]:
    """`look` at several lists with one cursor (a cursor each, under its name). One that fails holds up no other; its error comes last."""
    kept = {name: dict(part) for name, part in cursor.items() if name in streams and isinstance(part, dict)}
    refused: SendRefused | None = None
    for name, pages in streams.items():
        try:
            for polled in look(pages(), kept.get(name, {}), rules, now):
                kept[name] = dict(polled.cursor)
                yield Polled(polled.raw, dict(kept), polled.headers)
        except SendRefused as refusal:
            refused = refused or refusal
    if refused is not None:
        raise refused


def _encoded(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def _read(cursor: Mapping[str, Any], rules: Rules, now: datetime) -> _State:
    moment = now.timestamp()
    floor = moment - rules.backfill.total_seconds()
    known = cursor.get("known")
    missing = cursor.get("missing")
    return _State(
        since=float(cursor.get("since", floor)),
        floor=float(cursor.get("floor", floor)),
        connected=float(cursor.get("connected", moment)),
        known=dict(known) if isinstance(known, dict) else {},
        missing=dict(missing) if isinstance(missing, dict) else {},
        polls=int(cursor.get("polls", 0)),
        deeper=int(cursor.get("deeper", 0)),
    )


def _walk(pages: Iterable[Page], limit: float, max_pages: int, rules: Rules) -> _Walk:
    walk = _Walk()
    for number, page in enumerate(pages, start=1):
        for item in page.items:
            kept = walk.items.get(item.id)
            if kept is None or item.at >= kept.at:  # twice, since the pages moved: its later state counts
                walk.items[item.id] = item
            walk.reached = min(walk.reached, item.at.timestamp())
        if page.is_last:
            walk.met = True
            walk.reached = float("-inf") if rules.tells_all else walk.reached
            break
        if page.items and page.items[-1].at.timestamp() < limit:
            walk.met = True
            break
        if number >= max_pages:
            break
    return walk


def _told(walk: _Walk, state: _State) -> list[Item]:
    """What is new or changed, oldest first."""
    told = [
        item
        for item in walk.items.values()
        if (item.id in state.known or item.at.timestamp() >= state.floor)
        and state.known.get(item.id, ["", ""])[1] != item.digest
    ]
    return sorted(told, key=lambda item: (item.at, item.id))


def _gone(walk: _Walk, state: _State, rules: Rules, now: datetime) -> Iterator[Polled]:
    oldest = walk.reached
    if rules.visible_for is not None:  # an hour of grace: clocks differ
        oldest = max(oldest, (now - rules.visible_for).timestamp() + 3600)
    in_range = [id for id, (at, _) in state.known.items() if at > oldest]
    absent = [id for id in in_range if id not in walk.items]
    unseen = {} if walk.met else {id: times for id, times in state.missing.items() if id not in walk.items}
    state.missing = {**unseen, **{id: state.missing.get(id, 0) + 1 for id in absent}}
    are_many = len(absent) >= _MANY and len(absent) * 2 > len(in_range)
    enough = _SWEEPS_TO_BELIEVE_MANY if are_many else _SWEEPS_TO_BELIEVE
    for id in absent:
        if state.missing[id] >= enough:
            del state.missing[id]
            del state.known[id]
            yield Polled(_encoded({"removed": [id], "at": now.isoformat()}), state.written())


def _trim(state: _State, rules: Rules, walked: int) -> None:
    """Forget the oldest of what is known; nothing as old as that is told any more."""
    most = max(rules.keeps, 0 if not state.deeper else walked)
    if len(state.known) <= most:
        return
    by_age = sorted(state.known.items(), key=lambda entry: entry[1][0], reverse=True)
    state.known = dict(by_age[:most])
    state.floor = max(state.floor, by_age[most][1][0] + 0.001)
    state.missing = {id: times for id, times in state.missing.items() if id in state.known}
