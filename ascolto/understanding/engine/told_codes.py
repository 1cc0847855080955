"""What a customer gives by name: codes with the words that announce them, readings of a meter, devices, names and wishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ascolto.understanding.engine.personal.looked import Looked


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a text gives: from the words that announce it (`start`), the value itself (`begin` to `end`)."""

    kind: str
    start: int
    begin: int
    end: int
    about: str = ""


_FILLER = (
    r"(?: ?(?:(?:è|e'|é|is|was|era|sarebbe|sono|are|number|numero|num|nr|no|n|code|codice|id|ref|reference|seguente|il|the|mio"
    r"|my)\b[.°º:]{0,2}"
    r"|[:=#(\"'«°º.,-])){0,5} ?"
)
_DIGITS = r"[0-9](?:[ ./-]?[0-9]){3,21}"
_WORD = r"[a-z0-9](?:[./_-]?[a-z0-9]){3,23}"
_LETTERS = r"[a-z0-9]{5,8}"
_CODES: tuple[tuple[str, str, str], ...] = (
    ("pod", r"(?:codice )?pod|punto di prelievo", r"it ?[0-9]{3} ?e ?[0-9 ]{8,11}[0-9a-z]?"),
    ("pdr", r"(?:codice )?pdr|punto di riconsegna", r"[0-9](?: ?[0-9]){13}"),
    ("imei", r"imei", r"[0-9](?:[ -]?[0-9]){14}"),
    ("iccid", r"iccid|(?:numero (?:della )?)?sim(?: card)?", r"89[0-9](?: ?[0-9]){15,17}"),
    (
        "booking",
        r"pnr|(?:codice|numero|n\.?|rif\.?) (?:di |della )?prenotazione|prenotazione|(?:booking|reservation"
        r"|confirmation)(?: (?:reference|ref|number|code|id))?"
        r"|record locator",
        _LETTERS + "|" + _WORD,
    ),
    ("flight", r"volo|flight|treno|train", r"[a-z]{2,3} ?[0-9]{2,5}|[0-9]{4,5}"),
    (
        "customer_code",
        r"(?:codice|cod\.?|numero|num\.?|nr?\.?|id) ?(?:di |del |della )?(?:client[ei]|utente|abbonato|soci[oa]|fidelity|tessera)"
        r"|client[ei]"
        r"|(?:customer|client|account|member(?:ship)?|subscriber|loyalty|user)(?: (?:number|num|no|nr|code|id|ref|reference))?",
        _DIGITS + "|" + _WORD,
    ),
    (
        "contract",
        r"contratto|utenza|polizza|abbonamento|contract|policy|subscription",
        _DIGITS + "|" + _WORD,
    ),
    ("order", r"ordine|ordinazione|order|purchase", _DIGITS + "|" + _WORD),
    (
        "tracking",
        r"tracking|spedizione|lettera di vettura|ldv|pacco|parcel|shipment|tracciatura|codice di tracciamento",
        _DIGITS + "|" + _WORD,
    ),
    ("invoice", r"fattura|bolletta|invoice|bill", _DIGITS + "|" + _WORD),
    (
        "serial",
        r"(?:numero |n\.? ?)?(?:di serie|seriale)|serial(?: number)?|s/n",
        _WORD,
    ),
    (
        "meter",
        r"matricola(?: (?:del )?contatore)?|(?:numero (?:del )?)contatore|meter (?:serial |number)(?: number)?",
        _DIGITS + "|" + _WORD,
    ),
    (
        "ticket",
        r"ticket|pratica|segnalazione|reclamo|richiesta|protocollo|riferimento|rif\.?|case|incident|complaint|reference|request",
        _DIGITS + "|" + _WORD,
    ),
)
_PATTERNS = [
    (kind, re.compile(rf"(?<![^\W_])(?:{words})(?![^\W\d_]){_FILLER}(?P<code>{code})(?![\w])"))
    for kind, words, code in _CODES
]
_DATE = re.compile(r"[0-3]?\d[./-][01]?\d(?:[./-](?:20)?\d\d)?$|(?:19|20)\d\d$")
_COUNTED = re.compile(
    r" ?(?:[.,][0-9]|€|\$|£|%|eur|giorn|volt|mes[ei]|ann[oi]|or[ae]\b|minut|days|times|hours|months|years)"
)
_WITHOUT_DIGITS = (
    "pnr",
    "prenotazione",
    "booking",
    "reservation",
    "confirmation",
    "locator",
)  # codes of letters alone
_FEWEST_DIGITS = {"booking": 0, "flight": 2, "order": 3, "customer_code": 4}


