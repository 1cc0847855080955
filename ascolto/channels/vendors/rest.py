"""Asking a network over HTTP, and naming for what it is what goes wrong: the same rules for every channel.

What a failed request means depends on whether it may be repeated. A look always may; so may a message where the network takes an
idempotency key. For any other message a broken connection, no answer in time, a 502 or 504 of somebody in between and a success that
names no message are UNCERTAIN: a message sent twice is worse than one that a receipt confirms or an agent sends again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.kit import http
from ascolto.kit.text import excerpt

_MIB = 1024 * 1024
_STATUSES: Mapping[int, ErrorClass] = {
    **dict.fromkeys((301, 302, 303, 307, 308), ErrorClass.CONFIG),  # not the address of the API
    400: ErrorClass.CONTENT,
    401: ErrorClass.REAUTH,
    403: ErrorClass.CONFIG,
    404: ErrorClass.RECIPIENT_GONE,
    408: ErrorClass.RETRY,
    410: ErrorClass.RECIPIENT_GONE,
    413: ErrorClass.CONTENT,
    422: ErrorClass.CONTENT,
    429: ErrorClass.RETRY_AFTER,
    502: ErrorClass.UNCERTAIN,
    504: ErrorClass.UNCERTAIN,
}
USUAL_WAIT = 60.0  # seconds, where a network says "too fast" without a time

Judge = Callable[[http.Answer], Failure | None]


def failure_by_status(answer: http.Answer, reason: str = "") -> Failure:
    """What an answer means by its status alone; `reason` are the network's own words."""
    fallback = ErrorClass.RETRY if answer.status >= 500 else ErrorClass.UNKNOWN
    kind = _STATUSES.get(answer.status, fallback)
    wait = answer.retry_after
    if kind is ErrorClass.RETRY_AFTER and wait is None:
        wait = USUAL_WAIT
    told = excerpt(reason, 300) or f"The network answered {answer.status}."
    return Failure(kind, told, code=str(answer.status), retry_after=wait)


@dataclass(frozen=True, slots=True)
class Rest:
    """A network's HTTP API as one account sees it.

    `judge` reads the network's own error from an answer (also from a 200 that says no); None leaves it to the status.
    `secrets` are cut out of every reason. `trusted`: the operator wrote `base`, which may be inside a private network.
    """

    base: str
    headers: Mapping[str, str]
    judge: Judge | None = None
    secrets: tuple[str, ...] = ()
    trusted: bool = True

    def get(self, path: str, params: Mapping[str, str] | None = None, **more: Any) -> http.Answer:
        """Look something up. Raises SendRefused."""
        return self.ask("GET", path, repeatable=True, params=params, **more)

    def ask(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> http.Answer:
        """Do a request below `base` (or at a whole address) and return its success. Raises SendRefused.

        `more` goes to `kit.http.request`: params, json, data, files, content, read_timeout, max_bytes.
        """
        url = (
            path
            if path.startswith(("http://", "https://"))
            else f"{self.base.rstrip('/')}/{path.lstrip('/')}"
        )
        known = self.headers if self.is_own(url) else {}
        try:
            answer = http.request(
                method, url, headers={**known, **(headers or {})}, trusted_origins=self._trusted(url), **more
            )
        except (
            http.AnswerTooLarge
        ) as error:  # of a message it means that the network took it and said too much
            kind = ErrorClass.CONTENT if repeatable else ErrorClass.UNCERTAIN
            raise SendRefused(Failure(kind, "The answer is larger than we take.")) from error
        except http.RequestFailed as error:
            raise SendRefused(self._no_answer(error, repeatable)) from error
        failure = self.judge(answer) if self.judge else None
        if failure is None and not answer.is_success:
            failure = failure_by_status(answer)
        if failure is not None:
            raise SendRefused(self._told(failure, repeatable))
        return answer

    def json(self, method: str, path: str, *, repeatable: bool, **more: Any) -> dict[str, Any]:
        """`ask` for a JSON object. Raises SendRefused, also for a success that is none."""
        document = self.ask(method, path, repeatable=repeatable, **more).json_object()
        if document is None:
            raise SendRefused(self.nonsense(repeatable=repeatable))
        return document

    def download(self, url: str, limit: int, **more: Any) -> tuple[bytes, str]:
        """Content and content type of a file, at most `limit` bytes. Raises SendRefused.

        Our headers (the token) go along only to the host of `base`.
        """
        answer = self.ask("GET", url, repeatable=True, max_bytes=limit, max_redirects=3, **more)
        return answer.body, answer.headers.get("content-type", "").split(";", 1)[0].strip()

    def nonsense(self, *, repeatable: bool) -> Failure:
        """A success that does not say what it should."""
        error = ErrorClass.RETRY if repeatable else ErrorClass.UNCERTAIN
        return Failure(error, "The network answered with something that is not its usual answer.")

    def is_own(self, url: str) -> bool:
        """Whether an address is on the host of `base`, so that it may see our token."""
        try:
            ours, theirs = urlsplit(self.base), urlsplit(url)
            return ours.hostname == theirs.hostname and (
                theirs.scheme == "https" or ours.scheme == theirs.scheme
            )
        except ValueError:
            return False

    def _trusted(self, url: str) -> list[str]:
        """The operator wrote down the base; files may be on another port of the same machine."""
        if not self.trusted:
            return []
        return [self.base, url] if self.is_own(url) else [self.base]

    def _no_answer(self, error: http.RequestFailed, repeatable: bool) -> Failure:
        if isinstance(error, http.AddressRefused):
            return Failure(ErrorClass.CONFIG, str(error))
        again = repeatable or isinstance(error, http.NotSent)
        return Failure(ErrorClass.RETRY if again else ErrorClass.UNCERTAIN, self._without_secrets(str(error)))

    def _told(self, failure: Failure, repeatable: bool) -> Failure:
        kind = failure.error
        if repeatable and kind is ErrorClass.UNCERTAIN:
            kind = ErrorClass.RETRY
        return Failure(
            kind,
            self._without_secrets(failure.reason),
            failure.code,
            failure.retry_after,
            failure.partial,
            failure.of_message,
        )

    def _without_secrets(self, reason: str) -> str:
        for secret in self.secrets:
            if len(secret) >= 6:  # a shorter one is part of words
                reason = reason.replace(secret, "…")
        return reason
