"""What an outgoing text asks the customer to give or to do, in Italian and English. Needs neither numpy nor Django.

A thing that can be given (a code, a number, an address …) is asked for where words that ask stand before it in the same clause and nothing
between them leads elsewhere ("può trovare il codice in bolletta" gives, it does not ask). A value behind the thing makes it a statement, a
negation before the asking words an assurance. For things to do see `deeds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ascolto.understanding.engine.asking_words import (
    AFTER,
    AS_ONE_LIKES,
    BLOCKS,
    GIVE_AT_END,
    GIVE_IT,
    HAVING,
    IS_THERE,
    NEEDS,
    NOT,
    OURS,
    POLITE,
    REQUESTS,
    THEIRS,
    THINGS,
    VALUE,
    WHEN,
    WHICH,
    WHOLE,
)
from ascolto.understanding.engine.deeds import Deed, deeds_in, thing_near
from ascolto.understanding.engine.personal.looked import Looked, look
from ascolto.understanding.engine.told import Told

LOOKED_AT = 10_000  # characters of a text that are looked at
MOST_THINGS = 40  # of one sentence
_FARTHEST = 90  # characters between the asking words and the thing
_SHORT = 7  # words of a question that is only the thing itself


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a text asks for: its kind (and what about it) as in `told`, and where the text asks."""

    kind: str
    about: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    low: str
    start: int
    is_question: bool


@dataclass(frozen=True, slots=True)
class _Lead:
    """Words that ask."""

    start: int
    end: int
    is_need: bool = False
    is_having: bool = False


@lru_cache(maxsize=256)  # what a machine says it says again and again
def asked_for(text: str) -> tuple[Asked, ...]:
    """What a text asks for, in order, each thing once. Of a longer text the first 10,000 characters are looked at."""
    found: dict[tuple[str, str], Asked] = {}
    for looked in look(text[:LOOKED_AT]):
        for sentence in _sentences(looked.low):
            for kind, about, start, end in sorted(_asks(sentence), key=lambda one: one[2]):
                place = looked.place(sentence.start + start, sentence.start + end)
                words = _words(looked, sentence.start + start, sentence.start + end)
                found.setdefault((kind, about), Asked(kind, about, *place, words))
    return tuple(found.values())


def is_answered(asked: Asked, told: Told) -> bool:
    """Whether what is asked for is what was told."""
    if asked.kind != told.kind:
        return False
    if asked.kind not in {"tried", "sent", "preference"}:
        return True
    (deed, _, thing), (other, _, on) = asked.about.partition(":"), told.about.partition(":")
    same = deed == other or (deed == "restart" and other == "reset")
    return same and (not thing or not on or thing == on)


_END = re.compile(r"[.!?]+(?=[\s\"'»”)]|$)|[\n;]+")
_NO_END = re.compile(r"(?<!\w)(?:n|nr|no|num|cod|sig|dott|rif|ref|p|es|tel|art|mr|mrs|dr|st)\.$")


def _sentences(low: str) -> Iterator[_Sentence]:
    start = 0
    for end in _END.finditer(low):
        if end.group() == "." and _NO_END.search(low, max(start, end.end() - 6), end.end()):
            continue
        yield _sentence(low, start, end.start(), "?" in end.group())
        start = end.end()
    yield _sentence(low, start, len(low), False)


def _sentence(low: str, start: int, end: int, is_question: bool) -> _Sentence:
    """What stands there, without the space before it."""
    begin = min(start + len(low[start:end]) - len(low[start:end].lstrip()), end)
    return _Sentence(low[begin:end], begin, is_question)


def _asks(sentence: _Sentence) -> Iterator[tuple[str, str, int, int]]:
    for kind, about, pattern in WHOLE:
        for whole in pattern.finditer(sentence.low):
            if sentence.is_question or not NOT.search(sentence.low, 0, whole.start()):
                yield kind, about, *whole.span()
    leads = _leads(sentence.low)
    for kind, start, end in _things(sentence.low):
        begin = _begin_of_asking(sentence, leads, start, end)
        if begin is not None:
            yield kind, "", begin, end
    for deed, match in deeds_in(sentence.low):
        begin = _begin_of_deed(sentence, deed, match)
        if begin is not None:
            about = deed.name if deed.is_sending else f"{deed.name}:{thing_near(sentence.low, *match.span())}"
            yield "sent" if deed.is_sending else "tried", about.rstrip(":"), begin, match.end()


def _things(low: str) -> list[tuple[str, int, int]]:
    """Everything in a sentence that can be given; of two in one place the one that is named more fully."""
    taken: list[tuple[str, int, int]] = []
    for kind, pattern in THINGS:
        for found in pattern.finditer(low):
            if all(found.end() <= start or found.start() >= end for _, start, end in taken):
                taken.append((kind, found.start(), found.end()))
    return sorted(taken, key=lambda one: one[1])[:MOST_THINGS]


