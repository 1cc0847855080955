"""How many threads linear algebra may use. Imports nothing: it must be said before numpy is loaded."""

from __future__ import annotations

import os


def one_thread() -> None:
    """Tell the linear algebra to use one thread; call it before numpy is imported, or it spins on cores that others need."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
