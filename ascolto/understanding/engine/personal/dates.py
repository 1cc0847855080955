"""Dates of birth: dates beside words that say so. Other dates are no personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ascolto.understanding.engine.personal.looked import Candidate, Looked

_HINTS = (
    "nat",
    "nasc",
    "nacid",
    "nacim",
    "born",
    "birth",
    "dob",
    "d.o.b",
    "n. il",
    "gebor",
    "geb.",
    "geburt",
    "né",
    "naiss",
    "complean",
    "fødselsdato",
)
_SAYS = re.compile(
    r"\b(?:nat[oa]h?(?: (?:a|in|ad) [^\d\n]{2,40}?)?,? (?:il|l'|nel|in data)? ?|nat[oa]:? |data (?:e luogo )?di nascita"
    r"|luogo e data di nascita|nascita|n\. ?il|born(?: on| in [^\d\n]{2,30} on)?"
    r"|d\.?o\.?b\.?|date of birth|birth ?da(?:te|y)|compleanno|compio gli anni|geboren(?: am| op)?|geb\.|geburtsdatum"
    r"|geboortedatum|geburtstag|née?(?: le| à [^\d\n]{2,30} le)?"
    r"|date de naissance|naissance|nacid[oa](?: el| en [^\d\n]{2,30} el)?|fecha de nacimiento|nascid[oa](?: em| a)?|data "
    r"de nascimento|fødselsdato)"
)
_MONTHS = (
    "gen(?:naio)?|feb(?:braio)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|set(?:tembre)?"
    "|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?"
    "|jan(?:uary|uar|vier|eiro|uari)?|jän(?:ner)?|february|februar|febrero|fevereiro|februari|février|févr|mars|march"
    "|märz|maart|março|marzo|april|avril|abril|may|mai|mei|mayo|maio"
    "|june|juni|juin|junio|junho|jun|july|juli|juillet|julio|julho|jul|august|augustus|août|agosto|aug|sept?(?:ember"
    "|embre|iembre|embro)?|settembre"
    "|oct(?:ober|obre|ubre)?|okt(?:ober)?|outubro|november|noviembre|novembro|dec(?:ember)?|dez(?:ember|embro)?|décembre"
    "|diciembre|enero|ene"
)
_YEAR = r"(?:19\d\d|20[0-3]\d)"
_DATE = re.compile(
    rf"(?:[0-3]?\d ?[./-] ?[01]?\d ?[./-] ?(?:{_YEAR}|\d\d)|{_YEAR} ?[./-] ?[01]?\d ?[./-] ?[0-3]?\d"
    rf"|[0-3]?\d(?:[°º.]|st|nd|rd|th|er)? ?(?:de |di |of )?(?:{_MONTHS})\.?,? ?(?:de |del |do )?(?:{_YEAR}|'?\d\d)"
    rf"|(?:{_MONTHS})\.? [0-3]?\d(?:st|nd|rd|th)?,? {_YEAR}|[0-3]\d[01]\d{_YEAR}|1° ?(?:{_MONTHS}) {_YEAR})(?![\w])"
)
_FARTHEST = 25  # characters between the word and the date


def find_birth_dates(looked: Looked) -> Iterator[Candidate]:
    """Dates right behind "born on", "nata il" and the like: in figures or with the month as a word."""
    if not any(hint in looked.low for hint in _HINTS):
        return
    for said in _SAYS.finditer(looked.low):
        found = _DATE.search(looked.low, said.end(), said.end() + _FARTHEST + 20)
        if found is None or found.start() > said.end() + _FARTHEST or _is_inside(looked.low, found.start()):
            continue
        if "\n\n" in looked.low[said.end() : found.start()]:
            continue
        yield Candidate(found.start(), found.end(), "birth_date", True, 70)


def _is_inside(text: str, start: int) -> bool:
    return start > 0 and (
        text[start - 1].isalnum() or (text[start - 1] in "./-" and start > 1 and text[start - 2].isdigit())
    )
