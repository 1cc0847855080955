"""Anna gives the house its colour and logo; what she uploads is looked at first."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts.models import Appearance, Company
from ascolto.accounts.selectors import company_accent
from ascolto.events.models import Event
from ascolto.kit.pictures import NotAPicture, picture_of
from ascolto.testing.factories import make_agent

pytestmark = pytest.mark.django_db


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 64, height: int = 64, tail: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = zlib.compress((b"\0" + b"\x7f" * min(width, 100)) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"") + tail


def upload(client: Client, data: bytes, **fields: str) -> str:
    file = SimpleUploadedFile("logo.png", data, content_type="image/png")
    answer = client.post("/settings/appearance/", {"accent": "", "logo": file, **fields})
    return answer.content.decode()


def test_the_colour_is_on_every_page_also_at_the_sign_in(desk: Client) -> None:
    assert desk.post("/settings/appearance/", {"accent": "B00020"}).status_code == 302
    assert Company.current().look == "b00020-"
    address = reverse("accounts:look", args=["b00020"])
    for client in (desk, Client()):
        page = client.get("/settings/appearance/" if client is desk else "/sign-in/").content.decode()
        assert f'href="{address}"' in page
    sheet = Client().get(address)
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "--carta: #b00020" in sheet.content.decode()
    assert company_accent() == "#b00020"


def test_a_colour_is_tried_without_being_kept(desk: Client) -> None:
    page = desk.get("/settings/appearance/?accent=%23ffee00").content.decode()
    assert reverse("accounts:look", args=["ffee00"]) in page
    assert "changed so that it can be read" in page
    assert not Appearance.objects.exists()


def test_the_logo_is_served_as_what_it_is_and_can_be_removed(desk: Client) -> None:
    upload(desk, png())
    drawn = Company.current().look.partition("-")[2]
    answer = Client().get(reverse("accounts:logo", args=[drawn]))
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.content == png()
    assert Client().get(reverse("accounts:logo", args=["00000000"])).status_code == 404
    told = Event.objects.get(type="appearance.changed").data["changes"]
    assert told["logo"][1].startswith("image/png")
    assert desk.post("/settings/appearance/reset/").status_code == 302
    assert Company.current().look == ""
    assert Client().get(reverse("accounts:logo", args=[drawn])).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 200,
        png(tail=b"<script>alert(1)</script>"),
        png()[:-10],
        png().replace(b"IDAT", b"IDAX"),
        png(20_000, 20_000),
        png(8, 8),
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"RIFF\x10\0\0\0WEBPVP8 ",
        png() + b"\0" * 300_000,
    ],
)
def test_whatever_is_no_decent_picture_is_refused(desk: Client, data: bytes) -> None:
    assert 'class="error"' in upload(desk, data)
    assert not Appearance.objects.exists()


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X"]),
)
def test_no_bytes_break_the_reader(data: bytes, start: bytes) -> None:
    with contextlib.suppress(NotAPicture):
        picture_of(start + data)


@pytest.mark.parametrize("accent", ["red", "#12", "url(x)", "#123456;}body{", "x" * 10_000])
def test_what_is_no_colour_is_told_at_its_field(desk: Client, accent: str) -> None:
    assert 'class="error"' in desk.post("/settings/appearance/", {"accent": accent}).content.decode()
    assert Client().get("/look/zzz.css").status_code == 404


def test_only_who_may_change_the_company_changes_it(client: Client) -> None:
    client.force_login(make_agent("Anna Conti", "lead"))
    assert client.post("/settings/appearance/", {"accent": "#b00020"}).status_code == 403
