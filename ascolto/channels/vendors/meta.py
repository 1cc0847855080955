"""What Facebook, Messenger, Instagram and WhatsApp share: the signature, the handshake, the Graph API and its errors."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.protocol import (
    BadSignature,
    ErrorClass,
    Failure,
    HookAnswer,
    HookRequest,
    SendRefused,
)
from ascolto.channels.reading import (
    Unreadable,
    check_body,
    moment_of,
    needed,
    object_of,
    objects_of,
    plain,
    read_body,
    text_of,
)
from ascolto.kit import http
from ascolto.kit.text import excerpt

__all__ = [
    "GRAPH",
    "VERSION",
    "Graph",
    "Unreadable",
    "answer_handshake",
    "check_body",
    "check_signature",
    "code_of",
    "moment_of",
    "needed",
    "object_of",
    "objects_of",
    "plain",
    "read_body",
    "reason_of",
    "text_of",
]

GRAPH = "https://graph.facebook.com"
VERSION = "v25.0"

# --- deliveries -------------------------------------------------------------------------------------------------------


def check_signature(secret: str, request: HookRequest) -> None:
    """X-Hub-Signature-256: HMAC-SHA256 over the raw bytes with the app's secret. Raises BadSignature."""
    given = request.headers.get("x-hub-signature-256", "").strip()
    expected = "sha256=" + hmac.digest(secret.encode(), request.body, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise BadSignature("The signature X-Hub-Signature-256 is missing or does not fit the app secret.")


def answer_handshake(verify_token: str, request: HookRequest) -> HookAnswer:
    """The challenge back to whoever knows the verify token. Raises BadSignature."""
    query = request.query
    given = query.get("hub.verify_token", "")
    knows = hmac.compare_digest(verify_token.encode(), given.encode("utf-8", "replace"))
    if query.get("hub.mode") != "subscribe" or not knows:
        raise BadSignature("The verify token is not the one of this inbox.")
    return HookAnswer(body=query.get("hub.challenge", "")[:1000].encode("utf-8", "replace"))


# --- errors -----------------------------------------------------------------------------------------------------------

# Of the Graph API itself; a product adds its own.
CODES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((1, 2), ErrorClass.RETRY),
    **dict.fromkeys((4, 17, 32, 613, *range(80000, 80015)), ErrorClass.RETRY_AFTER),
    **dict.fromkeys((0, 102, 190), ErrorClass.REAUTH),
    **dict.fromkeys((3, 10, 33, *range(200, 300)), ErrorClass.CONFIG),
    100: ErrorClass.CONTENT,
    368: ErrorClass.ABUSE_STOP,
}
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
_USUAL_WAIT = 60.0
_MIB = 1024 * 1024


