"""The matrix says what a sheet says, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.channels.capabilities import Attachments, Capabilities, Counting, Limits
from ascolto.channels.matrix import FEATURES, FILTERS, lasting, rows, words_of
from ascolto.channels.protocol import Adapter
from ascolto.channels.registry import all_adapters


class Square(Adapter):
    """A network where everybody reads everything, and a private word is possible once."""

    kind, label = "square", "Square"
    polls_every = timedelta(minutes=5)
    capabilities = Capabilities(
        public=True,
        max_length=1000,
        counting=Counting.BYTES,
        public_limits=Limits(max_length=500, counting=Counting.LINKS_23),
        reply_window=timedelta(hours=24),
        human_window=timedelta(days=7),
        private_reply="once",
        private_reply_window=timedelta(days=7),
        attachments=Attachments(max_count=4, max_bytes={"image": 5 * 1024 * 1024, "*": 512 * 1024}),
        receipts=frozenset({"read", "sent"}),
        moderates=frozenset({"hide"}),
    )


class Wall(Adapter):
    """Reviews that can only be read."""

    kind, label = "wall", "Wall"
    capabilities = Capabilities(private=False, public=True, answers=False, reviews=True)


def told(adapter: Adapter) -> dict[str, str]:
    row = rows([adapter])[0]
    return {key: words_of(key, cell) for key, cell in row.cells.items()}


def test_a_sheet_in_words() -> None:
    said = told(Square())
    assert said["receives"] == "asks the network"
    assert said["private_length"] == "1,000 bytes"
    assert said["public_length"] == "500 characters, links count 23"
    assert said["window"] == "24 hours, people 7 days"
    assert said["private_reply"] == "one message, 7 days"
    assert said["files"] == "up to 4 of 5 MB each"
    assert said["receipts"] == "sent, read"
    assert said["moderates"] == "hide"
    assert said["templates"] == "no"
    assert said["audience"] == "customers"


def test_what_is_only_read_has_no_answers() -> None:
    said = told(Wall())
    assert (said["private"], said["public"], said["files"]) == ("no", "no", "no")
    assert said["private_length"] == said["public_length"] == "–"
    assert (said["reviews"], said["window"]) == ("yes", "no limit")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(minutes=90), "90 minutes"),
    ],
)
def test_a_time_is_said_in_its_own_unit(span: timedelta, words: str) -> None:
    assert lasting(span).in_words() == words


def test_every_channel_has_every_cell() -> None:
    for row in rows(all_adapters().values()):
        assert list(row.cells) == [feature.key for feature in FEATURES]
        assert all(words_of(key, cell) for key, cell in row.cells.items())
    assert set(FILTERS) <= {feature.key for feature in FEATURES}
