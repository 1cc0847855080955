"""Telephone numbers: which digits are one, by the plans of the countries and by what stands around them."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

PLANS = ("IT", "GB", "US", "DE", "FR", "ES", "PT", "NL", "BE", "CH", "AT")
_PERSONAL = {
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.VOIP,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
}

_COMPANIES = re.compile(
    r"(?:080[08]|803|1?8(?:00|33|44|55|66|77|88)|0?900|199|89[259]|084[3-5]|087[0-3]|00800)\d"
)

SAYS_PHONE = re.compile(
    r"(?<![a-zà-ÿ])(?:tel|telef[a-zà-ÿ]*|t[eé]l[eé]ph?[oó]n[a-zà-ÿ]*|teléfono|t[eé]l|cell?|cellulare|cellular|mobil[ea]?|móvil|movil|phone"
    r"|handy[a-z]*|handphone|smartphone|fisso|portable|gsm|fax|desk|office|whats ?app|wapp|wa|sms|telemóvel|telemovel|tlm|utenza telefonica"
    r"|call(?:ing|ed)?|ring|text|reach|dial|contact(?: \w+)?|answering|voicemail|messages|recapit[oi]|contatt[a-z]*|(?:ri)?chiam[a-zà-ÿ]+"
    r"|squill[a-z]+|rispond[a-z]+|appel[a-z]*|joindre|joignable|llam[a-zà-ÿ]+|ll[aá]me[nm]e|lig(?:ar|ue|uem|em)|contacto"
    r"|anruf[a-z]*|ruf[a-z]*|rückruf[a-z]*"
    r"|erreichbar|erreichen|bellen|bel|bereikbaar|(?:mio|suo|my|mon|mein[e]?|meu|mi|mijn|al|allo|at) (?:numero|number|num"
    r"|nr|n\.?|nummer|numéro|número)(?: è| is)?"
    r")(?![a-zà-ÿ])"
)
SAYS_OTHER = re.compile(
    r"(?<![a-zà-ÿ])(?:ordin[ei]|orders?|order id|ticket|pratica|codice|cod|code|fattura|bolletta|contratto|contract"
    r"|cliente|customer|tracking|track|spedizione"
    r"|pacco|parcel|ref|reference|rif|riferimento|invoice|booking|prenotazione|pnr|volo|flight|confirmation|case"
    r"|segnalazione|reclamo|id|protocollo"
    r"|polizza|conto|account|acct|serial[ei]?|matricola|barcode|ean|isbn|sku|articolo|item|model|lotto|bestell[a-zäöü]*"
    r"|rechnung[a-z]*|kunden[a-z]*|sendung[a-z]*"
    r"|vertrag[a-z]*|commande|facture|contrat|colis|dossier|pedido|factura|contrato|fatura|encomenda|bestelling|factuur"
    r"|klant[a-z]*|abi|cab|cig|cup"
    r"|p\.? ?iva|partita iva|imei|pod|pdr|ricevuta|receipt|scontrino|transaction|transazione|pagamento|payment|lettura"
    r"|reading|contatore|carta|card|version[ei]?|status|followers?|views?)(?![a-zà-ÿ])"
)
_AMOUNT = re.compile(r"(?:[€$£#=]|(?<![a-z])(?:eur|euro|usd|gbp)) ?$")
_SAYS_SOMETHING = re.compile(r"[^\W\d_]")
_WEAK = re.compile(r"(?<![a-zà-ÿ])(?:numero|number|num|nr|no|nummer|numéro|número)[ .:°º]*$")
_NOT_BEHIND = re.compile(
    r" ?(?:€|euro?\b|eur\b|\$|£|%|usd\b|gbp\b|volte\b|followers?\b|persone\b|people\b|views\b)"
)
_DATE = re.compile(
    r"(?:[0-3]?\d[./-][0-3]?\d[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-][01]?\d[./-][0-3]?\d)(?![./-]?\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:([. ])\d{3})(?:\1\d{3})*(?!\d)$")
_YEARS = re.compile(r"\d{1,3}[/]\d{1,3}[/](?:19|20)\d\d$|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d$")


@lru_cache(maxsize=4096)
def is_in_plan(number: str, region: str | None) -> bool:
    """Whether a country has such numbers and gives them to people (free and premium numbers belong to companies)."""
    return _type(number, region) in _PERSONAL


def is_of_a_company(digits: str) -> bool:
    """Numbers that are free or dear to call belong to companies."""
    return _COMPANIES.match(digits) is not None


def _type(number: str, region: str | None) -> int | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.number_type(parsed) if phonenumbers.is_valid_number(parsed) else None


class Plans:
    """The countries' plans for one text. Asking costs 20 µs, so of a text that is a list of numbers the later ones are believed."""

    def __init__(self, most: int = 300) -> None:
        self.left = most

    def is_international(self, digits: str) -> bool:
        """A whole number with the country's prefix, without "+" or "00"."""
        return self._is_in("+" + digits, None)

    def is_national(self, digits: str, regions: tuple[str, ...]) -> bool:
        """Whether one of the countries has that number."""
        return any(self._is_in(digits, region) for region in regions)

    def _is_in(self, number: str, region: str | None) -> bool:
        self.left -= 1
        return 9 <= len(number) <= 14 if self.left < 0 else is_in_plan(number, region)


