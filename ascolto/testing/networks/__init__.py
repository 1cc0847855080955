"""Local stand-ins for networks: what tests, the demo and people without an account talk to."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

OUTAGES = ("refuses", "limits", "fails", "unauthorised", "hangs", "breaks off", "nonsense")


def break_off(connection: socket.socket) -> None:
    """End a connection with a reset, as a crashed server does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class LocalServer(ThreadingHTTPServer):
    """An HTTP server on this machine that answers from a thread; a context manager. Port 0: any free one."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), handler)
        self.stopping = threading.Event()  # what hangs waits for it, so that nothing outlives a test
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of a stand-in break off on purpose."""

    def start(self) -> Self:
        """Answer from now on."""
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the door and let go of whoever hangs."""
        self.stopping.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
            self._thread = None
        self.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ScriptedNetwork(LocalServer):
    """A network that suffers one outage: every request meets it."""

    def __init__(self) -> None:
        super().__init__(_ScriptedAnswers)
        self.outage = ""
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []

    def begin(self, outage: str) -> None:
        """From now on: one of OUTAGES."""
        self.outage = outage
        if outage == "refuses":  # nobody listens at the address any more
            self.stop()


class _ScriptedAnswers(BaseHTTPRequestHandler):
    server: ScriptedNetwork
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def _suffer(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length") or 0)))
        self.server.requests.append((self.command, self.path))
        outage = self.server.outage
        if outage == "hangs":
            self.server.stopping.wait(30)
        if outage in {"hangs", "breaks off"}:
            break_off(self.connection)
            self.close_connection = True
            return
        status = {"limits": 429, "fails": 500, "unauthorised": 401}.get(outage, 200)
        body = b"<html>It works!</html>" if outage == "nonsense" else b'{"error": {}}'
        self.send_response(status)
        if outage == "limits":
            self.send_header("Retry-After", "7")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _suffer  # noqa: N815