def code_of(error: Mapping[str, Any]) -> int | None:
    """The number of a Graph error."""
    code = error.get("code")
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
    """The Graph API as one account sees it. `codes`: what the product's own error numbers mean.

    What a failed request means depends on whether it may be repeated. One that shows nothing to a customer (an upload, a
    look) always may. For a message: Graph's error object, and a 500, 502 or 503, is its word that it did not take the
    message, so the message is tried again; a 504 says that somebody in between stopped waiting, so the message may
    well have left. That, a broken connection, no answer in time and a success that names no message are UNCERTAIN: Meta takes no
    idempotency key, and a message sent twice is worse than one that a status confirms or an agent sends again.
    """

    base: str
    version: str
    token: str
    codes: Mapping[int, ErrorClass]
    waits: Mapping[int, float]
    trusted: bool = True

    def url(self, *parts: str) -> str:
        """The address of an object; `base` may name the version already."""
        base = self.base.rstrip("/")
        versioned = base if re.search(r"/v\d+(\.\d+)?$", base) else f"{base}/{self.version}"
        return "/".join((versioned, *parts))

    def get(self, *parts: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Look something up. Raises SendRefused."""
        return self._ask("GET", self.url(*parts), repeatable=True, params=params)

    def upload(
        self, *parts: str, data: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]]
    ) -> dict[str, Any]:
        """Hand over a file that nobody sees yet. Raises SendRefused."""
        size = sum(len(content) for _, content, _ in files.values())
        url = self.url(*parts)
        return self._ask("POST", url, repeatable=True, data=data, files=files, read_timeout=_patience(size))

    def post(self, *parts: str, json: Mapping[str, Any]) -> dict[str, Any]:
        """Do something that a customer sees. Raises SendRefused."""
        return self._ask("POST", self.url(*parts), repeatable=False, json=json)

    def download(self, url: str, limit: int, size: int | None = None) -> http.Answer:
        """A file at an address that Graph named, of `size` bytes if it told. Raises SendRefused.

        The token goes there too, as Meta wants it, but never in clear text over somebody else's network.
        """
        may_know = url.startswith("https://") or self._is_own_host(url)
        try:
            answer = http.request(
                "GET",
                url,
                headers=self._headers() if may_know else None,
                max_bytes=limit,
                max_redirects=3,
                trusted_origins=self._trusted(url),
                read_timeout=_patience(limit if size is None else size),
            )
        except http.AnswerTooLarge as error:
            raise SendRefused(
                Failure(ErrorClass.CONTENT, f"The file is larger than {limit} bytes.")
            ) from error
        except http.RequestFailed as error:
            raise SendRefused(self._no_answer(error, repeatable=True)) from error
        if not answer.is_success:
            raise SendRefused(self._failure(answer, repeatable=True))
        return answer

    def _ask(self, method: str, url: str, *, repeatable: bool, **body: Any) -> dict[str, Any]:
        try:
            answer = http.request(
                method, url, headers=self._headers(), trusted_origins=self._trusted(url), **body
            )
        except http.RequestFailed as error:
            raise SendRefused(self._no_answer(error, repeatable)) from error
        document = answer.json_object()
        if not answer.is_success or (document is not None and isinstance(document.get("error"), dict)):
            raise SendRefused(self._failure(answer, repeatable))
        if document is None:
            raise SendRefused(self.nonsense(repeatable))
        return document

    def nonsense(self, repeatable: bool) -> Failure:
        """A success that does not say what it should."""
        error = ErrorClass.RETRY if repeatable else ErrorClass.UNCERTAIN
        return Failure(error, "The network answered with something that is not its usual answer.")

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def _trusted(self, url: str) -> list[str]:
        """The operator wrote down the base; files may be on another port of the same machine."""
        if not self.trusted:
            return []
        return [self.base, url] if self._is_own_host(url) else [self.base]

    def _is_own_host(self, url: str) -> bool:
        try:
            return urlsplit(url).hostname == urlsplit(self.base).hostname
        except ValueError:
            return False

    def _no_answer(self, error: http.RequestFailed, repeatable: bool) -> Failure:
        if isinstance(error, http.AddressRefused):
            return Failure(ErrorClass.CONFIG, str(error))
        again = repeatable or isinstance(error, http.NotSent)
        return Failure(ErrorClass.RETRY if again else ErrorClass.UNCERTAIN, self._without_token(str(error)))

    def _failure(self, answer: http.Answer, repeatable: bool) -> Failure:
        document = answer.json_object() or {}
        error = object_of(document.get("error"))
        code = code_of(error)
        kind = self._kind(answer.status, error, code)
        if repeatable and kind is ErrorClass.UNCERTAIN:
            kind = ErrorClass.RETRY
        reason = self._without_token(reason_of(error)) or f"The network answered {answer.status}."
        wait = self._wait(answer, code) if kind is ErrorClass.RETRY_AFTER else answer.retry_after
        return Failure(kind, reason, code=str(answer.status if code is None else code), retry_after=wait)

    def _kind(self, status: int, error: Mapping[str, Any], code: int | None) -> ErrorClass:
        if code == 100 and error.get("error_subcode") == 33:
            return ErrorClass.CONFIG  # the object we speak for does not exist, or is not ours
        if code is not None and (known := self.codes.get(code) or CODES.get(code)):
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
        return _regain_access(answer) or self.waits.get(code or 0, _USUAL_WAIT)

    def _without_token(self, reason: str) -> str:
        """Graph repeats a token that it cannot read."""
        return (
            reason.replace(self.token, "…") if len(self.token) >= 8 else reason
        )  # a shorter one is part of words


def _patience(size: int) -> float | None:
    """A read time-out that lets a large file pass at half a MiB a second (a request may take twice as long); None: the usual."""
    return None if size < 4 * _MIB else min(30.0 + size / _MIB, 115.0)


def _regain_access(answer: http.Answer) -> float | None:
    """Seconds that X-Business-Use-Case-Usage asks to wait (it says minutes)."""
    try:
        usage = json.loads(answer.headers.get("x-business-use-case-usage", ""))
    except (ValueError, RecursionError):
        return None
    minutes = [
        item.get("estimated_time_to_regain_access")
        for items in object_of(usage).values()
        for item in objects_of(items)
    ]
    known = [value for value in minutes if isinstance(value, int | float) and 0 < value < 1440]
    return 60.0 * max(known) if known else None
