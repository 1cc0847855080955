"""How soon a message needs somebody: low, normal, high or urgent.

No public data tell it, so it is composed, and every summand is a reason that is shown. The sum is

    0.66 · logit P(at least high) + 0.35 · logit P(urgent)        of the head "urgency", learnt from our messages
    + the weights of the cues that are in the text                danger, fraud, "right now", … (CUES); twice the same kind: half more
    + the weight of the intent                                    a complaint presses, thanks do not (INTENTS)
    + 0.3 · P(anger)
    + 0.35 · messages of the same customer that wait already      at most three
    + 0.3 where others can read it and the author is angry or complains

and the level is where it stands among three thresholds; the distance to them gives the probabilities (an ordered logit). The weights of the
cues and of the head are those of an ordered logit fitted to our messages by cross-validation (macro-F1 of three levels 0.68; of 217
urgent ones 16 were called normal), rounded by hand; the others are judgement. A question or a complaint is never low by itself: only what
asks for nothing is, or what says that there is no hurry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ascolto.understanding.engine.head import Seen
from ascolto.understanding.engine.lexicon import pressing
from ascolto.understanding.engine.meaning import Because, Context, Judgement

LEVELS = ("low", "normal", "high", "urgent")
THRESHOLDS = (-4.0, -1.0, 1.1)
SURE_FROM = 0.6

CUES = {
    "danger": 1.0, "fraud": 0.6, "vulnerable": 0.4, "outage": 0.6, "now": 0.5, "deadline": 0.15, "work": 0.3, "money": 0.3,
    "repeated": 0.25, "calm": -1.5,
}  # fmt: skip
INTENTS = {
    "complaint": 0.3, "cancellation": 0.2, "question": 0.2, "idea": -0.4, "other": -0.6, "praise": -1.5, "thanks": -1.5, "spam": -1.5,
}  # fmt: skip
_ASKS = frozenset({"complaint", "cancellation", "question"})

# The reasons that are not words of the author, with what screens say of them.
REASON_NAMES = {
    "like_urgent": "it reads like urgent messages",
    "like_others": "it reads like messages that can wait",
    "intent": "what it wants",
    "anger": "its anger",
    "waiting": "the customer waits already",
    "in_public": "others can read it",
}
_MOST_WAITING = 3


def urgency_of(
    seen: Seen, head: Judgement, intent: Judgement, anger: Judgement, context: Context
) -> Judgement:
    """The level, from the words and what was understood already. Without the answer of the head only the rest counts."""
    reasons = [*_head(head), *_cues(seen.words, seen.plain), *_rest(intent, anger, context)]
    score = sum(reason.weight for reason in reasons)
    if not head.probabilities:
        score -= 3.0  # where most messages stand
    has_no_hurry = intent.label not in _ASKS or any(_is_calm(reason) for reason in reasons)
    shares = _levels(score, may_be_low=has_no_hurry)
    label = max(shares, key=lambda level: shares[level])
    towards = 1 if label in ("high", "urgent") else -1  # a reason's weight is for the level that is told
    told = [
        Because(why.kind, why.what, round(towards * why.weight, 3))
        for why in reasons
        if abs(why.weight) >= 0.05
    ]
    told.sort(key=lambda why: -abs(why.weight))
    return Judgement(label, shares[label], shares[label] >= SURE_FROM, tuple(told), shares)


def _levels(score: float, *, may_be_low: bool) -> dict[str, float]:
    above = [_logistic(score - threshold) for threshold in THRESHOLDS]
    low = 1 - above[0] if may_be_low else 0.0
    return {"low": low, "normal": 1 - low - above[1], "high": above[1] - above[2], "urgent": above[2]}


def _head(head: Judgement) -> list[Because]:
    if not head.probabilities:
        return []
    urgent = head.probabilities.get("urgent", 0.0)
    pressing_at_all = urgent + head.probabilities.get("high", 0.0)
    weight = 0.66 * _logit(pressing_at_all) + 0.35 * _logit(urgent)
    return [Because("rule", "like_urgent" if weight > 0 else "like_others", weight)]


def _cues(written: Sequence[str], words: Sequence[str]) -> list[Because]:
    """The cues with the author's words for them; of a kind the first counts whole, the second half."""
    found: list[Because] = []
    seen: dict[str, int] = {}
    for place, kind, length in pressing().find(words):
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 2:
            found.append(Because("word", " ".join(written[place : place + length]), CUES[kind] / seen[kind]))
    return found


def _rest(intent: Judgement, anger: Judgement, context: Context) -> list[Because]:
    angry = anger.probability if anger.label == "anger" else anger.probabilities.get("anger", 0.0)
    reasons = [
        Because("rule", "intent", INTENTS.get(intent.label, 0.0)),
        Because("rule", "anger", 0.3 * angry),
        Because("rule", "waiting", 0.35 * min(context.unanswered, _MOST_WAITING)),
    ]
    if context.is_public and (angry >= 0.5 or intent.label == "complaint"):
        reasons.append(Because("rule", "in_public", 0.3))
    return [reason for reason in reasons if reason.weight]


def _is_calm(reason: Because) -> bool:
    return reason.kind == "word" and reason.weight < 0


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def _logit(share: float) -> float:
    share = min(max(share, 1e-3), 1 - 1e-3)
    return math.log(share / (1 - share))