def find_codes(looked: Looked) -> Iterator[Given]:
    """Codes of customers, contracts, orders, tickets, invoices, bookings, parcels, meters and devices."""
    if not looked.has_digits and not any(word in looked.low for word in _WITHOUT_DIGITS):
        return
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(looked.low):
            begin, end = found.span("code")
            if _is_code(kind, looked, begin, end):
                yield Given(kind, found.start(), begin, end)


def _is_code(kind: str, looked: Looked, begin: int, end: int) -> bool:
    code, written = looked.low[begin:end], looked.plain[begin:end]
    digits = sum(character.isdigit() for character in code)
    if _DATE.match(code) or _COUNTED.match(looked.low, end):
        return False
    if kind == "booking":
        return written.isupper() or digits >= 2
    if digits < _FEWEST_DIGITS.get(kind, 3):
        return False
    return digits >= 3 or kind == "flight" or (digits and written.isupper())  # type: ignore[return-value]


_READING = re.compile(
    r"(?<!\w)(?:(?:auto)?lettura|(?:meter )?reading)(?: (?:del|della|dell'\w{1,12}|di|gas|luce|acqua|oggi|attuale|contatore|meter|is"
    r"|for|the|today|my)){0,5}"
    r"(?: ?(?:è|e'|is|:|=|di)){0,2} ?(?P<a>[0-9]{2,8}(?:[.,][0-9]{1,3})?)(?![\w/])"
    r"|(?<!\w)(?:contatore|meter)(?: [^\s.,;!?\d]{1,14}){0,4}? (?:segna|riporta|indica|reads|says|shows|is at|is showing"
    r"|è a)(?: [^\s.,;!?\d]{1,10}){0,2}"
    r" (?P<b>[0-9]{2,8}(?:[.,][0-9]{1,3})?)(?![\w/])"
    r"|(?<!\w)(?P<c>f1[ :=]{0,3}[0-9]{2,7}(?:[ ,;/]{1,3}f[23][ :=]{0,3}[0-9]{2,7}){1,2})(?!\w)"
)
_MAKES = (
    r"iphone|ipad|galaxy|samsung|huawei|xiaomi|redmi|oppo|pixel|motorola|fritz!?box|tp-?link|netgear|zte|t-box|tim hub|vodafone station"
    r"|technicolor|sagemcom|macbook|lenovo|dell|canon|epson|brother|bosch|vaillant|ariston|beretta|playstation|xbox|fire ?tv|sky q|nokia"
)
_MAKE = re.compile(_MAKES)
_DEVICE = re.compile(
    rf"(?<!\w)(?P<a>(?:{_MAKES})(?![^\W\d_])(?: (?:galaxy|redmi|note|pro|plus|max|ultra|mini|air|se|tab|watch|mate|ecotec|genus))*"
    r"[ -]?[a-z]{0,3}[ -]?[0-9]{1,5}[a-z0-9-]{0,5}(?: (?:pro|plus|max|ultra|mini|air|fe))*)(?!\w)"
    r"|(?<!\w)(?:modello|model)(?: (?:è|is|del \w{1,10}))?[ :]{1,2}(?:il |the |un |a )?(?P<b>[a-z][\w!-]{0,12}(?: [\w-]{1,8})?)(?!\w)"
    r"|(?<!\w)(?:modem|router|decoder|telefono|cellulare|caldaia|stampante|phone|printer|boiler|laptop)(?: (?:è|is))?(?: (?:un[oa]?"
    r"|an?))?"
    r" (?P<c>[a-z][\w!-]{1,12}(?: [a-z][\w-]{0,10})?[ -]?[0-9][\w-]{0,6})(?!\w)"
)
_NAME = re.compile(
    r"(?<!\w)(?:mi chiamo|il mio nome è|my name is|my name's|intestat[oa] a|a nome (?:di )?|registered (?:to|under)|in the name of"
    r"|the name is|l'intestatari[oa] è|the account holder is) ?(?P<a>[^\W\d_]{2,20}(?:['’-][^\W\d_]{2,20})?(?: [^\W\d_]{2,20}){0,2})"
)
_WAYS = r"whatsapp|e-?mail|posta|pec|telefono|sms|messagg\w{1,2}|telegram|messenger|chat|phone|text|texts|post|call"
_BY = re.compile(
    rf"(?<!\w)(?:prefer(?:isco|irei|ibilmente|ably|red)?|meglio|rather|better|(?:scriv|contatt|rispond)\w{{0,5}}mi|contattarmi"
    rf"|mi (?:contatti|contattiate|scriva|risponda)"
    rf"|contact me|reach me|write (?:to )?me|message me|answer me)(?: [^\s.,;!?]{{1,14}}){{0,5}}? (?P<a>{_WAYS})(?!\w)"
)
_AT = re.compile(
    r"(?<!\w)(?:(?:ri)?chiam(?:atemi|ami|armi)|mi (?:(?:ri)?chiami|(?:ri)?chiamate|telefoni|contatti|contattiate)|mi (?:può|potete"
    r"|puoi) (?:ri)?chiamare|contatta(?:temi|rmi)"
    r"|telefona(?:temi|rmi)|sono (?:disponibile|reperibile|liber[oa])|mi trovat[ei]|call me|ring me|phone me|reach me|contact me"
    r"|you can call|(?:i'm|i am) (?:available|free))"
    r"(?: [^\s.,;!?\d]{1,14}){0,4}? (?P<a>(?:dopo|prima|dalle|tra|fra|alle|verso|di|la|il|nel|entro|after|before|between|from|at|around"
    r"|in the|only in the)"
    r"(?: [^\s.,;!?\d]{1,10}){0,2} ?(?:[0-9]{1,2}(?:[:.][0-9]{2})?(?: ?(?:am|pm))?(?: (?:e le|alle|and|to"
    r"|e) [0-9]{1,2}(?:[:.][0-9]{2})?(?: ?(?:am|pm))?)?"
    r"|mattin[ao]|pomeriggio|sera|pranzo|mornings?|afternoons?|evenings?|lunch))(?!\w)"
)


