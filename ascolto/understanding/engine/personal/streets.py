"""Streets as they are written outside Italy: Britain, America, Germany, France, Spain, Portugal, the Netherlands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ascolto.understanding.engine.personal.looked import Candidate, Looked

WORD = r"(?:[^\W\d_]{1,4}\.|[^\W\d_]{1,25}(?:['-][^\W\d_]{1,24}){0,2})"
NAME = rf"{WORD}(?: {WORD}){{0,5}}?"
NUMBER = (
    r"(?:n(?:um(?:ero)?|r|°|º|\.)?\.? ?|civico |nº ?|# ?)?[0-9]{1,4}"
    r"(?: ?/ ?[0-9a-z]{1,3}|[a-z](?![\w'])| [b-df-np-z](?=[,.;\n]|$)| ?bis\b| ?ter\b)?(?![\w%€$]|[.,:][0-9])"
)
TOWN = (
    r"(?:[ ,\n-]{1,3}(?:[a-z]{1,2}-)?[0-9]{4,5}(?:-[0-9]{3})?(?: [a-z]{2}(?= [^\W\d_]))?,?[ \n]{1,2}"
    rf"{WORD}(?: (?!e |ma |il |la |non |che |and |but |the |und |et |y ){WORD}){{0,3}}?(?: ?\([a-z]{{2}}\))?(?=[\W]|$))"
)
_UNIT = re.compile(
    r" ?(?:€|\$|£|%|eur|volt[ae]|giorn[oi]|or[ae]\b|minut|ann[oi]\b|mes[ei]\b|settiman|second|persone|gb\b|giga|mb\b|mega|km\b|kg\b"
    r"|cm\b|mm\b|m\b|punti|clienti|mail|sms|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre"
    r"|dicembre|times|days|hours|minutes|years|weeks|people|am\b|pm\b|uhr|tage|jahre|stunden|jours|heures|fois|días|horas|veces"
    r"|dias|vezes)"
)
RANK = 50


def is_counted(looked: Looked, end: int) -> bool:
    """Whether the number counts something ("3 volte", "12 marzo") and is no house's."""
    return _UNIT.match(looked.low, end) is not None


def has_capital(looked: Looked, start: int, end: int) -> bool:
    """Whether a word there begins with a capital letter."""
    return any(word[0].isupper() for word in looked.plain[start:end].split())


_ENGLISH = re.compile(
    r"(?<![\w.,:-])(?:(?:apt|apartment|flat|unit|suite)\.? [0-9a-z]{1,5},? )?[0-9]{1,5}[a-z]?(?:[/-][0-9]{1,4}[a-z]?)?,? "
    rf"(?:[nsew]\.? |north |south |east |west )?(?P<name>{WORD}(?: {WORD}){{0,3}}?) "
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|square|sq|boulevard|blvd|way|place|pl|terrace|close|crescent|cres"
    r"|gardens|grove|parkway|pkwy|highway|hwy|circle|cir|trail|row|mews|alley|plaza|loop|quay|wharf)\b\.?(?: [ns]?[ew]\b)?"
    r"(?P<rest>,?[ \n]{0,2}(?:apt|apartment|suite|ste|unit|flat|floor|#)\.? ?[0-9a-z-]{1,6}\b)?"
    r"(?P<town>,?[ \n]{1,2}[a-z][a-z .'-]{2,30}?,?[ \n]{1,2}"
    r"(?:[a-z]{2}[ ,]{1,2}[0-9]{5}(?:-[0-9]{4})?|[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[0-9]{5})(?![\w]))?"
)
_FLAT = re.compile(
    rf"(?<![\w.,:-])[0-9]{{1,6}} (?P<name>{WORD}(?: {WORD}){{0,5}})(?: [0-9]{{1,5}}\.?)?,?[ \n]{{1,2}}"
    rf"(?:apt|suite|apartment|unit)\.? [0-9a-z]{{1,5}}\b"
    rf"(?:,?[ \n]{{1,3}}(?:[^\W\d_]{{2,20}},?[ \n]{{1,3}}){{1,6}}[0-9]{{4,6}}(?![\w]))?"
)
_BOX = re.compile(
    r"(?<![\w])(?:p\.? ?o\.? ?box|casella postale|postfach|bo[iî]te postale|apartado(?: de correos)?|postbus) [0-9]{1,6}(?![\w])"
    r"|(?<![\w])(?:psc|unit) [0-9]{3,5},? box [0-9]{3,5}[ \n]{1,2}[ad]po [a-z]{2} [0-9]{5}(?![\w])"
)
_SAYS_ENGLISH = re.compile(r"\b(?:address|live|lives|located|deliver(?:ed)? to|send (?:it|them) to)\b")
_SURE = re.compile(r"(?:street|st|road|rd|avenue|ave|lane|boulevard|blvd)\b")
_NO_NAME = re.compile(r"\b(?:hours?|minutes?|days?|weeks?|times?|the|a|my|your|of|in|on|by|down|from)\b")


