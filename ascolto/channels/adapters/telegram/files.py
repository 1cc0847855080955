"""Files that leave: which request takes which, in what company, and how large."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ascolto.channels.adapters.telegram.botapi import Files
from ascolto.channels.protocol import ErrorClass, Failure, File, SendRefused
from ascolto.kit.text import clean

MIB = 1024 * 1024
CAPTION = 1024
ALBUM = 10  # files in one album
PHOTO, OTHER = 10 * MIB, 50 * MIB
LIMITS = {"image/jpeg": PHOTO, "image/png": PHOTO, "*": OTHER}
_KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "video/mp4": "video",
    "audio/ogg": "voice",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
}
_COMPANY = {"photo": "pictures", "video": "pictures", "audio": "audio", "document": "document"}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


def kind_of(file: File) -> str:
    """How Telegram shows a file: photo, video, voice, audio, or a document to be opened."""
    return _KINDS.get(file.content_type.split(";", 1)[0].strip().lower(), "document")


def check_size(file: File) -> None:
    """Raises SendRefused for a file that Telegram does not take."""
    limit = PHOTO if kind_of(file) == "photo" else OTHER
    if file.size > limit:
        reason = f"{file.name} is larger than the {limit // MIB} MiB that Telegram takes."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason))


def groups(files: Sequence[File]) -> Iterator[list[File]]:
    """The files in the order in which they leave; neighbours that may stand in one album together."""
    group: list[File] = []
    for file in files:
        company = _COMPANY.get(kind_of(file), "")
        fits = bool(group) and company and company == _COMPANY.get(kind_of(group[0]), "")
        if group and (not fits or len(group) == ALBUM):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def request(group: Sequence[File], caption: str) -> tuple[str, dict[str, Any]]:
    """The method that sends these files, and its parameters without the files themselves."""
    told = {"caption": caption} if caption else {}
    if len(group) == 1:
        return f"send{kind_of(group[0]).capitalize()}", told
    media: list[dict[str, Any]] = [
        {"type": kind_of(file), "media": f"attach://file{n}"} for n, file in enumerate(group)
    ]
    media[0] |= told
    return "sendMediaGroup", {"media": media}


def reader(group: Sequence[File]) -> Callable[[], Files]:
    """Reads the files when their turn comes."""

    def read() -> Files:
        names = [kind_of(group[0])] if len(group) == 1 else [f"file{n}" for n in range(len(group))]
        return {
            name: (_file_name(file), file.read(), file.content_type)
            for name, file in zip(names, group, strict=True)
        }

    return read


def _file_name(file: File) -> str:
    return _UNSAFE.sub("_", clean(file.name, 240)).strip() or kind_of(file)
