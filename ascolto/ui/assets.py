"""Addresses of static files: the content's digest is in the path, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def static_version(package: Path) -> str:
    """A short digest over every static file of the product (name, size and content)."""
    digest = hashlib.sha256()
    for path in sorted(package.glob("*/static/**/*")):
        if path.is_file():
            digest.update(str(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
