"""Files that nobody sent: uploads without a message, and content that no message names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from ascolto.conversations.models import Attachment
from ascolto.kit.clock import now

# Longer than the journal keeps deliveries that name a file of ours: a dead letter that is replayed must find it.
KEEP = timedelta(days=35)
AT_ONCE = 500


def forget_unsent() -> int:
    """Drop uploads that were not sent within KEEP and content without an owner; returns how many files went."""
    Attachment.objects.filter(message__isnull=True, created_at__lt=now() - KEEP).delete()
    gone = 0
    for paths in _old_content():
        named = {path.name: path for path in paths}
        owned = set(Attachment.objects.filter(sha256__in=named).values_list("sha256", flat=True))
        for name in named.keys() - owned:
            named[name].unlink(missing_ok=True)
            gone += 1
    return gone


def _old_content() -> Iterator[list[Path]]:
    """Files last written before KEEP, some at once; what is stored again is written anew and so is young."""
    before = time.time() - KEEP.total_seconds()
    batch: list[Path] = []
    for path in Path(settings.FILES).glob("**/*"):
        if path.is_file() and path.stat().st_mtime < before:
            batch.append(path)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
