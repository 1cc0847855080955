"""Our mark on a message comes back in its echo, and only ours is believed."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.vendors.meta_marks import Mark, make_mark, read_mark


def test_a_mark_tells_the_tracker_and_which_inbox_sent_it() -> None:
    assert read_mark("s3cret", make_mark("s3cret", "17.Zx3")) == Mark("17.Zx3", False)
    assert read_mark("s3cret", make_mark("s3cret", "17.Zx3", is_private_reply=True)) == Mark("17.Zx3", True)


def test_a_mark_of_another_app_or_a_changed_one_is_not_ours() -> None:
    mark = make_mark("s3cret", "17.Zx3")
    assert read_mark("another", mark) is None
    assert read_mark("s3cret", mark.replace("17", "18")) is None
    assert read_mark("s3cret", mark.replace("message", "reply")) is None
    assert read_mark("", make_mark("", "17.Zx3")) is None


anything: Any = st.none() | st.integers() | st.text(max_size=60) | st.lists(st.text(), max_size=2)


@settings(deadline=None, derandomize=True, database=None)
@given(anything)
def test_whatever_stands_in_metadata_is_nobodys(metadata) -> None:
    assert read_mark("s3cret", metadata) is None
