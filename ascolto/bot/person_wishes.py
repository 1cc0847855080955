"""Whether somebody asks for a person, in Italian and English. Pure.

On the safe side: the word alone, in a short message, is enough, also misspelt. In a longer one it takes a wish ("parlare con", "get me")
right before whoever is wished for, or that bots are refused. What only tells of persons ("your agent told me", "change operator", "for
one person") is taken away first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain

from ascolto.bot.wording import PERSON
from ascolto.kit.text import fold

_SHORT = 5  # words of a short message
_ALONE = 2  # words of a part of a sentence that only calls
_MISSPELT = 3  # words of a message in which the word may be misspelt
_ALIKE = ("operatore", "operatrice", "operator", "agent", "human", "representative")

_WHO = (
    r"operator[ei]|operatric[ei]|operator|person[ae]|uman[oaie]|esser[ei] uman[oi]|consulent[ei]|addett[oaie]|incaricat[oaie]"
    r"|impiegat[oaie]|referente|collega|colleghi|agent[ei]"
    r"|responsabil[ei]|qualcuno|qualcun altro|titolare|servizio clienti|call center|centralino"
    r"|agents?|humans?|human beings?|persons?|people|representatives?|reps?|advisors?|advisers?|supervisors?|managers?"
    r"|some ?one|some ?body|any ?one|any ?body|customer (?:service|care|support)s?|support team|members? of (?:\w+ )?(?:staff"
    r"|team)|staff|colleagues?"
)
_NO_OTHER = (
    r"\b(?! (?:s|codes?|codice|password|area|number|numero)\b)"  # a word that makes something else of it
)
# Who is a person of the company beyond doubt, and the words of asking that may stand farther before.
_SURELY = (
    r"(?:un|uno)?operator[ei]|(?:un)?operatric[ei]|uman[oi]|esser[ei] uman[oi]|person[ae] ver[ae]|agents?|humans?"
    r"|representatives?|(?:real|live) persons?"
)
_ASKING = (
    r"vorre\w+|vogli\w+|poss[oi]\w*|pot(?:rei|remmo|ete|rebbe)|puo|puoi|fate\w*|fa[im]mi|dove|come (?:faccio|si fa|posso)|serve"
    r"|bisogno|chied\w+|contatt\w+"
    r"|parl(?:are|o|i|iamo)|spieg\w+|sentire|avere|desider\w+|prefer\w+|passa\w*|chiam(?:are|ate|ami|atemi|i)|scriv\w+|rispond\w+|basta"
    r"|can|could|may|would|want|wanna|need|please|get|give|how (?:do|can|to)|where|talk|speak|spk|chat|contact|reach|connect"
    r"|transfer|escalate|deal|rather"
    r"|require|wish|let|send|pass|ask|find|hold of"
)
# What may stand between a wish and whoever is wished for.
_GLUE = (
    r"un|uno|una|il|lo|la|i|gli|le|del|con|coi|a|ad|al|da|dal|di|tu|tuo|tua|tuoi|vostr[oaie]|suo|sua|qualche|ver[oaie]|real[ei]"
    r"|altr[oai]|solo"
    r"|cn|w|subito|adesso|ora|direttamente|favore|per|voce|telefono|avere|sentire|essere|stare|aiuto|aiutat[oa]|contattat[oa]|richiamat[oa]"
    r"|chiamat[oa]|parlare|sua|bravo|brava|competente|umano|umana|contatto|telefonic[oa]|assistenza|supporto|assistance|support"
    r"|linea|in|alla|gentilmente"
    r"|an|the|some|any|your|live|real|actual|proper|another|other|with|to|from|by|of|please|just|now|directly|help|talk|speak|be|called"
    r"|contacted|that|is|human|customer|service|different|more|have|get|me"
)
# Ways to ask to be put in touch, and to want something, which may be anything.
_TALK = (
    r"(?:potete|puoi|puo|potrebbe) (?:dare|mandare)(?:mi)?|parl(?:are|o|i|iamo|armi|arci)(?: \w+){0,2} (?:con|cn)|parlare"
    r"|passa(?:mi|temi|rmi|teci|ci)|(?:mi|ci|me lo|me la) pass\w+"
    r"|fa(?:te)?mi (?:parlare|chiamare|contattare|richiamare)|mi (?:fate|fai|faccia|fa) (?:parlare|chiamare|contattare|richiamare)"
    r"|(?:mi )?mett\w+ in (?:contatto|comunicazione|linea)|colleg(?:ami|atemi|armi|atici)|mi colleg\w+"
    r"|(?:mi )?trasferi(?:sci\w*|sca\w*|temi|rmi|te)"
    r"|(?:contattat|richiamat|chiamat|aiutat|seguit|assistit)[oaie] da|(?:chiam|rispond|aiut|contatt|richiam)[ae]rmi"
    r"|(?:talk|speak|chat|spk|talking|speaking) (?:to|with|2|w)|spiegar\w* (?:a|con)|get|(?:get|give|find|send|pass|bring) me"
    r"|let me (?:talk|speak|chat)|put|put me (?:through|on)"
    r"|connect me|transfer me|hand me(?: over)?|patch me|asking for|ask for"
)
_WANT = (
    r"vorre(?:i|mmo)|vogli(?:o|amo)|desider\w+|gradirei|preferi(?:sco|rei|amo)|esigo|pretendo|datemi|dammi|mi (?:dia|date|dai)"
    r"|mi (?:serve|occorre)"
    r"|(?:ho|abbiamo) bisogno|cerco|chiedo|contattare|raggiungere"
    r"|talk|want|need|like|prefer|rather|i (?:have|get|reach)|let me|reach|contact|looking for|demand|require"
)
_POLITE = r"per favore|perfavore|per piacere|please|pls|plz|grazie|thanks|subito|adesso|immediatamente|now|asap|right away"
_NOT_BOT = (
    r"(?:bots?|robots?|chatbots?|macchin[ae]|machines?|computers?|risponditor[ei]|automa|assistent[ei] (?:virtual[ei]|automatic[oi])"
    r"|(?:virtual|automated|automatic) (?:assistants?|voices?)|voce (?:automatica|registrata)|messaggi automatici)"
)
_REFUSALS = (
    rf"(?:non (?:voglio|vorrei|mi va|intendo|ho voglia)|(?:don t|dont|do not|didn t|never) want|not|rather not|tired|stufo|stufa|stanc[oa])"
    rf"(?: \w+){{0,5}} {_NOT_BOT}",
    rf"(?:basta|niente|no|stop|no more|enough|nessun|smettila)(?: (?:con|di|with|of|the|this|quest[oaie]|sto|il|i|un|una|la"
    rf"|more|to|parlare|talking))*"
    rf" {_NOT_BOT}",
    rf"(?:non con|e non|not|and not)(?: (?:un|una|to|with|a|il|con|the|this))* {_NOT_BOT}",
)
_THERE = (
    rf"(?:c e|ci sono|ce|esist[eo]\w*|avete|is there|are there|isn t there|there|is) (?:(?:{_GLUE}) )*(?:{_WHO})"
    r"(?:$| (?:ver[oaie]|real[ei]|uman[oaie]|li|la|qui|dietro|disponibil[ei]|in (?:questa|linea|ufficio|casa vostra|carne)"
    r"|con cui|che (?:mi|possa|puo"
    r"|risponda|risponde|capisca)|there|here|around|available|at|i can|who can|that can|real|alive|on)\b)"
)
_CALLS = (
    rf"(?:can|could|would|will|have|let|may|please have) (?:(?:{_GLUE}) )*(?:{_WHO})(?: (?:from|of"
    rf"|in) your \w+)? (?:please )?(?:call|ring|phone|contact|help|answer|talk|speak)",
    rf"(?:puo|puoi|potrebbe|potete|fate)(?: \w+){{0,1}} (?:chiam|rispond|aiut|contatt|richiam)[ae]r\w* (?:(?:{_GLUE}) )*(?:{_WHO})",
    r"transfer me$",
    r"in carne e ossa",
    r"(?:avere|sentire|have|get) (?:una|a) perso(?:na|n) (?:al telefono|in linea|vera|on the (?:phone|line))",
)
# What tells of persons, or means no person at all.
_TOLD = (
    r"(?:cambi\w*|nuovo|vecchi[oa]|precedent[ei]|altr[oi]|ultimo|mi[oa]|quest[oa]|quell[oa]) operator[ei]"
    r"|operator[ei] (?:telefonic\w+|precedent[ei]|attuale)"
    r"|error[ei] uman[oi]|risorse umane|corpo umano|(?:per|di|in|tra|tre|due|quattro|cinque|\d+) (?:una |\d+ |due |tre "
    r"|quattro )?person[ae](?: sol[ae])?"
    r"|altr[ae] person[ae]|person[ae] (?:intestatari[ae]|fisic[ah]e?|giuridic\w+|di contatto|sol[ae])"
    r"|agent[ei] (?:immobiliar[ei]|di \w+|assicurativ\w+)"
    r"|(?:via|viale|piazza|largo|corso|vicolo) (?:\w+ )?(?:uman\w+|operator\w+)|brava persona|quante persone|person of contact"
    r"|contact person"
    r"|(?:change|changing|switch|switching|my|new|old|previous|other|another|last|different|former) (?:my |the |phone )*operators?"
    r"|(?:estate|travel|letting|insurance|sales|secret|user) agents?|human (?:error|resources|rights|body)|human s"
    r"|(?:another|other|one|two|three|four|per|each|single|\d+) (?:persons?|people)|persons? (?:named|on the|in (?:charge|this"
    r"|the))|how many people"
    r"|(?:l|un|il|la|una|gli|i|the|an|your|their|a) ?(?:vostr[oai] |vecchi[oa] )?(?:operator[ei]|operatric[ei]|operator"
    r"|consulent[ei]|agents?|agent[ei]"
    r"|person[ae]?|representatives?|addett[oa]|responsabile|manager|advis[oe]r|customer service|servizio clienti)(?: \w+){0,2}"
    r" (?:mi ha|mi hanno|ci ha|mi aveva|ha|hanno|aveva|era|erano|sono|e stat\w|was|were|told|said|did|had|has|booked|promised"
    r"|needs|called|ieri|yesterday)"
)


def wants_person(text: str, own_words: Iterable[str] = ()) -> bool:
    """Whether somebody asks for a person: the word in a short message, a wish and whom it is for in a long one."""
    said = _plain(text)
    if not said:
        return False
    words = len(said.split())
    own_short, own_long = _own(tuple(own_words))
    if (own_short if words <= _SHORT else own_long).search(said):
        return True
    if words <= _MISSPELT and any(_is_alike(word) for word in said.split()):
        return True
    if not _hints().search(said):
        return False
    asks = _told().sub(" … ", said)
    if words <= _SHORT and _named().search(asks):
        return True
    talks, surely = _talks()
    if talks.search(said) or _wishes().search(asks) or surely.search(asks):
        return True
    return any(_is_call(part) for part in re.split(r"[.,;:!?…\n]+", text[:1000]))


def _is_call(part: str) -> bool:
    """Whether a part of a sentence is no more than the word for a person."""
    words = _plain(part).split()
    return 0 < len(words) <= _ALONE and _surely().fullmatch(words[-1]) is not None


@cache
def _surely() -> re.Pattern[str]:
    return re.compile(_SURELY)


def is_zero(text: str) -> bool:
    """Whether somebody only says zero, which on the telephone is a person, and so wherever choices are numbered."""
    return _plain(text) in ("0", "zero", "tasto zero", "press zero", "premo zero", "premi zero")


@cache
def _named() -> re.Pattern[str]:
    named = "|".join(re.escape(fold(word)) for word in chain.from_iterable(PERSON.values()))
    return re.compile(rf"\b(?:{named}|uman[ai]|humans)\b")


@cache
def _hints() -> re.Pattern[str]:
    """What every message has in it that asks for a person; most have none of it, and are done."""
    named = "|".join(re.escape(fold(word)) for word in chain.from_iterable(PERSON.values()))
    return re.compile(
        rf"\b(?:{named}|uman[ai]|{_WHO}|{_SURELY}|{_NOT_BOT}|tecnic[oi]|technicians?|engineers?|transfer me|in carne e ossa)\b"
    )


@cache
def _told() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_TOLD})\b")


@cache
def _talks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Who is to be talked to, and who is surely asked for farther behind."""
    surely = rf"(?:{_ASKING})(?: \w+){{0,5}} (?:{_SURELY})"
    whom = rf"(?:{_WHO}|tecnic[oi]|technicians?|engineers?)"
    return re.compile(rf"\b(?:{_TALK}) (?:(?:{_GLUE}) )*{whom}{_NO_OTHER}"), re.compile(
        rf"\b{surely}{_NO_OTHER}"
    )


