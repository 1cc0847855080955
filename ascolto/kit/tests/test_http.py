"""The one door to other people's servers, against servers that behave as badly as they can."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime

import pytest

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks import break_off

Talk = Callable[[socket.socket, threading.Event], None]


class RawServer:
    """Accepts connections and hands each to `talk`; remembers what it was told."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._stop = talk, threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        try:
            while head := _read_head(connection):
                self.requests.append(head)
                self._talk(connection, self._stop)
        except OSError:
            pass
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
        self._socket.close()


def _read_head(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return b""
        received += chunk
    return received


def says(body: bytes, status: str = "200 OK", **headers: str) -> Talk:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
    return lambda connection, stop: connection.sendall(answer)


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], RawServer]]:
    servers: list[RawServer] = []

    def begin(talk: Talk) -> RawServer:
        servers.append(RawServer(talk))
        return servers[-1]

    with http.settings(read_timeout=0.2, connect_timeout=0.3):
        yield begin
    for server in servers:
        server.stop()


def ask(server: RawServer, method: str = "GET", path: str = "/", **more: object) -> http.Answer:
    return http.request(method, server.url + path, trusted_origins=[server.url], **more)  # type: ignore[arg-type]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_its_status_headers_and_body(serve) -> None:
    server = serve(says(b'{"id": "7"}', "201 Created", X_Request_Id="r1"))
    answer = ask(server, "POST", json={"text": "è"})
    assert (answer.status, answer.is_success, answer.headers["x-request-id"]) == (201, True, "r1")
    assert answer.json_object() == {"id": "7"}
    assert b"user-agent: Ascolto" in server.requests[0]


def test_nothing_compressed_is_asked_for_and_no_cookie_is_kept(serve) -> None:
    server = serve(says(b"{}", Set_Cookie="session=of-another-account; Path=/"))
    ask(server)
    ask(server)
    assert b"accept-encoding: identity" in server.requests[0]
    assert b"cookie" not in server.requests[1].lower()


def test_a_small_answer_does_not_become_a_large_one_in_memory(serve) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    answer = ask(serve(says(bomb, Content_Encoding="gzip")), max_bytes=100_000)
    assert answer.body == bomb


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"\xff", b"[" * 100_000, b"9" * 9000])
def test_what_is_no_json_object_is_none(body) -> None:
    assert http.Answer(200, {}, body).json_object() is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("0", 0), ("999999999999", 86_400), ("-3", None), ("soon", None), ("", None), ("²", None)],
)
def test_retry_after_is_read_as_seconds(text, seconds) -> None:
    assert http.Answer(429, {"retry-after": text}, b"").retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    later, before = format_datetime(now() + timedelta(hours=30)), format_datetime(now() - timedelta(hours=1))
    assert http.Answer(429, {"retry-after": later}, b"").retry_after == 86_400
    assert http.Answer(429, {"retry-after": before}, b"").retry_after == 0


