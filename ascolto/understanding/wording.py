"""What the models say, in words that people use. Whoever shows a reading asks here; nothing of it knows models or numbers' insides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.understanding.engine.emoji import GROUPS
from ascolto.understanding.models import Intent, Reading, Sentiment, Urgency

Words = str | Promise
SURE_FROM = 0.9  # a probability from which the answer is called sure
VERY = 0.75  # a feeling from which it is called very strong
MOST_FOR, MOST_AGAINST = 5, 2  # reasons that are told
FIELDS: dict[str, Words] = {
    "intent": gettext_lazy("What it is"),
    "sentiment": gettext_lazy("Feeling"),
    "anger": gettext_lazy("Anger"),
    "urgency": gettext_lazy("Urgency"),
    "topic": gettext_lazy("Topic"),
    "needs_answer": gettext_lazy("Needs an answer"),
}
HEADS = {"needs_answer": "answer"}  # where the model of a field has another name
INTENTS: dict[str, Words] = {
    Intent.QUESTION.value: gettext_lazy("Question"),
    Intent.COMPLAINT.value: gettext_lazy("Complaint"),
    Intent.PRAISE.value: gettext_lazy("Praise"),
    Intent.IDEA.value: gettext_lazy("Idea"),
    Intent.CANCELLATION.value: gettext_lazy("Wants to leave"),
    Intent.SPAM.value: gettext_lazy("Spam"),
    Intent.THANKS.value: gettext_lazy("Thanks"),
    Intent.OTHER.value: gettext_lazy("Something else"),
}
PERHAPS: dict[str, Words] = {
    Intent.QUESTION.value: gettext_lazy("perhaps a question"),
    Intent.COMPLAINT.value: gettext_lazy("perhaps a complaint"),
    Intent.PRAISE.value: gettext_lazy("perhaps praise"),
    Intent.IDEA.value: gettext_lazy("perhaps an idea"),
    Intent.CANCELLATION.value: gettext_lazy("perhaps wants to leave"),
    Intent.SPAM.value: gettext_lazy("perhaps spam"),
    Intent.THANKS.value: gettext_lazy("perhaps only thanks"),
    Intent.OTHER.value: gettext_lazy("perhaps something else"),
}
SENTIMENTS: dict[str, Words] = {
    Sentiment.NEGATIVE.value: gettext_lazy("Negative"),
    Sentiment.NEUTRAL.value: gettext_lazy("Neutral"),
    Sentiment.POSITIVE.value: gettext_lazy("Positive"),
}
_PERHAPS_FELT: dict[str, Words] = {
    Sentiment.NEGATIVE.value: gettext_lazy("perhaps negative"),
    Sentiment.NEUTRAL.value: gettext_lazy("perhaps neutral"),
    Sentiment.POSITIVE.value: gettext_lazy("perhaps positive"),
}
_VERY: dict[str, Words] = {
    Sentiment.NEGATIVE.value: gettext_lazy("Very negative"),
    Sentiment.POSITIVE.value: gettext_lazy("Very positive"),
}
URGENCIES: dict[str, Words] = {
    Urgency.LOW.label: gettext_lazy("Can wait"),
    Urgency.NORMAL.label: gettext_lazy("Normal"),
    Urgency.HIGH.label: gettext_lazy("Urgent"),
    Urgency.URGENT.label: gettext_lazy("Very urgent"),
}
ANGERS: dict[str, Words] = {"anger": gettext_lazy("Angry"), "calm": gettext_lazy("Calm")}
NEEDS: dict[str, Words] = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No answer needed")}
NO_TOPIC: Words = gettext_lazy("None of these")
PERSONAL: dict[str, tuple[Words, Words]] = {  # kind: its name, and the sentence that it is there
    "fiscal_code": (gettext_lazy("fiscal code"), gettext_lazy("contains a fiscal code")),
    "vat": (gettext_lazy("VAT number"), gettext_lazy("contains a VAT number")),
    "national_id": (gettext_lazy("identity number"), gettext_lazy("contains an identity number")),
    "iban": (gettext_lazy("IBAN"), gettext_lazy("contains an IBAN")),
    "card": (gettext_lazy("card number"), gettext_lazy("contains a card number")),
    "card_code": (
        gettext_lazy("security code of a card"),
        gettext_lazy("contains the security code of a card"),
    ),
    "phone": (gettext_lazy("telephone number"), gettext_lazy("contains a telephone number")),
    "email": (gettext_lazy("e-mail address"), gettext_lazy("contains an e-mail address")),
    "address": (gettext_lazy("postal address"), gettext_lazy("contains a postal address")),
    "birth_date": (gettext_lazy("date of birth"), gettext_lazy("contains a date of birth")),
    "document": (
        gettext_lazy("identity document"),
        gettext_lazy("contains the number of an identity document"),
    ),
    "plate": (gettext_lazy("licence plate"), gettext_lazy("contains a licence plate")),
    "ip": (gettext_lazy("IP address"), gettext_lazy("contains an IP address")),
    "code": (gettext_lazy("customer or contract code"), gettext_lazy("contains a customer or contract code")),
    "secret": (gettext_lazy("password or PIN"), gettext_lazy("contains a password or PIN")),
}
SIGNS: dict[str, Words] = {  # of engine.signs, which needs numpy and is therefore not asked here
    "happy_emoji": gettext_lazy("happy emoji"),
    "loving_emoji": gettext_lazy("hearts and kisses"),
    "laughing_emoji": gettext_lazy("laughing emoji"),
    "sad_emoji": gettext_lazy("sad emoji"),
    "angry_emoji": gettext_lazy("angry emoji"),
    "mocking_emoji": gettext_lazy("mocking emoji"),
    "happy_face": gettext_lazy("a smile made of characters"),
    "sad_face": gettext_lazy("a frown made of characters"),
    "exclamations": gettext_lazy("exclamation marks"),
    "questions": gettext_lazy("question marks"),
    "astonished": gettext_lazy("question and exclamation marks together"),
    "dots": gettext_lazy("trailing dots"),
    "quotes": gettext_lazy("a word between quotation marks"),
    "capitals": gettext_lazy("words in capitals"),
    "drawn_out": gettext_lazy("drawn-out letters"),
    "pleasant": gettext_lazy("pleasant words"),
    "unpleasant": gettext_lazy("unpleasant words"),
    "very_pleasant": gettext_lazy("very pleasant words"),
    "very_unpleasant": gettext_lazy("very unpleasant words"),
    "not_pleasant": gettext_lazy("a negated pleasant word"),
    "not_unpleasant": gettext_lazy("a negated unpleasant word"),
    "ends_pleasant": gettext_lazy("ends on a pleasant word"),
    "ends_unpleasant": gettext_lazy("ends on an unpleasant word"),
    "contrast": gettext_lazy("a turn (“but”)"),
    "praise_with_fault": gettext_lazy("praise beside a fault"),
    "mocking_praise": gettext_lazy("praise that may be mockery"),
    "ironic_phrase": gettext_lazy("a turn of phrase that is often ironic"),
    "fault": gettext_lazy("something does not work"),
    "thanks": gettext_lazy("thanks"),
    "swearing": gettext_lazy("swearing or insults"),
    "threat": gettext_lazy("a threat"),
    "at_you": gettext_lazy("a reproach at you"),
    "wish": gettext_lazy("a wish"),
    "joyful_wait": gettext_lazy("looking forward"),
    "mild_praise": gettext_lazy("mild praise"),
    "so_so": gettext_lazy("a shrug"),
    "weary": gettext_lazy("weariness"),
    "only_marks": gettext_lazy("no words at all"),
}
RULES: dict[str, Words] = {
    "automatic": gettext_lazy("it was written by a machine"),
    "spam": gettext_lazy("it is spam"),
    "only_marks": gettext_lazy("it has no words"),
    "question_in_thanks": gettext_lazy("there is a question in it"),
    "only_greeting": gettext_lazy("it is only a greeting"),
    "only_thanks": gettext_lazy("it says thanks and nothing else"),
    "like_urgent": gettext_lazy("it reads like urgent messages"),
    "like_others": gettext_lazy("it reads like messages that can wait"),
    "intent": gettext_lazy("what it wants"),
    "anger": gettext_lazy("its anger"),
    "waiting": gettext_lazy("the customer waits already"),
    "in_public": gettext_lazy("others can read it"),
}
_PLACES: dict[str, Words] = {  # what stands in a text for things whose own words say nothing
    "⇗": gettext_lazy("a link"),
    "✉": gettext_lazy("a mail address"),
    "@": gettext_lazy("a handle"),
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a model answered so: what spoke for it, what against; `whole`: also the sense of the whole text."""

    told: tuple[str, ...]
    against: tuple[str, ...]
    whole: bool

    def sentence(self) -> str:
        """In one sentence; empty where nothing is known."""
        because = ", ".join(self.told)
        if because and self.whole:
            text = _("Because of %(reasons)s; and the sense of the whole text.") % {"reasons": because}
        elif because:
            text = _("Because of %(reasons)s.") % {"reasons": because}
        else:
            text = _("Because of the sense of the whole text.") if self.whole else ""
        if not self.against:
            return text
        return f"{text} {_('Against it: %(reasons)s.') % {'reasons': ', '.join(self.against)}}".strip()


