"""What is personal because of the words before it: documents, plates, customer codes, security codes, passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ascolto.understanding.engine.personal.looked import Candidate, Looked

_FILLER = (
    r"[ \n]{0,2}(?:(?:è|e'|is|ist|est|es|é|c'est(?: le)?|lautet|numero|number|num|nr|no|n|nummer|numéro|número|rilasciat[oa]|serie|code"
    r"|codice|id)\b[.°º:]{0,2}[ \n]{0,2}|[:=#(\"'«°º.,-][ \n]?){0,4}"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A word that announces a code, and the shape of that code."""

    kind: str
    hints: tuple[str, ...]  # quickly looked for, since most texts have none
    pattern: re.Pattern[str]
    rank: int
    fewest_digits: int = 1


def _told(kind: str, hints: str, words: str, code: str, rank: int, fewest_digits: int = 1) -> Told:
    pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W\d_]){_FILLER}(?P<code>{code})(?![^\W_])")
    return Told(kind, tuple(hints.split("|")), pattern, rank, fewest_digits)


_CODE = r"[a-z0-9](?:[ ./-]?[a-z0-9]){4,17}"
_ONE_WORD = r"[0-9](?: ?[0-9]){17,19}|[a-z0-9](?:[./_-]?[a-z0-9]){3,23}"
TOLD = (
    _told(
        "document",
        "identit|c.i.|ci n|cie|passap|passp|patent|document|licen|ausweis|führerschein|fuehrerschein|reisepass|permis"
        "|pasaporte|bilhete|cartão de cid|paspoort|rijbewijs|id card|permiso|carta di cond",
        r"(?:numero )?(?:carta|cart\.?|c\.?) ?(?:d['i] ?|di )?identit(?:à|a'?)(?: elettronica)?|c\.?i\.?e?\.? n\.?|cie"
        r"|passaporto|patente(?: di guida)?(?: [ab])?|documento(?: d['i] ?identit(?:à|a'?))?"
        r"|passport|driving licen[cs]e|driver'?s? licen[cs]e|identity (?:card|document)|id card|licen[cs]e (?:number|no)"
        r"|personalausweis(?:nummer)?|ausweis(?:nummer)?|reisepass(?:nummer)?"
        r"|führerschein(?:nummer)?|passeport|permis de conduire|carte (?:nationale )?d'identité|pasaporte|permiso de "
        r"conducir|bilhete de identidade|cartão de cidadão|passaporte|paspoort(?:nummer)?|rijbewijs(?:nummer)?",
        _CODE,
        64,
        4,
    ),
    _told(
        "plate",
        "targ|plate|registration|kennzeichen|immatricul|matr|kenteken",
        r"targat[oa]|targa(?: (?:auto|moto|del veicolo|della macchina))?|(?:licen[cs]e|number|registration) plate|plate"
        r"|vehicle registration|reg(?:istration)? (?:number|no)|(?:kfz-?)?kennzeichen|immatricul[a-zé]+|plaque"
        r"|matr[ií]cula|kenteken",
        r"[a-z]{1,3}[ -]{0,2}[0-9]{1,4}[ -]?[a-z]{0,3}|[0-9]{1,4}[ -]?[a-z]{1,3}(?:[ -]?[0-9]{1,3})?"
        r"|[a-z]{1,3}-[a-z]{1,2} ?[0-9]{1,4}|[a-z]{2}[0-9]{2} ?[a-z]{3}|[0-9]{2}-[a-z]{2}-[0-9]{2}",
        56,
        1,
    ),
    _told(
        "code",
        "client|customer|contratt|contract|utenza|utente|contator|matricola|account|kundennummer|kunden|vertrag|contrat"
        "|cliente|abonn|klant|pod|pdr|imei|iccid|meter|zähler|member",
        r"(?:codice|cod\.?|numero|num\.?|n\.?|nr\.?|id) ?(?:di |del )?(?:cliente|clienti|contratto|utenza|utente|contatore"
        r"|abbonato|abbonamento|socio)|cliente n\.?|contratto(?: n\.?)?|utenza n\.?|matricola(?: (?:del )?contatore)?"
        r"|(?:customer|client|contract|account|member|membership|meter|subscriber)(?: (?:number|no|id|code|ref|reference"
        r"|nr|serial))|kundennummer|kunden-?nr|vertragsnummer|vertrags-?nr|zählernummer|kundenkonto"
        r"|(?:numéro|n°|nº) (?:de |d')?(?:client|contrat|abonné|compte)|(?:número|n[.º°]*) de (?:cliente|contrato|abonado)"
        r"|klantnummer|contractnummer|pod|pdr|iccid|codice (?:pod|pdr)",
        _ONE_WORD,
        63,
        3,
    ),
    _told(
        "card_code",
        "cvv|cvc|cv2|sicurezza|security code|prüf|cryptogramme|seguridad|verifica",
        r"cvv2?|cvc2?|cv2|codice (?:di )?(?:sicurezza|verifica)|(?:card )?security code|kartenprüfnummer|prüfziffer"
        r"|cryptogramme|código de seguridad|codice retro",
        r"[0-9]{3,4}",
        57,
        3,
    ),
    _told(
        "secret",
        "pin|puk|otp",
        r"(?:codice )?(?:pin|puk|puk2|otp)(?: (?:della|del|di|code|carta|card|sim|app|bancomat|number)){0,3}",
        r"[0-9]{4,8}",
        58,
        4,
    ),
)

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PLATE = re.compile(r"[a-z]{2} [0-9]{3} [a-z]{2}")
_POD = re.compile(r"(?<![^\W_])it ?[0-9]{3} ?e ?[0-9]{3} ?[0-9]{5}[0-9a-z]?(?![^\W_])")
_SECRET_WORDS = (
    "passw",
    "pwd",
    "pw ",
    "psw",
    "parola d",
    "mot de passe",
    "contrase",
    "senha",
    "wachtwoord",
    "kennwort",
    "codice segreto",
)
_SECRET = re.compile(
    r"(?<![^\W_])(?:pass ?word|pwd?|psw|passwd|passwort|parola d'ordine|mot de passe|contraseña|senha|wachtwoord|kennwort|codice segreto)"
    r"(?P<of> (?:di|del|della|dell'|per|for|of|du|de|do|da|für|van|è|attuale|vecchia|nuova) ?(?:[^\W\d_]{1,20}))?"
    r"(?P<link> ?[:=] ?| (?:è|e'|is|ist|est|es|é|era|was|war|sarebbe)(?: questa)? ?:? ?)(?P<quote>[\"'«“]?)(?P<token>[^\s\"'«»“”]{3,64})"
)
_NO_SECRETS = (
    "sbagliata errata scaduta corretta giusta bloccata dimenticata persa stata sempre troppo quella questa non la il lo un "
    "una mai già ancora valida sicura debole uguale diversa obbligatoria wrong incorrect expired correct not the a an my "
    "invalid still always too weak strong being needed required right blocked locked secure fine ok it falsch richtig "
    "abgelaufen nicht zu noch incorrecte expiré expirée pas toujours incorrecta correcta errada inválida verkeerd niet "
    "cambiata rubata da per in di quindi però perché reset resettata richiesta almeno minimo deve dev'essere at must "
    "minimum least "
)
_NO_SECRET = frozenset(_NO_SECRETS.split())
_ENDINGS = ("ata", "ato", "ita", "uta", "ted", "ing", "ato?", "abile", "ible")


