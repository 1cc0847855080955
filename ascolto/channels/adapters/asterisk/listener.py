"""The listener beside Asterisk: takes calls by FastAGI and hands what happens to the hook address, signed.

    ASCOLTO_SECRET=… python -m ascolto.channels.adapters.asterisk.listener --hook https://care.example.com/hooks/asterisk/…

It keeps nothing and needs no database: when it or the product is gone, the dialplan goes on after AGI() with ASCOLTO_STATUS=FAILED.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ascolto.channels.adapters.asterisk import wire
from ascolto.channels.adapters.asterisk.agi import Agi, HungUp, Refused
from ascolto.channels.adapters.asterisk.session import CannotTell, Session
from ascolto.channels.adapters.asterisk.speaking import Voice
from ascolto.kit import http
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
PORT = 4573  # of FastAGI
MOST_CALLS = 200  # at once
_PATIENCE = 4.0  # seconds: a caller hears silence meanwhile
_LONGEST_LINE = 4096


class Listener:
    """Takes calls. `async with Listener(…)`, or `serve()` until it is cancelled."""

    def __init__(
        self, hook: str, secret: str, *, sounds: str = "ascolto", voice: Voice | None = None
    ) -> None:
        self._hook, self._secret, self._sounds, self._voice = hook, secret, sounds, voice
        self._server: asyncio.Server | None = None
        self._calls = 0

    async def start(self, host: str = "127.0.0.1", port: int = PORT) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._take, host, port, limit=_LONGEST_LINE)
        return int(self._server.sockets[0].getsockname()[1])

    async def serve(self) -> None:
        """Take calls until somebody cancels."""
        assert self._server is not None
        async with self._server:
            await self._server.serve_forever()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._calls += 1
        try:
            if self._calls <= MOST_CALLS:  # else the dialplan goes on at once
                await Session(Agi(reader, writer), self.tell, self._sounds, self._voice).run()
        except (HungUp, Refused) as end:
            log.info("a call ended early: %s", end)
        except Exception:
            log.exception("a call ended unexpectedly")
        finally:
            self._calls -= 1
            writer.close()

    async def tell(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Hand an event to the product; its answer. Raises CannotTell."""
        body = json.dumps(event).encode()
        headers = wire.signed(self._secret, body, now())
        try:
            answer = await asyncio.to_thread(self._post, body, headers)
        except http.RequestFailed as error:
            log.warning("the hook address cannot be reached: %s", error)
            raise CannotTell(str(error)) from error
        if not answer.is_success:
            log.warning("the hook address answered %s", answer.status)
            raise CannotTell(f"answered {answer.status}")
        told = answer.json_object()
        if told is None and event.get("event") == "turn":
            raise CannotTell("an answer that is none")
        return told or {}

    def _post(self, body: bytes, headers: Mapping[str, str]) -> http.Answer:
        return http.request(
            "POST",
            self._hook,
            content=body,
            headers=headers,
            trusted_origins=[self._hook],
            read_timeout=_PATIENCE,
        )


def main() -> None:
    """Listen until the end of the process."""
    parser = argparse.ArgumentParser(
        prog="python -m ascolto.channels.adapters.asterisk.listener", description=__doc__
    )
    parser.add_argument("--hook", required=True, help="the hook address of the inbox")
    parser.add_argument(
        "--host", default="127.0.0.1", help="where Asterisk reaches us; FastAGI has no password"
    )
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--sounds", default="ascolto", help="the folder of the sound files, as Asterisk finds it"
    )
    parser.add_argument(
        "--speak",
        default="",
        metavar="COMMAND",
        help="a program that says what a flow says: it reads the text, and writes a WAVE file to {file}, such as: "
        "espeak-ng -v {language} --stdin -w {file}",
    )
    parser.add_argument(
        "--voice-folder",
        type=Path,
        default=Path("/var/lib/ascolto-voice"),
        help="where these files are; Asterisk must be able to read it",
    )
    options = parser.parse_args()
    secret = os.environ.get("ASCOLTO_SECRET", "")
    if not secret:
        sys.exit("ASCOLTO_SECRET is empty: set it to the secret of the inbox.")
    logging.basicConfig(level=logging.INFO)
    voice = Voice(options.speak, options.voice_folder) if options.speak else None
    listener = Listener(options.hook, secret, sounds=options.sounds, voice=voice)
    asyncio.run(_serve(listener, options.host, options.port))


async def _serve(listener: Listener, host: str, port: int) -> None:
    await listener.start(host, port)
    await listener.serve()


if __name__ == "__main__":
    main()
