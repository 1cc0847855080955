"""Whether an answer that a language model worded says only what its sources say. Pure; the answer is a stranger's text until it was judged.

    wrong = faults(answer, [source, …], language="it")     # empty: it may be sent

Every sentence is held against the sources: each number with its unit and the words around it, each link, address, day, name and pledge must
stand there, what is negated there must be negated here and the other way round, a restriction ("only", "unless") must not get lost, and
nearly all words that carry meaning must be theirs. The judge is strict rather than clever: whoever fails costs a customer nothing, since
then the source itself is sent, word for word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from ascolto.bot.grounding_words import SAME_SPAN, Sentence, Word, alike, pieces, read
from ascolto.generation.polishing import without_new_data, without_new_links
from ascolto.understanding.engine.languages import differs, language_of_draft

LONGEST = 900  # characters
LEAST_SHARE = 0.6  # of the words of a sentence that carry meaning; the others must be such that say nothing by themselves
SURE_LANGUAGE = 0.8
_MARKS = frozenset(" \n\t.,;:!?'’‘\"“”«»()–—-…€$£%&/+°")
_PREFIXES = ("in", "im", "ir", "il", "dis", "non", "un", "s")  # that turn a word into its contrary
_AROUND = 2  # words beside a number that say what it is of
_TOO_LITTLE = 2  # words in common that two sentences may have by chance

CHARACTERS, LENGTH, LANGUAGE, LINK, NUMBER, NAME, PLEDGE = (
    "characters", "length", "language", "link", "number", "name", "pledge",
)  # fmt: skip
NEGATION, RESTRICTION, WORDS, APART, NOTHING = "negation", "restriction", "words", "apart", "nothing"
FAULTS = (
    CHARACTERS,
    LENGTH,
    LANGUAGE,
    LINK,
    NUMBER,
    NAME,
    PLEDGE,
    NEGATION,
    RESTRICTION,
    WORDS,
    APART,
    NOTHING,
)


def faults(
    answer: str, sources: Sequence[str], *, title: str = "", language: str = "", limit: int = LONGEST
) -> list[str]:
    """What is wrong with the answer, by the names in FAULTS; none where the sources say all of it.

    `title`: what the sources are about, so that every sentence of an answer may name it. `language`: the customer's.
    """
    found = set(_faults_of_form(answer, sources, language, limit))
    said = read(answer)
    known = _Known([sentence for source in sources for sentence in read(source)], title)
    for sentence in said:
        found |= set(_faults_of(sentence, known))
    if not any(word.is_content and known.has(word) for sentence in said for word in sentence.words):
        found.add(NOTHING)
    return [name for name in FAULTS if name in found]


def shares(answer: str, sources: Sequence[str]) -> list[float]:
    """Of each sentence that says something, the share of its words with a meaning that the sources have too."""
    known = _Known([sentence for source in sources for sentence in read(source)])
    content = [[word for word in sentence.words if word.is_content] for sentence in read(answer)]
    return [sum(map(known.has, words)) / len(words) for words in content if words]


# --- what needs no sentences -----------------------------------------------------------------------------------------------


def _faults_of_form(answer: str, sources: Sequence[str], language: str, limit: int) -> Iterable[str]:
    known = frozenset("".join(sources))
    if not all(_is_plain(char) or char in known for char in answer):
        yield CHARACTERS
    if len(answer) > limit:
        yield LENGTH
    spoken = language_of_draft(answer, language)
    if language and differs(language, spoken.code) and spoken.probability >= SURE_LANGUAGE:
        yield LANGUAGE
    if without_new_links(answer, sources)[1] or without_new_data(answer, sources)[1]:
        yield LINK
    if not pieces(answer) <= {piece for source in sources for piece in pieces(source)}:
        yield LINK


def _is_plain(char: str) -> bool:
    """Letters of the Latin script, the ten digits, and the marks of ordinary writing: whatever looks like them is none of them."""
    if char in _MARKS or (char.isascii() and char.isalnum()):
        return True
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")


# --- sentence by sentence --------------------------------------------------------------------------------------------------


class _Known:
    """What the sources say."""

    def __init__(self, sentences: Sequence[Sentence], title: str = "") -> None:
        self.sentences = sentences
        self.topic = [word for sentence in read(title) for word in sentence.words if word.is_content]
        self.words = [*(word for sentence in sentences for word in sentence.words), *self.topic]
        self._seen: dict[str, bool] = {}
        self.negated = [word for word in self.words if word.is_negated]
        self.affirmed = [word for word in self.words if not word.is_negated]

    def has(self, word: Word) -> bool:
        """Whether a source has this word, in any of its forms."""
        if word.folded not in self._seen:
            self._seen[word.folded] = among(word, self.words)
        return self._seen[word.folded]

    def near(self, sentence: Sentence) -> Sentence | None:
        """The sentence that has most words in common; None where that may be chance."""
        best = max(self.sentences, key=lambda one: _shared(sentence, one), default=None)
        return best if best is not None and _shared(sentence, best) >= _TOO_LITTLE else None

    def around(self, place: int) -> list[Word]:
        """The words of a sentence, with those of the one before where that has no numbers of its own: "It costs 5 euros." says of what
        only there."""
        words = list(self.sentences[place].words)
        before = self.sentences[place - 1].words if place else ()
        return words if any(word.number for word in before) else [*before, *words]


def among(word: Word, words: Iterable[Word]) -> bool:
    """Whether it is one of these, in any of its forms."""
    return any(alike(word.folded, one.folded) for one in words)


def _shared(first: Sentence, second: Sentence) -> int:
    return sum(among(word, second.words) for word in first.words if word.is_content)


def _faults_of(sentence: Sentence, known: _Known) -> Iterable[str]:
    content = [word for word in sentence.words if word.is_content]
    strange = [word for word in content if not known.has(word)]
    if any(not word.is_loose for word in strange) or len(strange) > (1 - LEAST_SHARE) * len(content):
        yield WORDS
    said_by = [_said_by(part, sentence.links, known) for part in sentence.parts()]
    if not all(said_by):
        yield APART
    if any(
        word.is_name and not (word.is_courteous or word.is_loose or known.has(word))
        for word in sentence.words
    ):
        yield NAME
    if any(word.is_pledge and not known.has(word) for word in sentence.words):
        yield PLEDGE
    if not all(_is_number_of(place, sentence, known) for place in range(len(sentence.words))):
        yield NUMBER
    if not all(_has_same_sense(word, known) for word in sentence.words if word.is_content):
        yield NEGATION
    if any(_is_contrary(word, known) for word in strange):
        yield NEGATION
    if sentence.negations and not any(one.negations for one in known.sentences):
        yield NEGATION
    near = known.near(sentence)
    on_conditions = [
        near is not None and near.restricts,
        *(all(one.restricts for one in by) for by in said_by if by),
    ]
    if any(on_conditions) and not sentence.restricts:
        yield RESTRICTION


def _said_by(part: Sequence[Word], links: frozenset[str], known: _Known) -> list[Sentence]:
    """The sentences that say it, each alone: what is joined from several may say what none of them does.

    What the sources are about need not stand there, where enough else does; an address goes with the words it is given for.
    """
    words = [word for word in part if known.has(word)]
    telling = [word for word in words if not among(word, known.topic)]
    wanted = telling if len(telling) >= _TOO_LITTLE else words
    return [
        one
        for one in known.sentences
        if one.links >= links and all(among(word, one.words) for word in wanted)
    ]


def _has_same_sense(word: Word, known: _Known) -> bool:
    """What the answer denies a source denies, and what it does not deny some source does not deny."""
    if word.is_negated:
        return among(word, known.negated)
    return among(word, known.affirmed) or not among(word, known.negated)


def _is_contrary(word: Word, known: _Known) -> bool:
    """Whether a source has the word with or without a prefix that turns it round."""
    turned = [word.folded.removeprefix(one) for one in _PREFIXES if word.folded.startswith(one)]
    return any(
        alike(turn, one.folded) for turn in turned if len(turn) >= SAME_SPAN for one in known.words
    ) or any(
        alike(word.folded, one.folded.removeprefix(prefix))
        for one in known.words
        for prefix in _PREFIXES
        if one.folded.startswith(prefix) and len(one.folded) >= SAME_SPAN + len(prefix)
    )


def _is_number_of(place: int, sentence: Sentence, known: _Known) -> bool:
    """Whether some sentence has this number, of the same things, near the same words. True of what is no number."""
    number = sentence.words[place].number
    if not number:
        return True
    unit = sentence.unit(place)
    beside = [
        word for word in sentence.around(place, _AROUND) if known.has(word) and not among(word, known.topic)
    ]
    for at, one in enumerate(known.sentences):
        places = [there for there, word in enumerate(one.words) if word.number == number]
        if not any(_is_same(sentence, place, one, there) for there in places):
            continue
        if all(among(word, known.around(at)) for word in beside) and _is_beside(number, unit, beside, one):
            return True
    return False


def _is_same(sentence: Sentence, place: int, other: Sentence, there: int) -> bool:
    """Whether a number is of the same things, and means the same: within 5 days is not after 5 days."""
    unit, theirs = sentence.unit(place), other.unit(there)
    is_of_same = not unit or (theirs != "" and alike(unit, theirs))
    return is_of_same and sentence.relations(place) == other.relations(there)


def _is_beside(number: str, unit: str, beside: Sequence[Word], there: Sentence) -> bool:
    """Whether the number stands there beside one of these words, the unit aside; and days and pledges do so all."""
    mine = [word for word in beside if not alike(word.folded, unit)]
    for place, word in enumerate(there.words):
        if word.number != number:
            continue
        near = [one for one in there.part(place, there.spans) if not alike(one.folded, unit)]
        touches = not mine or not near or any(among(one, near) for one in mine)
        closer = there.part(place, there.clauses)
        if touches and all(among(one, closer) for one in mine if one.is_pledge):
            return True
    return False