def find_told(looked: Looked) -> Iterator[Candidate]:
    """Everything that a word before it makes personal."""
    if looked.has_digits:
        for told in TOLD:
            if any(hint in looked.low for hint in told.hints):
                yield from _codes(looked, told)
        for found in _POD.finditer(looked.low) if "it" in looked.low else ():
            yield Candidate(found.start(), found.end(), "code", True, 83)
    if any(word in looked.low for word in _SECRET_WORDS):
        yield from _secrets(looked)


def _codes(looked: Looked, told: Told) -> Iterator[Candidate]:
    for found in told.pattern.finditer(looked.low):
        if _YEAR.fullmatch(found["code"]):
            continue
        code, start = found["code"], found.start("code")
        while sum(character.isdigit() for character in code) >= told.fewest_digits:
            last = code.rpartition(" ")[2]
            if (
                " " in code
                and not _PLATE.fullmatch(code)
                and not any(character.isdigit() for character in last)
                and not looked.plain[start : start + len(code)].isupper()
            ):
                code = code[: -len(last)].rstrip(" ./-")  # "AB123456 ma non": the words behind are none of it
                continue
            if (
                any(character.isdigit() for character in code.split(" ")[0])
                or looked.plain[start : start + len(code)].isupper()
                or told.kind == "plate"
            ):
                yield Candidate(start, start + len(code), told.kind, False, told.rank)
            break


def _secrets(looked: Looked) -> Iterator[Candidate]:
    for found in _SECRET.finditer(looked.low):
        start, end = found.span("token")
        written = looked.plain[start:end].rstrip(".,;:!?)")
        if written and _is_secret(written, found["link"], found["quote"], looked.low[end : end + 2]):
            yield Candidate(start, start + len(written), "secret", False, 58)


def _is_secret(written: str, link: str, quote: str, behind: str) -> bool:
    word = written.lower()
    if word in _NO_SECRET or (word.endswith(_ENDINGS) and word.isalpha()):
        return False
    if quote or ":" in link or "=" in link:
        return True
    if any(not character.isalpha() and character not in "'’-" for character in written):
        return True
    return (not written.islower() and not written.istitle()) or not behind.strip(" ")
