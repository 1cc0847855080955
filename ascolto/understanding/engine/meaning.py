"""What is understood of one message. Plain words and numbers: whoever imports this needs no numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ascolto.understanding.engine.head import Floats


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that moved a result: `weight` is its share of the log-odds for the label, against the mean of the others."""

    kind: str  # word, sign, meaning; rule: the words alone decide (answers.py)
    what: str
    weight: float


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a message besides its text."""

    language_hint: str = (
        ""  # of the conversation, the customer or the channel: decides where the text is too short
    )
    unanswered: int = 0  # messages of the same customer before this one that nobody answered yet
    is_public: bool = False
    is_follow_up: bool = False  # not the message that began its conversation
    is_automatic: bool = False  # written by a machine: "out of office"


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a text. `code` is ISO 639-1, or "und" where there is nothing to judge by."""

    code: str
    probability: float
    second: str = ""  # the next best; of a mixed text the other language
    is_mixed: bool = False
    from_hint: bool = False


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """A place in the text that holds personal data. The value itself is not copied."""

    kind: str  # fiscal_code, vat, iban, card, phone, email, address, birth_date, …
    start: int
    end: int
    is_checked: bool  # its check digits are right (where the kind has any)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer about a message, with its reasons."""

    label: str
    probability: float
    is_sure: bool = True
    because: tuple[Because, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Everything that is understood of one message."""

    language: Language
    sentiment: Judgement  # negative, neutral, positive
    strength: float  # -1 (very negative) … 1 (very positive)
    anger: Judgement  # label "anger" or "calm"; the probability is that of anger
    urgency: Judgement  # low, normal, high, urgent
    intent: Judgement  # question, complaint, praise, idea, cancellation, spam, thanks, other
    topic: Judgement | None  # one of the company's topics; None: no topics yet, or none fits
    personal: tuple[PersonalDatum, ...]
    needs_answer: Judgement  # "yes" or "no"
    commercial: Judgement | None  # of an outgoing text: "offer" or "plain"
    vector: Floats
    versions: Mapping[str, str]  # the model behind each answer: "sentiment": "shipped-1"
