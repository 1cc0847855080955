"""Data sets whose files are not a plain table: CLINC150, MultiEmotions-It, and many real messages for the clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.understanding.sets import (
    TEST,
    VALIDATION,
    Item,
    airline,
    bucket,
    complaints,
    first_of,
    sentipolc,
    table,
    text_of,
    xlmt,
)

OUT = "out of scope"


@dataclass(frozen=True, slots=True)
class InOut:
    """Questions of known intents to learn from; others to set the threshold with; and those measured on, some of no known intent."""

    train: Sequence[Item]
    tune: Sequence[Item]
    test: Sequence[Item]
    part: str


def clinc(data: Path) -> InOut | None:
    """150 intents and questions outside of them. Without the test part, half of the validation part sets the threshold for the other."""
    path = first_of(data / "clinc150", "data_full.json", "train_val.json")
    if path is None:
        return None
    parts = {
        name: [Item(text, OUT if name.startswith("oos") else label) for text, label in rows]
        for name, rows in json.loads(text_of(path)).items()
    }
    held = parts.get("val", []) + parts.get("oos_val", [])
    if parts.get("test"):
        return InOut(parts["train"], held, parts["test"] + parts.get("oos_test", []), TEST)
    tune = [item for item in held if bucket(item.text, 2)]
    return InOut(
        parts["train"], tune, [item for item in held if not bucket(item.text, 2)], f"half of {VALIDATION}"
    )


@dataclass(frozen=True, slots=True)
class Felt:
    """A comment with its polarity (empty where it has none of the three) and whether it is angry (None where that is not told)."""

    text: str
    sentiment: str
    is_angry: bool | None


_TEXT = ("comment", "commento", "comments", "text", "testo", "tweet", "sentence")
_WHOLE = ("sentiment", "polarity", "opinion polarity", "opinion_polarity", "polarità", "label", "opinion")
_POSITIVE, _NEGATIVE = ("positive", "pos", "opos", "positivo"), ("negative", "neg", "oneg", "negativo")
_NEUTRAL = ("neutral", "neu", "neutro", "neutrale", "objective")
_ANGER = ("anger", "rabbia", "angry")
_EMOTIONS = ("emotions", "emotion", "emozioni", "emozione")
_UNRELATED = ("unrelated", "un", "unrel", "non correlato")


def multiemotions(data: Path) -> list[Felt]:
    """Italian comments under songs and spots. Columns are found by their names, one polarity or a column for each."""
    folder = first_of(
        data,
        "multiemotions_it/*.[ct]sv",
        "multiemotions*/*.[ct]sv",
        "MultiEmotions*.[ct]sv",
        "multiemotions*/*.txt",
    )
    rows = table(folder) if folder else []
    if not rows:
        return []
    words = next((name for name in _TEXT if name in rows[0]), None) or _longest(rows)
    return [_felt(row, words) for row in rows if row.get(words, "").strip() and not _is_true(row, _UNRELATED)]


def _longest(rows: Sequence[dict[str, str]]) -> str:
    """The column with the most letters holds the comments."""
    return max(rows[0], key=lambda name: sum(len(row.get(name, "")) for row in rows[:200]))


def _felt(row: dict[str, str], words: str) -> Felt:
    angry: bool | None = None
    if any(name in row for name in _ANGER):
        angry = _is_true(row, _ANGER)
    elif any(name in row for name in _EMOTIONS):
        told = " ".join(row.get(name, "") for name in _EMOTIONS).casefold()
        angry = any(word in told for word in _ANGER)
    return Felt(row[words].strip(), _polarity(row), angry)


def _polarity(row: dict[str, str]) -> str:
    for name in _WHOLE:
        told = row.get(name, "").strip().casefold()
        if told:
            return _named(told)
    positive, negative = _is_true(row, _POSITIVE), _is_true(row, _NEGATIVE)
    if positive != negative:
        return "positive" if positive else "negative"
    has_neutral = any(name in row for name in _NEUTRAL)
    is_neutral = _is_true(row, _NEUTRAL) if has_neutral else any(name in row for name in _POSITIVE)
    return "neutral" if is_neutral and not positive else ""


def _named(told: str) -> str:
    if told in _POSITIVE or told in {"1", "+1", "2", "p"}:
        return "positive"
    if told in _NEGATIVE or told in {"-1", "n"}:
        return "negative"
    return "neutral" if told in _NEUTRAL or told == "0" else ""


def _is_true(row: dict[str, str], names: Iterable[str]) -> bool:
    return any(
        row.get(name, "").strip().casefold() in {"1", "1.0", "true", "yes", "x", "si", "sì"} for name in names
    )


def real_messages(data: Path, most: int = 2_000) -> list[str]:
    """Real messages of several sources and languages, taken in turns, always the same."""
    split, (_, to_brands), italian = airline(data), complaints(data), sentipolc(data)
    sources = [[item.text for item in (split.test if split else ())], [item.text for item in to_brands]]
    sources.append([item.text for item in (italian.test if italian else ())])
    for language in ("italian", "english", "german", "french", "spanish", "portuguese"):
        tweets = xlmt(data, language)
        sources.append([item.text for item in (tweets.test if tweets else ())])
    found: list[str] = []
    for turn in range(max(map(len, sources))):
        found += [source[turn] for source in sources if turn < len(source)]
        if len(found) >= most:
            break
    return found[:most]
