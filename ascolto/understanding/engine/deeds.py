"""What people do when something does not work, in Italian and English: restart, reset, change the cable, reinstall … and send a photo.

The same table serves both sides: what a customer says they did (`done`), and what a text asks them to do (`asking`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_GAP = r"(?: (?!tramite|via |con |nel|dal|using|through|with |by )[^\s.,;!?]{1,15}){0,4}?"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is tried (or sent), and how it is said: any form of its verbs, in both languages."""

    name: str
    pattern: re.Pattern[str]
    is_sending: bool = False


def _deed(name: str, it: str, en: str, *, is_sending: bool = False) -> Deed:
    return Deed(name, re.compile(rf"(?<![\w-])(?:{it}|{en})(?![\w-])"), is_sending)


_PHOTO_IT = r"(?:foto\w*|immagin\w+|screenshot\w*|schermat\w+|video)"
_PHOTO_EN = r"(?:photos?|pictures?|pics?|images?|screenshots?|videos?)"
_PAPER_IT = r"(?:document\w*|carta d'identità|ricevut[ae]|scontrin[oi]|modul[oi]|copia \w+ \w+|bollett[ae]|fattur[ae]|denuncia)"
_PAPER_EN = r"(?:documents?|receipts?|forms?|invoices?|bills?|proof of \w+|copy of \w+ \w+|photo id)"
_SENDS_IT = r"(?:gir|invi|mand|alleg|spedi|caric|inoltr|condivid|fornir)\w{0,9}(?:mi|ci|vi|le)?"
_SENDS_EN = r"(?:send|sent|sending|attach\w{0,3}|upload\w{0,3}|email(?:ed|ing)?|forward\w{0,3}|shar(?:e|ed|ing)|provid\w{1,3})"

DEEDS = (
    _deed(
        "password",
        rf"(?:cambi|reimpost|reset|recuper|modific)\w{{0,8}}{_GAP} password",
        rf"(?:chang|reset|recover)\w{{0,4}}{_GAP} password",
    ),
    _deed(
        "restart",
        r"(?:fatt|fa|facc|fare|esegu|effettu)\w{0,5} (?:\w{1,8} ){0,2}riavvio|riavvi\w{0,6}|sp(?:egn|ent"
        r"|eng)\w{1,6}(?: \S{1,12}){0,3}? e riacce\w{1,7}|ri(?:acce(?:s|nd)|accenda)\w{0,5}|(?:scolleg"
        r"|stacc)\w{0,6}(?: \S{1,12}){0,3}? e (?:ricolleg|riattacc)\w{0,7}",
        r"(?:do|did|done|give|given|gave|perform\w{0,3})(?: \S{1,10}){0,3}? (?:a|an|the) (?:re-?start|re-?boot|reset)|re-?start(?:ed"
        r"|ing|s)?|re-?boot(?:ed|ing|s)?|power[- ]?cycl(?:e|ed|ing)|unplug(?:ged|ging)?"
        r"|(?:turn|switch|power)(?:ed|ing)?(?: \S{1,12}){0,3}? off and(?: \S{1,8}){0,2}? on(?: again)?",
    ),
    _deed(
        "reset",
        r"(?:fatt|fa|facc|fare|esegu|effettu)\w{0,5} (?:\w{1,8} ){0,2}(?:reset|ripristino)|reset(?:t\w{0,6})?|ripristin\w{1,6}",
        r"(?:factory[- ])?reset(?:ting)?",
    ),
    _deed(
        "cable",
        rf"(?:cambi|controll|verific|sostitu|prov|stacc|scolleg|colleg|ricolleg)\w{{0,8}}{_GAP} cav(?:o|i|etto|etti)",
        rf"(?:chang|check|swap|swapp|replac|try|tried|trying|reseat|connect|reconnect)\w{{0,4}}{_GAP} cables?",
    ),
    _deed("reinstall", r"(?:re|dis)install\w{1,8}", r"(?:re-?|un)install(?:ed|ing)?"),
    _deed(
        "update",
        rf"aggiorn\w{{1,6}}{_GAP} (?:l'app|app|applicazione|l'applicazione|software|firmware|sistema|browser)",
        rf"updat(?:e|ed|ing){_GAP} (?:app|software|firmware|system|browser|ios|android)",
    ),
    _deed(
        "cache",
        rf"(?:svuot|cancell|pul|elimin)\w{{1,7}}{_GAP} (?:cache|cookies?|cronologia)",
        rf"(?:clear|delet)(?:e|ed|ing)?{_GAP} (?:cache|cookies?|history)",
    ),
    _deed(
        "other_device",
        rf"(?:prov|us|acced|colleg)\w{{1,8}}{_GAP} (?:un[ao]?'? ?)(?:altr[oa]|divers[oa]) (?:dispositivo|browser|telefono|computer|pc"
        rf"|presa)",
        rf"(?:try|tried|trying|us(?:e|ed|ing)){_GAP} (?:another|a different|other) (?:device|browser|phone|computer|laptop|socket"
        rf"|outlet)",
    ),
    _deed(
        "log_out",
        rf"(?:uscit|usci|esc|disconn|sloggat|logout)\w{{0,8}}{_GAP} (?:rientr|riconn|riacced|riloggat|accedere di nuovo|login)\w{{0,6}}",
        rf"(?:log|logged|logging|sign|signed|signing) out{_GAP} (?:in|back in)",
    ),
    _deed(
        "sim",
        rf"(?:tolt|togli|tolg|estra|rimuov|rimoss|reinser|inser|spost|prov)\w{{0,7}}{_GAP} (?:la |scheda )?sim",
        rf"(?:remov|reinsert|re-insert|insert|swapp?|tak|took|try|tri)\w{{0,3}}{_GAP} sim",
    ),
    _deed(
        "spam_folder",
        rf"(?:controll|guard|verific)\w{{1,6}}{_GAP} (?:spam|posta indesiderata)",
        rf"(?:check|look)(?:ed|ing)?{_GAP} (?:spam|junk)",
    ),
    _deed(
        "flight_mode",
        rf"(?:attiv|mess|mett|inser|togli|tolt)\w{{0,6}}{_GAP} modalità aereo",
        rf"(?:turn|switch|toggl|put|try|tri|enabl)\w{{0,3}}{_GAP} (?:air|aero)plane mode|(?:turn|toggl|try)\w{{0,3}}{_GAP} flight mode",
    ),
    _deed("photo", rf"{_SENDS_IT}{_GAP} {_PHOTO_IT}", rf"{_SENDS_EN}{_GAP} {_PHOTO_EN}", is_sending=True),
    _deed("document", rf"{_SENDS_IT}{_GAP} {_PAPER_IT}", rf"{_SENDS_EN}{_GAP} {_PAPER_EN}", is_sending=True),
)
_THINGS = (
    ("router", r"modem|router|box|hub|station|fritz!?box|wi-?fi|ripetitore|repeater|extender"),
    ("phone", r"telefon[oi]|cellulare|smartphone|iphone|phone|mobile|handset|tablet|ipad"),
    ("app", r"app|applicazione|application"),
    ("tv", r"decoder|tv|televisore|televisione|set-?top"),
    ("computer", r"computer|pc|laptop|mac|portatile|browser"),
)
_THING = re.compile(
    r"(?<![\w-])(?:l')?(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _THINGS) + r")(?![\w])"
)
_NEAR = 45  # characters in which the thing is looked for, before and after


