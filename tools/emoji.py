"""Make the lists of emoji that the composer shows, from the package emojibase-data (MIT; names and words from Unicode CLDR).

python -m tools.emoji PACKAGE

PACKAGE is the unpacked npm package. Written are `ascolto/desk/static/desk/emoji-<language>.json`: by group, each emoji with its
name and the words by which it is found, and a 1 where it comes in skin tones.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "ascolto/desk/static/desk"
LANGUAGES = ("en", "it")
GROUPS = (0, 1, 3, 4, 5, 6, 7, 8, 9)  # without the pieces that others are made of
TONES = 5
OLDEST_UNKNOWN = 16  # emoji of this version and later are squares on most telephones


def main() -> None:
    """Write one list a language."""
    parser = argparse.ArgumentParser(prog="python -m tools.emoji", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("package", type=Path)
    package = parser.parse_args().package
    for language in LANGUAGES:
        rows = json.loads((package / language / "data.json").read_text("utf-8"))
        made = {"source": "emojibase-data (MIT), Unicode CLDR (Unicode-3.0)", "groups": grouped(rows)}
        path = OUT / f"emoji-{language}.json"
        path.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
        print(path.name, path.stat().st_size, "bytes")


def grouped(rows: list[dict[str, Any]]) -> list[list[list[Any]]]:
    """The emoji of each group in the order of Unicode."""
    known = [
        row for row in rows if row.get("group") in GROUPS and float(row.get("version", 0)) < OLDEST_UNKNOWN
    ]
    known.sort(key=lambda row: row.get("order", 0))
    return [[_entry(row) for row in known if row["group"] == group] for group in GROUPS]


def _entry(row: dict[str, Any]) -> list[Any]:
    label = row["label"]
    words = " ".join(tag for tag in row.get("tags", []) if tag not in label)
    has_tones = len([skin for skin in row.get("skins", []) if isinstance(skin.get("tone"), int)]) == TONES
    return [row["emoji"], label, words, 1] if has_tones else [row["emoji"], label, words]


if __name__ == "__main__":
    main()
