"""Does a text that the company is about to send sell something? Judged in well under a millisecond, without numpy: the gate asks it.

A linear model over three kinds of features: words with pairs of words; beginnings of words; and families of words (`offer_words`),
alone and beside each other in a sentence ("only" beside "discount" sells, "discount" beside "we have credited" does not). Each kind
is brought to length one. A long text is also judged in parts of a few sentences: a sales line at the end of a long, helpful answer
is still one. Where neither a product nor a price nor any advantage is named nothing is sold.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path

from ascolto.understanding.engine.meaning import Because, Judgement
from ascolto.understanding.engine.offer_spans import Span, sentence_spans
from ascolto.understanding.engine.offer_words import ADVANTAGES, FAMILIES
from ascolto.understanding.engine.text import Prepared, prepare

WEIGHTS = Path(__file__).parent.parent / "weights" / "offers.json"
OFFER, PLAIN = "offer", "plain"
REASONS = 6
LONG = 60  # words from which a text is also judged in parts
PART = 34  # words that a part has at least, where the text has as many
NOTHING_TO_SELL = -3.0
MOST_WORDS = 500
KINDS = ("words", "beginnings", "families")

_WORDS = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[!?.]+|[^\w\s]")
_ENDS = ".?!;"

Sentence = Sequence[str]
Features = Mapping[str, Mapping[str, tuple[int, ...]]]  # kind: feature: the places of its words


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt: of each kind of feature its rarity (idf) and its weight; and where an offer begins."""

    rarity: Mapping[str, Mapping[str, float]]
    weight: Mapping[str, Mapping[str, float]]
    bias: float
    part_bias: float  # added to the score of a part of a long text
    slope: float  # of the scores towards honest probabilities; the threshold is at one half
    unsure: float  # a probability this far from one half, or nearer, is a guess
    version: str = "shipped-1"


def commercial(text: str, language: str = "") -> Judgement:
    """Whether an outgoing text sells, promotes or advertises: "offer" or "plain", with the words that moved it.

    The model knows Italian and English together; `language` is taken so that callers need not know that.
    """
    weights = shipped_weights()
    score, words, features = _highest(words_of(prepare(text)), weights)
    offer = 1 / (1 + math.exp(-max(min(weights.slope * score, 30.0), -30.0)))
    label, probability = (OFFER, offer) if offer >= 0.5 else (PLAIN, 1 - offer)
    return Judgement(
        label,
        probability,
        is_sure=abs(offer - 0.5) > weights.unsure,
        because=_because(words, features, weights, 1.0 if label == OFFER else -1.0),
        probabilities={OFFER: offer, PLAIN: 1 - offer},
    )


def selling_sentence(text: str) -> Span | None:
    """Where the sentence that sells most begins and ends in `text` as it was given; None where nothing is sold.

    `text[begin:end]` is what to mark, and what to take out. Every text that `commercial` calls an offer has one.
    """
    if commercial(text).label != OFFER:
        return None
    spans = sentence_spans(text)
    if not spans:
        return (0, len(text))
    weights = shipped_weights()
    return max(spans, key=lambda span: score(features_of(words_of(prepare(text[slice(*span)]))), weights))


