"""The engine as the benches use it: texts to what heads see, once for all tasks; readings of the shipped heads."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.encoder import Encoder, open_encoder
from ascolto.understanding.engine.head import Head, Seen
from ascolto.understanding.engine.meaning import Meaning
from ascolto.understanding.engine.reader import SHIPPED, Asked, Reader, see, shipped_heads
from ascolto.understanding.engine.text import for_encoder, prepare

BATCH = 64
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttps?\b")
_ARTEFACT = re.compile(r"link|url|length|long|short|hashtag|mention|retweet", re.IGNORECASE)


class Bench:
    """An encoder and heads; keeps what it has seen, since several tasks ask about the same texts."""

    def __init__(self, encoder: Encoder, heads: Mapping[str, Head]) -> None:
        self.encoder, self.heads = encoder, dict(heads)
        self.reader = Reader(encoder, heads)
        self._seen: dict[str, Seen] = {}

    def seen(self, texts: Sequence[str]) -> list[Seen]:
        """Texts as heads see them."""
        new = [text for text in dict.fromkeys(texts) if text not in self._seen]
        new.sort(key=len)  # texts of one length make full batches
        for start in range(0, len(new), BATCH):
            prepared = [prepare(text) for text in new[start : start + BATCH]]
            vectors = self.encoder.encode([for_encoder(text) for text in prepared])
            for text, ready, vector in zip(new[start : start + BATCH], prepared, vectors, strict=True):
                self._seen[text] = see(ready, vector)
        return [self._seen[text] for text in texts]

    def probabilities(self, head: Head, texts: Sequence[str]) -> np.ndarray:
        """What a head says: texts x labels."""
        answers = [head.answer(seen).probabilities for seen in self.seen(texts)]
        return np.array([[answer[label] for label in head.labels] for answer in answers]).reshape(
            len(texts), len(head.labels)
        )

    def read(self, texts: Sequence[str]) -> list[Meaning]:
        """Whole readings, in batches."""
        found: list[Meaning] = []
        for start in range(0, len(texts), BATCH):
            found += self.reader.read_all([Asked(text) for text in texts[start : start + BATCH]])
        return found


def digests(folder: Path = SHIPPED) -> dict[str, str]:
    """A short name for exactly these weights, of each head that ships: a version may be made anew under its old number."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(folder.glob("*.npz"))
    }


@lru_cache(maxsize=1)
def shipped() -> Bench:
    """The product's own encoder and heads."""
    return Bench(open_encoder(), shipped_heads())


def without_artefacts(head: Head) -> Head:
    """The same head deaf to signs that tell where a text was collected rather than what it feels: links, length."""
    signs = head.signs.copy()
    for row, name in enumerate(head.sign_names):
        if _ARTEFACT.search(name):
            signs[row] = 0
    return dataclasses.replace(head, signs=signs)


def without_links(text: str) -> str:
    """A text without its links; what is left is never empty."""
    return " ".join(_LINK.sub(" ", text).split()) or text