def test_an_answer_longer_than_allowed_is_not_read_to_its_end(serve) -> None:
    def endless(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not stop.is_set():
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with pytest.raises(http.AnswerTooLarge):
        ask(serve(endless), max_bytes=10_000)


# --- what breaks ------------------------------------------------------------------------------------------------------


def test_where_nobody_listens_nothing_was_sent(serve) -> None:
    server = serve(says(b""))
    url = server.url
    server.stop()
    with pytest.raises(http.NotSent, match="cannot be reached"):
        http.request("POST", url, trusted_origins=[url])


@pytest.mark.parametrize(
    "url", ["http://nowhere.invalid/", "https://xn--.invalid", "http://a..b/", "http://" + "x" * 300]
)
def test_a_name_that_nobody_knows_was_not_sent(url) -> None:
    with pytest.raises(http.NotSent):
        http.request("POST", url)


def hang(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(20)


def reset(connection: socket.socket, stop: threading.Event) -> None:
    break_off(connection)


def close(connection: socket.socket, stop: threading.Event) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def half_an_answer(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"messages": [')
    connection.shutdown(socket.SHUT_RDWR)


def no_http_at_all(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"220 mail.telvia.example ESMTP\r\n" * 10)


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """Every byte comes before the read time-out; the whole would take hours."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not stop.wait(0.05):
        connection.sendall(b"x")


def drip_headers(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stop.wait(0.05):
        connection.sendall(b"X-Filler: y\r\n")


@pytest.mark.parametrize("talk", [hang, reset, close, half_an_answer, no_http_at_all, drip, drip_headers])
def test_what_breaks_after_the_request_left_is_an_unknown_outcome(serve, talk) -> None:
    with pytest.raises(http.OutcomeUnknown) as unknown:
        ask(serve(talk), "POST", json={"text": "once"})
    assert str(unknown.value)


def test_a_broken_server_does_not_spoil_the_next_request(serve) -> None:
    broken, sound = serve(drip), serve(says(b"{}"))
    with pytest.raises(http.OutcomeUnknown):
        ask(broken)
    assert ask(sound).status == 200


@pytest.mark.parametrize("talk", [hang, drip, drip_headers])
def test_the_whole_answer_may_be_given_a_limit_of_its_own(serve, talk) -> None:
    """Between two bytes this server could take its time for an hour; the whole may not."""
    with pytest.raises(http.OutcomeUnknown, match="in time"):
        ask(serve(talk), "POST", connect_timeout=3600.0, read_timeout=3600.0, whole_timeout=0.3)


def test_an_error_text_holds_neither_header_nor_query(serve) -> None:
    server = serve(reset)
    with pytest.raises(http.OutcomeUnknown) as unknown:
        ask(server, "POST", "/hook?token=s3cr3t", headers={"authorization": "Bearer s3cr3t"})
    assert "s3cr3t" not in str(unknown.value)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_a_header_cannot_be_split(serve, value) -> None:
    server = serve(says(b"{}"))
    with pytest.raises(http.NotSent):
        ask(server, headers={"x-name": value})
    assert not server.requests


# --- redirects --------------------------------------------------------------------------------------------------------


def test_a_redirect_is_an_answer_unless_it_is_allowed(serve) -> None:
    target = serve(says(b"moved here"))
    server = serve(says(b"", "302 Found", Location=target.url))
    assert ask(server).status == 302
    assert (
        http.request("GET", server.url, max_redirects=1, trusted_origins=[server.url, target.url]).body
        == b"moved here"
    )


def test_a_post_is_never_repeated_elsewhere(serve) -> None:
    target = serve(says(b""))
    server = serve(says(b"", "307 Temporary Redirect", Location=target.url))
    assert ask(server, "POST", json={"text": "once"}, max_redirects=3).status == 307
    assert not target.requests


def test_a_secret_does_not_follow_to_another_origin(serve) -> None:
    target = serve(says(b"{}"))
    server = serve(says(b"", "302 Found", Location=target.url))
    trusted = [server.url, target.url]
    http.request(
        "GET",
        server.url,
        headers={"authorization": "Bearer s3cr3t"},
        max_redirects=1,
        trusted_origins=trusted,
    )
    assert b"s3cr3t" in server.requests[0]
    assert b"s3cr3t" not in target.requests[0]


def test_a_redirect_into_the_private_network_is_refused(serve) -> None:
    inside = serve(says(b"secret of the house"))
    server = serve(says(b"", "302 Found", Location=f"{inside.url}/admin"))
    with pytest.raises(http.AddressRefused):
        ask(server, max_redirects=3)
    assert not inside.requests


@pytest.mark.parametrize(
    "target",
    [
        "http://[",
        "javascript:alert(1)",
        "http://",
        "file:///etc/passwd",
        "http://a b/",
        "http://x:99999/",
        "\xff",
    ],
)
def test_a_redirect_to_nowhere_is_a_failed_request(serve, target) -> None:
    with pytest.raises(http.RequestFailed):
        ask(serve(says(b"", "302 Found", Location=target)), max_redirects=3)


def test_redirects_in_circles_end(serve) -> None:
    server = serve(says(b"", "302 Found", Location="/again"))
    with pytest.raises(http.OutcomeUnknown, match="circles"):
        ask(server, max_redirects=3)
    assert len(server.requests) == 4


# --- the way into private networks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_an_address_inside_is_refused_before_anything_leaves(serve, host) -> None:
    server = serve(says(b"secret of the house"))
    port = server.url.rpartition(":")[2]
    with pytest.raises(http.NotSent):
        http.request("GET", f"http://{host}:{port}/")
    assert not server.requests


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("::7f00:1", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
        ("ff02::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
    ],
)
def test_what_is_public_is_decided_by_the_address(address, public) -> None:
    assert http.is_public(address) is public


def test_only_the_origin_that_an_operator_wrote_down_may_be_inside(serve) -> None:
    trusted, other = serve(says(b"{}")), serve(says(b"{}"))
    assert ask(trusted).status == 200
    with pytest.raises(http.AddressRefused, match="ASCOLTO_ALLOW_PRIVATE_NETWORKS"):
        http.request("GET", other.url, trusted_origins=[trusted.url])
    with http.settings(allow_private=True):
        assert http.request("GET", other.url).status == 200


def test_a_connection_opened_in_trust_is_not_lent_to_somebody_else(serve) -> None:
    server = serve(says(b"{}"))
    ask(server)
    with pytest.raises(http.AddressRefused):
        http.request("GET", server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example",
        "gopher://a.example",
        "//a.example",
        "",
        "http://",
        "http://a:x/",
    ],
)
def test_what_is_no_web_address_is_refused(url) -> None:
    with pytest.raises(http.AddressRefused):
        http.request("GET", url)


def test_a_proxy_of_the_environment_is_not_asked(serve, monkeypatch) -> None:
    proxy, server = serve(says(b"proxied")), serve(says(b"direct"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert ask(server).body == b"direct"


def test_origins_are_written_in_one_way() -> None:
    assert http.origin_of("HTTPS://Graph.Example/v1?x=1") == "https://graph.example:443"
    assert http.origin_of("http://graph.example:80") == http.origin_of("http://GRAPH.example/")
