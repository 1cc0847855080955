"""What Outlook packs into winmail.dat: files, and a text that is RTF and was HTML once."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.adapters.email import rtf, tnef
from ascolto.channels.adapters.email.tests import corpus


def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def package(*attributes: bytes) -> bytes:
    version = attribute(1, 0x9006, 8, struct.pack("<I", 0x00010000))
    return struct.pack("<IH", 0x223E9F78, 1) + version + b"".join(attributes)


def stored(text: bytes) -> bytes:
    """RTF as Outlook stores it uncompressed."""
    return struct.pack("<IIII", len(text) + 12, len(text), 0x414C454D, 0) + text


def properties(rtf_body: bytes) -> bytes:
    """One MAPI property: PR_RTF_COMPRESSED."""
    padded = rtf_body + b"\0" * (-len(rtf_body) % 4)
    return attribute(1, 0x9003, 6, struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(rtf_body)) + padded)


HTML = rb"""{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}{\*\generator x;}
{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Perch\'e9 <b>{\*\htmltag84 <b>}no{\*\htmltag92 </b>}\htmlrtf ?\htmlrtf0 {\*\htmltag72 </p>}}"""
PLAIN = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\pard \'cf\'f0\'e8\'e2\'e5\'f2\par \u8364?uro\tab x}"


def test_rtf_becomes_text() -> None:
    assert rtf.read(PLAIN) == ("Привет\n€uro\tx", "")


def test_rtf_that_was_html_becomes_html_again() -> None:
    text, html = rtf.read(HTML)
    assert text == ""
    assert html == "<p>Perché <b><b>no</b></p>"


def test_compressed_rtf_is_unpacked() -> None:
    """The two examples of MS-OXRTFCP."""
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.decompress(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    cross = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert rtf.decompress(cross) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@given(st.binary(max_size=300))
def test_any_bytes_are_unpacked(content: bytes) -> None:
    rtf.decompress(content)
    rtf.decompress(struct.pack("<IIII", len(content) + 12, 9_999, 0x75465A4C, 0) + content)
    rtf.read(content)
    tnef.unpack(package(properties(content)))


@pytest.mark.parametrize("body", [PLAIN, HTML])
def test_the_text_of_a_mail_that_is_nothing_but_a_winmail_dat_is_read(body: bytes) -> None:
    file = (
        attribute(2, 0x9002, 6, b"\0" * 14)
        + attribute(2, 0x8010, 1, b"bolletta.txt\0")
        + attribute(2, 0x800F, 6, b"bill")
    )
    content = base64.encodebytes(package(properties(stored(body)), file))
    head = b"From: giulia@example.org\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    mail = corpus.read(head + content)
    assert mail is not None
    assert mail.text in {"Привет\n€uro\tx", "Perché no"}
    assert [(one.name, one.data) for one in mail.attachments] == [("bolletta.txt", b"bill")]


def test_a_package_made_to_keep_us_busy_is_only_a_file() -> None:
    small = attribute(2, 0x8010, 1, b"x")
    assert tnef.unpack(package(*[small] * 100_000)) is None
    assert (
        tnef.unpack(package(attribute(1, 0x9004, 6, struct.pack("<I", 2**32 - 1) + b"\0" * 4_000_000)))
        is not None
    )
    deep = rtf.read(b"{" * 1_000_000 + b"text")
    assert deep == ("", "")