def find_english(looked: Looked) -> Iterator[Candidate]:
    """ "10 Downing Street, London SW1A 2AA"; in small letters only where something says that it is an address."""
    for found in _ENGLISH.finditer(looked.low):
        words = looked.plain[found.start("name") : found.end("name")].split()
        if (
            found["town"]
            or found["rest"]
            or all(word[0].isupper() for word in words)
            or _is_said(looked, found)
        ):
            yield Candidate(found.start(), found.end(), "address", False, RANK)


def find_flats(looked: Looked) -> Iterator[Candidate]:
    """Houses with a flat or suite, whatever the street is called, and boxes at a post office."""
    for pattern in (_FLAT, _BOX):
        for found in pattern.finditer(looked.low):
            yield Candidate(found.start(), found.end(), "address", False, RANK - 1)


def _is_said(looked: Looked, found: re.Match[str]) -> bool:
    if not _SURE.search(found.group()) or _NO_NAME.search(found["name"]):
        return False
    return bool(_SAYS_ENGLISH.search(looked.before(found.start())))


_GERMANIC = re.compile(
    r"(?<![\w])(?:[^\W\d_]{3,24}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|straat|laan|plein|gracht|kade"
    r"|singel|dijk|steenweg)|[^\W\d_]{3,20}(?:er |(?:-[^\W\d_]{2,20}){0,2}-)(?:straße|strasse|str\.|platz|allee|weg|straat|laan|plein)"
    rf"|straße des [0-9]{{1,2}}\. [^\W\d_]{{3,10}}|(?:am|an der|im|zur?) {WORD}) "
    rf"[0-9]{{1,4}}(?: ?[a-h](?![\w]))?(?:[/-][0-9]{{1,3}})?(?![\w%€]|[.,:][0-9])(?P<town>{TOWN}?)"
)
_NO_GERMANIC = re.compile(
    r"(?:park|arbeits|sitz|steh|schlaf|speicher|studien|lehr|stell|kita)platz |(?:hun|bege|keines|durch|hin|her|vor|um|unter)weg "
)
_LOOSE_GERMANIC = re.compile(r"(?:am|an der|im|zur?) ")


def find_germanic(looked: Looked) -> Iterator[Candidate]:
    """ "Lindenweg 5, 10115 Berlin", "Hoofdstraat 12"; German writes them with a capital letter."""
    for found in _GERMANIC.finditer(looked.low):
        start, end = found.span()
        if not looked.plain[start].isupper() or _NO_GERMANIC.search(found.group()) or is_counted(looked, end):
            continue
        if found["town"] or not _LOOSE_GERMANIC.match(found.group()):
            yield Candidate(start, end, "address", False, RANK)


_FRENCH = re.compile(
    r"(?<![\w.,:-])[0-9]{1,4}(?: ?(?:bis|ter|quater|[a-d]))?,? ?(?:rue|avenue|av\.|boulevard|bd\.?|place|allée|chemin|impasse|quai"
    rf"|route|square|cours|passage|sentier|faubourg) (?P<name>(?:de la |de l'|du |des |de |d')?{WORD}(?: {WORD}){{0,3}}?)"
    rf"(?P<town>{TOWN}?)(?=[\W]|$)"
)
_IBERIAN = re.compile(
    r"(?<![\w'.-])(?:calle|c/|avenida|avda\.?|av\.|plaza|paseo|pº|carrer|camino|ronda|travesía|rua|r\.|travessa|praça|largo|estrada"
    rf"|alameda) ?(?P<name>{NAME})(?:, ?| ){NUMBER}(?:,? ?[0-9]{{1,2}}[ºª°] ?[a-z]{{0,3}}\b)?(?P<town>{TOWN}?)"
)


def find_french(looked: Looked) -> Iterator[Candidate]:
    """ "12 bis rue de la Paix, 75002 Paris"."""
    for found in _FRENCH.finditer(looked.low):
        if found["town"]:
            yield Candidate(found.start(), found.end(), "address", False, RANK)
        elif has_capital(looked, *found.span("name")):
            yield Candidate(found.start(), _to_the_end(looked, found.end()), "address", False, RANK)


_MORE = re.compile(r"(?: (?:(?:de|du|des|la|le|les) |[dl]')?[A-ZÀ-Þ][\w'-]{0,24}){1,3}")
_TOWN = re.compile(TOWN)


def _to_the_end(looked: Looked, end: int) -> int:
    """The end of a name of several words, and of the town behind it."""
    more = _MORE.match(looked.plain, end)
    end = more.end() if more else end
    town = _TOWN.match(looked.low, end)
    return town.end() if town else end


def find_iberian(looked: Looked) -> Iterator[Candidate]:
    """ "Calle Mayor 12, 3º B, 28013 Madrid", "Rua Augusta 100"."""
    for found in _IBERIAN.finditer(looked.low):
        capital = has_capital(looked, *found.span("name"))
        if (found["town"] or capital) and not is_counted(looked, found.end()):
            yield Candidate(found.start(), found.end(), "address", False, RANK)
