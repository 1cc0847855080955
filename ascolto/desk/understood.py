"""What was understood of a message, ready to be drawn: one quiet line under it, and the whole of it with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ascolto.conversations.models import Message
from ascolto.desk.languages import language_name
from ascolto.understanding import wording
from ascolto.understanding.actions.correct import NO_TOPIC
from ascolto.understanding.models import Correction, Reading, Urgency
from ascolto.understanding.overlay import said
from ascolto.understanding.selectors.readings import LOOKALIKES_FROM
from ascolto.understanding.written import own_words, written_text

FACES = {"negative": ("neg", "frown"), "neutral": ("neu", "meh"), "positive": ("pos", "smile")}
ICONS = {
    "question": "circle-question-mark",
    "complaint": "megaphone",
    "praise": "heart",
    "idea": "lightbulb",
    "cancellation": "log-out",
    "spam": "shield-alert",
    "thanks": "thumbs-up",
    "other": "message-circle",
}
AROUND = 24  # characters shown before and after a place that holds personal data


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood: `tone` as badges have it, `face` for feelings, `is_guess` where it is unsure."""

    words: str
    icon: str = ""
    tone: str = ""
    face: str = ""
    is_guess: bool = False
    short: str = ""  # where there is little room


@dataclass(frozen=True, slots=True)
class Line:
    """Everything worth a glance, in one line; the most important first."""

    chips: tuple[Chip, ...]
    is_corrected: bool


def make_lines(readings: Mapping[int, Reading]) -> dict[int, Line]:
    """The line of each message that was read."""
    return {pk: line_of(reading) for pk, reading in readings.items()}


def line_of(reading: Reading) -> Line:
    """What a reading says at a glance. What is calm, of normal urgency and in the reader's language says nothing of it."""
    found = [
        _angry(reading),
        _urgent(reading),
        _kind(reading),
        _feeling(reading),
        Chip(reading.topic.name, "tag", is_guess="topic" in reading.unsure) if reading.topic else None,
        _alike(reading),
        _language(reading),
        _personal(reading),
        _no_answer(reading),
    ]
    return Line(tuple(chip for chip in found if chip is not None), bool(reading.corrected))


def _angry(reading: Reading) -> Chip | None:
    return None if said(reading, "anger") == "calm" or "anger" in reading.unsure else anger_chip()


def _urgent(reading: Reading) -> Chip | None:
    return None if "urgency" in reading.unsure else urgency_chip(reading.urgency)


def anger_chip() -> Chip:
    """Somebody is angry."""
    return Chip(wording.answer_name("anger", "anger"), "annoyed", "bad")


def urgency_chip(urgency: int) -> Chip | None:
    """How urgent it is; what is of normal urgency says nothing."""
    if urgency < Urgency.HIGH:
        return None
    words = wording.answer_name("urgency", Urgency(urgency).label)
    return Chip(words, "zap", "bad" if urgency >= Urgency.URGENT else "warn")


def _kind(reading: Reading) -> Chip | None:
    if not reading.intent:
        return None
    is_guess = "intent" in reading.unsure
    if is_guess and reading.intent == "other":
        return None
    words = wording.intent_name(reading.intent, is_guess=is_guess)
    return Chip(words, ICONS.get(reading.intent, ""), is_guess=is_guess)


def _feeling(reading: Reading) -> Chip | None:
    if reading.sentiment not in FACES:
        return None
    face, icon = FACES[reading.sentiment]
    return Chip(wording.feeling_name(reading), icon, face=face, is_guess="sentiment" in reading.unsure)


def _alike(reading: Reading) -> Chip | None:
    return alike_chip(reading.lookalike.size) if reading.lookalike else None


def alike_chip(people: int) -> Chip | None:
    """How many people say the same; a few do not make a fault."""
    if people < LOOKALIKES_FROM:
        return None
    words = ngettext("%(count)s says the same", "%(count)s say the same", people) % {"count": people}
    return Chip(words, "users", short=str(people))


def _language(reading: Reading) -> Chip | None:
    mine = (get_language() or "en").partition("-")[0]
    if reading.language in {mine, "und", ""}:
        return None
    name = language_name(reading.language)
    if reading.second_language and reading.second_language != reading.language:
        both = {"first": name, "second": language_name(reading.second_language)}
        return Chip(_("%(first)s and %(second)s") % both, "languages")
    return Chip(name, "languages")


def _personal(reading: Reading) -> Chip | None:
    if not reading.personal:
        return None
    return Chip(wording.personal_sentence([kind for kind, *_place in reading.personal]), "shield-check")


