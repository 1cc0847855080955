"""The heads that are live: the shipped ones, and in place of some the company's own version."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from ascolto.understanding.engine.encoder import Encoder, shared_encoder
from ascolto.understanding.engine.head import Head, UnreadableHead
from ascolto.understanding.engine.reader import Reader, shipped_heads
from ascolto.understanding.models import ModelVersion

log = logging.getLogger(__name__)
LOOK_AGAIN = 5.0  # seconds until the live versions are asked for again


class Serving:
    """Keeps one reader and exchanges its heads when other versions go live."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder or shared_encoder()
        self._shipped = shipped_heads()
        self._live: dict[str, int] = {}
        self._reader = Reader(self._encoder, self._shipped)
        self._looked_at = float("-inf")

    def reader(self) -> Reader:
        """The reader with the live heads."""
        if time.monotonic() - self._looked_at >= LOOK_AGAIN:
            self._looked_at = time.monotonic()
            self._exchange()
        return self._reader

    def _exchange(self) -> None:
        live = dict(ModelVersion.objects.filter(state=ModelVersion.State.LIVE).values_list("head", "pk"))
        if live == self._live:
            return
        own = {}
        for row in ModelVersion.objects.filter(pk__in=live.values()).exclude(weights=None):
            head = _read(row)
            if head is not None:
                own[row.head] = head
        self._live, self._reader = live, Reader(self._encoder, {**self._shipped, **own})


def _read(row: ModelVersion) -> Head | None:
    """The head of a version; one that cannot be read leaves the shipped one in place."""
    try:
        return replace(Head.from_bytes(bytes(row.weights or b"")), version=str(row))
    except UnreadableHead:
        log.exception("a model version cannot be read; the shipped one serves", extra={"model": str(row)})
        return None
