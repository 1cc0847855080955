"""Pairs of sentences that differ in nothing that should matter: the same thing said by, of or in another …"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "pairs"
REFERENCE = {"it": "italian", "en": "english"}  # the names that others are held against
PLAIN = {"it": ("Marco", "m"), "en": ("James", "m")}  # where the name is not what is asked about
_SLOT = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_DROPPED = re.compile(r"([bcdfglmnprstvz])\1")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that mean the same: `plain` is what `other` is held against. Pairs of one `base` are not independent."""

    language: str
    dimension: str
    group: str
    base: str
    plain: str
    other: str
    intent: str = ""  # what both ask for, as their author meant it


@dataclass(frozen=True, slots=True)
class Base:
    """A sentence with a place for a name."""

    key: str
    intent: str
    tone: str
    text: str


def rows(name: str) -> Iterator[dict[str, str]]:
    """The lines of one of the files."""
    header, *lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    return (dict(zip(names, line.split("\t"), strict=True)) for line in lines)


def bases(language: str) -> list[Base]:
    """The sentences of a language."""
    return [Base(row["id"], row["intent"], row["tone"], row["text"]) for row in rows(f"{language}_bases")]


def filled(text: str, name: str, gender: str) -> str:
    """A sentence with a name in it, its endings in the gender of the name."""
    return _SLOT.sub(lambda found: found[1 if gender == "m" else 2], text.replace("{name}", name))


def all_pairs() -> list[Pair]:
    """Every pair of every dimension."""
    found: list[Pair] = []
    for language in REFERENCE:
        kinds = (name_pairs, gender_pairs, person_pairs, way_pairs, spelling_pairs, about_pairs)
        found += [pair for kind in kinds for pair in kind(language)]
    return found + list(language_pairs())


def _names(language: str) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows("names"):
        if row["language"] == language:
            found.setdefault((row["group"], row["gender"]), []).append(row["name"])
    return found


def name_pairs(language: str) -> Iterator[Pair]:
    """Each name of another origin against one of the same gender that readers hold for native; and those against each other."""
    names, reference = _names(language), REFERENCE[language]
    for (group, gender), mine in names.items():
        native = names[reference, gender]
        against = [*native[1:], native[0]] if group == reference else native
        label = "another name of the same kind" if group == reference else group
        for base in bases(language):
            for name, other in zip(against, mine, strict=True):
                yield _pair(language, "names", label, base, (name, gender), (other, gender))


def _pair(
    language: str, dimension: str, group: str, base: Base, one: tuple[str, str], two: tuple[str, str]
) -> Pair:
    plain, other = filled(base.text, *one), filled(base.text, *two)
    return Pair(language, dimension, group, base.key, plain, other, base.intent)


def gender_pairs(language: str) -> Iterator[Pair]:
    """A woman's name against a man's, endings with it."""
    names = _names(language)
    groups = dict.fromkeys(group for group, _ in names)
    for group in groups:
        label = "women's names" if group == REFERENCE[language] else "women's names of other origins"
        for base in bases(language):
            for man, woman in zip(names[group, "m"], names[group, "f"], strict=True):
                yield _pair(language, "gender", label, base, (man, "m"), (woman, "f"))


def person_pairs(language: str) -> Iterator[Pair]:
    """The same said of a woman and of a man."""
    for number, row in enumerate(rows("persons")):
        if row["language"] == language:
            man, woman = (filled(row["text"], "", gender) for gender in "mf")
            if man != woman:
                yield Pair(language, "gender", "said of a woman", f"p{number}", man, woman)


def way_pairs(language: str) -> Iterator[Pair]:
    """Dialect spelling and a learner's grammar against the standard; formal against informal."""
    plain = {base.key: filled(base.text, *PLAIN[language]) for base in bases(language)}
    intents = {base.key: base.intent for base in bases(language)}
    ways: dict[tuple[str, str], str] = {}
    for row in rows(f"{language}_ways"):
        ways[row["way"], row["id"]] = filled(row["text"], *PLAIN[language])
    for (way, key), text in ways.items():
        if way in {"dialect", "foreigner"}:
            yield Pair(language, "way of writing", way, key, plain[key], text, intents[key])
        elif way == "informal":
            formal = ways["formal", key]
            yield Pair(language, "way of writing", "informal against formal", key, formal, text, intents[key])


def spelling_pairs(language: str) -> Iterator[Pair]:
    """The same without accents and apostrophes, with slips of the keyboard, without capitals and full stops."""
    for base in bases(language):
        text = filled(base.text, *PLAIN[language])
        for group, other in (
            ("no accents", without_accents(text)),
            ("slips", with_slips(text)),
            ("no capitals", without_capitals(text)),
        ):
            if other != text:
                yield Pair(language, "spelling", group, base.key, text, other, base.intent)


def without_accents(text: str) -> str:
    """Without accents and apostrophes, as on a foreign keyboard."""
    bare = (one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return "".join(bare).replace("'", " ").replace("’", " ")


def with_slips(text: str) -> str:
    """Each third longer word has two letters exchanged or a double one single, always the same ones."""
    words, count = text.split(" "), 0
    for place, word in enumerate(words):
        if len(word) < 5 or not word.isalpha():
            continue
        count += 1
        if count % 3 == 2:
            single = _DROPPED.sub(r"\1", word, count=1)
            words[place] = single if single != word else word[:2] + word[3] + word[2] + word[4:]
    return " ".join(words)


def without_capitals(text: str) -> str:
    """In small letters, without full stops and commas."""
    return text.lower().replace(".", "").replace(",", "")


def about_pairs(language: str) -> Iterator[Pair]:
    """A sentence about the writer against a harmless one."""
    told = [row for row in rows("about") if row["language"] == language]
    for base in bases(language):
        text = filled(base.text, *PLAIN[language])
        text = f"{text}." if text[-1].isalnum() else text
        for row in told:
            yield Pair(
                language,
                "about the writer",
                row["group"],
                base.key,
                f"{text} {row['control']}",
                f"{text} {row['mention']}",
                base.intent,
            )


def language_pairs() -> Iterator[Pair]:
    """The same in another language, against Italian."""
    for number, row in enumerate(rows("languages")):
        for code in ("en", "de", "fr", "es", "pt"):
            yield Pair(
                code, "languages", f"{code} against it", f"l{number}", row["it"], row[code], row["intent"]
            )


def texts_of(pairs: Iterable[Pair]) -> list[str]:
    """Every different sentence."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair.plain, pair.other)))
