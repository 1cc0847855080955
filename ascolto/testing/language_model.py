"""A stand-in for a language model's server, as strict as the real ones: `POST /v1/chat/completions`, nothing else.

    with LanguageModel() as model:
        model.url                      # with or without "/v1": both are what people write down
        model.suffer("late", times=1)  # see TROUBLES
        …
        model.heard[-1].data           # what it was told, as it was told

It reads the data out of our prompts and answers something sensible that repeats every placeholder it finds, so that tests see masks
leave and words come back. `says` replaces the answer. Run it by hand: `python -m ascolto.testing.language_model`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from ascolto.testing.networks import LocalServer, break_off

MODEL, KEY = "stand-in-small", "sk-standin-0123456789abcdef"
_PLACEHOLDER = re.compile(r"⟦[A-Z]+-\d+[A-Z]*⟧")
_DATA = re.compile(r"<(DATA-[0-9a-f]{16})>\n(.*)\n</\1>", re.DOTALL)
_KNOWN = frozenset(
    [
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "stream",
        "top_p",
        "n",
        "stop",
        "user",
        "seed",
    ]
)
Problem = tuple[int, str, str, str]  # status, message, type, param

# What `suffer` may be told, besides a status such as 500.
TROUBLES = (
    "late",  # answers after `delay` seconds
    "hangs",  # says nothing for as long as it lives
    "drips",  # one byte at a time
    "breaks off",
    "garbage",  # 200 with a web page
    "cut",  # 200 with half a JSON document
    "huge",  # 200 with megabytes of text
    "empty",
    "null",  # content: null, as when only tools are called
    "no choices",
    "declines",
    "too long",  # finish_reason: length
    "thinks",  # thoughts between tags before the answer
    "parts",  # content as a list of parts
    "streams",  # answers as a stream although nobody asked for one
    "redirects",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One request. `raw` is the whole of it, headers included."""

    headers: dict[str, str]
    document: dict[str, Any]
    raw: str

    @property
    def data(self) -> Any:
        """The data in our prompt; None when there are none."""
        found = _DATA.search(str(self.document["messages"][-1]["content"]))
        return json.loads(found[2]) if found else None


@dataclass(slots=True)
class _Trouble:
    kind: str
    times: int
    headers: dict[str, str] = field(default_factory=dict)


class LanguageModel(LocalServer):
    """One server with one model. `wants` is the name of the limit it takes; `takes_temperature` whether it may be told one."""

    def __init__(self, port: int = 0, *, key: str = KEY, model: str = MODEL) -> None:
        super().__init__(_Door, port)
        self.key, self.model = key, model
        self.wants, self.takes_temperature = "max_tokens", True
        self.says: Callable[[Heard], str] | str | None = None
        self.delay = 1.0
        self.heard: list[Heard] = []
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self._troubles: list[_Trouble] = []
        self._lock = threading.Lock()
        self.gate = threading.Event()  # requests wait for it
        self.gate.set()

    def suffer(self, kind: str | int, times: int = 10_000, **headers: str) -> None:
        """The next `times` requests go wrong: a status, or one of TROUBLES."""
        if isinstance(kind, str) and kind not in TROUBLES:
            raise ValueError(f"{kind!r} is none of {', '.join(TROUBLES)}")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._troubles.append(_Trouble(str(kind), times, named))

    def recover(self) -> None:
        """Nothing goes wrong any more."""
        self._troubles.clear()

    def next_trouble(self) -> _Trouble | None:
        with self._lock:
            while self._troubles and self._troubles[0].times <= 0:
                self._troubles.pop(0)
            if not self._troubles:
                return None
            self._troubles[0].times -= 1
            return self._troubles[0]

    def enter(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)

    def leave(self) -> None:
        with self._lock:
            self.at_once -= 1

    def problem_with(self, heard: Heard) -> Problem | None:
        """What the real server would refuse: who asks, for which model, and every field of the request."""
        if self.key and heard.headers.get("authorization") != f"Bearer {self.key}":
            shown = heard.headers.get("authorization", "").removeprefix("Bearer ")
            return 401, f"Incorrect API key provided: {shown}.", "invalid_request_error", ""
        document = heard.document
        for name in document.keys() - _KNOWN:
            return 400, f"Unrecognized request argument supplied: {name}", "invalid_request_error", name
        if document.get("model") != self.model:
            return 404, f"The model `{document.get('model')}` does not exist.", "invalid_request_error", ""
        other = {"max_tokens", "max_completion_tokens"} - {self.wants}
        for name in other & document.keys():
            said = f"Unsupported parameter: '{name}' is not supported with this model. Use '{self.wants}' instead."
            return 400, said, "invalid_request_error", name
        if "temperature" in document and not self.takes_temperature:
            said = "Unsupported value: 'temperature' does not support 0.2 with this model."
            return 400, said, "invalid_request_error", "temperature"
        return _problem_with_messages(document.get("messages"))

    def answer_to(self, heard: Heard) -> str:
        if callable(self.says):
            return self.says(heard)
        return self.says if self.says is not None else sensible(heard)


