"""The live streams: an agent's screen, and a visitor's widget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from ascolto.accounts.models import Agent
from ascolto.conversations.access import Sight, sight_of
from ascolto.events.log import Position, read_after
from ascolto.realtime.frames import KEEP_ALIVE, encode
from ascolto.realtime.hub import ChatSubscriber, DeskSubscriber, Hub, Subscriber
from ascolto.realtime.tailer import frames_of

PATIENCE = 15.0  # seconds after which an idle stream says that it is alive
REPLAY_AT_MOST = 2000  # events missed; beyond it the page is loaded again
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Threads = Callable[..., Awaitable[Any]]  # runs a function in a thread of the edge


class Visitor(Protocol):
    """Somebody with a widget open, as the customers' doors tell it."""

    @property
    def account_id(self) -> int: ...

    @property
    def customer_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Chat:
    """What the customers' doors offer to the stream. `messages_after` gives rows with an `id`, oldest first."""

    visitor_of: Callable[[str, str], Visitor | None]
    messages_after: Callable[[Any, int], list[dict[str, Any]]]


def sign_in_of(cookies: str) -> tuple[Agent, str] | None:
    """The agent of a session cookie and the session's key; None without a valid one."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    agent = get_user(request)
    return (agent, morsel.value) if isinstance(agent, Agent) and agent.is_active else None


def sight_by(cookies: str) -> Sight | None:
    """What the person with this session may see; None when nobody is signed in."""
    found = sign_in_of(cookies)
    return sight_of(found[0]) if found else None


def missed(after: Position, until: Position) -> list[Any] | None:
    """Frames after one place up to another; None when that would be too many."""
    events = [] if after >= until else read_after(after, REPLAY_AT_MOST + 1)
    events = [event for event in events if (event.xid, event.pk) <= until]
    return None if len(events) > REPLAY_AT_MOST else frames_of(events)


async def begin(send: Send) -> None:
    """Open a stream; browsers wait two seconds before they come back after a break."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def with_reader(receive: Receive, work: Awaitable[None]) -> None:
    """Do the work as long as somebody reads."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(_until_gone(receive))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def pump(subscriber: Subscriber, send: Send, each_round: Callable[[], Awaitable[bool]]) -> None:
    """Send what comes until the stream ends; `each_round` may add something, or say that it is over."""
    while True:
        chunk = await subscriber.take(PATIENCE)
        if not await each_round():
            break
        chunk += await _rest(subscriber)
        await send({"type": "http.response.body", "body": chunk or KEEP_ALIVE, "more_body": True})
        if subscriber.is_closed:
            break
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _rest(subscriber: Subscriber) -> bytes:
    return await subscriber.take(0) if subscriber._waiting else b""


async def desk(
    hub: Hub, threads: Threads, cookies: str, after: Position | None, sight: Sight, send: Send
) -> None:
    """Everything that happens to the conversations a person may see, from a place in the log on."""
    subscriber = DeskSubscriber(sight)
    until = hub.add(subscriber)
    changes = hub.sight_changes

    async def look_again() -> bool:
        nonlocal changes
        if changes != hub.sight_changes:
            changes = hub.sight_changes
            fresh = await threads(sight_by, cookies)
            if fresh is None:
                return False  # signed out or switched off
            subscriber.sight = fresh
            subscriber.hear(hub.standing.values())
        return True

    try:
        await begin(send)
        replay = await threads(missed, after, until) if after is not None else []
        chunks = [encode("reset", {})] if replay is None else [f.for_sight(sight) or b"" for f in replay]
        chunks.append(encode("hello", {}, id=str(max(until, after or until))))
        await send({"type": "http.response.body", "body": b"".join(chunks), "more_body": True})
        await pump(subscriber, send, look_again)
    finally:
        hub.remove(subscriber)


async def chat(hub: Hub, threads: Threads, doors: Chat, who: tuple[str, str], after: int, send: Send) -> None:
    """A visitor's own messages and what becomes of them."""
    visitor = await threads(doors.visitor_of, *who)
    subscriber = ChatSubscriber(visitor.account_id, visitor.customer_id)
    hub.add(subscriber)
    seen = after

    async def look() -> bool:
        nonlocal visitor, seen
        if not subscriber.should_look:
            return True
        subscriber.should_look = False
        if visitor.customer_id is None:
            visitor = await threads(doors.visitor_of, *who)
            if visitor is None:
                return False
            subscriber.customer_id = visitor.customer_id
        rows = await threads(doors.messages_after, visitor, seen)
        for row in rows:
            subscriber.put(encode("message", row, id=str(row["id"])))
            seen = max(seen, row["id"])
        return True

    try:
        await begin(send)
        subscriber.should_look = True
        subscriber.put(b": hello\n\n")
        await pump(subscriber, send, look)
    finally:
        hub.remove(subscriber)
