"""Memory that a process can do without: pages of files that it reads and never wrote to. The kernel brings back what is needed again."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r-.p) \S+ \S+ \d+ +(/.*)")


def release_clean_pages() -> int:
    """Give back the mapped pages of programs and libraries; returns their bytes. Does nothing where Linux does not tell which they are.

    A mapping that may be written to, or of which a page was changed (the addresses that the loader fills in), stays: madvise(2) would
    bring back the file's own bytes there.
    """
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    released = 0
    for start, end, resident in _clean_mappings():
        if madvise(start, end - start, _MADV_DONTNEED) == 0:
            released += resident
    return released


def _clean_mappings() -> Iterator[tuple[int, int, int]]:
    """Start, end and resident bytes of the mappings of files that are only read."""
    try:
        told = Path("/proc/self/smaps").read_text(errors="replace")
    except OSError:
        return
    place: tuple[int, int] | None = None
    resident = 0
    for line in told.splitlines():
        if head := _HEAD.fullmatch(line):
            place = int(head[1], 16), int(head[2], 16)
        elif "-" in line.split(" ", 1)[0]:
            place = None
        elif line.startswith("Rss:"):
            resident = int(line.split()[1]) * 1024
        elif line.startswith("Anonymous:") and place and resident and line.split()[1] == "0":
            yield *place, resident
