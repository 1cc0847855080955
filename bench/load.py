"""A load generator for one core: raw sockets, requests made beforehand, so that it measures the server and not itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

SECRET = "bench-secret"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: answers, seconds, and each answer's latency in seconds."""

    answered: int
    failed: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """A quantile of the latencies in milliseconds."""
        return quantile(self.latencies, share) * 1000


def whatsapp_bodies(count: int, *, people: int = 1_000_000, prefix: str = "b") -> Iterator[bytes]:
    """Deliveries of one text message each, as the network packs them."""
    moment = str(int(time.time()))
    for number in range(count):
        phone = f"39347{number % people:07d}"
        message = {
            "from": phone,
            "id": f"wamid.{prefix}{number}",
            "timestamp": moment,
            "type": "text",
            "text": {"body": f"Il router lampeggia rosso da ieri sera, potete aiutarmi? ({number})"},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "390650000001", "phone_number_id": "1000"},
            "contacts": [{"profile": {"name": f"Giulia {number % people}"}, "wa_id": phone}],
            "messages": [message],
        }
        entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
        yield json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def posts(address: str, bodies: Iterator[bytes]) -> list[bytes]:
    """Signed requests to a hook, ready for the wire."""
    parts = urlsplit(address)
    made = []
    for body in bodies:
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def gets(address: str, count: int, *headers: str) -> list[bytes]:
    """`count` equal GET requests."""
    parts = urlsplit(address)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = "".join(f"{header}\r\n" for header in headers)
    return [f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{lines}\r\n".encode()] * count


class _Client:
    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.received = b""

    def send(self, request: bytes, begun: float) -> None:
        self.begun, self.received = begun, b""
        self.socket.sendall(request)

    def read(self) -> int | None:
        """The status when the answer is complete, None while it is not."""
        self.received += self.socket.recv(262_144)
        head, mark, body = self.received.partition(b"\r\n\r\n")
        if not mark:
            return None
        lowered = head.lower()
        place = lowered.find(b"content-length:")
        length = int(lowered[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        whole = len(body) >= length if place >= 0 else body.endswith(b"0\r\n\r\n")
        return int(head[9:12]) if whole else None


def run(url: str, requests: list[bytes], *, connections: int, rate: float = 0.0) -> Outcome:
    """Send every request once over `connections`; flat out, or `rate` a second with latencies counted from the planned moment."""
    parts = urlsplit(url)
    clients = {}
    poll = select.epoll()
    for _ in range(connections):
        client = _Client(parts.hostname or "", parts.port or 80)
        clients[client.socket.fileno()] = client
        poll.register(client.socket, select.EPOLLIN)
    idle, waiting = deque(clients.values()), deque(requests)
    latencies, failed, planned = [], 0, 0
    start = time.perf_counter()
    while waiting or len(idle) < connections:
        moment = time.perf_counter()
        while idle and waiting and (not rate or start + planned / rate <= moment):
            begun = start + planned / rate if rate else moment
            planned += 1
            idle.popleft().send(waiting.popleft(), begun)
        patience = (
            max(0.0, start + planned / rate - time.perf_counter()) if rate and waiting and idle else 1.0
        )
        for number, _ in poll.poll(patience):
            client = clients[number]
            if (status := client.read()) is not None:
                latencies.append(time.perf_counter() - client.begun)
                failed += status >= 300
                idle.append(client)
    seconds = time.perf_counter() - start
    for client in clients.values():
        client.socket.close()
    return Outcome(len(latencies), failed, seconds, latencies)
