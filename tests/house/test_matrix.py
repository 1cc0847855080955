"""The matrix of the documentation says what the sheets say."""

from __future__ import annotations

from django.utils import translation

from tools.matrix import PAGE, page


def test_the_matrix_in_the_documentation_is_fresh() -> None:
    with translation.override("en"):
        fresh = page()
    kept = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    assert kept == fresh, "docs/channels/README.md is old: python -m tools.matrix writes it anew"
