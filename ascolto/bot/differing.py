"""Two texts side by side: lines that came and went, with a few around them. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

AROUND = 3  # lines that stay, before and behind a change
MOST_COMPARED = (
    4_000  # lines; of more, what differs between the common beginning and end is told as one change
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line: `kind` is same, gone, came, or skip (lines in between that are the same). Line numbers count from 1; 0: not there."""

    kind: str
    old: int = 0
    new: int = 0
    text: str = ""


def differences(old: str, new: str) -> list[Row]:
    """The rows of a comparison; none where nothing differs."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    rows: list[Row] = []
    last = 0
    for opcodes in _grouped(before, after):
        if opcodes[0][1] > last:
            rows.append(Row("skip", text=str(opcodes[0][1] - last)))
        for tag, old_start, old_end, new_start, new_end in opcodes:
            if tag == "equal":
                rows += _same(before, old_start, old_end, new_start)
                continue
            rows += [Row("gone", at + 1, 0, before[at]) for at in range(old_start, old_end)]
            rows += [Row("came", 0, at + 1, after[at]) for at in range(new_start, new_end)]
        last = opcodes[-1][2]
    if last < len(before):
        rows.append(Row("skip", text=str(len(before) - last)))
    return rows


def _same(before: Sequence[str], start: int, end: int, new_start: int) -> list[Row]:
    return [Row("same", at + 1, new_start + at - start + 1, before[at]) for at in range(start, end)]


_Opcode = tuple[str, int, int, int, int]


def _grouped(before: list[str], after: list[str]) -> Iterator[list[_Opcode]]:
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(old), len(new)) > MOST_COMPARED:
        yield [("replace", head, len(before) - tail, head, len(after) - tail)]
        return
    matched = difflib.SequenceMatcher(None, old, new, autojunk=True).get_opcodes()
    moved = [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matched]
    whole = [
        ("equal", 0, head, 0, head),
        *moved,
        ("equal", len(before) - tail, len(before), len(after) - tail, len(after)),
    ]
    yield from _groups([one for one in whole if one[2] > one[1] or one[4] > one[3]])


def _groups(opcodes: list[_Opcode]) -> Iterator[list[_Opcode]]:
    """Changes with some lines around them; a long stretch that stays parts two groups."""
    group: list[_Opcode] = []
    for place, (tag, a, b, c, d) in enumerate(opcodes):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        is_first, is_last = place == 0, place == len(opcodes) - 1
        if is_first:
            keep = min(AROUND, b - a)
            group = [(tag, b - keep, b, d - keep, d)] if keep else []
        elif is_last or b - a > 2 * AROUND:
            keep = min(AROUND, b - a)
            group.append((tag, a, a + keep, c, c + keep))
            yield group
            group = [] if is_last else [(tag, b - keep, b, d - keep, d)]
        else:
            group.append((tag, a, b, c, d))
    if group and any(one[0] != "equal" for one in group):
        yield group


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    found = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        found += 1
    return found
