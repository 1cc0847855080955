"""The asynchronous edge in front of Django: hooks and live streams are answered here, everything else in Django's threads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from django.db import DatabaseError, InterfaceError, connection

from ascolto.channels.protocol import HookAnswer, HookRequest
from ascolto.events.log import Position
from ascolto.intake.hooks import Admitted, Door, Doors, admit
from ascolto.intake.journal import Journal
from ascolto.realtime import streams
from ascolto.realtime.hub import Hub
from ascolto.realtime.presence import BODY_AT_MOST, Attendance, is_own_page, read_said
from ascolto.realtime.tailer import Tailer

log = logging.getLogger(__name__)
Scope = dict[str, Any]
App = Callable[[Scope, streams.Receive, streams.Send], Awaitable[None]]
# "Stored": built once, since it is by far the most frequent thing that is said here
_STORED = (
    {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/plain"), (b"content-length", b"0")],
    },
    {"type": "http.response.body", "body": b"", "more_body": False},
)
# a body that is too large is still taken, so that its sender hears the 413: at most so many bytes, so many seconds
DRAIN, DRAIN_FOR = 256 * 1024 * 1024, 20.0
BIG = 64 * 1024  # bytes; checking more than this would hold up the loop: a thread does it


class TooMuch(Exception):
    """The body is larger than allowed."""


class Gone(Exception):
    """The client went away before it had said everything."""


class Edge:
    """The ASGI application."""

    def __init__(self, django: App, *, chat: streams.Chat, base_url: str, max_bytes: int) -> None:
        self._django, self._chat, self._base_url, self._max_bytes = django, chat, base_url, max_bytes
        self._doors, self.hub = Doors(), Hub()
        self._journal: Journal | None = None
        self._tailer: Tailer | None = None
        self._attendance: Attendance | None = None
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="edge")
        self._reloading: asyncio.Future[Any] | None = None

    async def __call__(self, scope: Scope, receive: streams.Receive, send: streams.Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] != "http":
            return None
        path = scope["path"]
        if path.startswith("/hooks/"):
            return await self._hook(scope, receive, send)
        if path == "/live/desk":
            return await self._desk_stream(scope, receive, send)
        if path == "/live/presence":
            return await self._presence(scope, receive, send)
        if path.startswith("/live/chat/"):
            return await self._chat_stream(scope, receive, send)
        return await self._django(scope, receive, send)

    # --- life of the process -----------------------------------------------------------------------------------------

    async def _live(self, receive: streams.Receive, send: streams.Send) -> None:
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Open the journal and begin to follow the log."""
        loop = asyncio.get_running_loop()
        self._journal = Journal()
        self._tailer = await self._in_thread(
            lambda: Tailer(
                lambda *news: loop.call_soon_threadsafe(self.hub.publish, *news), lambda: len(self.hub) > 0
            )
        )
        self.hub.position = self._tailer.position
        self._tailer.start()
        self._attendance = Attendance(self.hub, self._in_thread, streams.sight_by)
        self._attendance.start()

    async def stop(self) -> None:
        """End the streams, write what waits."""
        self.hub.close()
        if self._attendance is not None:
            await self._attendance.stop()
        loop = asyncio.get_running_loop()
        for part in (self._tailer, self._journal):
            if part is not None:
                await loop.run_in_executor(None, part.close)
        self._pool.shutdown(wait=False)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _with_database, work, *arguments)

    # --- hooks -------------------------------------------------------------------------------------------------------

    async def _hook(self, scope: Scope, receive: streams.Receive, send: streams.Send) -> None:
        parts = scope["path"].split("/")
        try:
            door = await self._door(parts[2], parts[3]) if len(parts) == 4 else None
            if door is None:
                return await answer(send, HookAnswer(404, b"There is no inbox at this address."))
            if scope["method"] not in {"GET", "HEAD", "POST"}:
                return await answer(send, HookAnswer(405, b"This address takes POST requests."))
            body = await read_body(receive, self._max_bytes, scope)
            request = hook_request(scope, body, self._base_url)
            siblings = self._doors.siblings(door) if door.group else ()
            if len(body) > BIG or door.account.dialogue is not None:  # a dialogue reads and writes rows
                admitted = await self._in_thread(admit, door, request, siblings)
            else:
                admitted = admit(door, request, siblings)
            if not isinstance(admitted, HookAnswer):
                return await self._store(admitted, send)
        except TooMuch:
            admitted = HookAnswer(413, b"The body is larger than this installation accepts.")
        except Gone:
            return None
        except (DatabaseError, InterfaceError, sqlite3.Error):  # the spool has a connection of its own
            log.exception("a delivery could not be stored; the network is asked to come back")
            admitted = HookAnswer(503, b"Try again soon.")
        except Exception:
            log.exception("a delivery could not be checked")
            admitted = HookAnswer(400, b"The request is not understood.")
        return await answer(send, admitted)

    async def _store(self, admitted: Admitted, send: streams.Send) -> None:
        assert self._journal is not None
        loop = asyncio.get_running_loop()
        for entry in admitted.entries:
            await self._journal.store(entry, loop)
        if admitted.answer is not None:
            return await answer(send, admitted.answer)
        for message in _STORED:
            await send(message)
        return None

    async def _door(self, kind: str, token: str) -> Door | None:
        """The door, from memory; settings that changed are noticed within a second, without anybody waiting for it."""
        door = self._doors.find(kind, token)
        if door is None:
            await self._in_thread(lambda: self._doors.reload(missed=True))
            return self._doors.find(kind, token)
        if self._doors.is_stale and (self._reloading is None or self._reloading.done()):
            self._reloading = asyncio.ensure_future(self._in_thread(self._doors.reload))
            self._reloading.add_done_callback(_log_failure)
        return door

    # --- live streams ------------------------------------------------------------------------------------------------

    async def _desk_stream(self, scope: Scope, receive: streams.Receive, send: streams.Send) -> None:
        headers = headers_of(scope)
        sight = await self._in_thread(streams.sight_by, headers.get("cookie", ""))
        if sight is None:  # 204 tells a browser not to come back
            return await answer(send, HookAnswer(204))
        query = parse_qs(scope["query_string"].decode("latin-1"))
        text = headers.get("last-event-id") or next(iter(query.get("after", [])), "")
        stream = streams.desk(
            self.hub, self._in_thread, headers.get("cookie", ""), Position.parse(text), sight, send
        )
        return await streams.with_reader(receive, stream)

    async def _presence(self, scope: Scope, receive: streams.Receive, send: streams.Send) -> None:
        """A browser says which conversation its person reads or writes in. Only pages of ours may."""
        headers = headers_of(scope)
        try:
            body = await read_body(receive, BODY_AT_MOST, scope)
        except TooMuch:
            return await answer(send, HookAnswer(413, b"Too long."))
        except Gone:
            return None
        if scope["method"] != "POST":
            return await answer(send, HookAnswer(405, b"This address takes POST requests."))
        said = read_said(body)
        if said is None or not is_own_page(headers):
            return await answer(send, HookAnswer(400, b"The request is not understood."))
        assert self._attendance is not None
        heard = await self._attendance.hear(headers.get("cookie", ""), said)
        return await answer(send, HookAnswer(204 if heard else 401))

    async def _chat_stream(self, scope: Scope, receive: streams.Receive, send: streams.Send) -> None:
        headers, query = headers_of(scope), parse_qs(scope["query_string"].decode("latin-1"))
        who = (scope["path"].removeprefix("/live/chat/"), next(iter(query.get("visitor", [])), ""))
        visitor = await self._in_thread(self._chat.visitor_of, *who)
        if visitor is None:
            return await answer(send, HookAnswer(204))
        text = headers.get("last-event-id") or next(iter(query.get("after", [])), "")
        after = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
        stream = streams.chat(self.hub, self._in_thread, self._chat, who, after, _with_cors(send, headers))
        return await streams.with_reader(receive, stream)


