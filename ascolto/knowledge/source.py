"""Saved replies as answers that are found: by their title, which says what they answer, and by their texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ascolto.accounts.models import Agent
from ascolto.events.models import Event
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import visible_replies
from ascolto.understanding.sources import Shown

if TYPE_CHECKING:
    from ascolto.understanding.engine.encoder import Encoder
    from ascolto.understanding.engine.retrieval import Document

KIND = "saved_reply"
MOST = 5_000
MOST_VECTORS = 4  # of one reply: its title, and the beginnings of its texts
_CHUNK = 200


class SavedReplies:
    """The source "saved_reply"."""

    kind = KIND

    def documents(self, encoder: Encoder, limit: int) -> Iterator[Document]:
        """Every reply that is in use, the one that was changed last first."""
        ids = (
            SavedReply.objects.filter(archived_at=None)
            .order_by("-changed_at", "-pk")
            .values_list("pk", flat=True)
        )
        wanted = list(ids[: min(limit, MOST)])
        for start in range(0, len(wanted), _CHUNK):
            yield from self.current(wanted[start : start + _CHUNK], encoder).values()

    def current(self, targets: Collection[int], encoder: Encoder) -> Mapping[int, Document]:
        """These replies as they are now."""
        from ascolto.understanding.engine.retrieval import Document
        from ascolto.understanding.engine.windows import encode_windows

        rows = list(SavedReply.objects.filter(pk__in=targets, archived_at=None).prefetch_related("texts"))
        texts = {row.pk: list(row.texts.all()) for row in rows}
        pieces = [
            (row.pk, text)
            for row in rows
            for text in [row.title, *(one.text for one in texts[row.pk])][:MOST_VECTORS]
        ]
        vectors: dict[int, list[Any]] = {}
        for (pk, _text), windows in zip(
            pieces, encode_windows([text for _, text in pieces], encoder), strict=True
        ):
            vectors.setdefault(pk, []).append(windows[0])
        return {row.pk: _document(row, vectors[row.pk], Document) for row in rows}

    def touched(self, event: Event) -> int | None:
        """The reply of an event."""
        if event.type.startswith("saved_reply."):
            return int(event.data["reply"])
        judged = event.type == "suggestion.judged" and event.data["kind"] == KIND
        return int(event.data["target"]) if judged else None

    def existing(self, targets: Collection[int]) -> set[int]:
        """Those that are in use."""
        return set(SavedReply.objects.filter(pk__in=targets, archived_at=None).values_list("pk", flat=True))

    def show(self, agent: Agent, targets: Collection[int]) -> Mapping[int, Shown]:
        """Those that the agent may use, in their first language, variables as they are written."""
        rows = visible_replies(agent).filter(pk__in=targets, archived_at=None).prefetch_related("texts")
        return {row.pk: _shown(row) for row in rows.select_related("changed_by")}


def _document(row: SavedReply, vectors: list[Any], made: type[Document]) -> Document:
    import numpy as np

    texts = list(row.texts.all())
    language = texts[0].language if len(texts) == 1 else ""
    words = "\n".join([row.title, *(one.text for one in texts)])
    moment = int(row.changed_at.timestamp())
    return made(KIND, row.pk, words, np.stack(vectors), language, -(row.team_id or 0), moment)


def _shown(row: SavedReply) -> Shown:
    first = next(iter(row.texts.all()), None)
    return Shown(
        kind=KIND,
        target=row.pk,
        title=row.title,
        question=row.title,
        text=first.text if first else "",
        at=row.changed_at,
        by=row.changed_by.name if row.changed_by else "",
        language=first.language if first else "",
    )