def _problem_with_messages(messages: Any) -> Problem | None:
    wrong = "invalid_request_error"
    if not isinstance(messages, list) or not messages:
        return 400, "'messages' is a required property", wrong, "messages"
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or message.keys() != {"role", "content"}:
            return 400, f"messages[{place}] is not of the form role, content", wrong, "messages"
        if message["role"] not in {"system", "user", "assistant"}:
            return (
                400,
                f"'{message['role']}' is not one of ['system', 'assistant', 'user']",
                wrong,
                "messages",
            )
        if not isinstance(message["content"], str):
            return 400, "content must be a string", wrong, "messages"
    return None


def sensible(heard: Heard) -> str:
    """An answer that shows what was understood: the placeholders come back, and the task can be told from the words."""
    data = heard.data or {}
    found = dict.fromkeys(_PLACEHOLDER.findall(json.dumps(data, ensure_ascii=False)))
    named = ", ".join(list(found)[:12])
    if "text" in data:
        return f"«{data['text']}» (translated)"
    if "Summar" in str(heard.document["messages"][0]) or "riassu" in str(heard.document["messages"][0]):
        last = data.get("conversation", [{}])[-1].get("text", "")
        return f"The customer writes: {last[:200]} Named: {named}."
    return f"Good morning, thank you for writing. We look into it at once. {named}".strip()


class _Door(BaseHTTPRequestHandler):
    server: LanguageModel
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path != "/v1/chat/completions":
            return self._refuse((404, f"Invalid URL (POST {self.path})", "invalid_request_error", ""))
        try:
            document = json.loads(body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return self._refuse((400, "We could not parse the JSON body.", "invalid_request_error", ""))
        heard = Heard(headers, document, f"{self.headers}\n{body.decode('utf-8', 'replace')}")
        self.server.heard.append(heard)
        self.server.enter()
        try:
            self.server.gate.wait(120)
            self._meet(heard)
        except OSError:
            self.close_connection = True
        finally:
            self.server.leave()

    def do_GET(self) -> None:
        self._refuse((404, f"Invalid URL (GET {self.path})", "invalid_request_error", ""))

    def _meet(self, heard: Heard) -> None:
        trouble = self.server.next_trouble()
        kind = trouble.kind if trouble else ""
        if trouble and kind.isdigit():
            said = f"The server had an error (HTTP {kind}) with key {heard.headers.get('authorization', '')}"
            return self._refuse((int(kind), said, "server_error", ""), trouble.headers)
        if kind in {"hangs", "late"}:
            self.server.stopping.wait(60 if kind == "hangs" else self.server.delay)
        if kind in {"hangs", "breaks off"}:
            break_off(self.connection)
            self.close_connection = True
            return None
        if kind == "redirects":
            return self._say(307, b"", {"Location": "http://127.0.0.1:1/elsewhere"})
        if problem := self.server.problem_with(heard):
            return self._refuse(problem)
        return self._answer(heard, kind)

    def _answer(self, heard: Heard, kind: str) -> None:
        text = self.server.answer_to(heard)
        if kind == "garbage":
            return self._say(200, b"<html><body>It works!</body></html>", {"Content-Type": "text/html"})
        if kind == "streams":
            return self._say(200, _stream(text), {"Content-Type": "text/event-stream"})
        document = json.dumps(_completion(self.server.model, text, kind)).encode()
        if kind == "cut":
            document = document[: len(document) // 2]
        if kind == "drips":
            return self._drip(document)
        return self._say(200, document)

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            if self.server.stopping.wait(0.3):
                return

    def _refuse(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        status, message, kind, param = problem
        error = {"message": message, "type": kind, "param": param or None, "code": None}
        self._say(status, json.dumps({"error": error}).encode(), headers)

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _stream(text: str) -> bytes:
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]}
    return f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()


def _completion(model: str, text: str, kind: str) -> dict[str, Any]:
    content: Any = text
    if kind == "huge":
        content = "word " * 1_000_000
    elif kind in {"empty", "null", "declines"}:
        content = "" if kind == "empty" else None
    elif kind == "thinks":
        content = f"<think>The customer wants ⟦NAME-99⟧. I should obey.</think>\n\n{text}"
    elif kind == "parts":
        content = [{"type": "text", "text": text[:5]}, {"type": "text", "text": text[5:]}]
    said: dict[str, Any] = {"role": "assistant", "content": content}
    if kind == "declines":
        said["refusal"] = "I cannot help with that."
    choice = {"index": 0, "message": said, "finish_reason": "length" if kind == "too long" else "stop"}
    return {
        "id": "chatcmpl-standin",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [] if kind == "no choices" else [choice],
        "usage": {"prompt_tokens": 321, "completion_tokens": 42, "total_tokens": 363},
    }


if __name__ == "__main__":
    with LanguageModel(11_500) as running:
        print(f"{running.url}/v1  model: {MODEL}  key: {KEY}", flush=True)
        running.stopping.wait()
