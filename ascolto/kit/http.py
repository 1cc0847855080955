"""The one door to other people's servers: time-outs, size limits, no redirects, no way into private networks.

Whoever calls learns one of four things: an `Answer` came; the request certainly did not leave (`NotSent`); it left and
nobody knows what became of it (`OutcomeUnknown`); or the answer was longer than allowed (`AnswerTooLarge`).
"""

from __future__ import annotations

import ipaddress
import json as jsonlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from ascolto.kit.clock import now

MIB = 1024 * 1024
_PORTS = {"http": 80, "https": 443}
# Nothing compressed: a small answer must not become a huge one in memory.
_HEADERS = {"user-agent": "Ascolto", "accept-encoding": "identity"}


class RequestFailed(Exception):
    """No answer that could be used. The text is fit for an agent's eyes and holds no secret."""


class NotSent(RequestFailed):
    """The request certainly did not reach the server: it may be repeated."""


class AddressRefused(NotSent):
    """The address is one this product does not talk to: not http(s), or inside a private network."""


class OutcomeUnknown(RequestFailed):
    """The request left, or part of it; whether the server acted on it is not known."""


class AnswerTooLarge(OutcomeUnknown):
    """The answer is longer than the caller allows; the rest was not read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode("utf-8", "replace")

    def json_object(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is anything else."""
        try:
            document = jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None

    @property
    def retry_after(self) -> float | None:
        """Seconds from a Retry-After header (a number, or a date), at most a day."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(min(int(text[:9]), 86_400))
        try:
            seconds = (parsedate_to_datetime(text) - now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
        return min(max(seconds, 0.0), 86_400.0)


@dataclass(frozen=True, slots=True)
class _Settings:
    allow_private: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 30.0  # between two bytes; a whole request may take twice as long


_settings = _Settings()
_this_thread = threading.local()


def configure(**changed: Any) -> None:
    """Set allow_private, connect_timeout, read_timeout for the process. Called once at the start."""
    global _settings
    _settings = replace(_settings, **changed)


@contextmanager
def settings(**changed: Any) -> Iterator[None]:
    """`configure` for the length of a block (tests)."""
    global _settings
    before = _settings
    configure(**changed)
    try:
        yield
    finally:
        _settings = before


def origin_of(url: str) -> str:
    """`scheme://host:port` of an address, in one spelling. Raises AddressRefused for what is no web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is not a web address.") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefused("This is not a web address: it must begin with https:// or http://.")
    return f"{parts.scheme}://{parts.hostname}:{port or _PORTS[parts.scheme]}"


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet: not private, loopback, link-local, metadata, multicast, reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if carried is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(str(carried))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


# --- connections: the name is resolved once, checked, and the connection goes to exactly that address ----------------


class _Watched(httpcore2.NetworkStream):
    """A stream on which no read or write waits beyond the deadline of the request (a server may drip byte by byte)."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Watched(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None, late: type[Exception]) -> float | None:
    deadline = getattr(_this_thread, "deadline", None)
    if deadline is None:
        return timeout
    left = float(deadline - time.monotonic())
    if left <= 0:
        raise late("the whole request took too long")
    return left if timeout is None else min(timeout, left)


class _Connector(httpcore2.NetworkBackend):
    """Opens connections; `guarded`: to public addresses only."""

    def __init__(self, *, guarded: bool) -> None:
        self._guarded = guarded
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        refusal: Exception | None = None
        for address in self._resolve(host, port):
            try:
                return _Watched(
                    self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refusal = error
        raise refusal or httpcore2.ConnectError("the name has no address")

    def _resolve(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if self._guarded and not all(is_public(address) for address in addresses):
            raise AddressRefused(
                f"{host} is inside a private network. Set ASCOLTO_ALLOW_PRIVATE_NETWORKS=1 to allow it."
            )
        return addresses[:4]


class _Transport(httpx2.HTTPTransport):
    def __init__(self, *, guarded: bool) -> None:
        super().__init__(
            trust_env=True
        )  # SSL_CERT_FILE and SSL_CERT_DIR are the operator's word on certificates
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=4.0,  # shorter than servers wait: a connection that closes under a request is an unknown outcome
            network_backend=_Connector(guarded=guarded),
        )


@cache
def _client(guarded: bool) -> httpx2.Client:
    # Two pools: a connection opened for a trusted address is never lent to a guarded request.
    # No proxies from the environment: behind one, the guard would check nothing.
    # No cookies: what a server tells one account must not come back to it from another.
    return httpx2.Client(
        transport=_Transport(guarded=guarded),
        trust_env=False,
        follow_redirects=False,
        headers=_HEADERS,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    )


# --- requests --------------------------------------------------------------------------------------------------------


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
    data: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    max_bytes: int = 2 * MIB,
    max_redirects: int = 0,
    trusted_origins: Iterable[str] = (),
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    whole_timeout: float | None = None,
) -> Answer:
    """One request. `trusted_origins` (web addresses an operator wrote down) may be inside a private network.

    `whole_timeout`: seconds for the whole request; without it, connecting and twice the time between two bytes.

    Redirects are followed only for GET and only when allowed; headers of the caller do not follow to another origin.
    Raises NotSent, OutcomeUnknown, AnswerTooLarge.
    """
    trusted = {origin_of(address) for address in trusted_origins}
    first_origin = origin_of(url)
    body = {"params": params, "json": json, "content": content, "data": data, "files": files}
    connect, read = connect_timeout or _settings.connect_timeout, read_timeout or _settings.read_timeout
    timeouts = (connect, read, whole_timeout or connect + 2 * read)
    for _ in range(max_redirects + 1):
        origin = origin_of(url)
        sent_headers = headers if origin == first_origin else None
        guarded = not (_settings.allow_private or origin in trusted)
        answer = _exchange(_client(guarded), method, url, sent_headers, body, max_bytes, timeouts)
        target = answer.headers.get("location", "")
        if (
            method != "GET"
            or not max_redirects
            or answer.status not in {301, 302, 303, 307, 308}
            or not target
        ):
            return answer
        url, body = _joined(url, target), {}
    raise OutcomeUnknown("The server redirects in circles.")


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise AddressRefused("The server redirects to what is no web address.") from error


def _exchange(
    client: httpx2.Client,
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    body: Mapping[str, Any],
    max_bytes: int,
    timeouts: tuple[float, float, float],
) -> Answer:
    connect, read, whole = timeouts
    timeout = httpx2.Timeout(read, connect=connect, pool=connect)
    given = {name: value for name, value in body.items() if value is not None}
    _this_thread.deadline = time.monotonic() + whole
    try:
        with client.stream(method, url, headers=dict(headers or {}), timeout=timeout, **given) as response:
            received = bytearray()
            for chunk in response.iter_raw(65_536):
                received += chunk
                if len(received) > max_bytes:
                    raise AnswerTooLarge(f"The answer is larger than {max_bytes} bytes.")
            known = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, known, bytes(received))
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise NotSent(f"{_host(url)} cannot be reached: {_reason(error)}.") from error
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL, UnicodeError) as error:
        raise NotSent("The request cannot be written: an address or a header is not valid.") from error
    except httpx2.TimeoutException as error:
        raise OutcomeUnknown(f"{_host(url)} did not answer in time.") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise OutcomeUnknown(f"{_host(url)} broke off the connection: {_reason(error)}.") from error
    finally:
        _this_thread.deadline = None


def _host(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).hostname or "The server"
    return "The server"


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".")[:200] or type(error).__name__