def intent_name(intent: str, *, is_guess: bool = False) -> str:
    """A kind of message, drawn as unsure where it is."""
    return str((PERHAPS if is_guess else INTENTS).get(intent, intent))


def feeling_word(sentiment: str, *, is_guess: bool) -> str:
    """A feeling, drawn as unsure where it is."""
    return str((_PERHAPS_FELT if is_guess else SENTIMENTS).get(sentiment, sentiment))


def feeling_name(reading: Reading) -> str:
    """The feeling with its strength; a guess is told as one."""
    sentiment, is_guess = reading.sentiment, "sentiment" in reading.unsure
    is_strong = abs(reading.strength) >= VERY and "sentiment" not in reading.corrected
    if is_strong and not is_guess and sentiment in _VERY:
        return str(_VERY[sentiment])
    return feeling_word(sentiment, is_guess=is_guess)


def answer_names(field: str) -> Mapping[str, Words]:
    """What may be said of a field, by the word that a correction uses; topics are the company's own."""
    fixed: dict[str, Mapping[str, Words]] = {
        "intent": INTENTS,
        "sentiment": SENTIMENTS,
        "anger": ANGERS,
        "urgency": URGENCIES,
        "needs_answer": NEEDS,
    }
    return fixed.get(field, {})


def answer_name(field: str, value: str) -> str:
    """One answer in words."""
    if field == "topic":
        return str(NO_TOPIC) if value in {"", "-"} else value
    return str(answer_names(field).get(value, value))


