"""A network on a wire: its server stands in the test, its adapter runs in the worker's own process.

`python -m ascolto.delivery.tests.wire` is a delivery worker that knows it; it ends by kill -9 only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import Account, Adapter, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.delivery.tests.paper import PaperConfig
from ascolto.kit import http
from ascolto.testing.networks import LocalServer

KINDS = {"wire": False, "echo": True}  # whether it knows repeats


class Wire(Adapter):
    """Posts every message to the address in the account's settings."""

    label = "Wire"
    Config = PaperConfig
    rate = (1000.0, 1000)

    def __init__(self, kind: str) -> None:
        self.kind = kind  # type: ignore[misc]
        self.capabilities = Capabilities(idempotent=KINDS[kind])  # type: ignore[misc]

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        url, body = account.config.address, {"tracker": outgoing.tracker, "text": outgoing.text}
        try:
            answer = http.request("POST", url, json=body, trusted_origins=[url])
        except http.NotSent as error:
            raise SendRefused(Failure(ErrorClass.RETRY, str(error))) from error
        except http.OutcomeUnknown as error:
            raise SendRefused(Failure(ErrorClass.UNCERTAIN, str(error))) from error
        return Sent((answer.text,))


class WireServer(LocalServer):
    """Counts what arrives; while the gate is shut it keeps everybody waiting for the answer."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.gate = threading.Event()
        self.gate.set()
        self.arrived: list[dict[str, Any]] = []
        self.changed = threading.Condition()

    @property
    def counts(self) -> Counter[str]:
        """How often each tracker arrived."""
        with self.changed:
            return Counter(request["tracker"] for request in self.arrived)

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their arrival."""
        with self.changed:
            return [request["text"] for request in self.arrived]

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have arrived."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.arrived) >= count, 90), len(self.arrived)


class _Handler(BaseHTTPRequestHandler):
    server: WireServer

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.changed:
            self.server.arrived.append(request)
            self.server.changed.notify_all()
        self.server.gate.wait(90)
        body = f"out-{request['tracker']}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, on the test's database; killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", __name__], env=_environment())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    from django.conf import settings
    from django.db import connection

    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{chosen['NAME']}"
    else:
        who = f"{chosen['USER']}:{chosen['PASSWORD']}@{'' if chosen['HOST'].startswith('/') else chosen['HOST']}"
        port = f":{chosen['PORT']}" if chosen["PORT"] else ""
        place = f"?host={chosen['HOST']}" if chosen["HOST"].startswith("/") else ""
        url = f"postgresql://{who}{port}/{chosen['NAME']}{place}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASCOLTO_", "PYTEST_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "ascolto.config.settings",
        "ASCOLTO_DATA": str(settings.DATA),
        "ASCOLTO_DATABASE_URL": url,
        "ASCOLTO_SECRET_KEY": settings.SECRET_KEY,
        "ASCOLTO_LOG_LEVEL": "error",
    }


def main() -> None:
    """Be the worker."""
    import django

    django.setup()
    from ascolto.channels.registry import all_adapters
    from ascolto.delivery import worker

    all_adapters().update({kind: Wire(kind) for kind in KINDS})
    worker.run(threading.Event())


if __name__ == "__main__":
    main()