def find_others(looked: Looked) -> Iterator[Given]:
    """Readings, devices, names, and how and when people want to be reached."""
    if looked.has_digits:
        yield from _all("meter_reading", _READING, looked)
        yield from (given for given in _all("device", _DEVICE, looked) if _is_device(given, looked))
    for given in _all("name", _NAME, looked):
        if looked.plain[given.begin].isupper():
            yield _without_small_words(given, looked)
    yield from _all("preference", _BY, looked, "channel")
    yield from _all("preference", _AT, looked, "time")


def _all(kind: str, pattern: re.Pattern[str], looked: Looked, about: str = "") -> Iterator[Given]:
    for found in pattern.finditer(looked.low):
        group = next(name for name, value in found.groupdict().items() if value is not None)
        yield Given(kind, found.start(), *found.span(group), about)


def _is_device(given: Given, looked: Looked) -> bool:
    """A make that is known, or a name with a capital; with a number in it."""
    written = looked.plain[given.begin : given.end]
    return any(map(str.isdigit, written)) and (written[0].isupper() or bool(_MAKE.match(written.lower())))


def _without_small_words(given: Given, looked: Looked) -> Given:
    """A name ends before the first word without a capital."""
    end = given.begin
    for word in re.finditer(r"\S+", looked.plain[given.begin : given.end]):
        if not word.group()[0].isupper():
            break
        end = given.begin + word.end()
    return Given(given.kind, given.start, given.begin, end)