@cache
def _wishes() -> re.Pattern[str]:
    wished = rf"(?:{_WANT}) (?:(?:{_GLUE}) )*(?:{_WHO}){_NO_OTHER}"
    polite = rf"(?:{_WHO}) (?:{_POLITE})\b"
    return re.compile(rf"\b(?:{'|'.join([wished, polite, *_REFUSALS, _THERE, *_CALLS])})")


@lru_cache(maxsize=256)
def _own(words: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A flow's own words in a short message; in a long one those of several words are enough, and the others after a wish."""
    plain = [re.escape(word) for word in map(_plain, words) if word]
    nothing = re.compile(r"(?!)")
    if not plain:
        return nothing, nothing
    several = [word for word in plain if "\\ " in word or " " in word]
    wished = rf"(?:{_TALK}|{_WANT}) (?:(?:{_GLUE}) )*(?:{'|'.join(plain)})"
    return re.compile(rf"\b(?:{'|'.join(plain)})\b"), re.compile(rf"\b(?:{'|'.join([wished, *several])})\b")


@lru_cache(maxsize=4096)
def _is_alike(word: str) -> bool:
    """Whether a word is one of those that call a person, but for one letter that is missing, too many, wrong, or in the wrong place."""
    return any(abs(len(word) - len(each)) <= 1 and _one_slip(word, each) for each in _ALIKE)


def _one_slip(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (len(a) > 1 and a[1::-1] + a[2:] == b)


def _plain(text: str) -> str:
    """Folded words without marks."""
    return " ".join(re.findall(r"\w+", fold(text[:1000])))
