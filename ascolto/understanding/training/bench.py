"""Where learning happens: the encoder, the heads as they are, and messages as heads see them. One a process; it takes 300 MB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ascolto.understanding.engine.encoder import Encoder, open_encoder
from ascolto.understanding.engine.head import Head, Seen
from ascolto.understanding.engine.languages import language_of
from ascolto.understanding.engine.reader import nameless, see, shipped_heads
from ascolto.understanding.engine.text import for_encoder, prepare
from ascolto.understanding.models import ModelVersion

BATCH = 32


class Workbench:
    """What a training needs at hand."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder or open_encoder()
        self.shipped = shipped_heads()
        self._seen: dict[str, Seen] = {}

    def seen(self, texts: Sequence[str]) -> list[Seen]:
        """Texts as heads see them; each is encoded once."""
        new = sorted({text for text in texts if text not in self._seen}, key=len)
        for start in range(0, len(new), BATCH):
            part = new[start : start + BATCH]
            prepared = [prepare(text) for text in part]
            without = [nameless(ready, language_of(ready)) for ready in prepared]  # as when they are read
            vectors = self.encoder.encode([for_encoder(text) for text in without])
            for text, ready, vector in zip(part, prepared, vectors, strict=True):
                self._seen[text] = see(ready, vector)
        return [self._seen[text] for text in texts]

    def head_of(self, version: ModelVersion | None, name: str) -> Head | None:
        """The head of a version; of None or number 0 the shipped one. Raises UnreadableHead."""
        if version is None or version.number == 0:
            return self.shipped.get(name)
        return replace(Head.from_bytes(bytes(version.weights or b"")), version=str(version))
