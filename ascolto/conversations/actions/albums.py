"""Albums: a network tells one message in several pieces, in any order and any number of times; here it is one message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ascolto.conversations.actions.placing import Received, aliased, by_account
from ascolto.conversations.files import make_attachments
from ascolto.conversations.models import Message, MessageAlias
from ascolto.kit.text import clean


def album_key(item: Received) -> tuple[int, str]:
    """What an album is known by."""
    return (item.account_id, f"album:{item.message.album}"[:255])


def gather(items: Sequence[Received]) -> list[Received]:
    """The items with every album of the batch as one, its pieces in the order of their ids."""
    albums: dict[tuple[int, str], dict[str, Received]] = {}
    plain = []
    for item in items:
        if item.message.album:
            albums.setdefault(album_key(item), {}).setdefault(item.message.external_id[:255], item)
        else:
            plain.append(item)
    return plain + [_joined(key, list(pieces.values())) for key, pieces in albums.items()]


def _joined(key: tuple[int, str], pieces: list[Received]) -> Received:
    pieces = sorted(pieces, key=lambda piece: _natural(piece.message.external_id))
    first = pieces[0]
    texts = dict.fromkeys(text for piece in pieces if (text := piece.message.text.strip()))
    message = replace(
        first.message,
        external_id=key[1],
        text="\n".join(texts),
        attachments=tuple(media for piece in pieces for media in piece.message.attachments),
        occurred_at=min(piece.message.occurred_at for piece in pieces),
    )
    return replace(first, message=message, parts=tuple(piece.message.external_id[:255] for piece in pieces))


def _natural(text: str) -> list[tuple[int, str]]:
    """An order in which 9 comes before 10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]{1,18})", text)]


def extend(items: Sequence[Received], original: Sequence[Received]) -> list[Message]:
    """Add to albums that are here already the pieces they lack; returns the messages that grew. `original`: as they came."""
    keys = {item.key for item in items if item.parts}
    if not keys:
        return []
    known = {(m.account_id, m.external_id): m for m in Message.objects.filter(by_account(keys))}
    pieces = {
        (piece.account_id, piece.message.external_id[:255]): piece
        for piece in original
        if piece.message.album and album_key(piece) in known
    }
    fresh = [key for key in pieces if key not in aliased(pieces)]
    grown: dict[int, Message] = {}
    for key in sorted(fresh, key=lambda each: _natural(each[1])):
        piece = pieces[key]
        message = known[album_key(piece)]
        make_attachments([(message, piece.message.attachments)])
        text = clean(piece.message.text).strip()
        if text and text not in message.text:
            message.text = "\n".join(filter(None, [message.text, text]))
            message.save(update_fields=["text"])
        grown[message.pk] = message
    keep_aliases([(known[album_key(pieces[key])], key[1]) for key in fresh])
    return list(grown.values())


def keep_aliases(pairs: Sequence[tuple[Message, str]]) -> None:
    """Remember further ids of messages; one that is taken stays where it is."""
    rows = [
        MessageAlias(account_id=message.account_id, external_id=external[:255], message=message)
        for message, external in pairs
        if message.account_id is not None
    ]
    if rows:
        MessageAlias.objects.bulk_create(rows, ignore_conflicts=True)