def _leads(low: str) -> list[_Lead]:
    found = [_Lead(*lead.span()) for lead in REQUESTS.finditer(low)]
    found += [_Lead(*lead.span(), is_need=True) for lead in NEEDS.finditer(low)]
    found += [_Lead(*lead.span(), is_having=True) for lead in HAVING.finditer(low)]
    return sorted(found, key=lambda lead: lead.end)


def _begin_of_asking(sentence: _Sentence, leads: list[_Lead], start: int, end: int) -> int | None:
    """Where the words begin that ask for the thing at this place; None where nothing asks for it."""
    low = sentence.low
    if OURS.search(low, max(0, start - 25), start) or VALUE.match(low, end) or THEIRS.match(low, end):
        return None
    for lead in reversed(
        [one for one in leads if one.end <= start + 1 and start - one.end <= _FARTHEST][-4:]
    ):
        if _reaches(sentence, lead, start):
            return lead.start
    return start if _asks_by_itself(sentence, start, end) else None


def _asks_by_itself(sentence: _Sentence, start: int, end: int) -> bool:
    """Whether what stands right around the thing asks for it: "which number …?", "the code is needed", "the code?"."""
    low = sentence.low
    near = low[max(0, start - 40) : start]
    if sentence.is_question and (WHICH.search(near) or IS_THERE.search(near)):
        return True
    if sentence.is_question and GIVE_AT_END.search(low, end):
        return True
    if GIVE_IT.search(low, end) or (AFTER.match(low, end) and not NOT.search(_clause(low, start))):
        return True
    if not sentence.is_question and not POLITE.search(low):
        return False
    begin = max(low.rfind(mark, 0, start) for mark in ",:;–—") + 1
    before, behind = low[begin:start], low[end:]
    return len(before.split()) + len(behind.split()) <= _SHORT and not _says_something(before, behind)


def _reaches(sentence: _Sentence, lead: _Lead, start: int) -> bool:
    """Whether the asking words are about the thing: nothing between that leads elsewhere, no negation, no "if"."""
    low = sentence.low
    between = low[lead.end : start]
    if BLOCKS.search(between) or NOT.search(_clause(low, lead.start)) or _SAID_OF.search(low, 0, lead.start):
        return False
    if lead.is_having:
        return sentence.is_question and len(between.split()) <= 3
    return not (lead.is_need and WHEN.search(low[max(0, lead.start - 40) : lead.start]))


_SAID_OF = re.compile(
    r"(?<!\w)(?:sistema|tecnico|corriere|collega|fornitore|colleagues?|system|courier|technician|supplier)(?: \w{1,10})? ?$"
)
_CLAUSE = re.compile(r"[,;:(–—]| ma | but | però ")


def _clause(low: str, end: int) -> str:
    return _CLAUSE.split(low[max(0, end - 60) : end])[-1]


_SMALLS = (
    "il lo la l' i un una uno suo sua tuo tua vostro e ed o your the a an and or my per favore cortesia please grazie thanks ciao "
    "buongiorno hi hello solo anche ok allora salve perfetto gentile cliente intanto qual è quale invece again also ultima cosa last thing "
    "one more next poi then which what is s"
)
_SMALL = frozenset(_SMALLS.split())


def _says_something(before: str, behind: str) -> bool:
    """Whether there is more in a short question than the thing itself and courtesies."""
    return any(word not in _SMALL for word in re.findall(r"[^\W\d_]+'?", f"{before} {behind}"))


