"""Who reads and who writes, told to every screen that may know it.

Browsers say where they are (`POST /live/presence`); what they say is gathered and written together, so that hundreds of people cost a few
small statements a second. All web processes share one table (collaboration/presence.py); each looks at it once a second, and at once when
somebody of its own came, went or began to write. Any room may say the same through conversations/attending.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.db import DatabaseError, InterfaceError

from ascolto.collaboration.presence import Seated, keep, seats, sweep
from ascolto.conversations.access import Sight
from ascolto.conversations.attending import GONE, STATES, WRITING, Beat
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.realtime.frames import PresenceFrame
from ascolto.realtime.hub import Hub

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at what other processes know
SOON = 1.0  # seconds in which several changes are told together: every telling writes to every screen
REFRESH = 3.0  # seconds that "still here" may wait: nobody sees a difference
SWEEP = 300.0
TRUST = 60.0  # seconds for which a session's person and sight are taken from memory
BODY_AT_MOST = 512
WAITING_AT_MOST = 10_000
Threads = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a browser says of its person: where they are, and what they left."""

    conversation: int
    state: str
    left: int | None = None


def read_said(body: bytes) -> Said | None:
    """`{"c": 12, "s": "reading", "left": 11}`; None for anything else."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    conversation, state, left = given.get("c"), given.get("s"), given.get("left")
    if not _is_id(conversation) or not isinstance(state, str) or state not in STATES:
        return None
    return Said(conversation, state, left if _is_id(left) and left != conversation else None)


def _is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def is_own_page(headers: dict[str, str]) -> bool:
    """Whether one of our pages asks: another site's page cannot say `same-origin`, nor our address as its own."""
    site = headers.get("sec-fetch-site")
    if site:
        return site == "same-origin"
    origin = headers.get("origin", "")
    return origin.partition("://")[2] == headers.get("host", "") if origin else False


def frames_of_seats(found: Sequence[Seated]) -> dict[int, PresenceFrame]:
    """One frame a conversation; who writes stands first."""
    at: dict[int, list[Seated]] = {}
    for seat in found:
        at.setdefault(seat.conversation, []).append(seat)
    return {
        conversation: PresenceFrame(
            conversation=conversation,
            account=those[0].account,
            assignee=those[0].assignee,
            team=those[0].team,
            who=tuple(
                (seat.agent, seat.name, seat.state)
                for seat in sorted(those, key=lambda s: (s.state != WRITING, s.name, s.agent))
            ),
        )
        for conversation, those in at.items()
    }


def changes(before: dict[int, PresenceFrame], after: dict[int, PresenceFrame]) -> list[PresenceFrame]:
    """What has to be told: conversations where somebody came, went or does something else."""
    told = [frame for pk, frame in after.items() if pk not in before or before[pk].who != frame.who]
    return told + [frame.emptied() for pk, frame in before.items() if pk not in after]


class Attendance:
    """Gathers what browsers say and tells the hub what changed. Lives in the event loop; the database is asked in threads."""

    def __init__(self, hub: Hub, threads: Threads, sight_by: Callable[[str], Sight | None]) -> None:
        self._hub, self._threads, self._sight_by = hub, threads, sight_by
        self._sights: dict[str, tuple[Sight, float, int]] = {}
        self._waiting: dict[tuple[int, int], tuple[Beat, Sight]] = {}
        self._states: dict[tuple[int, int], str] = {}  # what this process said of its own people last
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._written = self._swept = time.monotonic()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Stop looking; what waits is worth nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def hear(self, cookies: str, said: Said) -> bool:
        """Take what a browser says; False when nobody is signed in there."""
        sight = await self._sight(cookies)
        if sight is None:
            return False
        self._take(sight, said.conversation, said.state)
        if said.left is not None:
            self._take(sight, said.left, GONE)
        return True

    def _take(self, sight: Sight, conversation: int, state: str) -> None:
        key = (conversation, sight.agent_id)
        if len(self._waiting) >= WAITING_AT_MOST and key not in self._waiting:
            return
        self._waiting[key] = (Beat(sight.agent_id, conversation, state, now()), sight)
        if self._states.get(key, GONE) != state:
            self._news.set()
        if state == GONE:
            self._states.pop(key, None)
        else:
            self._states[key] = state

    async def _sight(self, cookies: str) -> Sight | None:
        moment, known = time.monotonic(), self._sights.get(cookies)
        if known and known[1] > moment and known[2] == self._hub.sight_changes:
            return known[0]
        changes = self._hub.sight_changes
        sight: Sight | None = await self._threads(self._sight_by, cookies)
        if len(self._sights) > 2 * WAITING_AT_MOST:
            self._sights.clear()
        if sight is None:
            self._sights.pop(cookies, None)
        else:
            self._sights[cookies] = (sight, moment + TRUST, changes)
        return sight

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._news.wait()
                await asyncio.sleep(SOON)
            except TimeoutError:
                pass
            try:
                await self._round()
            except (DatabaseError, InterfaceError):
                log.exception("who is present cannot be read; trying again")
                await asyncio.sleep(LOOK)

    async def _round(self) -> None:
        """Write what waits, when it is news or has waited long enough; then look at everybody."""
        moment, beats = time.monotonic(), []
        if self._news.is_set() or moment > self._written + REFRESH:
            self._news.clear()
            self._written = moment
            beats, self._waiting = list(self._waiting.values()), {}
        if not beats and not len(self._hub):
            return
        found = await self._threads(_write_and_read, beats)
        present = frames_of_seats(found)
        told = changes(self._hub.standing, present)
        self._hub.stand(present, told)
        here = {(seat.conversation, seat.agent) for seat in found}
        self._states = {
            key: state for key, state in self._states.items() if key in here or key in self._waiting
        }
        if moment > self._swept + SWEEP:
            self._swept = moment
            await self._threads(sweep)


def _write_and_read(beats: Sequence[tuple[Beat, Sight]]) -> list[Seated]:
    if beats:
        keep(_allowed(beats))
    return seats()


def _allowed(beats: Sequence[tuple[Beat, Sight]]) -> list[Beat]:
    """Those whose person may see the conversation they speak of: one query."""
    wanted = {beat.conversation for beat, _ in beats}
    rows = Conversation.objects.filter(pk__in=wanted).values_list(
        "pk", "account_id", "assignee_id", "team_id"
    )
    known = {pk: {"account": account, "assignee": who, "team": team} for pk, account, who, team in rows}
    return [
        beat
        for beat, sight in beats
        if beat.conversation in known
        and sight.allows(conversation=beat.conversation, **known[beat.conversation])
    ]