def _no_answer(reading: Reading) -> Chip | None:
    if reading.needs_answer or "needs_answer" in reading.unsure:
        return None
    return Chip(wording.answer_name("needs_answer", "no"), "check")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a person may give instead."""

    value: str
    words: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question about a message: what was answered, how sure it is, why, and what else it may be."""

    name: str
    label: str
    answer: str
    certainty: str  # a word and the number
    is_guess: bool
    why: str
    is_corrected: bool
    corrected_by: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Place:
    """Personal data in the text: what kind, and the words around it; `start` and `end` count in the text that is shown."""

    kind: str
    before: str
    value: str
    after: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Why:
    """The whole reading of one message."""

    message: int
    fields: Sequence[Field]
    language: str
    places: Sequence[Place]
    history: Sequence[str]
    models: str


def make_why(
    message: Message,
    reading: Reading,
    corrections: Sequence[Correction],
    topics: Sequence[str],
    *,
    reader: int,
) -> Why:
    """Everything that was understood of a message, field by field, for the agent `reader`."""
    is_answer = message.in_reply_to_id is not None
    text = written_text(message.text, message.subject, message.extra, is_answer=is_answer)
    standing = {row.field: row for row in reversed(corrections) if row.withdrawn_at is None}
    return Why(
        message=message.pk,
        fields=[
            _field(name, reading, text, standing.get(name), topics, reader)
            for name in wording.FIELDS
            if _was_answered(reading, name, topics)
        ],
        language=language_name(reading.language) if reading.language not in {"", "und"} else "",
        places=_places(reading, text, own_words(message.text, message.extra).strip("\n")),
        history=[_told(row) for row in corrections],
        models=", ".join(f"{head} {version}" for head, version in sorted(reading.versions.items())),
    )


def _was_answered(reading: Reading, name: str, topics: Sequence[str]) -> bool:
    """Whether a model or a person said something of it; topics can be chosen as soon as there are some."""
    if name == "topic":
        return bool(topics or reading.topic)
    return name in reading.probabilities or name in reading.corrected


def _field(
    name: str, reading: Reading, text: str, standing: Correction | None, topics: Sequence[str], reader: int
) -> Field:
    is_corrected = name in reading.corrected
    answer = said(reading, name)
    probability = None if is_corrected else reading.probabilities.get(name)
    is_unsure = name in reading.unsure
    return Field(
        name=name,
        label=str(wording.FIELDS[name]),
        answer=wording.answer_name(name, answer),
        certainty=_certainty(probability, is_unsure=is_unsure),
        is_guess=is_unsure,
        why="" if is_corrected else wording.reasons_of(reading.because.get(name, ()), text).sentence(),
        is_corrected=is_corrected,
        corrected_by=_by(standing, reader) if is_corrected and standing else "",
        choices=[Choice(value, words, value == answer) for value, words in _choices(name, topics)],
    )


def _choices(name: str, topics: Sequence[str]) -> list[tuple[str, str]]:
    if name == "topic":
        return [(topic, topic) for topic in topics] + [(NO_TOPIC, str(wording.NO_TOPIC))]
    return [(value, str(words)) for value, words in wording.answer_names(name).items()]


def _certainty(probability: float | None, *, is_unsure: bool) -> str:
    """How sure it is, as a word and as people read a number: never as a whole certainty."""
    word = wording.certainty(probability, is_unsure=is_unsure)
    if probability is None:
        return word
    percent = min(99, max(1, round(probability * 100)))
    return _("%(word)s · %(percent)s%%") % {"word": word, "percent": percent}


def _by(correction: Correction, reader: int) -> str:
    """Who corrected it, to the reader."""
    if correction.agent_id == reader:
        return _("corrected by you")
    return _("corrected by %(name)s") % {"name": _who(correction)}


def _who(correction: Correction) -> str:
    return correction.agent.name if correction.agent else _("Somebody")


def _told(row: Correction) -> str:
    """One correction in a sentence; what was taken back stays visible."""
    values: dict[str, Any] = {
        "who": _who(row),
        "what": str(wording.FIELDS.get(row.field, row.field)),
        "was": wording.answer_name(row.field, row.was) or "–",
        "became": wording.answer_name(row.field, row.became),
    }
    if row.withdrawn_at is not None:
        return _("%(who)s said %(became)s instead of %(was)s, and took it back.") % values
    return _("%(who)s said %(became)s instead of %(was)s.") % values


def _places(reading: Reading, text: str, shown: str) -> list[Place]:
    """Where the personal data stand. A text that changed since it was read shows none of them."""
    begin, places = max(0, text.find(shown)) if shown else 0, []
    for kind, start, end, *_rest in reading.personal:
        if not 0 <= start < end <= len(text):
            continue
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        places.append(
            Place(
                wording.personal_name(kind),
                before if start <= AROUND else f"…{before}",
                text[start:end],
                after if end + AROUND >= len(text) else f"{after}…",
                _in_browser(shown, start - begin),
                _in_browser(shown, end - begin),
            )
        )
    return places


def _in_browser(text: str, place: int) -> int:
    """A place as scripts count, in units of UTF-16."""
    return len(text[: max(0, place)].encode("utf-16-le", "surrogatepass")) // 2