_TRY = re.compile(
    r"(?<!\w)(?:prov(?:i|a|ate|are) (?:anche |ancora |gentilmente |quindi )?a|(?:ha|hai|avete)(?: già)? fatto (?:la prova|il tentativo"
    r"|una prova) di|(?:ha|hai|avete)(?: già| per caso| anche){0,2} (?:provato"
    r"|tentato|cercato) (?:anche )?(?:a|di)"
    r"|(?:può|puoi|potrebbe|potresti|potete|dovrebbe|dovresti|deve|devi|dovete)(?: \w+){0,2}|bisogna|occorre|è necessario|è sufficiente"
    r"|basta|(?:le|ti|vi) (?:consiglio|consigliamo|suggerisco|suggeriamo|chiedo|chiediamo|chiederei)(?: \w+mente)? di"
    r"|(?:la|ti|vi) (?:invito|invitiamo|prego|preghiamo) (?:a|di)|proviamo a|(?:consiglio|consigliamo|suggerisco|consiglierei"
    r"|suggerirei) di|(?:la|il) (?:cortesia|gentilezza|favore) di|potremmo provare a|conviene|sarebbe utile"
    r"|have you (?:given|done)(?: \w+){0,3}|have you(?: already| yet| also| ever){0,2}(?: tried(?: to)?)?|did you(?: already| also"
    r"| ever){0,2}(?: try(?: to)?)?|(?:please "
    r"|can you |could you |you (?:can|could|should|might) |let's |just )?try(?:ing)?(?: to| and)?"
    r"|(?:can|could|would|will) you(?: please| kindly| just| also| maybe| quickly| try to){0,2}|would you mind|you(?:'ll"
    r"| will)?(?: just| also| first)? (?:should|need to|have to|must|may want to|might want to|can)"
    r"|(?:i|we)(?:'d| would)? (?:suggest|recommend|advise)(?: that)?(?: you)?(?: to)?|make sure (?:you|to)|(?:can|may"
    r"|could) i ask you to|(?:it )?(?:may|might|could|would) help to|(?:it's )?worth|how about|let's(?: first| start by| try| just)?"
    r"|if you (?:could|can|would)(?: please)?"
    r"|kindly|please(?: also| kindly"
    r"| just)?|i need you to|we need you to)(?: (?:il|la|lo|a|e|di|us|me|a quick))? ?$"
)
_MAY_START = re.compile(
    r"(?:^|[,;:–—-] ?|(?:\b(?:e|poi|quindi|per favore|intanto|gentilmente|nel frattempo|se può|se riesce|se possibile|quando può"
    r"|if possible|if you can|allora|ora|adesso|prima|and|then|first|now|also|kindly|please|simply|just"
    r"|next|so)\b,? ))(?:[cm]i |l[aoie] |l')?$"
)
_ORDER_IT = re.compile(r"[a-zàèìòù]{3,}(?:i|a|ate|ete|ite|ami|aci|imi|ici|asi)$")
_FORMAL = re.compile(
    r"(?:riavvii|spenga|riaccenda|alleghi|mandi|invii|reinstalli|disinstalli|svuoti|cancelli|aggiorni|reimposti"
    r"|scolleghi|ricolleghi)$"
)
_TO_US = re.compile(r"(?<!\w)[mc]i $")
_THAT = re.compile(r"(?<!\w)(?:che|se|affinché|perché|lei)(?: \w{1,8}){0,2} ?$")
_PARTICIPLE = re.compile(r"(?!update)[a-zàèìòù']*(?:at[oaie]|it[oaie]|ut[oaie]|es[oi]|ess[oai]|spent[oaie])$")
_HAVE_YOU = re.compile(
    r"(?<!\w)(?:ha|hai|avete|l'ha|l'hai)(?: già| per caso| anche| magari| mai| nel frattempo){0,2} ?$"
)
_KNOWN = re.compile(
    r"(?<!\w)(?:che|visto|dato|grazie per|so|vedo|thanks for|thank you for|since|after|dopo|i see|i know|that|as|even though"
    r"|although)(?: [^\s,;:]{1,14}){0,4} ?$"
)
_OWN = re.compile(
    r"(?<!\w)(?:io|noi|we|i|we'll|i'll|we've|i've|i'm|we're|tecnico|technician|sistema|system|abbiamo|ho)(?: (?!chied|consigl|suggeri"
    r"|preg|invit|suggest|recommend"
    r"|advise|need)[^\s,;:]{1,14}){0,3} ?$"
)
_BASE_NOT = re.compile(r"[a-z]+(?:ed|ing)$")


def _begin_of_deed(sentence: _Sentence, deed: Deed, match: re.Match[str]) -> int | None:
    """Where a sentence begins to ask for a deed; None where it only speaks of it."""
    low, start = sentence.low, match.start()
    clause = _clause(low, start)
    first = match.group().split(" ")[0]
    if AS_ONE_LIKES.search(low) or NOT.search(clause) or NOT.search(match.group().split(" ")[0] + " "):
        return None
    have = _HAVE_YOU.search(clause)
    if have:
        asks = (
            sentence.is_question
            and not _KNOWN.search(clause[: have.start()])
            and bool(_PARTICIPLE.match(first))
        )
        return start - len(clause) + have.start() if asks else None
    lead = _TRY.search(clause)
    if lead and not _PARTICIPLE.match(first) and not _OWN.search(clause[: lead.start()]):
        return start - len(clause) + lead.start()
    if _KNOWN.search(clause) or _PARTICIPLE.match(first) or _BASE_NOT.match(first):
        return None
    if deed.is_sending and _TO_US.search(clause) and not _THAT.search(clause[:-3]):
        return start
    if _FORMAL.match(first) and not _THAT.search(clause):
        return start
    opens = _MAY_START.search(low[max(0, start - 20) : start])
    is_order = bool(_ORDER_IT.match(first)) or (
        first.isascii() and not first.endswith(("are", "ere", "ire", "o", "amo"))
    )
    return start if opens and is_order and not _OWN.search(clause) else None


def _words(looked: Looked, start: int, end: int) -> str:
    return " ".join(looked.plain[start:end].split()).lstrip(",;:–—-( ")[:160]
