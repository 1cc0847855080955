"""Two versions side by side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot.differing import differences

lines = st.lists(st.sampled_from("abcdefg"), max_size=40).map("\n".join)


def test_a_change_is_shown_with_some_lines_around_it() -> None:
    old = "\n".join(f"line {n}" for n in range(1, 31))
    rows = differences(old, old.replace("line 15", "another"))
    assert [row.kind for row in rows] == [
        "skip",
        "same",
        "same",
        "same",
        "gone",
        "came",
        "same",
        "same",
        "same",
        "skip",
    ]
    assert rows[0].text == "11"
    assert (rows[4].old, rows[4].text, rows[5].new, rows[5].text) == (15, "line 15", 15, "another")
    assert rows[-1].text == "12"
    assert differences(old, old) == []


@settings(deadline=None, max_examples=300)
@given(old=lines, new=lines)
def test_nothing_is_left_out(old: str, new: str) -> None:
    before, after = old.splitlines(), new.splitlines()
    rows = differences(old, new)
    gone = [row.text for row in rows if row.kind == "gone"]
    came = [row.text for row in rows if row.kind == "came"]
    assert len(before) - len(gone) == len(after) - len(came) or not rows
    assert sum(int(row.text) if row.kind == "skip" else row.kind in ("same", "gone") for row in rows) in (
        0,
        len(before),
    )
    for row in rows:
        assert row.kind != "gone" or before[row.old - 1] == row.text
        assert row.kind != "came" or after[row.new - 1] == row.text
        assert row.kind != "same" or before[row.old - 1] == after[row.new - 1] == row.text


def test_long_texts_that_have_nothing_in_common_are_one_change() -> None:
    rows = differences("a\n" * 60_000, "b\n" * 60_000)
    assert len(rows) == 120_000
