"""Change a YAML text where something changed, and nowhere else: comments, order and layout of the rest stay as people wrote them. Pure.

    document = plain(text)                   # mappings, lists and texts
    document["nodes"]["welcome"]["next"] = "bye"
    text = rewritten(text, document)         # only that line is different

The marks of the parser tell where each value stands; what differs is cut out and put in. The result is read again: if it does not say what
it should, NotRewritten is raised rather than something else saved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from ascolto.bot.yamltext import Unreadable, read_yaml

WIDTH = 118  # characters of a line that stays one line
_PLAIN = re.compile(r"[^\W\d_][\w-]*(?:[ ./][\w-]+)*|\d+[a-z]?")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
Plain = Any


class NotRewritten(Exception):
    """The text is laid out in a way that cannot be changed in place: it has to be edited as text."""


@dataclass(slots=True)
class _Edits:
    """What to cut out and put in: (start, end, text), by place."""

    text: str
    found: list[tuple[int, int, str]] = field(default_factory=list)

    def put(self, start: int, end: int, text: str) -> None:
        self.found.append((start, end, text))

    def render(self, start: int, end: int) -> str:
        """This part of the text with its edits; they are used up."""
        inside = sorted(
            (one for one in self.found if start <= one[0] and one[1] <= end), key=lambda one: one[:2]
        )
        self.found = [one for one in self.found if one not in inside]
        parts, at = [], start
        for begin, stop, text in inside:
            parts += [self.text[at:begin], text]
            at = stop
        return "".join((*parts, self.text[at:end]))

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line ends, before its break."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def with_comments(self, at: int) -> int:
        """The start of the line of `at`, or of the comments that stand right above it in the same column."""
        start = self.line_start(at)
        column = at - start
        while start > 0:
            above = self.line_start(start - 1)
            line = self.text[above : start - 1]
            if len(line) - len(line.lstrip(" ")) != column or not line.lstrip(" ").startswith("#"):
                break
            start = above
        return start


def plain(text: str) -> Plain:
    """What the text says, as mappings, lists and texts. Raises Unreadable."""
    root, _ = read_yaml(text)
    return _plain_value(root)


def _plain_value(value: Any) -> Plain:
    if value.kind == "map":
        return {key: _plain_value(each) for key, each in value.entries.items()}
    return [_plain_value(each) for each in value.items] if value.kind == "list" else value.text


def rewritten(text: str, document: Mapping[str, Plain]) -> str:
    """The text, saying what the document says. Raises Unreadable, NotRewritten."""
    if text and not text.endswith("\n"):
        text += "\n"
    before = plain(text)
    wanted = _as_texts(document)
    if before == wanted:
        return text
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode) or (root.start_mark.buffer is not None and root.flow_style):
        raise NotRewritten
    edits = _Edits(text)
    _change(edits, root, wanted, flow=bool(root.flow_style))
    changed = edits.render(0, len(text))
    try:
        if plain(changed) == wanted:
            return changed
    except Unreadable:
        pass
    raise NotRewritten


def _as_texts(value: Plain) -> Plain:
    if isinstance(value, Mapping):
        return {str(key): _as_texts(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_texts(each) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _value_of(node: Any) -> Plain:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value_of(each) for key, each in node.value}
    return [_value_of(each) for each in node.value] if isinstance(node, yaml.SequenceNode) else node.value


# --- where things stand ----------------------------------------------------------------------------------------------------


def _end(node: Any, text: str) -> int:
    """Behind the last character of a value, without the comments and empty lines that the parser counts to it."""
    if isinstance(node, yaml.ScalarNode):
        end = int(node.end_mark.index)
        while node.style in ("|", ">") and end > node.start_mark.index and text[end - 1].isspace():
            end -= 1
        return end
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    key, value = last if isinstance(last, tuple) else (last, last)
    return max(_end(key, text), _end(value, text))


def _after_colon(text: str, key: Any) -> int:
    found = re.compile(r"\s*:").match(text, key.end_mark.index)
    if found is None:
        raise NotRewritten
    return found.end()


# --- what differs ----------------------------------------------------------------------------------------------------------


def _change(edits: _Edits, node: Any, wanted: Plain, *, flow: bool) -> bool:
    """Edit a value in place. False where its kind differs, so that it has to be put in anew."""
    if _value_of(node) == wanted:
        return True
    if isinstance(node, yaml.MappingNode) and isinstance(wanted, dict) and wanted and node.value:
        _change_map(edits, node, wanted, flow=bool(node.flow_style))
        return True
    if isinstance(node, yaml.SequenceNode) and isinstance(wanted, list) and wanted and node.value:
        _change_list(edits, node, wanted)
        return True
    is_line = isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">")
    if is_line and isinstance(wanted, str) and node.end_mark.index > node.start_mark.index:
        edits.put(node.start_mark.index, node.end_mark.index, scalar(wanted))
        return True
    return False


def _renamed(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Old name → new name, where one key of several is called otherwise."""
    gone = [key for key in old if key not in new]
    come = [key for key in new if key not in old]
    if len(gone) == len(come) == 1 and len(old) == len(new) and old.index(gone[0]) == new.index(come[0]):
        return {gone[0]: come[0]}
    return {}