def certainty(probability: float | None, *, is_unsure: bool) -> str:
    """How sure an answer is, in a word; empty where nothing is known of it."""
    if is_unsure:
        return _("a guess")
    if probability is None:
        return ""
    return _("sure") if probability >= SURE_FROM else _("likely")


def personal_name(kind: str) -> str:
    """A kind of personal data; one that has no words yet is shown by its name."""
    found = PERSONAL.get(kind)
    return str(found[0]) if found else kind.replace("_", " ")


def personal_sentence(kinds: Sequence[str]) -> str:
    """What a text contains: `contains an IBAN`, or all of it when there is more."""
    known = list(dict.fromkeys(kinds))
    if len(known) == 1 and known[0] in PERSONAL:
        return str(PERSONAL[known[0]][1])
    return _("contains personal data: %(kinds)s") % {"kinds": ", ".join(map(personal_name, known))}


def reasons_of(because: Sequence[Sequence[Any]], text: str) -> Reasons:
    """The reasons of one field, the strongest first; words that stand together in the text are told together."""
    told: list[str] = []
    against: list[str] = []
    whole = False
    words = [(str(what), float(weight)) for kind, what, weight in because if kind == "word" and weight > 0]
    phrases = _phrases(words, text)
    for kind, what, weight in because:
        if kind == "meaning":
            whole = whole or weight > 0
            continue
        name = _emoji(str(what), text) or _reason_name(str(kind), str(what), phrases)
        place = told if weight > 0 else against
        if name and name not in place:
            place.append(name)
    return Reasons(tuple(told[:MOST_FOR]), tuple(against[:MOST_AGAINST]), whole)


def _emoji(sign: str, text: str) -> str:
    """The emoji of the text that a sign stands for: they say it better than words."""
    group = GROUPS.get(sign)
    if group is None:
        return ""
    return " ".join(list(dict.fromkeys(character for character in text[:4000] if character in group))[:3])


def _reason_name(kind: str, what: str, phrases: Mapping[str, str]) -> str:
    if kind in {"sign", "rule"}:
        return str((SIGNS if kind == "sign" else RULES).get(what, ""))
    if what in _PLACES:
        return str(_PLACES[what])
    if kind == "word" and any(character.isalnum() for character in what):
        return f"‘{phrases.get(what, what)}’"
    return what if kind == "word" else ""


def _phrases(words: Sequence[tuple[str, float]], text: str) -> dict[str, str]:
    """Each word with its neighbours that also count, as they stand in the text."""
    wanted = {word.casefold() for word, _weight in words}
    spoken = re.findall(r"\w[\w'’]*", text[:4000].casefold().replace("’", "'"))
    found: dict[str, str] = {}
    run: list[str] = []
    for word in [*spoken, ""]:
        if word in wanted and len(run) < 4:
            run.append(word)
            continue
        for one in run:
            found.setdefault(one, " ".join(run))
        run = [word] if word in wanted else []
    return {word: found[word.casefold()] for word, _weight in words if word.casefold() in found}
