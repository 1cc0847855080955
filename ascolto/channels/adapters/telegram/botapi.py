"""The Bot API as one bot sees it. Its token is a part of every address, so that no address is ever told to anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ascolto.channels.adapters.telegram.errors import judge
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import Rest

BASE = "https://api.telegram.org"
Files = Mapping[str, tuple[str, bytes, str]]
_PATH = re.compile(r"[\w.-]+(/[\w.-]+){0,8}")


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot."""

    rest: Rest
    token: str

    @classmethod
    def at(cls, base: str, token: str, *, trusted: bool) -> Bot:
        """The bot with this token, at this address."""
        return cls(Rest(base, {}, judge, secrets=(token, quote(token, safe="")), trusted=trusted), token)

    def look(self, method: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Ask something that may be asked again; the result. Raises SendRefused."""
        return self._ask(method, repeatable=True, json=dict(params or {}), **more)

    def do(self, method: str, params: Mapping[str, Any], files: Files | None = None) -> Any:
        """Do something that happens twice when it is asked twice; the result. Raises SendRefused."""
        if not files:
            return self._ask(method, repeatable=False, json=dict(params))
        data = {name: _as_field(value) for name, value in params.items()}
        return self._ask(method, repeatable=False, data=data, files=files)

    def nonsense(self, *, repeatable: bool = False) -> SendRefused:
        """A success that does not say what it should."""
        return SendRefused(self.rest.nonsense(repeatable=repeatable))

    def fetch(self, file_id: str, limit: int) -> bytes:
        """The content of a file that came along, at most `limit` bytes. Raises SendRefused."""
        told = object_of(self.look("getFile", {"file_id": file_id}))
        size, path = told.get("file_size"), text_of(told.get("file_path"), 1000)
        if isinstance(size, int) and size > limit:
            raise SendRefused(
                Failure(ErrorClass.CONTENT, f"The file has {size} bytes; at most {limit} are taken.")
            )
        if not _PATH.fullmatch(path) or ".." in path:
            raise self.nonsense(repeatable=True)
        content, _ = self.rest.download(f"{self.rest.base.rstrip('/')}/file/bot{self.token}/{path}", limit)
        return content

    def _ask(self, method: str, *, repeatable: bool, **more: Any) -> Any:
        document = self.rest.json("POST", f"bot{self.token}/{method}", repeatable=repeatable, **more)
        if document.get("ok") is not True or "result" not in document:
            raise self.nonsense(repeatable=repeatable)
        return document["result"]


def _as_field(value: Any) -> str:
    """A parameter as a form has it: structures as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