def deeds_in(low: str) -> Iterator[tuple[Deed, re.Match[str]]]:
    """Every deed that a sentence (lower case) speaks of, whatever it says of it; one verb speaks of one."""
    taken: list[tuple[int, int]] = []
    for deed in DEEDS:
        for found in deed.pattern.finditer(low):
            if all(found.end() <= start or found.start() >= end for start, end in taken):
                taken.append(found.span())
                yield deed, found


def thing_near(low: str, start: int, end: int) -> str:
    """What it is done to: router, phone, app, tv, computer; empty where nothing is named near it."""
    behind = _THING.search(low, start, min(len(low), end + _NEAR))
    if behind is not None:
        return behind.lastgroup or ""
    before = list(_THING.finditer(low, max(0, start - _NEAR), start))
    return (before[-1].lastgroup or "") if before else ""


_HAVE_IT = r"(?<!\w)(?:l'|le |li |lo |la |vi |ve |gliel'|ce l'|mi )?(?:ho|abbiamo|avevo|avevamo|aver(?:e|lo|la|li)?|avendo)"
_BETWEEN = (
    r"(?: (?!non |chiest|bisogno|intenzione|paura|lett|vist|dett|che |se |come )[^\s.,;!?]{1,14}){0,5} ?$"
)
_DONE_IT = re.compile(_HAVE_IT + _BETWEEN)
_HAVE_EN = r"(?<!\w)(?:i|we|i've|we've|i have|we have|i'd|i had|having|already|after|tried|despite)"
_DONE_EN = re.compile(
    _HAVE_EN
    + r"(?: (?!can|could|will|would|should|must|need|want|asked|to |how |if |going |don't |didn't |not )[^\s.,;!?]{1,14}){0,5} ?$"
)
_NOT_DONE = re.compile(
    r"(?<!\w)(?:non|mai|senza|not|never|haven't|hadn't|didn't|don't|can't|cannot|without|devo|dovrei|posso|potrei|vorrei|should|could"
    r"|can|will|would"
    r"|shall|must|need|how|come|se|if|you|your|avete|ha|hanno|vostr\w|tecnic\w|technician|engineer)(?!\w)"
)
_PAST = re.compile(
    r"[a-z']*(?:att?[oaie]|it[oaie]|ut[oaie]|es[oaie]|ss[oaie]|olt[oaie]|did|done|given|gave|ed|spent[oaie]|reset|sent|took|tried)(?!\w)"
)
_OPENS = re.compile(r"(?:^|[.,;:!?\n(–-] ?|\b(?:e|ma|and|but|già|already|anche|also) )$")
_AFTER = re.compile(
    r"(?: \S{1,12}){0,4}? ?(?:non (?:è servito|ha funzionato|cambia|risolve|serve)|didn't help|did not help|doesn't help)"
)


def is_done(low: str, found: re.Match[str]) -> bool:
    """Whether the sentence says that its writer did it: "ho già riavviato", "tried restarting", "riavviato due volte"."""
    before = low[max(0, found.start() - 60) : found.start()]
    clause = re.split(r"[.;!?\n]| ma | but |, (?=però|non)", before)[-1]
    said = _DONE_IT.search(clause) or _DONE_EN.search(clause)
    lead = clause[max(0, said.start() - 14) : said.end()] if said else clause
    if _NOT_DONE.search(lead):
        return False
    first = found.group().split(" ")[0]
    if said is not None:
        return bool(_PAST.match(first)) or _may_follow(said.group(), first)
    return bool(_PAST.match(first)) and (bool(_OPENS.search(before)) or bool(_AFTER.match(low, found.end())))


def _may_follow(said: str, first: str) -> bool:
    """ "ho provato a riavviare", "after restarting": forms that are no past by themselves."""
    if first.endswith("ing"):
        return bool(re.search(r"tried|after|already|despite|having", said))
    is_infinitive = first.endswith(("are", "ere", "ire", "arlo", "arla", "erlo", "erla", "arli"))
    return is_infinitive and bool(re.search(r"provat\w|cercat\w|tentat\w|fatt\w", said))