def plans_by_shape(digits: str, layout: tuple[int, ...], raw: str) -> tuple[str, ...]:
    """The countries whose people write a number just like that, so that it is one without a word that says so."""
    count, first = len(digits), digits[0]
    if first == "0":
        return _with_trunk_zero(digits, layout)
    if (
        count in (9, 10)
        and first == "3"
        and (len(layout) == 1 or layout[0] == 3)
        and count - layout[0] != 7 + 1
    ):
        return ("IT",) if count == 10 or len(layout) > 1 else ()
    if layout in {(3, 3, 4), (1, 3, 3, 4)} and "/" not in raw:
        return ("US",)
    if (
        count == 9
        and layout in {(3, 3, 3), (3, 2, 2, 2)}
        and first in "679"
        and "." not in raw
        and not raw.endswith("000")
    ):
        return ("PT",) if first == "9" else ("ES",)
    return ()


def _with_trunk_zero(digits: str, layout: tuple[int, ...]) -> tuple[str, ...]:
    count, begin = len(digits), digits[:2]
    if layout == (2, 2, 2, 2, 2):
        return ("FR",)
    if len(layout) == 1:
        return ("GB",) if count == 11 and begin == "07" else ()
    if begin in ("07", "01", "02") and count in (10, 11) and layout[0] in (3, 4, 5):
        return ("GB", "IT", "DE", "CH", "FR")
    if begin in ("01", "06", "04") and count in (10, 11, 12):
        return ("DE", "IT", "NL", "BE", "AT")
    if 2 <= layout[0] <= 4 and 8 <= count <= 11 and len(layout) <= 4:
        return ("IT",)
    return ()


_RELEASE = re.compile(r"\d(?:\.\d{1,5}){2,3}$")


def is_no_number(raw: str) -> bool:
    """Dates, spans of years and versions of programs: digits with separators that nobody would call."""
    return bool(_DATE.match(raw) or _YEARS.match(raw) or _RELEASE.match(raw))


def is_amount(raw: str) -> bool:
    """Groups of three as in prices; a telephone number only where a word says so."""
    return _THOUSANDS.match(raw) is not None


def what_is_said(before: str, after: str) -> str:
    """What the words around say of a number: "phone", "other", "weak" (just "number") or nothing; the nearest word wins."""
    if _NOT_BEHIND.match(after) or _AMOUNT.search(before):
        return "other"
    if not _SAYS_SOMETHING.search(before):
        return "phone" if _SAYS_SOMETHING.search(after) and SAYS_PHONE.search(after) else ""
    phone = max((found.end() for found in SAYS_PHONE.finditer(before)), default=-1)
    other = max((found.end() for found in SAYS_OTHER.finditer(before)), default=-1)
    if phone > other:
        return "phone"
    if other >= 0:
        return "other"
    if _WEAK.search(before):
        return "weak"
    return "phone" if SAYS_PHONE.search(after) else ""