def _with_database(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run in a thread that keeps its database connection, and drops it when the database is in trouble."""
    try:
        return work(*arguments)
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


def _log_failure(future: asyncio.Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("inboxes could not be looked up again", exc_info=error)


def _with_cors(send: streams.Send, headers: dict[str, str]) -> streams.Send:
    """The widget lives on other sites; its key, not a cookie, says who reads, so any origin may."""

    async def opened(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"access-control-allow-origin", b"*")]}
        await send(message)

    return opened


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; what comes several times is joined."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def hook_request(scope: Scope, body: bytes, base_url: str) -> HookRequest:
    """The request as adapters know it; its address is the public one, since some networks sign it."""
    headers = headers_of(scope)
    query = scope["query_string"].decode("latin-1")
    base = base_url or f"{scope['scheme']}://{headers.get('host', '')}"
    raw_path = scope.get("raw_path") or scope["path"].encode()
    address = base + raw_path.decode("latin-1") + (f"?{query}" if query else "")
    client = scope.get("client")
    return HookRequest(
        method=scope["method"],
        url=address,
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        headers=headers,
        body=body,
        remote_address=client[0] if client else "",
    )


async def read_body(receive: streams.Receive, limit: int, scope: Scope) -> bytes:
    """The whole body, of which no more than `limit` is ever kept. Raises TooMuch, and Gone when the client leaves."""
    headers = dict(scope["headers"])
    told = headers.get(b"content-length", b"")
    if told.isdigit() and int(told) > limit:
        if b"expect" not in headers:  # who expects to be asked has not begun
            await _drain(receive)
        raise TooMuch
    body = b""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            if message.get("more_body", False):
                await _drain(receive)
            raise TooMuch
        if not message.get("more_body", False):
            if not chunks:
                return chunk
            chunks.append(chunk)
            body = b"".join(chunks)
            return body
        chunks.append(chunk)


async def _drain(receive: streams.Receive) -> None:
    """Let a client finish, since most hear an answer only when they have said everything; not for ever."""
    size, more = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_FOR):
            while more and size < DRAIN:
                message = await receive()
                size += len(message.get("body", b""))
                more = message.get("more_body", False)


async def answer(send: streams.Send, given: HookAnswer) -> None:
    """A whole small answer."""
    headers = [
        (b"content-type", given.content_type.encode()),
        (b"content-length", str(len(given.body)).encode()),
    ]
    if given.status == 503:
        headers.append((b"retry-after", b"5"))
    if given.status == 413:
        headers.append((b"connection", b"close"))
    with contextlib.suppress(OSError):
        await send({"type": "http.response.start", "status": given.status, "headers": headers})
        await send({"type": "http.response.body", "body": given.body, "more_body": False})
