"""Who holds a piece of work: a name that tells a living worker from a dead one on the same machine."""

from __future__ import annotations

import hashlib
import itertools
import os
import platform
from pathlib import Path

_runs = itertools.count(1)


def new_holder() -> str:
    """A name for one run of a worker: `host:scope:pid:start:run`. No other run, before or after, has the same."""
    pid = os.getpid()
    return f"{_host()}:{_scope()}:{pid}:{_started(pid) or 'x'}:{next(_runs)}"[:60]


def is_dead(holder: str) -> bool:
    """Whether the worker certainly lives no more. False when that cannot be known from here: then its lease decides."""
    parts = holder.split(":")
    scope = _scope()
    if len(parts) != 5 or not scope or (parts[0], parts[1]) != (_host(), scope) or not parts[2].isdigit():
        return False
    return _started(int(parts[2])) != parts[3]


def _host() -> str:
    return platform.node().replace(":", "-")[:20]


def _scope() -> str:
    """The machine's boot and its process numbers: a container has numbers of its own. Empty where that is not told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        numbers = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return hashlib.sha256(f"{boot} {numbers}".encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """When a process started, in ticks since boot: a number given to another process later does not deceive. Empty: it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]
