"""What understanding costs: milliseconds of a message, seconds until it is ready, memory over a process without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.understanding.goals import GOALS
from bench.understanding.more_sets import real_messages
from bench.understanding.reading import Bench, shipped
from bench.understanding.rows import NO_BAR, Goal, Row, absent

LONG = 500  # characters of a mail
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_SLIM = "import django, json, time; django.setup()\nfrom ascolto.config import parts; parts.preload()\nbegin = time.perf_counter()\n"
_READING = """from ascolto.understanding import worker
from ascolto.understanding.engine.encoder import open_encoder
from ascolto.understanding.engine.reader import Reader, shipped_heads
reader = Reader(open_encoder(), shipped_heads())
reader.read("Buongiorno")
seconds = time.perf_counter() - begin
for number in range(200): reader.read("Da tre giorni internet non funziona e nessuno risponde. " * (1 + number % 9))
"""
_TELL = """
seconds = locals().get("seconds", 0)
pss = next(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Pss:"))
print(json.dumps({"kib": pss, "seconds": seconds}))
"""


def evaluate(data: Path, bench: Bench | None = None) -> list[Row]:
    """The whole reader on real messages one by one, on mails, in batches; load time and memory in processes of their own."""
    bench = bench or shipped()
    bench = Bench(bench.plain_encoder, bench.heads)  # every vector is made anew
    texts = real_messages(data)
    if not texts:
        return [absent("speed", "real messages", "p95 (ms)", GOALS["p95"])]
    singles = _one_by_one(bench, texts)
    mails = _one_by_one(bench, mails_of(texts))
    rows = [
        _row("real messages", "median (ms)", np.percentile(singles, 50), len(texts), GOALS["median"]),
        _row("real messages", "p95 (ms)", np.percentile(singles, 95), len(texts), GOALS["p95"]),
        _row("real messages", "p99 (ms)", np.percentile(singles, 99), len(texts)),
        _row(f"mails of {LONG} characters", "median (ms)", np.percentile(mails, 50), len(mails)),
        _row(f"mails of {LONG} characters", "p95 (ms)", np.percentile(mails, 95), len(mails)),
        _row("real messages", "in batches of 32 (ms a message)", _batches(bench, texts), len(texts)),
    ]
    return rows + _processes()


def _row(data: str, measure: str, value: float, n: int, goal: Goal = NO_BAR) -> Row:
    note = "processor time of one thread; other programs on the machine make it longer by taking its cache"
    return Row("speed", data, measure, float(value), n, part="this machine", goal=goal, note=note)


def mails_of(texts: list[str]) -> list[str]:
    """Texts of about LONG characters, made of messages that follow each other."""
    mails, words = [], ""
    for text in texts:
        words = f"{words} {text}".strip()
        if len(words) >= LONG:
            mails.append(words[:LONG])
            words = ""
    return mails


def _one_by_one(bench: Bench, texts: list[str]) -> list[float]:
    for text in texts[:20]:
        bench.reader.read(text)
    spent = []
    for text in texts:
        begin = time.thread_time()
        bench.reader.read(text)
        spent.append((time.thread_time() - begin) * 1000)
    return spent or [0.0]


def _batches(bench: Bench, texts: list[str]) -> float:
    from ascolto.understanding.engine.reader import Asked

    begin = time.thread_time()
    for start in range(0, len(texts), 32):
        bench.reader.read_all([Asked(text) for text in texts[start : start + 32]])
    return (time.thread_time() - begin) * 1000 / len(texts)


def _processes() -> list[Row]:
    slim, reading = _run(_SLIM + _TELL), _run(_SLIM + _READING + _TELL)
    extra = (reading["kib"] - slim["kib"]) / 1024
    return [
        Row("speed", "loading", "seconds until the first message is read", reading["seconds"], part="this machine", goal=GOALS["load"]),
        Row("memory", "a reading process", "MB more than a process that does not read", extra, part="this machine", goal=GOALS["memory"]),
    ]  # fmt: skip


def _run(script: str) -> dict[str, float]:
    environment = {**os.environ, **_ONE_THREAD, "DJANGO_SETTINGS_MODULE": "ascolto.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env=environment,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
