"""`python -m bench.live`: how long after a hook every one of 200 desks hears of the message, and what 200 heartbeats cost.

Two hundred agents of one team each hold a live stream; messages come through the real hook. The time is taken at every client, when the
frame of its message has arrived. Then the same people say every ten seconds where they are, and the processor seconds of the web
process are compared with those of before.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from ascolto.testing.product import Product, wait_for
from bench.__main__ import database
from bench.load import posts, quantile, whatsapp_bodies
from bench.measures import Figures, connect

TICKS = os.sysconf("SC_CLK_TCK")
_MAKE = """
import django; django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from ascolto.accounts.models import Agent, Team
team, _ = Team.objects.get_or_create(name="Bench")
for n in range({count}):
    agent = Agent.objects.create(email=f"agent{{n}}@telvia.example", name=f"Agent {{n}}", password="!")
    team.members.add(agent)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(agent.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash(); session.save()
    print(settings.SESSION_COOKIE_NAME + "=" + session.session_key)
"""


class Screen:
    """One open live stream."""

    def __init__(self, url: str, cookie: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ask = f"GET /live/desk HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n"
        self.socket.sendall(ask.encode())
        self._rest = b""
        while b"event: hello" not in self._rest:
            if not (more := self.socket.recv(65_536)):
                raise ConnectionError(f"no stream: {self._rest[:200]!r}")
            self._rest += more
        self.socket.setblocking(False)

    def frames(self) -> list[dict[str, object]]:
        """What has come since the last look: the data of events about conversations."""
        try:
            self._rest += self.socket.recv(262_144)
        except BlockingIOError:
            return []
        *whole, self._rest = self._rest.split(b"\n\n")
        lines = (line for event in whole for line in event.splitlines() if line.startswith(b"data: {"))
        return [json.loads(line[6:]) for line in lines]


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def latencies(
    product: Product, address: str, screens: list[Screen], messages: int, rate: float
) -> list[float]:
    """Seconds from the planned moment of each hook to its frame, at every screen."""
    requests = posts(address, whatsapp_bodies(messages, prefix=f"l{time.time_ns()}."))
    parts = urlsplit(product.base_url)
    hook = socket.create_connection((parts.hostname or "", parts.port or 80))
    hook.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    poll, by_number = select.epoll(), {one.socket.fileno(): one for one in screens}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    poll.register(hook, select.EPOLLIN)
    sent: list[float] = []
    heard: dict[int, list[float]] = {number: [] for number in by_number}
    start = time.perf_counter()
    while any(len(each) < messages for each in heard.values()):
        moment = time.perf_counter()
        if moment > start + messages / rate + 30:
            missing = sum(messages - len(each) for each in heard.values())
            raise TimeoutError(f"{missing} frames did not arrive")
        if len(sent) < messages and start + len(sent) / rate <= moment:
            hook.sendall(requests[len(sent)])
            sent.append(moment)
        for number, _ in poll.poll(0.002):
            if number not in by_number:
                hook.recv(65_536)
                continue
            frames = by_number[number].frames()
            moment = time.perf_counter()
            heard[number] += [moment for frame in frames if frame.get("type") == "message.received"]
    return [moment - sent[n] for each in heard.values() for n, moment in enumerate(sorted(each)[:messages])]


def heartbeats(product: Product, cookies: list[str], seconds: float, every: float = 10.0) -> float:
    """Everybody says every ten seconds which conversation they read; the share of one core that the web process used."""
    conversations = [row[0] for row in product.query("SELECT id FROM conversations_conversation LIMIT 500")]
    parts, web = urlsplit(product.base_url), product.part("web")
    lines = [socket.create_connection((parts.hostname or "", parts.port or 80)) for _ in range(8)]
    begun, used, sent = time.perf_counter(), processor_seconds(web), 0
    while (passed := time.perf_counter() - begun) < seconds:
        if sent / (len(cookies) / every) > passed:
            time.sleep(0.002)
            continue
        who = sent % len(cookies)
        place = conversations[(who + sent // (len(cookies) * 3)) % len(conversations)]
        body = json.dumps({"c": place, "s": "writing" if sent % 7 == 0 else "reading"}).encode()
        head = (
            f"POST /live/presence HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookies[who]}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        line = lines[sent % len(lines)]
        line.sendall(head.encode() + body)
        assert line.recv(4096).startswith(b"HTTP/1.1 204")
        sent += 1
    return (processor_seconds(web) - used) / (time.perf_counter() - begun)


def measure(kind: str, count: int, messages: int, rate: float, seconds: float) -> Figures:
    """All of it on one database."""
    with (
        database(kind) as url,
        tempfile.TemporaryDirectory() as folder,
        Product(Path(folder), database_url=url) as product,
    ):
        address = connect(product)
        product.add_token("admin")
        cookies = product.python(_MAKE.format(count=count)).split()
        screens = [Screen(product.base_url, cookie) for cookie in cookies]
        latencies(product, address, screens, 20, rate)  # everything is warm
        wait_for(lambda: product.waiting() == 0, why="intake is idle")
        late = latencies(product, address, screens, messages, rate)
        quiet = _resting(product, seconds / 3)
        busy = heartbeats(product, cookies, seconds)
        for screen in screens:
            screen.socket.close()
    return {
        f"hook to {count} desks at {rate:g}/s, p50 (ms)": quantile(late, 0.5) * 1000,
        "… p95 (ms)": quantile(late, 0.95) * 1000,
        "… p99 (ms)": quantile(late, 0.99) * 1000,
        f"web process at rest with {count} streams (% of a core)": quiet * 100,
        f"… with {count} heartbeats every 10 s (% of a core)": busy * 100,
    }


def _resting(product: Product, seconds: float) -> float:
    web = product.part("web")
    begun, used = time.perf_counter(), processor_seconds(web)
    time.sleep(seconds)
    return (processor_seconds(web) - used) / (time.perf_counter() - begun)


def main() -> None:
    """Print the figures of one database or of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="of heartbeats")
    given = parser.parse_args()
    for kind in given.database or ["sqlite", "postgres"]:
        for name, value in measure(kind, given.agents, given.messages, given.rate, given.seconds).items():
            print(f"{kind:9} {name}: {value:.1f}")


if __name__ == "__main__":
    main()
