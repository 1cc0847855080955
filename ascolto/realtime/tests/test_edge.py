"""The edge over its own protocol: durable answers, polite refusals, streams that end when they must."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.intake.selectors import count_waiting
from ascolto.realtime.edge import Edge
from ascolto.realtime.streams import Chat
from ascolto.testing.factories import make_cast, make_inbox

pytestmark = pytest.mark.django_db(transaction=True)
BODY = b'{"object": "whatsapp_business_account", "entry": []}'
LIMIT = 4096


async def django(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


class Wire:
    """One request and what came back."""

    def __init__(
        self, path: str, body: bytes = b"", method: str = "POST", chunk: int = 0, **headers: str
    ) -> None:
        path, _, query = path.partition("?")
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": raw,
            "scheme": "http",
        }
        size = chunk or len(body) or 1
        self._parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        self.status, self.body = 0, b""
        self.is_gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self._parts:
            part = self._parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts)}
        await self.is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


def with_edge(story: Callable[[Edge], Awaitable[None]]) -> None:
    async def run() -> None:
        chat = Chat(visitor_of=lambda token, key: None, messages_after=lambda visitor, after: [])
        edge = Edge(django, chat=chat, base_url="https://care.example", max_bytes=LIMIT)
        await edge.start()
        try:
            await story(edge)
        finally:
            await edge._in_thread(connections.close_all)
            await edge.stop()

    asyncio.run(run())


def signed(inbox: ChannelAccount, body: bytes = BODY, **more: Any) -> Wire:
    seal = hmac.new(b"an-app-secret", body, hashlib.sha256).hexdigest()
    return Wire(f"/hooks/whatsapp/{inbox.token}", body, x_hub_signature_256=f"sha256={seal}", **more)


def test_a_delivery_is_stored_before_it_is_answered_and_everything_else_is_refused() -> None:
    inbox = make_inbox("whatsapp")
    told = {
        200: [signed(inbox), signed(inbox, chunk=7), signed(inbox, b"[1]"), signed(inbox, b'{"new":1}')],
        400: [signed(inbox, b"{"), signed(inbox, b"")],
        403: [
            Wire(f"/hooks/whatsapp/{inbox.token}", BODY),
            Wire(f"/hooks/whatsapp/{inbox.token}", BODY, x_hub_signature_256="sha256=00"),
        ],
        404: [
            Wire("/hooks/whatsapp/nobody", BODY),
            Wire("/hooks/", BODY),
            Wire(f"/hooks/email/{inbox.token}", BODY),
        ],
        405: [signed(inbox, method="DELETE")],
        413: [
            signed(inbox, b"x" * (LIMIT + 1)),
            signed(inbox, b"x" * (LIMIT + 1), chunk=100),
            signed(inbox, content_length="999999"),
        ],
    }

    async def story(edge: Edge) -> None:
        for status, wires in told.items():
            for wire in wires:
                await edge(wire.scope, wire.receive, wire.send)
                assert wire.status == status, (status, wire.scope)
                # Who is refused for size has been listened to: most clients hear an answer only at the end.
                assert not wire._parts or status != 413

    with_edge(story)
    assert count_waiting() >= 1


def test_whoever_leaves_in_the_middle_leaves_nothing_behind() -> None:
    inbox = make_inbox("whatsapp")

    async def story(edge: Edge) -> None:
        wire = signed(inbox, chunk=5)
        wire._parts = wire._parts[:2]
        wire.is_gone.set()
        task = asyncio.ensure_future(edge(wire.scope, _always_more(wire), wire.send))
        await task
        assert wire.status == 0

    with_edge(story)
    assert count_waiting() == 0


def _always_more(wire: Wire) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def receive() -> dict[str, Any]:
        message = await wire.receive()
        return {**message, "more_body": True} if message["type"] == "http.request" else message

    return receive


def test_everything_else_goes_to_django() -> None:
    async def story(edge: Edge) -> None:
        wire = Wire("/settings/", method="GET")
        await edge(wire.scope, wire.receive, wire.send)
        assert wire.status == 299

    with_edge(story)


def cookie_of(agent: Agent) -> str:
    client = Client()
    client.force_login(agent)
    name = django_settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


async def until(wire: Wire, mark: bytes) -> None:
    async with asyncio.timeout(10):
        while mark not in wire.body:
            await asyncio.sleep(0.01)


def test_a_screen_hears_of_a_message_and_a_stranger_is_told_not_to_come_back() -> None:
    cast = make_cast()
    marco, viktor = cookie_of(cast.marco), cookie_of(cast.viktor)

    async def story(edge: Edge) -> None:
        screens = {c: Wire("/live/desk", method="GET", cookie=c) for c in (marco, viktor)}
        tasks = [asyncio.ensure_future(edge(w.scope, w.receive, w.send)) for w in screens.values()]
        for wire in screens.values():
            await until(wire, b"event: hello")
        await asyncio.to_thread(_writes, cast)
        await until(screens[marco], b"message.received")
        assert b"event: conversation" not in screens[viktor].body
        for wire in screens.values():
            wire.is_gone.set()
        await asyncio.gather(*tasks)
        assert len(edge.hub) == 0
        nobody = Wire("/live/desk", method="GET", cookie="ascolto_session=made-up")
        await edge(nobody.scope, nobody.receive, nobody.send)
        assert nobody.status == 204

    with_edge(story)


def _writes(cast: Any) -> None:
    try:
        cast.writes("Is anybody there?")
    finally:
        connections.close_all()


def test_a_visitor_without_a_key_gets_no_stream() -> None:
    async def story(edge: Edge) -> None:
        wire = Wire("/live/chat/token?visitor=guess", method="GET")
        await edge(wire.scope, wire.receive, wire.send)
        assert wire.status == 204

    with_edge(story)
