"""Postal addresses: a street, a number, and where they follow the postcode and the town."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ascolto.understanding.engine.personal.looked import Candidate, Looked
from ascolto.understanding.engine.personal.streets import (
    NAME,
    NUMBER,
    RANK,
    TOWN,
    find_english,
    find_flats,
    find_french,
    find_germanic,
    find_iberian,
    has_capital,
    is_counted,
)

_APARTMENT = (
    r"(?:,? ?(?:int(?:erno)?|scala|sc|piano|p|palazzina|pal|lotto|apt|apartment|flat|suite|unit|ste|piso|planta|bât|étage|andar|esq"
    r"|dto)[. ]{0,2}[0-9a-z°ºª]{1,4}(?![\w])){0,3}"
)
_DAY = "[0-9]{1,2} (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)"
_ITALIAN = re.compile(
    r"(?<![\w'.-])(?P<kind>via|viale|v\.le|piazza|p\.?zz?a|piazzale|p\.le|piazzetta|corso|c\.so|vicolo|vico|largo|l\.go|strada|str\."
    r"|contrada|c\.da|località|localita'|loc\.|lungomare|lungotevere|lungarno|salita|calle|campo|borgo|frazione|fraz\.|rione|galleria"
    rf"|traversa|circonvallazione|rampa|fondamenta|bastioni|passaggio) (?P<name>{_DAY}|{NAME})"
    rf"(?:(?:, ?| |(?=,))(?:al )?(?P<number>{NUMBER}|s\.?n\.?c\.?(?!\w)){_APARTMENT}(?P<town>{TOWN}?)|(?P<bare>{TOWN}))"
)
_NO_STREETS = (
    "mail email e-mail pec sms web internet whatsapp wa app telefono telefonica telefonicamente fax chat posta aerea cavo satellite "
    "libera mare terra bluetooth wifi wi-fi usb twitter facebook messenger dm telegram radio streaming instagram linkedin skype teams "
    "zoom online sito form pc mobile preferenziale crucis lattea definitiva generale eccezionale provvisoria telematica ufficiale "
    "gerarchica amministrativa giudiziale bonaria d'uscita di da al alle con per che non il lo un una ogni tutti tutto e ed o ma se i "
    "gli le tra fra in su circa solo previsto prevista altri altre fatto fatta ho abbiamo sono è era ha hanno del dell'app dal dalle "
    "queste questi questa questo quei quelle quel"
)
_NO_STREET = frozenset(_NO_STREETS.split())
_NEVER_LAST = _NO_STREET | {
    "ai",
    "agli",
    "alla",
    "allo",
    "nel",
    "nella",
    "sul",
    "sulla",
    "dei",
    "delle",
    "della",
    "dello",
}
_ANYWHERE = "con contro che per ore su non è ma ho se sono si alle dalle oggi domani ieri diretta mail sms volta volte"
_NOT_IN_NAMES = frozenset(_ANYWHERE.split())
_ALWAYS = "viale v.le piazza piazzale vicolo contrada c.da lungomare lungotevere lungarno piazzetta p.zza p.za c.so l.go"
_ALWAYS_STREET = frozenset(_ALWAYS.split())
_LINKING = frozenset(
    [
        "della",
        "delle",
        "dei",
        "degli",
        "dello",
        "dell'",
        "don",
        "san",
        "santa",
        "santo",
        "sant'",
        "s.",
        "dott.",
        "gen.",
        "papa",
    ]
)
_SAYS_ADDRESS = re.compile(
    r"(?:\bin|\babit[a-z]*|indirizzo|resident[ei]|residenza|domicili[a-z]*|\bvivo|\bsede|consegn[a-z]*|spedi[a-z]*|recapit[a-z]*"
    r"|fornitura|\bsito|\bsita|ubicat[oa]|utenza|negozio|ufficio|casa|civico|scala|dalle parti|di|\ba|per|[,:;(\n])[ ,:]{0,3}"
    r"(?:è |in |di |alla )?$"
)


def _italian(looked: Looked) -> Iterator[Candidate]:
    for found in _ITALIAN.finditer(looked.low):
        words = found["name"].split()
        if words[0] in _NO_STREET or words[-1] in _NEVER_LAST or not _NOT_IN_NAMES.isdisjoint(words):
            continue
        town = found["town"] or found["bare"]
        if town or (not is_counted(looked, found.end()) and _is_street(looked, found, words)):
            yield Candidate(found.start(), found.end(), "address", False, RANK)


def _is_street(looked: Looked, found: re.Match[str], words: list[str]) -> bool:
    """ "Via Roma 3", "in via dei gelsi 4"; but not "via libera 3 volte"."""
    if found["kind"] in _ALWAYS_STREET or words[0] in _LINKING or has_capital(looked, *found.span("name")):
        return True
    return found.start() == 0 or bool(_SAYS_ADDRESS.search(looked.before(found.start())))


_Find = Callable[[Looked], Iterator[Candidate]]


def _manner(find: _Find, hints: str) -> tuple[_Find, tuple[str, ...]]:
    return find, tuple(hints.split("|"))


MANNERS = (
    _manner(
        _italian,
        "via|v.le|piazz|p.z|pzza|p.le|corso|c.so|vico|largo|l.go|strad|contrad|c.da|locali|loc.|lungo|salita|calle|campo|borgo|fraz"
        "|rione|galleria|traversa|circonv|rampa|fondament|bastion|passaggio|str.",
    ),
    _manner(
        find_english,
        " st| road| rd| ave| lane| ln| dr| court| ct| sq| boul| blvd| way| pl| terr| clos| cres| gard| grov| park| pkwy| high| hwy| cir"
        "| trail| row| mews| alley| loop| quay| wharf",
    ),
    _manner(find_flats, "apt|suite|unit| box |apartment|casella postale|postfach|postale|apartado|postbus"),
    _manner(
        find_germanic,
        "str|weg|platz|allee|gasse|ring|damm|ufer|chaussee|laan|plein|gracht|kade|singel|dijk|am |an der|im |zu",
    ),
    _manner(
        find_french,
        "rue |avenue |av. |boulevard |bd|place |allée |chemin |impasse |quai |route |square |cours |passage |sentier |faubourg ",
    ),
    _manner(
        find_iberian,
        "calle|c/|avenida|avda|av.|plaza|paseo|pº|carrer|camino|ronda|traves|rua |r. |praça|estrada|alameda|largo",
    ),
)
"""How streets are written, each with the words without which nobody need look."""


def find_addresses(looked: Looked) -> Iterator[Candidate]:
    """Streets with house numbers, with their postcode and town where those follow."""
    for find, hints in MANNERS:
        if any(hint in looked.low for hint in hints):
            yield from find(looked)