def _change_map(edits: _Edits, node: Any, wanted: dict[str, Plain], *, flow: bool) -> None:
    names = _renamed([key.value for key, _ in node.value], list(wanted))
    column = node.value[0][0].start_mark.column
    kept = [pair for pair in node.value if names.get(pair[0].value, pair[0].value) in wanted]
    if not kept:
        raise NotRewritten
    for place, (key, value) in enumerate(node.value):
        name = names.get(key.value, key.value)
        if name not in wanted:
            _remove_entry(edits, node, place, flow=flow)
            continue
        if name != key.value:
            edits.put(key.start_mark.index, key.end_mark.index, scalar(name))
        if not _change(edits, value, wanted[name], flow=flow):
            start = _after_colon(edits.text, key)
            end = max(start, _end(value, edits.text))
            edits.put(start, end, _behind_colon(name, wanted[name], column, flow=flow))
    _insert_entries(edits, node, kept, names, wanted, column, flow=flow)


def _insert_entries(
    edits: _Edits,
    node: Any,
    kept: list[Any],
    names: Mapping[str, str],
    wanted: dict[str, Plain],
    column: int,
    *,
    flow: bool,
) -> None:
    """New keys, each behind the one that it follows."""
    if set(wanted) <= {names.get(key.value, key.value) for key, _ in kept}:
        return
    at = {
        names.get(key.value, key.value): max(_after_colon(edits.text, key), _end(value, edits.text))
        for key, value in kept
    }
    place = list(at.values())[-1]
    for name, value in wanted.items():
        if name in at:
            place = at[name]
            continue
        told = f"{scalar(name)}:{_behind_colon(name, value, column, flow=flow)}"
        if flow:
            edits.put(place, place, f", {told}")
        else:
            end = edits.line_end(place)
            edits.put(end, end, "\n" + " " * column + told)


def _remove_entry(edits: _Edits, node: Any, place: int, *, flow: bool) -> None:
    key, value = node.value[place]
    end = max(int(key.end_mark.index), _end(value, edits.text))
    start = int(key.start_mark.index)
    following = node.value[place + 1][0].start_mark.index if place + 1 < len(node.value) else None
    if flow:
        if following is not None:
            edits.put(start, following, "")
        else:
            before = node.value[place - 1]
            edits.put(max(int(before[0].end_mark.index), _end(before[1], edits.text)), end, "")
    elif edits.text[edits.line_start(start) : start].strip():  # behind a dash
        if following is None:
            raise NotRewritten
        edits.put(start, following, "")
    else:
        edits.put(edits.with_comments(start), min(edits.line_end(end) + 1, len(edits.text)), "")


