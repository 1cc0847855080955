"""Whether a clause promises that we shall write, call or answer."""

from __future__ import annotations

import re

from ascolto.sla.dates import english, italian

_I = re.IGNORECASE
OURS = re.compile("|".join(f"(?:{pattern})" for pattern in (*italian.OURS, *english.OURS)), _I)
_THIRD = re.compile(rf"{italian.THIRD}|{english.THIRD}", _I)
_TEAM = re.compile(rf"\b(?:{italian.TEAM}|{english.TEAM})\b", _I)
_OTHERS = re.compile(rf"\b(?:{italian.OTHERS}|{english.OTHERS})\b", _I)
_ENGLISH_BARE = re.compile(english.BARE, _I)
_ITALIAN_BARE = re.compile(rf"^\s*(?:a |di )?{italian.INFINITIVE}(?!\w)", _I)
_LEADS_ON = re.compile(rf"{english.SUBJECT}|\blet (?:me|us)\b|\b{italian.WILL}(?!\w)", _I)
ABOUT_THINGS = re.compile(italian.ABOUT_THINGS, _I)
HEDGED = re.compile(
    (
        r"\b(?:cercher|prover|provo|cerco|conto di|contiamo di|dovre|penso|try to|hope to|should|aim to"
        r"|expect to|probably|do (?:my|our) best)"
    ),
    _I,
)
HABIT = re.compile(
    r"\b(?:di solito|solitamente|normalmente|in genere|generalmente|di norma|mediamente|in media"
    r"|abitualmente|sempre|usually|normally|typically|generally|always|on average|as a rule|every day"
    r"|ogni giorno|tutti i giorni)\b",
    _I,
)
_NOT_BEFORE = re.compile(
    r"(?:\b(?:non|né|mai|never|not|cannot|unable|senza|without)|n't)\s+(?:[^\s\x01]+\s+){0,3}$", _I
)
NOT = re.compile(r"\b(?:non|not|never|cannot|mai|nessuno|nobody)\b|n't\b", _I)
WISH = re.compile(
    r"\b(?:vorrei|vuole che|preferisce che|vuoi che|would you like|do you want|should i|shall i|asked|chiesto)\b",
    _I,
)


def our_promise(clause: str, before: str, *, leads_on: bool) -> re.Match[str] | None:
    """Where the clause says that we shall write or call. `before`: the sentence up to it, where its subject may stand;
    `leads_on`: whether an earlier clause said "I will", so that "and call you" is enough."""
    for found in OURS.finditer(clause):
        if not _NOT_BEFORE.search(clause[: found.start()]) and not NOT.search(found[0]):
            return found
    third = _THIRD.search(clause)
    if third is not None:
        told = before[-120:] + clause[: third.start()]
        is_team = _TEAM.search(told) is not None and _OTHERS.search(told) is None
        if is_team and not _NOT_BEFORE.search(clause[: third.start()]):
            return third
    return (_ENGLISH_BARE.match(clause) or _ITALIAN_BARE.match(clause)) if leads_on else None


def says_we_will(text: str) -> bool:
    """Whether a following "and call you" is ours."""
    return _LEADS_ON.search(text) is not None
