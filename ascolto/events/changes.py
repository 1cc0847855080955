"""What changed, before and after: the `changes` of every event about a setting.

A field is told as [before, after]; a list, whose order means nothing, by what was "added" and "removed"; a secret only as "changed".
Sizes are bounded, so that a text of a megabyte does not come into the log twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

TEXT_LIMIT = 300  # characters of a value
ITEM_LIMIT = 50  # of a list
FIELD_LIMIT = 60  # of one change
SECRET = "changed"  # noqa: S105 - the word that stands for one
Changes = dict[str, Any]


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, secret: Collection[str] = ()
) -> Changes:
    """What is different, by field: {"name": ["Care", "Care 2"]}. Fields in one of both alone count as None in the other.

    Mappings inside are told as "field.key". `secret`: fields (of the top, or whole mappings) whose values are never told.
    """
    found: Changes = {}
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old == new:
            continue
        if field in secret:
            found[field] = SECRET
        elif (
            isinstance(old or new, Mapping)
            and isinstance(old or {}, Mapping)
            and isinstance(new or {}, Mapping)
        ):
            found |= {
                f"{field}.{key}": told
                for key, told in changes_between(old or {}, new or {}, secret=secret).items()
            }
        elif _is_list(old or new) and (old is None or _is_list(old)) and (new is None or _is_list(new)):
            if told := _of_lists(list(old or ()), list(new or ())):
                found[field] = told
        else:
            found[field] = [_plain(old), _plain(new)]
    return dict(list(found.items())[:FIELD_LIMIT])


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def _of_lists(old: list[Any], new: list[Any]) -> dict[str, list[Any]] | list[Any]:
    """What came and what went; where only the order changed, both lists."""
    was, is_now = [_plain(item) for item in old], [_plain(item) for item in new]
    told = {
        "added": [item for item in is_now if item not in was][:ITEM_LIMIT],
        "removed": [item for item in was if item not in is_now][:ITEM_LIMIT],
    }
    if any(told.values()):
        return {key: items for key, items in told.items() if items}
    return [was[:ITEM_LIMIT], is_now[:ITEM_LIMIT]] if was != is_now else []


def _plain(value: Any) -> Any:
    """The value as JSON can hold it, and not longer than somebody would read."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} B"
    if isinstance(value, Mapping):
        return {str(key)[:60]: _plain(item) for key, item in list(value.items())[:ITEM_LIMIT]}
    if _is_list(value):
        return [_plain(item) for item in list(value)[:ITEM_LIMIT]]
    text = str(value).encode("utf-8", "replace").decode().replace("\0", "")
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
