"""The reader: from texts to what they mean, every question at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ascolto.understanding.engine.answers import needs_answer
from ascolto.understanding.engine.encoder import Encoder
from ascolto.understanding.engine.features import folded, grams_of, words_of
from ascolto.understanding.engine.head import Floats, Head, Seen
from ascolto.understanding.engine.languages import language_of
from ascolto.understanding.engine.meaning import Because, Context, Judgement, Language, Meaning
from ascolto.understanding.engine.names import LANGUAGES, without_names
from ascolto.understanding.engine.offers import commercial, shipped_weights
from ascolto.understanding.engine.personal import find_personal
from ascolto.understanding.engine.reject import is_none
from ascolto.understanding.engine.signs import read_signs
from ascolto.understanding.engine.text import Prepared, for_encoder, prepare
from ascolto.understanding.engine.topic import hinted
from ascolto.understanding.engine.urgency import urgency_of

SHIPPED = Path(__file__).parent.parent / "weights"
HINTED = 0.5  # probability of a topic that nothing speaks for but one of its hints
REASONS = 6  # kept of each answer
_NO_CONTEXT = Context()
NOTHING = Judgement("", 0.0, is_sure=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to be read."""

    text: str
    context: Context = _NO_CONTEXT
    is_outgoing: bool = False


def see(prepared: Prepared, vector: Floats) -> Seen:
    """A prepared text as heads see it."""
    words = words_of(prepared)
    plain = [folded(word) for word in words]
    signs = read_signs(prepared, words, plain)
    return Seen(grams_of(plain), words, vector, signs.values, signs.negators, plain)


def nameless(text: Prepared, language: Language) -> Prepared:
    """The text without names, where capitals tell them: what its vector is made of; the very same object where nothing changed."""
    if language.code not in LANGUAGES:
        return text
    shown = without_names(text.shown)
    return (
        text if shown == text.shown else replace(text, shown=shown, plain=shown.casefold().replace("’", "'"))
    )


class Reader:
    """Understands messages. Keep one a process: loading takes a second, a message about two milliseconds."""

    def __init__(self, encoder: Encoder, heads: Mapping[str, Head]) -> None:
        self.encoder = encoder
        self.heads = {name: head for name, head in heads.items() if head.encoder == encoder.name}

    def read(self, text: str, context: Context = _NO_CONTEXT, *, is_outgoing: bool = False) -> Meaning:
        """What one message means."""
        return self.read_all([Asked(text, context, is_outgoing)])[0]

    def read_all(self, asked: Sequence[Asked]) -> list[Meaning]:
        """What many messages mean; cheaper a message than one by one."""
        prepared = [prepare(message.text) for message in asked]
        if not asked:
            return []
        languages = [
            language_of(text, message.context.language_hint)
            for text, message in zip(prepared, asked, strict=True)
        ]
        felt = [nameless(text, language) for text, language in zip(prepared, languages, strict=True)]
        vectors = self.encoder.encode([for_encoder(text) for text in felt])
        return [
            self._understand(message, text, language, see(without, vector))
            for message, text, language, without, vector in zip(
                asked, prepared, languages, felt, vectors, strict=True
            )
        ]

    def _understand(self, asked: Asked, text: Prepared, language: Language, seen: Seen) -> Meaning:
        """`seen` is the text without names: what somebody is called says nothing of what they feel or want."""
        sentiment, intent = self._ask("sentiment", seen), self._ask("intent", seen)
        anger = self._ask("anger", seen)
        return Meaning(
            language=language,
            sentiment=sentiment,
            strength=self._strength(sentiment, seen),
            anger=anger,
            urgency=urgency_of(seen, self._ask("urgency", seen), intent, anger, asked.context),
            intent=intent,
            topic=self._topic(text, seen.vector),
            personal=find_personal(asked.text),
            needs_answer=needs_answer(text, self._ask("answer", seen), intent, asked.context),
            commercial=commercial(asked.text) if asked.is_outgoing else None,
            vector=seen.vector,
            versions=self._versions(asked),
        )

    def _versions(self, asked: Asked) -> dict[str, str]:
        behind = {name: head.version for name, head in self.heads.items()}
        return behind | {"commercial": shipped_weights().version} if asked.is_outgoing else behind

    def _strength(self, sentiment: Judgement, seen: Seen) -> float:
        """From -1 to 1: which way and how surely, and less where the feeling is a mild one."""
        shares = sentiment.probabilities
        leaning = shares.get("positive", 0.0) - shares.get("negative", 0.0)
        head = self.heads.get("strength")
        return leaning * (0.5 + 0.5 * head.answer(seen).probabilities["strong"] if head else 1.0)

    def _topic(self, text: Prepared, vector: Floats) -> Judgement | None:
        """Of the words with all names: those of products and places say what a message is about."""
        head = self.heads.get("topic")
        if head is None:
            return None
        seen = see(text, vector)
        if not is_none(head, head.scores(seen)):
            return self._ask("topic", seen)
        hint = hinted(text.plain, head.card.get("hints", {}))
        return Judgement(hint[0], HINTED, False, (Because("word", hint[1], 1.0),)) if hint else None

    def _ask(self, name: str, seen: Seen) -> Judgement:
        head = self.heads.get(name)
        if head is None:
            return NOTHING
        answer = head.answer(seen, explain=REASONS)
        return Judgement(
            answer.label, answer.probability, answer.is_sure, answer.because, answer.probabilities
        )


def shipped_heads(folder: Path = SHIPPED) -> dict[str, Head]:
    """The heads that come with the product, by name. Raises UnreadableHead."""
    return {path.stem: Head.from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.npz"))}
