"""Beside the answers: a trial is done portion by portion, and rivals are looked at, not at every turn."""

from __future__ import annotations

import pytest

from ascolto.bot import aside

pytestmark = pytest.mark.django_db


def test_trials_go_on_and_rivals_are_looked_at_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    portions, looks = [25, 25, 3, 1, 0], []
    monkeypatch.setattr(aside.trying, "go_on", lambda: portions.pop(0))
    monkeypatch.setattr(aside, "guard_rails", lambda: looks.append(1) or 0)
    beside = aside.Aside()
    assert [beside.turn() for _ in range(5)] == [25, 25, 3, 1, 0]
    assert looks == [1]


def test_nothing_to_do_is_nothing(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(3):
        assert aside.Aside().turn() == 0
