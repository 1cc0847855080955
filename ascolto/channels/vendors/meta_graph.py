"""The Graph API as one account sees it, and what its errors mean."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, Rest
from ascolto.kit import http
from ascolto.kit.text import excerpt

# Of the Graph API itself; a product adds its own.
CODES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((1, 2), ErrorClass.RETRY),
    **dict.fromkeys((4, 17, 32, 613, *range(80000, 80015)), ErrorClass.RETRY_AFTER),
    **dict.fromkeys((0, 102, 190), ErrorClass.REAUTH),
    **dict.fromkeys((3, 10, 33, 2500, *range(200, 300)), ErrorClass.CONFIG),
    100: ErrorClass.CONTENT,
    368: ErrorClass.ABUSE_STOP,
}
OBJECT_GONE = 33  # subcode of 100: the object we speak for, or about, does not exist or is not ours
_STATUSES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((301, 302, 303, 307, 308), ErrorClass.CONFIG),  # not the address of the API
    400: ErrorClass.CONTENT,
    401: ErrorClass.REAUTH,
    403: ErrorClass.CONFIG,
    404: ErrorClass.CONFIG,
    408: ErrorClass.RETRY,
    413: ErrorClass.CONTENT,
    429: ErrorClass.RETRY_AFTER,
    504: ErrorClass.UNCERTAIN,
}
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a product's own error numbers mean. A subcode is more precise than its code.

    `of_message`: codes and subcodes that say nothing about the account. `words`: ours, where Graph's tell an agent nothing.
    `waits`: seconds, where the answer names none.
    """

    codes: Mapping[int, ErrorClass] = field(default_factory=dict)
    subcodes: Mapping[int, ErrorClass] = field(default_factory=dict)
    waits: Mapping[int, float] = field(default_factory=dict)
    of_message: frozenset[int] = frozenset()
    words: Mapping[int, str] = field(default_factory=dict)


