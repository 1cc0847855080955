"""The head "intent": what a message is. Learnt from the corpus; GoEmotions and the text messages lend words that the corpus lacks."""

from __future__ import annotations

import random
from pathlib import Path

from ascolto.understanding.engine.encoder import Encoder, open_encoder
from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.learning import Example, Recipe, learn
from tools.models.heldout import figures, held_out, sure_from
from tools.models.labelled import goemotions, of_alike, read_corpus, seen_by, sms

NAME = "intent"
RECIPE = Recipe()
EMOTIONS = {
    "gratitude": "thanks", "admiration": "praise", "love": "praise", "annoyance": "complaint", "disappointment": "complaint",
    "anger": "complaint", "disgust": "complaint", "neutral": "other", "amusement": "other", "realization": "other", "approval": "other",
}  # fmt: skip
EMOTION_WEIGHT, SMS_WEIGHT = 0.15, 0.08  # measured: more of either costs on the corpus what it wins elsewhere
MOST_COMMENTS, MOST_SMS = 900, 600
SHORT_THANKS = 70  # characters: longer thanks have more to say


def borrowed(data: Path) -> list[tuple[str, str, float]]:
    """Text, label and weight of what the permissive sets lend."""
    comments = goemotions(data, EMOTIONS, MOST_COMMENTS)
    kept = [
        (text, label, EMOTION_WEIGHT)
        for text, label in comments
        if label != "thanks" or len(text) < SHORT_THANKS
    ]
    lot = random.Random(0)
    texts = sms(data)
    spam = [text for text, is_spam in texts if is_spam]
    ham = [text for text, is_spam in texts if not is_spam]
    kept += [(text, "spam", SMS_WEIGHT) for text in spam]
    kept += [
        (text, "question" if text.rstrip().endswith("?") else "other", SMS_WEIGHT)
        for text in lot.sample(ham, min(MOST_SMS, len(ham)))
    ]
    return kept


def make(data: Path, encoder: Encoder | None = None) -> Head:
    """Learn the head; its card has the figures on held-out parts of the corpus."""
    encoder = encoder or open_encoder()
    lines, lent = read_corpus(), borrowed(data)
    seen = seen_by(encoder, [line.text for line in lines])
    examples = [Example(one, line.intent, line.weight) for one, line in zip(seen, lines, strict=True)]
    extra = [
        Example(one, label, weight, is_typical=False)
        for one, (_, label, weight) in zip(seen_by(encoder, [text for text, _, _ in lent]), lent, strict=True)
    ]
    labels = [example.label for example in examples]
    names, said = held_out(NAME, examples, extra, of_alike(lines, seen), encoder=encoder.name, recipe=RECIPE)
    head = learn(NAME, [*examples, *extra], encoder=encoder.name, recipe=RECIPE)
    head.sure_from, head.version = sure_from(names, said, labels), "shipped-1"
    head.card |= {
        "held out": figures(names, said, labels, head.sure_from),
        "learnt from": "the project's corpus; GoEmotions (Apache-2.0); SMS Spam Collection (CC BY 4.0)",
    }
    return head
