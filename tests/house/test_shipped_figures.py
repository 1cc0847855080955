"""The figures that ship are those of the heads that ship."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ascolto.understanding.selectors.figures import BIAS, QUALITY, shipped_bias, shipped_figures

WEIGHTS = Path(QUALITY).parent / "weights"
pytestmark = pytest.mark.any_database


def weights() -> tuple[dict[str, str], dict[str, str]]:
    """The version of each head that ships, and a short name for exactly its weights."""
    from ascolto.understanding.engine.reader import shipped_heads

    versions = {name: head.version for name, head in sorted(shipped_heads().items())}
    return versions, {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(WEIGHTS.glob("*.npz"))
    }


def test_the_files_that_ship_can_be_read() -> None:
    for path in (QUALITY, BIAS):
        assert json.loads(path.read_text(encoding="utf-8"))["heads"], (
            f"{path.name}: run python -m bench.understanding --write"
        )


def test_they_were_measured_with_the_heads_that_ship() -> None:
    again = "the heads changed: run python -m bench.understanding --heads --write"
    versions, digests = weights()
    for told in (shipped_figures(), shipped_bias()):
        assert (told["heads"], told["digests"]) == (versions, digests), again


def test_heads_listen_to_signs_that_the_reader_makes() -> None:
    from ascolto.understanding.engine.reader import shipped_heads
    from ascolto.understanding.engine.signs import SIGN_NAMES

    unknown = {name: set(head.sign_names) - set(SIGN_NAMES) for name, head in shipped_heads().items()}
    assert {name: signs for name, signs in unknown.items() if signs} == {}, (
        "learnt with other signs: make the head anew"
    )
