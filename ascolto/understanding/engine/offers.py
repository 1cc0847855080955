"""Does a text that the company is about to send sell something? Judged in about a millisecond, without numpy: the gate asks it.

A linear model over what `offer_features` sees: words, turns of phrase, families of words and moves, alone and beside each other in a
sentence ("only" beside "discount" sells, "discount" beside "we have credited" does not). Each kind is brought to length one. A long
text is also judged in parts of a few sentences: a sales line at the end of a long, helpful answer is still one. Where neither a product
nor a price nor any advantage is named, and nothing is proposed, nothing is sold.

What counts as an offer: proposing, inviting or hinting at something to buy, activate, upgrade, renew, extend, try, collect or recommend
that the customer has not asked for. Stating a price, a condition or what somebody already has, giving money back, mending, confirming
what was ordered and telling what the law wants told are plain.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ascolto.understanding.engine.meaning import Because, Judgement
from ascolto.understanding.engine.offer_features import (
    KINDS,
    Alike,
    Features,
    counted,
    features_of,
    sentences_of,
)
from ascolto.understanding.engine.offer_moves import SELLING
from ascolto.understanding.engine.offer_reading import Token, folded, tokens_of
from ascolto.understanding.engine.offer_spans import Span, sentence_spans, slices
from ascolto.understanding.engine.offer_words import ADVANTAGES

WEIGHTS = Path(__file__).parent.parent / "weights" / "offers.json"
OFFER, PLAIN = "offer", "plain"
REASONS = 6
LONG = 40  # words from which a text is also judged in parts
PART = 22  # words that a part has at least, where the text has as many
NOTHING_TO_SELL = -3.0
NOTHING_SAID = -20.0
FEW = 5  # words of a text in which "way" or "our" says nothing of an advantage: "on our way"


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt: of each kind of feature its rarity (idf) and its weight; and where an offer begins."""

    rarity: Mapping[str, Mapping[str, float]]
    weight: Mapping[str, Mapping[str, float]]
    alike: Alike
    bias: float
    part_bias: float  # added to the score of a part of a long text
    slope: float  # of the scores towards honest probabilities; the threshold is at one half
    unsure: float  # a probability this far from one half, or nearer, is a guess
    version: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A text, or a part of it, with what was seen in it and its log-odds of an offer before the slope."""

    score: float
    tokens: Sequence[Token]
    features: Features
    shares: Mapping[str, Mapping[str, float]]  # of each feature in the score, by kind


def commercial(text: str, language: str = "") -> Judgement:
    """Whether an outgoing text sells, promotes or advertises: "offer" or "plain", with the words that moved it.

    The model knows Italian and English together, and some Spanish, French and German; `language` is taken so that callers need not
    know that.
    """
    weights = shipped_weights()
    best = max((_highest(part, weights) for part in slices(text)), key=lambda one: one.score)
    offer = 1 / (1 + math.exp(-max(min(weights.slope * best.score, 30.0), -30.0)))
    label, probability = (OFFER, offer) if offer >= 0.5 else (PLAIN, 1 - offer)
    return Judgement(
        label,
        probability,
        is_sure=abs(offer - 0.5) > weights.unsure,
        because=_because(best, 1.0 if label == OFFER else -1.0),
        probabilities={OFFER: offer, PLAIN: 1 - offer},
    )


@lru_cache(maxsize=512)  # what a machine says it says again and again
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
    return max(spans, key=lambda span: _whole(text[slice(*span)], weights).score)


@cache
def shipped_weights(path: Path = WEIGHTS) -> Weights:
    """The weights that come with the product, read once a process."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    tables = {kind: stored["features"][kind] for kind in KINDS}
    return Weights(
        rarity={kind: {name: pair[0] for name, pair in table.items()} for kind, table in tables.items()},
        weight={kind: {name: pair[1] for name, pair in table.items()} for kind, table in tables.items()},
        alike={word: number for number, words in enumerate(stored["alike"]) for word in words.split()},
        bias=stored["bias"], part_bias=stored["part_bias"], slope=stored["slope"], unsure=stored["unsure"],
        version=stored["version"],
    )  # fmt: skip


def without_advantage(features: Features, *, is_short: bool = False) -> float:
    """What is taken off where neither a product nor a price nor any advantage is named and nothing is proposed."""
    named = ADVANTAGES - {"by_the_way", "our"} if is_short else ADVANTAGES
    if any(family in features["families"] for family in named) or any(
        move in features["moves"] for move in SELLING
    ):
        return 0.0
    return 2 * NOTHING_TO_SELL if is_short else NOTHING_TO_SELL


def parts_of(tokens: Sequence[Token]) -> Iterable[Sequence[Token]]:
    """Of a long text, runs of whole sentences with at least PART words, each beginning where the one before has its middle."""
    if len(tokens) < LONG:
        return
    starts = [start for start, _ in sentences_of(tokens)] + [len(tokens)]
    first = 0
    while first < len(starts) - 1:
        last = next(
            (n for n in range(first + 1, len(starts)) if starts[n] - starts[first] >= PART), len(starts) - 1
        )
        yield tokens[starts[first] : starts[last]]
        if last == len(starts) - 1:
            return
        first = max(first + (last - first + 1) // 2, first + 1)


def _shares(features: Features, kind: str, weights: Weights) -> dict[str, float]:
    rarity, weight = weights.rarity[kind], weights.weight[kind]
    values = {name: amount * rarity[name] for name, amount in counted(features[kind], kind) if name in rarity}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {name: value / length * weight[name] for name, value in values.items()}


def _whole(text: str, weights: Weights) -> Scored:
    plain = folded(text)
    return _scored(plain, tokens_of(plain), weights)


def _highest(text: str, weights: Weights) -> Scored:
    """The text as a whole, or the part of it that sells most."""
    plain = folded(text)
    tokens = tokens_of(plain)
    best = _scored(plain, tokens, weights)
    for part in parts_of(tokens):
        best = max(best, _scored(plain, part, weights, weights.part_bias), key=lambda one: one.score)
    return best


def _scored(plain: str, tokens: Sequence[Token], weights: Weights, bias: float = 0.0) -> Scored:
    features = features_of(plain, tokens, weights.alike)
    shares = {kind: _shares(features, kind, weights) for kind in KINDS}
    total = sum(share for table in shares.values() for share in table.values())
    if not any(token.word[0].isalpha() for token in tokens):  # "🎉🎉🎉" or "12:30" sells nothing
        bias += NOTHING_SAID
    is_short = sum(token.word[0].isalpha() for token in tokens) <= FEW
    bias += weights.bias + without_advantage(features, is_short=is_short)
    return Scored(total + bias, tokens, features, shares)


def _because(best: Scored, side: float) -> tuple[Because, ...]:
    """The words that moved the result to one side, the strongest first; a feature of two words belongs half to each."""
    of_word: dict[str, float] = {}
    for kind in KINDS:
        for name, share in best.shares[kind].items():
            places = best.features[kind][name]
            for place in places:
                word = best.tokens[place].word
                of_word[word] = of_word.get(word, 0.0) + share / len(places)
    moved = (
        (word, side * share)
        for word, share in of_word.items()
        if word[0].isalnum() or ord(word[0]) > 127 or word in "€$£%"
    )
    strongest = sorted(moved, key=lambda pair: -pair[1])[:REASONS]
    return tuple(Because("word", word, round(share, 3)) for word, share in strongest if share >= 0.02)