def _change_list(edits: _Edits, node: Any, wanted: list[Plain]) -> None:
    """Items are the same when they say the same, have the same id, or stand in the same order among the rest."""
    pairs = _matched([_value_of(item) for item in node.value], wanted)
    for old, new in pairs:
        if (
            old is not None
            and new is not None
            and not _change(edits, node.value[old], wanted[new], flow=bool(node.flow_style))
        ):
            item = node.value[old]
            edits.put(item.start_mark.index, _end(item, edits.text), inline(wanted[new]))
    order = [
        old
        for old, new in sorted(pairs, key=lambda pair: -1 if pair[1] is None else pair[1])
        if new is not None
    ]
    if order == list(range(len(node.value))):
        return
    source = {new: old for old, new in pairs if new is not None}
    if node.flow_style:
        parts = [_item(edits, node, source[new], value) for new, value in enumerate(wanted)]
        edits.put(node.start_mark.index, node.end_mark.index, f"[{', '.join(parts)}]")
        return
    _reorder(edits, node, source, wanted)


def _item(edits: _Edits, node: Any, old: int | None, value: Plain) -> str:
    if old is None:
        return inline(value)
    item = node.value[old]
    return edits.render(item.start_mark.index, _end(item, edits.text))


def _reorder(edits: _Edits, node: Any, source: Mapping[int, int | None], wanted: list[Plain]) -> None:
    """Whole lines move, each item with its comments."""
    text, column = edits.text, node.start_mark.column
    dashes = [text.rfind("-", 0, item.start_mark.index) for item in node.value]
    starts = [edits.with_comments(dash) for dash in dashes]
    if text[edits.line_start(dashes[0]) : dashes[0]].strip():
        raise NotRewritten
    end = min(edits.line_end(_end(node, text)) + 1, len(text))
    bounds = [*starts, end]
    chunks = []
    for new, value in enumerate(wanted):
        old = source[new]
        chunks.append(
            edits.render(bounds[old], bounds[old + 1]) if old is not None else _dashed(value, column)
        )
    edits.found = [one for one in edits.found if not starts[0] <= one[0] < end]
    edits.put(starts[0], end, "".join(chunks))


def _matched(old: list[Plain], new: list[Plain]) -> list[tuple[int | None, int | None]]:
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    pairs: list[tuple[int | None, int | None]] = []

    def take(same: Any) -> None:
        for at, value in list(free_new.items()):
            found = next((one for one, other in free_old.items() if same(other, value)), None)
            if found is not None:
                pairs.append((found, at))
                del free_old[found], free_new[at]

    take(lambda one, other: one == other)
    take(
        lambda one, other: (
            isinstance(one, dict) and isinstance(other, dict) and one.get("id") == other.get("id") is not None
        )
    )
    for (one, was), (other, value) in zip(list(free_old.items()), list(free_new.items()), strict=False):
        if isinstance(was, dict) and isinstance(value, dict) and "id" not in was:
            pairs.append((one, other))
            del free_old[one], free_new[other]
    return pairs + [(one, None) for one in free_old] + [(None, other) for other in free_new]


# --- writing ---------------------------------------------------------------------------------------------------------------


def scalar(text: str) -> str:
    """A text as it stands in a line: bare where that is safe, in quotes otherwise."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    if text in ("true", "false"):
        return text
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def inline(value: Plain) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {inline(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(inline, value)) + "]" if isinstance(value, list) else scalar(value)


def _behind_colon(name: str, value: Plain, column: int, *, flow: bool) -> str:
    told = inline(value)
    if flow or not isinstance(value, dict | list) or not value or column + len(name) + len(told) + 2 <= WIDTH:
        return f" {told}"
    return "\n" + "\n".join(_block(value, column + 2))


def _block(value: Plain, column: int) -> Iterator[str]:
    """The lines of a mapping or a list that are too long for one."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"{' ' * column}{scalar(key)}:{_behind_colon(key, each, column, flow=False)}"
    else:
        for each in value:
            yield _dashed(each, column).rstrip("\n")


def _dashed(value: Plain, column: int) -> str:
    """An item of a list on lines of its own."""
    told = inline(value)
    if not isinstance(value, dict) or not value or column + len(told) + 2 <= WIDTH // 2:
        return f"{' ' * column}- {told}\n"
    lines = "\n".join(_block(value, column + 2))
    return f"{' ' * column}- {lines.lstrip(' ')}\n"
