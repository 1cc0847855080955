"""Make `engine/lexicons/public.tsv`: words of feeling of six languages from the MIT and BSD lists, merged into one.

The lists are machine-translated or small, so they are made to agree: a word that one language praises and another blames is left out, and
so is a word of feeling that is an everyday word of another language ("die", "fast", "sale"): the reader has one list for all languages,
since customers mix them.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from pathlib import Path

from ascolto.understanding.engine.features import folded, words_of
from ascolto.understanding.engine.text import prepare
from tools.models.corpus import Message, read_corpus

LANGUAGES = ("it", "en", "de", "fr", "es", "pt")
EVERYDAY = 6  # messages of the corpus with a word that make it an everyday word of their language
_WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")


def write_lexicon(data: Path, target: Path) -> int:
    """Write the list; returns how many words it has."""
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for language in LANGUAGES:
        for word, value in _afinn(data, language).items():
            values[word][language] = value
    for word, value in _pattern(data).items():
        values[word].setdefault("it", value)
    everyday = _everyday(read_corpus())
    kept = {}
    for word, by_language in sorted(values.items()):
        value = sum(by_language.values()) / len(by_language)
        agree = min(by_language.values()) * max(by_language.values()) > 0
        if agree and abs(value) >= 1 and not everyday.get(word, set()) - set(by_language):
            kept[word] = round(value)
    target.write_text("".join(f"{word}\t{value}\n" for word, value in kept.items()), encoding="utf-8")
    return len(kept)


def _afinn(data: Path, language: str) -> dict[str, float]:
    found = json.loads((data / "lexicons" / f"AFINN-{language}.json").read_text(encoding="utf-8"))
    return {folded(word): float(value) for word, value in found.items() if value and _WORD.fullmatch(word)}


def _pattern(data: Path) -> dict[str, float]:
    """Pattern's Italian forms; its polarity from -1 to 1 is brought to AFINN's scale."""
    text = (data / "lexicons" / "pattern_it-sentiment.xml").read_text(encoding="utf-8-sig")
    forms: dict[str, list[float]] = defaultdict(list)
    for word in ElementTree.fromstring(text).iter("word"):
        forms[folded(word.get("form", ""))].append(float(word.get("polarity", "0")))
    means = {form: 4 * sum(found) / len(found) for form, found in forms.items() if _WORD.fullmatch(form)}
    return {form: value for form, value in means.items() if abs(value) >= 1}


def _everyday(messages: list[Message]) -> dict[str, set[str]]:
    """The languages in which a word is used often."""
    counts: Counter[tuple[str, str]] = Counter()
    for message in messages:
        words = {folded(word) for word in words_of(prepare(message.text))}
        counts.update((message.language, word) for word in words)
    found: dict[str, set[str]] = defaultdict(set)
    for (language, word), count in counts.items():
        if count >= EVERYDAY:
            found[word].add(language)
    return found