def code_of(error: Mapping[str, Any], name: str = "code") -> int | None:
    """The number of a Graph error (or its `error_subcode`)."""
    code = error.get(name)
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 10:
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def reason_of(error: Mapping[str, Any]) -> str:
    """The network's own words on an error, the most telling first."""
    details = object_of(error.get("error_data")).get("details")
    for words in (error.get("error_user_msg"), details, error.get("message"), error.get("title")):
        if text := excerpt(text_of(words, 1000), 300):
            return text
    return ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The Graph API as one account sees it.

    What a failed request means depends on whether it may be repeated. One that shows nothing to a customer (an upload, a
    look) always may. For a message: Graph's error object, and a 500, 502 or 503, is its word that it did not take the
    message, so the message is tried again; a 504 says that somebody in between stopped waiting, so the message may
    well have left. That, a broken connection, no answer in time and a success that names no message are UNCERTAIN: Meta takes no
    idempotency key, and a message sent twice is worse than one that a status confirms or an agent sends again.
    """

    base: str
    version: str
    token: str
    meanings: Meanings = field(default_factory=Meanings)
    trusted: bool = True

    def url(self, *parts: str) -> str:
        """The address of an object; `base` may name the version already."""
        base = self.base.rstrip("/")
        versioned = base if re.search(r"/v\d+(\.\d+)?$", base) else f"{base}/{self.version}"
        return "/".join((versioned, *parts))

    def get(self, *parts: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Look something up. Raises SendRefused."""
        return self._rest.json("GET", self.url(*parts), repeatable=True, params=params)

    def upload(
        self, *parts: str, data: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]]
    ) -> dict[str, Any]:
        """Hand over a file that nobody sees yet. Raises SendRefused."""
        return self._submit(self.url(*parts), True, data, files)

    def post(self, *parts: str, json: Mapping[str, Any]) -> dict[str, Any]:
        """Do something that a customer sees. Raises SendRefused."""
        return self._ask("POST", self.url(*parts), repeatable=False, json=json)

    def post_file(
        self, *parts: str, data: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]]
    ) -> dict[str, Any]:
        """Do something with a file that a customer sees at once. Raises SendRefused."""
        return self._submit(self.url(*parts), False, data, files)

    def settle(self, method: str, *parts: str, params: Mapping[str, str] | None = None, **body: Any) -> None:
        """Bring about a state that may be asked for again (hidden, deleted, subscribed). Raises SendRefused."""
        self._rest.ask(method, self.url(*parts), repeatable=True, params=params, **body)

    def ask_whole(self, url: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Look something up at a whole address of this API that has no version. Raises SendRefused."""
        return self._rest.json("GET", url, repeatable=True, params=params)

    def download(
        self, url: str, limit: int, size: int | None = None, *, may_know: bool = True
    ) -> http.Answer:
        """A file at an address that Graph named, of `size` bytes if it told. Raises SendRefused.

        With `may_know` the token goes there too, as WhatsApp wants it, but never in clear text over somebody else's network.
        """
        rest = self._rest
        if not url.startswith(("https://", "http://")):
            raise SendRefused(Failure(ErrorClass.CONFIG, "This is not a web address."))
        knows = (may_know and url.startswith("https://")) or rest.is_own(url)
        try:
            return rest.ask(
                "GET",
                url,
                repeatable=True,
                headers=self._headers() if knows else None,
                max_bytes=limit,
                max_redirects=3,
                read_timeout=_patience(limit if size is None else size),
            )
        except SendRefused as refusal:
            if isinstance(refusal.__cause__, http.AnswerTooLarge):
                too_large = Failure(ErrorClass.CONTENT, f"The file is larger than {limit} bytes.")
                raise SendRefused(too_large) from refusal
            raise

    def nonsense(self, repeatable: bool) -> Failure:
        """A success that does not say what it should."""
        return self._rest.nonsense(repeatable=repeatable)

    def _submit(
        self,
        url: str,
        repeatable: bool,
        data: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes, str]],
    ) -> dict[str, Any]:
        size = sum(len(content) for _, content, _ in files.values())
        patience = _patience(size)
        return self._ask("POST", url, repeatable=repeatable, data=data, files=files, read_timeout=patience)

    def _ask(self, method: str, url: str, *, repeatable: bool, **more: Any) -> dict[str, Any]:
        try:
            return self._rest.json(method, url, repeatable=repeatable, **more)
        except SendRefused as refusal:
            if isinstance(refusal.__cause__, http.AnswerTooLarge):  # it was carried out, whatever it says
                raise SendRefused(self.nonsense(repeatable)) from refusal
            raise

    @property
    def _rest(self) -> Rest:
        return Rest(
            self.base, self._headers(), judge=self._failure, secrets=(self.token,), trusted=self.trusted
        )

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def _failure(self, answer: http.Answer) -> Failure | None:
        document = answer.json_object() or {}
        error = object_of(document.get("error"))
        if answer.is_success and not isinstance(document.get("error"), dict):
            return None
        code, subcode = code_of(error), code_of(error, "error_subcode")
        kind = self._kind(answer.status, error, code, subcode)
        known = [number for number in (subcode, code) if number is not None]
        ours = next((self.meanings.words[number] for number in known if number in self.meanings.words), "")
        reason = ours or reason_of(error) or f"The network answered {answer.status}."
        wait = self._wait(answer, code) if kind is ErrorClass.RETRY_AFTER else answer.retry_after
        of_message = not self.meanings.of_message.isdisjoint(known)
        return Failure(
            kind, reason, str(answer.status if code is None else code), wait, of_message=of_message
        )

    def _kind(
        self, status: int, error: Mapping[str, Any], code: int | None, subcode: int | None
    ) -> ErrorClass:
        if subcode is not None and (precise := self.meanings.subcodes.get(subcode)):
            return precise
        if code == 100 and subcode == OBJECT_GONE:
            return ErrorClass.CONFIG
        if code is not None and (known := self.meanings.codes.get(code) or CODES.get(code)):
            return known
        if error.get("is_transient") is True:
            return ErrorClass.RETRY
        if status == 504 and error:
            return ErrorClass.RETRY
        fallback = ErrorClass.RETRY if status >= 500 else ErrorClass.UNKNOWN
        return _STATUSES.get(status, fallback)

    def _wait(self, answer: http.Answer, code: int | None) -> float:
        if answer.retry_after is not None:
            return answer.retry_after
        return _regain_access(answer) or self.meanings.waits.get(code or 0, USUAL_WAIT)


def _patience(size: int) -> float | None:
    """A read time-out that lets a large file pass at half a MiB a second (a request may take twice as long); None: the usual."""
    return None if size < 4 * _MIB else min(30.0 + size / _MIB, 115.0)


def _regain_access(answer: http.Answer) -> float | None:
    """Seconds that X-Business-Use-Case-Usage asks to wait (it says minutes)."""
    try:
        usage = jsonlib.loads(answer.headers.get("x-business-use-case-usage", ""))
    except (ValueError, RecursionError):
        return None
    minutes = [
        item.get("estimated_time_to_regain_access")
        for items in object_of(usage).values()
        for item in objects_of(items)
    ]
    known = [value for value in minutes if isinstance(value, int | float) and 0 < value < 1440]
    return 60.0 * max(known) if known else None
