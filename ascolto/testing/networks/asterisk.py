"""A stand-in for Asterisk: it takes calls, obeys FastAGI commands as Asterisk does, and keeps recordings behind ARI.

    asterisk = city.add(AsteriskNetwork())
    asterisk.hook_url = "http://…/hooks/asterisk/…"        # starts a listener of ours beside it
    giulia = asterisk.add_person("Giulia Conti", number="3471234567")
    call = asterisk.call(giulia, keys=["1", "1"])           # what she presses, question by question; then nothing
    call.heard                                              # ["it/welcome", "it/person-first", …]

No Asterisk could be had for the tests: this is written after its documentation, and proves no more than that.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ascolto.channels.adapters.asterisk import wire
from ascolto.channels.adapters.asterisk.listener import Listener
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Person, Reply, Request

_COMMAND = re.compile(r'"[^"]*"|\S+')


class AsteriskCall:
    """One call: Asterisk's side of FastAGI, with a caller who presses `keys`, one entry a question."""

    def __init__(
        self, network: AsteriskNetwork, person: Person | None, keys: Sequence[str], speaks: bytes
    ) -> None:
        self.network, self.person = network, person
        self.uniqueid = f"pbx1-{int(time.time())}.{network.new_number()}"
        self.keys, self.speaks = list(keys), speaks
        self.heard: list[str] = []
        self.commands: list[str] = []
        self.variables: dict[str, str] = {}
        self.dialled: list[str] = []
        self.is_up = True
        self._pending: list[str] = []

    def run(self, host: str, port: int) -> None:
        """Connect to the listener, and obey until it ends."""
        with socket.create_connection((host, port), timeout=10) as connection:
            file = connection.makefile("rwb")
            file.write(self._environment().encode() + b"\n")
            file.flush()
            while line := file.readline():
                answer = self._obey(line.decode().rstrip("\n"))
                file.write(answer.encode() + b"\n")
                file.flush()

    def _environment(self) -> str:
        number = self.person.id if self.person else "unknown"
        told = {
            "network": "yes",
            "network_script": "",
            "request": "agi://127.0.0.1",
            "channel": f"PJSIP/trunk-{self.uniqueid}",
            "language": "en",
            "type": "PJSIP",
            "uniqueid": self.uniqueid,
            "version": "20.5.0",
            "callerid": number,
            "calleridname": self.person.name if self.person else "unknown",
            "callingpres": "0" if self.person else "67",
            "dnid": "0212345678",
            "rdnis": "unknown",
            "context": "from-trunk",
            "extension": "s",
            "priority": "2",
            "enhanced": "0.0",
            "accountcode": "",
            "threadid": "1",
        }
        return "".join(f"agi_{name}: {value}\n" for name, value in told.items())

    # --- commands ---

    def _obey(self, line: str) -> str:
        self.commands.append(line)
        words = [word.strip('"') for word in _COMMAND.findall(line)]
        if not self.is_up and words[:1] != ["SET"]:
            return "511 Command Not Permitted on a dead channel or intercept routine"
        match words:
            case ["ANSWER"]:
                return "200 result=0"
            case ["STREAM", "FILE", name, _]:
                self.heard.append(name.partition("/")[2])
                return "200 result=0 endpos=8000"
            case ["SAY", "DIGITS", digits, _]:
                self.heard.append(digits)
                return "200 result=0"
            case ["SAY", "DATETIME", epoch, _, _, _]:
                self.heard.append(f"@{epoch}")
                return "200 result=0"
            case ["WAIT", "FOR", "DIGIT", _]:
                return self._digit()
            case ["RECORD", "FILE", name, "wav", _, _, "BEEP", _]:
                return self._record(name)
            case ["EXEC", "Dial", whom]:
                self.dialled.append(whom)
                self.variables |= {"DIALSTATUS": self.network.agents_answer, "ANSWEREDTIME": "73"}
                return "200 result=0"
            case ["GET", "VARIABLE", name]:
                value = self.variables.get(name)
                return f"200 result=1 ({value})" if value is not None else "200 result=0"
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                return "200 result=1"
            case ["HANGUP"]:
                self.is_up = False
                return "200 result=1"
        return "510 Invalid or unknown command"

    def _digit(self) -> str:
        if not self._pending:
            entry = self.keys.pop(0) if self.keys else ""
            if entry == "hangup":
                self.is_up = False
                return "200 result=-1"
            self._pending = list(entry) or [""]
        key = self._pending.pop(0)
        return f"200 result={ord(key) if key else 0}"

    def _record(self, name: str) -> str:
        if not self.speaks:
            return "200 result=0 (timeout) endpos=0"
        self.network.stored[name] = self.speaks
        if self.keys[:1] == ["hangup"]:
            self.is_up = False
            return "200 result=-1 (hangup) endpos=24000"
        return f"200 result={ord('#')} (dtmf) endpos=72000"


