"""`python -m bench.network`: a network that takes every message at once, in a process of its own. Its port is the first line it prints."""

from __future__ import annotations

import asyncio
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_numbers = itertools.count(1)


class _Taking(asyncio.Protocol):
    """Answers each request of a connection as WhatsApp does, whatever is in it."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            length = int(found.group(1)) if (found := _LENGTH.search(head)) else 0
            if len(rest) < length:
                return
            self._received = rest[length:]
            body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.taken%d"}]}' % next(_numbers)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Taking, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def taking_network() -> Iterator[str]:
    """The address of one, while it runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.network"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve())
