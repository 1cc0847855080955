"""The engine as the benches use it: texts to what heads see, once for all tasks; readings of the shipped heads."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.encoder import Encoder, Vectors, open_encoder
from ascolto.understanding.engine.head import Head, Seen
from ascolto.understanding.engine.meaning import Meaning
from ascolto.understanding.engine.reader import SHIPPED, Asked, Reader, see, shipped_heads
from ascolto.understanding.engine.text import for_encoder, prepare

BATCH = 64
_FIELDS = {
    "sentiment": "sentiment",
    "anger": "anger",
    "intent": "intent",
}  # of a meaning, where the head alone decides
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttps?\b")
_ARTEFACT = re.compile(r"link|url|length|long|short|hashtag|mention|retweet", re.IGNORECASE)


class Remembering:
    """An encoder that keeps the vectors of texts, also in a file from one run to the next: heads change more often than it does."""

    def __init__(self, plain: Encoder, path: Path | None = None) -> None:
        self.plain, self.name, self._path = plain, plain.name, path
        self._known: dict[bytes, Vectors] = {}
        if path is not None and path.exists():
            with np.load(path, allow_pickle=False) as kept:
                if str(kept["encoder"]) == self.name:
                    self._known = {
                        bytes(key): row for key, row in zip(kept["keys"], kept["rows"], strict=True)
                    }

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text; only new texts are worked on."""
        keys = [
            hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).digest() for text in texts
        ]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._known |= dict(zip(new, self.plain.encode(list(new.values())), strict=True))
        return np.stack([self._known[key] for key in keys]) if keys else np.zeros((0, 512), np.float32)

    def keep(self) -> None:
        """Write what is known into the file."""
        if self._path is not None and self._known:
            keys = np.frombuffer(b"".join(self._known), np.uint8).reshape(-1, 20)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._path, encoder=self.name, keys=keys, rows=np.stack(list(self._known.values())))


class Bench:
    """An encoder and heads; keeps what it has seen, since several tasks ask about the same texts."""

    def __init__(self, encoder: Encoder, heads: Mapping[str, Head]) -> None:
        self.encoder, self.heads = encoder, dict(heads)
        self.plain_encoder: Encoder = getattr(encoder, "plain", encoder)  # what is timed
        self.reader = Reader(encoder, heads)
        self._seen: dict[str, Seen] = {}
        self._read: dict[str, Meaning] = {}

    def with_head(self, name: str, head: Head) -> Bench:
        """The same with another head in the place of one."""
        return Bench(self.encoder, {**self.heads, name: head})

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
        """What a head says: texts x labels. A head of this bench is asked through the reader, as the product asks it."""
        field = next((_FIELDS.get(name) for name, one in self.heads.items() if one is head), None)
        if field is None:
            answers = [head.answer(seen).probabilities for seen in self.seen(texts)]
        else:
            answers = [getattr(meaning, field).probabilities for meaning in self.read(texts)]
        return np.array([[answer[label] for label in head.labels] for answer in answers]).reshape(
            len(texts), len(head.labels)
        )

    def read(self, texts: Sequence[str]) -> list[Meaning]:
        """Whole readings, in batches of texts of one length."""
        new = sorted((text for text in dict.fromkeys(texts) if text not in self._read), key=len)
        for start in range(0, len(new), BATCH):
            portion = new[start : start + BATCH]
            meanings = self.reader.read_all([Asked(text) for text in portion])
            self._read |= dict(zip(portion, meanings, strict=True))
        return [self._read[text] for text in texts]


def digests(folder: Path = SHIPPED) -> dict[str, str]:
    """A short name for exactly these weights, of each head that ships: a version may be made anew under its old number."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(folder.glob("*.npz"))
    }


@lru_cache(maxsize=1)
def shipped() -> Bench:
    """The product's own encoder and heads. BENCH_CACHE may name a folder for vectors that are asked for again."""
    folder = os.environ.get("BENCH_CACHE", "")
    return Bench(
        Remembering(open_encoder(), Path(folder) / "vectors.npz" if folder else None), shipped_heads()
    )


def keep_vectors() -> None:
    """Write the vectors of this run where the next one finds them."""
    encoder = shipped().encoder
    if isinstance(encoder, Remembering):
        encoder.keep()


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
