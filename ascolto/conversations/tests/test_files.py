"""Files: stored once, named safely, typed by their bytes, and gone when nobody sent them."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import TooLarge, path_of, safe_name, sniffed_type, store_file
from ascolto.conversations.models import Attachment
from ascolto.conversations.sweeping import KEEP, forget_unsent
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_cast


@given(st.text(max_size=400))
def test_no_name_leads_out_of_its_folder_or_hides_its_end(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 200
    assert not {"/", "\\", "\0", "\u202e", "\n"} & set(safe)
    assert safe not in {".", ".."}


@pytest.mark.parametrize(
    ("head", "claimed", "shown"),
    [
        (b"\x89PNG\r\n\x1a\n....", "text/html", "image/png"),
        (b"<script>alert(1)</script>", "image/png", "application/octet-stream"),
        (b"%PDF-1.7", "image/jpeg", "application/pdf"),
        (b"PK\x03\x04", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        (b"hello", "text/plain; charset=utf-8", "text/plain"),
        (b"hello", "not a type", "application/octet-stream"),
    ],
)
def test_the_bytes_decide_what_a_file_is(head: bytes, claimed: str, shown: str) -> None:
    assert sniffed_type(head, claimed) == shown


@pytest.mark.django_db
def test_the_same_content_lies_on_the_disk_once() -> None:
    one = store_file(b"same", name="a.txt", content_type="text/plain")
    two = store_file(iter([b"sa", b"me"]), name="b.txt", content_type="text/plain")
    assert path_of(one) == path_of(two)
    assert path_of(one).read_bytes() == b"same"


@pytest.mark.django_db
def test_what_is_too_large_leaves_nothing_behind(settings: object) -> None:
    with pytest.raises(TooLarge):
        store_file(iter([b"x" * 600] * 10), name="a", content_type="text/plain", limit=1000)
    assert not Attachment.objects.exists()
    assert not [path for path in settings.FILES.glob("**/*") if path.is_file()]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_uploads_that_nobody_sent_are_forgotten_after_a_while_and_sent_ones_stay() -> None:
    cast = make_cast("email")
    with clock.at(now() - KEEP - timedelta(days=1)):
        sent = store_file(b"sent", name="a.txt", content_type="text/plain", uploader=cast.marco)
        unsent = store_file(b"unsent", name="b.txt", content_type="text/plain", uploader=cast.marco)
    fresh = store_file(b"fresh", name="c.txt", content_type="text/plain", uploader=cast.marco)
    add_reply(agent=cast.marco, conversation=cast.writes(), text="See", attachments=[sent])
    paths = {name: path_of(each) for name, each in (("sent", sent), ("unsent", unsent), ("fresh", fresh))}
    old = time.time() - KEEP.total_seconds() - 60
    for name in ("sent", "unsent"):
        os.utime(paths[name], (old, old))
    assert forget_unsent() == 1
    assert {name for name, path in paths.items() if path.exists()} == {"sent", "fresh"}
