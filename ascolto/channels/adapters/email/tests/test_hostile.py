"""Mails that nobody wishes for. Nothing raises, nothing is unreadable, every event is well formed."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ascolto
from ascolto.channels.adapters.email import charsets, headers, markup, parts
from ascolto.channels.adapters.email.adapter import adapter
from ascolto.channels.adapters.email.tests.test_email import ACCOUNT
from ascolto.channels.protocol import Message, RawDelivery
from ascolto.testing.conformance import RECEIVED_AT, check_event
from ascolto.testing.hostile import damages

FROM = b"From: Giulia <giulia@example.org>\r\nMessage-ID: <h@example.org>\r\n"
HOSTILE = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "email-hostile"


def read(body: bytes) -> Message | None:
    """The message in a mail; every event checked, and none of them a salvage."""
    found = None
    for event in adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT)):
        check_event(event)
        if isinstance(event, Message):
            assert "unreadable" not in event.extra.get("warnings", ()), body[:200]
            assert "\0" not in event.text + event.html + event.subject + event.sender.name
            assert event.occurred_at <= RECEIVED_AT
            found = event
    return found


def test_collected_hostile_mails_are_read() -> None:
    if not HOSTILE.is_dir():
        pytest.skip("no folder ../shared/fixtures/email-hostile beside the repository")
    for path in sorted(HOSTILE.glob("*.eml")):
        content = path.read_bytes()
        assert read(content) is not None, path.name
        for body in list(damages(content))[::7]:
            read(body)


WORDS = [
    b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Content-Type: ", b"text/plain", b"text/html",
    b"multipart/mixed", b"multipart/report", b"message/rfc822", b"message/delivery-status",
    b"application/ms-tnef", b"; boundary=b", b"; charset=", b"utf-8", b"iso-2022-jp", b"utf-7", b"; name*0*=",
    b"; filename=", b"\r\n", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"Content-Transfer-Encoding: ", b"base64",
    b"quoted-printable", b"x-uuencode", b"begin 644 a\r\n", b"end\r\n", b"=?utf-8?q?", b"=?iso-8859-1?b?", b"?=",
    b"=C3", b"\xff\xfe", b"\x00", b"\xe8", b"<", b">", b"@", b"giulia@example.org", b'"', b"(", b")", b",", b";",
    b":", b"<div>", b"<img src=cid:x>", b"Action: failed", b"Status: 5.1.1", b"> ", b"\x1b$B",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.binary(max_size=8), max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_soup_of_mail_is_read(soup: bytes) -> None:
    read(soup)
    read(FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + soup)
    read(FROM + soup)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read(content: bytes) -> None:
    read(content)
    read(FROM + b"Content-Type: text/html\r\n\r\n" + content)
    read(FROM + b"Content-Type: application/ms-tnef\r\n\r\n" + content)


@given(st.text(max_size=300))
def test_any_header_text_is_read(text: str) -> None:
    headers.decode_text(text)
    headers.read_mailboxes([text])
    headers.read_message_ids([text])
    headers.read_date([text], RECEIVED_AT)


@given(st.binary(max_size=100), st.text(max_size=30))
def test_any_character_set_is_decoded(content: bytes, label: str) -> None:
    assert isinstance(charsets.decode(content, label), str)


@given(st.text(max_size=400))
def test_any_markup_becomes_harmless(html: str) -> None:
    clean = markup.sanitise(html).html.lower()
    assert "<script" not in clean
    assert "<style" not in clean
    markup.to_text(html)


def _nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    for level in range(depth):
        edge = b"b%d" % level
        body = (
            b"Content-Type: multipart/mixed; boundary="
            + edge
            + b"\r\n\r\n--"
            + edge
            + b"\r\n"
            + body
            + b"\r\n--"
            + edge
            + b"--\r\n"
        )
    return FROM + body


def _attached(depth: int) -> bytes:
    return FROM + b"Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n" * depth + b"\r\ndeep"


BOMBS = {
    "many headers": b"".join(b"X-%d: y\r\n" % n for n in range(50_000)) + FROM + b"\r\nbody",
    "a long header": b"X: " + b"a" * 2_000_000 + b"\r\n" + FROM + b"\r\nbody",
    "a folded subject": FROM + b"Subject: " + b"a\r\n " * 100_000 + b"\r\n\r\nbody",
    "encoded words": FROM + b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nbody",
    "recipients": FROM + b"To: " + b"x@y.example, " * 20_000 + b"\r\n\r\nbody",
    "open quotes": FROM + b'To: "' + b"(" * 50_000 + b"\r\n\r\nbody",
    "brackets": b"From: " + b"<" * 50_000 + b"\r\n\r\nbody",
    "references": FROM + b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nbody",
    "parts": FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000,
    "nested 50": _nested(50),
    "nested 2000": _nested(2_000),
    "attached 100": _attached(100),
    "attached 3000": _attached(3_000),
    "one edge for all": FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 500,
    "a long line": FROM + b"\r\n" + b"x" * 3_000_000,
    "many lines": FROM + b"\r\n" + b"hello\r\n" * 200_000,
    "five thousand links": FROM + b"Content-Type: text/html\r\n\r\n" + b"<a href='https://e.example/?y=1'>k</a>\n" * 5_000,
    "deep markup": FROM + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
    "comments": FROM + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
    "nothing but null": FROM + b"\r\n" + b"\0" * 500_000,
    "quotes": FROM + b"\r\n" + b"> hm\r\nno\r\n\r\n" * 50_000,
    "endless introductions": FROM + b"\r\n" + b"On Mon, 5 May 2024 at 10:00 Somebody <\r\n" * 10_000,
    "endless embedded headers": FROM + b"\r\n" + b"From: a\r\n" * 20_000,
    "endless signatures": FROM + b"\r\ntext\r\n" + b"--\r\n" * 20_000,
    "uuencoded nothings": FROM + b"\r\n" + b"begin 644 a\r\n" * 20_000,
    "a codec for domains": FROM + b"Content-Type: text/plain; charset=idna\r\n\r\n" + b"x." * 50_000,
    "parameters": FROM + b"Content-Type: text/plain; " + b"".join(b"name*%d*=a;" % n for n in range(5_000)) + b"\r\n\r\nx",
    "a number too long": FROM + b"Content-Disposition: attachment; filename*" + b"9" * 5_000 + b"=x\r\n\r\nx",
    "recipients in a report": FROM + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Action: failed\r\n\r\n" * 10_000,
    "checks": FROM + b"Authentication-Results: x; " + b"dkim=pass header.d=a (" * 5_000 + b"\r\n\r\nx",
    "dates": FROM + b"Date: Mon, 99 Foo 99999999999999 99:99:99 +999999\r\n\r\nx",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(name: str) -> None:
    message = read(BOMBS[name])
    assert message is not None
    assert len(message.attachments) <= parts.MAX_FILES + 1


def test_of_a_thousand_files_none_is_lost() -> None:
    one = b"--b\r\nContent-Type: application/octet-stream; name=f.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
    whole = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + one * 1_000 + b"--b--"
    message = read(whole)
    assert message is not None
    assert message.attachments[-1].name == "whole-mail.eml"
    assert message.attachments[-1].data == whole
    assert "files_left_out" in message.extra["warnings"]


def test_of_a_text_without_end_none_is_lost() -> None:
    whole = FROM + b"\r\n" + b"hello\r\n" * 100_000
    message = read(whole)
    assert message is not None
    assert len(message.text) <= 200_000
    assert [file.data == whole for file in message.attachments] == [True]
    assert message.extra["warnings"] == ["text_shortened"]


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\Users\\\\g\\\\bill.pdf"', "bill.pdf"),
        (b"filename*=utf-8''%e2%80%aegpj.exe", "gpj.exe"),
        (b'filename="a\x00b.txt"', "ab.txt"),
        (b'filename="..."', "document.pdf"),
        (b'filename="=?utf-8?B?YmlsbMOgLnBkZg==?="', "billà.pdf"),
        (b"filename=bolletta\xe0.pdf", "bollettaà.pdf"),
        (b"filename*0=long; filename*1=name.pdf", "longname.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(claimed: bytes, kept: str) -> None:
    message = read(
        FROM
        + b"Content-Type: application/pdf\r\nContent-Disposition: attachment; "
        + claimed
        + b"\r\n\r\n%PDF"
    )
    assert message is not None
    assert [file.name for file in message.attachments] == [kept]


@pytest.mark.parametrize(
    ("label", "content", "text"),
    [
        (b"iso-8859-1", "perché €".encode("cp1252"), "perché €"),
        (b"us-ascii", "perché".encode(), "perché"),
        (b"nonsense-17", "perché".encode(), "perché"),
        (b"nonsense-17", "perché".encode("latin-1"), "perché"),
        (b"utf-8", "perché".encode("latin-1"), "perché"),
        (b"gb2312", "朱镕基".encode("gbk"), "朱镕基"),
        (b"iso-2022-jp", "①日本".encode("iso2022_jp_ext", "ignore"), "日本"),
        (b"ks_c_5601-1987", "한국".encode("cp949"), "한국"),
        (b'"UTF-8"; x', "€".encode(), "€"),
        (b"", "日本語".encode("iso2022_jp"), "日本語"),
        (b"utf-16", "perché".encode("utf-16"), "perché"),
    ],
)
def test_text_in_any_character_set_is_read(label: bytes, content: bytes, text: str) -> None:
    assert charsets.decode(content, label.decode()) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?Perch=C3?= =?utf-8?q?=A9?=", "Perché"),
        (b"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        (b"Fr\xf6sche", "Frösche"),
        ("Frösche".encode(), "Frösche"),
        (b"=?utf-8?Q?a b=C3=A8?= c", "a bè c"),
        (b"=?utf-8*it?b?w6g?=", "è"),
        (b"=?nonsense?q?x=E8?=", "xè"),
        (b"=?utf-8?x?no?=", "=?utf-8?x?no?="),
        (b"one\r\n two\r\n\tthree", "one two three"),
    ],
)
def test_a_subject_is_read_as_it_was_meant(raw: bytes, text: str) -> None:
    message = read(FROM + b"Subject: " + raw + b"\r\n\r\nHi")
    assert message is not None
    assert message.subject == text


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    checksum = sum(data) & 0xFFFF
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", checksum)


def test_a_winmail_dat_is_unpacked_and_a_broken_one_kept() -> None:
    package = struct.pack("<IH", 0x223E9F78, 1)
    package += _attribute(1, 0x9006, 8, struct.pack("<I", 0x00010000))
    package += _attribute(2, 0x9002, 6, b"\0" * 14)
    package += _attribute(2, 0x8010, 1, b"bolletta.txt\0")
    package += _attribute(2, 0x800F, 6, b"the bill")
    envelope = (
        FROM
        + b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    message = read(envelope.replace(b"8bit", b"base64") + __import__("base64").encodebytes(package))
    assert message is not None
    assert [(file.name, file.data) for file in message.attachments] == [("bolletta.txt", b"the bill")]
    broken = read(envelope + package[:20])
    assert broken is not None
    assert [file.name for file in broken.attachments] == ["winmail.dat"]


def test_two_senders_are_nobody_proven() -> None:
    message = read(b"From: giulia@example.org\r\nFrom: thief@evil.example\r\n\r\nHi")
    assert message is not None
    assert not message.sender.handles[0].proven