class AsteriskNetwork(Network):
    """See the module's text."""

    kind = "asterisk"

    def __init__(self) -> None:
        super().__init__()
        self.secret = secrets.token_hex(16)
        self.user, self.password = "ascolto", secrets.token_hex(12)
        self.calls: list[AsteriskCall] = []
        self.stored: dict[str, bytes] = {}  # recordings by name
        self.agents_answer = "ANSWER"
        self._beside: _Beside | None = None

    @property
    def settings(self) -> dict[str, str]:
        return {
            "secret": self.secret,
            "transcribes": "yes",
            "ari_url": f"{self.url}/ari",
            "ari_user": self.user,
            "ari_password": self.password,
        }

    def connected(self) -> None:
        """Start a listener of ours beside it, as the documentation says."""
        self.close()
        self._beside = _Beside(Listener(self.hook_url, self.secret))

    def close(self) -> None:
        """Stop the listener."""
        if self._beside is not None:
            self._beside.stop()
            self._beside = None

    def add_person(self, name: str, **about: Any) -> Person:
        number = str(about.get("number") or f"347{1_000_000 + len(self.people):07d}")
        person = Person(number, name, number)
        with self.lock:
            self.people.append(person)
        return person

    def call(self, person: Person | None, keys: Sequence[str] = (), speaks: bytes = b"") -> AsteriskCall:
        """Somebody calls; returns when the call is over."""
        if self._beside is None:
            raise RuntimeError("The listener needs a hook address first.")
        made = AsteriskCall(self, person, keys, speaks)
        self.calls.append(made)
        made.run("127.0.0.1", self._beside.port)
        return made

    def sign(self, body: bytes) -> Mapping[str, str]:
        return wire.signed(self.secret, body, now())

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """Somebody calls and leaves a message; a program of the house writes down what they said.

        Before a hook address is known nobody can take the call: then only what the listener would tell waits.
        """
        if self._beside is None:
            call = AsteriskCall(self, person, (), b"")
            about = {"id": call.uniqueid, "from": person.id, "name": person.name, "to": "0212345678"}
            self._tell({"event": "turn", "call": about, "state": {}, "heard": {}})
        else:
            call = self.call(person, speaks=b"RIFF" + text.encode())
        self._tell({"event": "transcript", "call": {"id": call.uniqueid}, "text": text})
        return call.uniqueid

    def _tell(self, event: Mapping[str, Any]) -> None:
        self.mailman.post(json.dumps(event).encode())

    def answer(self, request: Request) -> Reply:
        """ARI."""
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Reply({"message": "Authentication required"}, 401)
        match request.parts:
            case ["ari", "asterisk", "info"]:
                return Reply({"system": {"version": "20.5.0", "entity_id": "02:42:ac:11:00:02"}})
            case ["ari", "recordings", "stored"]:
                return Reply([{"name": name, "format": "wav"} for name in self.stored])
            case ["ari", "recordings", "stored", name, "file"] if name in self.stored:
                return Reply(self.stored[name], content_type="audio/wav")
        return Reply({"message": "Recording not found"}, 404)


class _Beside:
    """A listener in a thread of its own."""

    def __init__(self, listener: Listener) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="listener", daemon=True)
        self._thread.start()
        self.port: int = asyncio.run_coroutine_threadsafe(listener.start(port=0), self._loop).result(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