@cache
def shipped_weights(path: Path = WEIGHTS) -> Weights:
    """The weights that come with the product, read once a process."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    tables = {kind: stored["features"][kind] for kind in KINDS}
    return Weights(
        rarity={kind: {name: pair[0] for name, pair in table.items()} for kind, table in tables.items()},
        weight={kind: {name: pair[1] for name, pair in table.items()} for kind, table in tables.items()},
        bias=stored["bias"], part_bias=stored["part_bias"], slope=stored["slope"], unsure=stored["unsure"],
        version=stored["version"],
    )  # fmt: skip


def words_of(prepared: Prepared) -> list[str]:
    """The words, numbers and signs of a prepared text, folded, in order."""
    return _WORDS.findall(prepared.plain)[:MOST_WORDS]


def features_of(words: Sequence[str]) -> Features:
    """Every feature of a text by kind, each with the places of the words that it comes from."""
    sentences = list(_sentences(words))
    found: dict[str, dict[str, tuple[int, ...]]] = {kind: {} for kind in KINDS}
    plain = ["0" if word[0].isdigit() else word for word in words]
    for place, word in enumerate(plain):
        _put(found["words"], word, place)
        for beginning in _beginnings(word):
            _put(found["beginnings"], beginning, place)
    for place, (first, second) in enumerate(pairwise(plain)):
        _put(found["words"], f"{first} {second}", place, place + 1)
    for number, (start, sentence) in enumerate(sentences):
        _families_of(sentence, start, number == len(sentences) - 1, found["families"])
    return found


def counted(table: Mapping[str, tuple[int, ...]], kind: str) -> Iterable[tuple[str, float]]:
    """How much of each feature there is: 1 + log(how often); families are there or not."""
    if kind == "families":
        return ((name, 1.0) for name in table)
    return (
        (name, 1.0 + math.log(max(len(places) // (1 + (" " in name)), 1))) for name, places in table.items()
    )


def score(features: Features, weights: Weights) -> float:
    """The log-odds of an offer, before the slope."""
    return (
        weights.bias
        + without_advantage(features)
        + sum(share for kind in KINDS for share in _shares(features, kind, weights).values())
    )


def without_advantage(features: Features) -> float:
    """What is taken off where neither a product nor a price nor any advantage is named."""
    return 0.0 if any(family in features["families"] for family in ADVANTAGES) else NOTHING_TO_SELL


def _shares(features: Features, kind: str, weights: Weights) -> dict[str, float]:
    rarity, weight = weights.rarity[kind], weights.weight[kind]
    values = {name: amount * rarity[name] for name, amount in counted(features[kind], kind) if name in rarity}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {name: value / length * weight[name] for name, value in values.items()}


def _highest(words: Sequence[str], weights: Weights) -> tuple[float, Sequence[str], Features]:
    """The score of a text, the words that earned it and their features: the whole, or the part of it that sells most."""
    features = features_of(words)
    best = (score(features, weights), words, features)
    for part in _parts(words) if len(words) >= LONG else ():
        features = features_of(part)
        best = max(
            best, (score(features, weights) + weights.part_bias, part, features), key=lambda one: one[0]
        )
    return best


def _parts(words: Sequence[str]) -> Iterable[Sequence[str]]:
    """Runs of whole sentences with at least PART words, each beginning where the one before has its middle."""
    starts = [start for start, _ in _sentences(words)] + [len(words)]
    first = 0
    while first < len(starts) - 1:
        last = next(
            (n for n in range(first + 1, len(starts)) if starts[n] - starts[first] >= PART), len(starts) - 1
        )
        yield words[starts[first] : starts[last]]
        if last == len(starts) - 1:
            return
        first = max(first + (last - first + 1) // 2, first + 1)


def _sentences(words: Sequence[str]) -> Iterable[tuple[int, Sentence]]:
    """The sentences of a text, each with the place where it begins."""
    start = 0
    for place, word in enumerate(words):
        if word[0] in _ENDS:
            yield start, words[start : place + 1]
            start = place + 1
    if start < len(words):
        yield start, words[start:]


def _families_of(sentence: Sentence, start: int, is_last: bool, table: dict[str, tuple[int, ...]]) -> None:
    """What kinds of words a sentence has, alone and two by two, and with what sign it ends."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(sentence, start):
        for family in families(word):
            places.setdefault(family, []).append(place)
    ending = sentence[-1][0] if sentence[-1][0] in "?!" else "."
    for family, where in places.items():
        _put(table, family, *where)
        if ending == "?":
            _put(table, f"{family} ?", *where)
        if is_last:
            _put(table, f"{family} at the end", *where)
    for first, second in combinations(sorted(places), 2):
        _put(table, f"{first} + {second}", *places[first], *places[second])
    _put(table, f"ends {ending}")
    _put(table, "begins " + " ".join("|".join(families(word)) or word for word in sentence[:2]))


def _put(table: dict[str, tuple[int, ...]], name: str, *places: int) -> None:
    table[name] = table.get(name, ()) + places


@lru_cache(maxsize=20_000)
def _beginnings(word: str) -> tuple[str, ...]:
    return tuple(word[:length] for length in range(3, 8) if len(word) > length)


@lru_cache(maxsize=20_000)
def families(word: str) -> tuple[str, ...]:
    """The families that a word belongs to, in order; of an elided one ("l'offerta") those of its halves."""
    whole, beginnings = _tables()
    found = {*whole.get(word, ())}
    for length in range(2, min(len(word), 20) + 1):
        found.update(beginnings.get(word[:length], ()))
    if word[0].isdigit():
        found.add("number")
    if "'" in word:
        found.update(family for half in word.split("'") if half for family in families(half))
    return tuple(sorted(found))


@cache
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    whole: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for family, listed in FAMILIES.items():
        for word in listed.split():
            if word.endswith("*"):
                beginnings[word[:-1]] = (*beginnings.get(word[:-1], ()), family)
                continue
            for ending in "aoie" if word.endswith("@") else ("",):
                form = word.removesuffix("@") + ending
                whole[form] = (*whole.get(form, ()), family)
    return whole, beginnings


def _because(words: Sequence[str], features: Features, weights: Weights, side: float) -> tuple[Because, ...]:
    """The words that moved the result to one side, the strongest first; a feature of two words belongs half to each."""
    of_word: dict[str, float] = {}
    for kind in KINDS:
        for name, share in _shares(features, kind, weights).items():
            places = features[kind][name]
            for place in places:
                of_word[words[place]] = of_word.get(words[place], 0.0) + share / len(places)
    moved = (
        (word, side * share)
        for word, share in of_word.items()
        if word[0].isalnum() or ord(word[0]) > 127 or word in "€$£%"
    )
    strongest = sorted(moved, key=lambda pair: -pair[1])[:REASONS]
    return tuple(Because("word", word, round(share, 3)) for word, share in strongest if share >= 0.02)
