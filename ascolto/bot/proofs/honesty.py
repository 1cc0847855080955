"""A bot says that it is one, never signs as a person, and sells nothing to somebody whose problem is open. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import Ask, CallBack, Menu, Node, Request, Say, SubFlow, Text
from ascolto.bot.proofs.filling import CALM, Filling
from ascolto.bot.proofs.ground import Ground
from ascolto.bot.wording import PERSON
from ascolto.kit.text import fold

_AUTOMATIC = re.compile(
    r"\b(automat\w*|virtual\w*|\w*bots?|robot\w*|digital\w*|intelligenza artificiale|artificial intelligence|inteligencia artificial"
    r"|intelligence artificielle|kunstliche intelligenz|macchina|machine|maquina|maschine|computer|risponditore)\b"
)
_AI = re.compile(r"\b(?:AI|A\.I\.|IA|KI)\b")  # in small letters it is an Italian word
# Who is honest says what speaks, and not only that a refund is automatic or that there is a computer.
_MACHINE = re.compile(
    r"\b(?:assistent\w*|asistent\w*|assistant\w*|voce|voice|voz|voix|stimme|operator\w*|agent\w*|consulent\w*|aiutant\w*"
    r"|risponditore|sistema|system"
    r"|servizio|service|programma|program)(?: \w+)? (?:automat\w*|virtual\w*|virtuel\w*|digital\w*|artificial\w*|elettronic\w*)\b"
    r"|\b(?:automat\w*|virtual\w*|virtuel\w*|digital\w*|artificial)(?: \w+)? (?:assist\w*|voice|stimme|agent\w*|service|system|helper)\b"
    r"|\b(?:\w*bots?|robot\w*|intelligenza artificiale|artificial intelligence|inteligencia artificial"
    r"|intelligence artificielle|kunstliche intelligenz"
    r"|(?:una|a|eine|une) (?:macchina|machine|maquina|maschine)|un computer|a computer)\b"
)
_PERSON = re.compile(
    r"\b(person\w*|uman\w*|human\w*|operat\w*|agent\w*|colleg\w*|consulent\w*|mensch\w*|mitarbeiter\w*|conseill\w*)\b"
)
_PRAISES = re.compile(
    r"[€$£%]|\b(scopri\w*|passa a\w*|upgrade|save|risparmi\w*|gratis|free|scont[oi]|approfitt\w*|only|solo|regal\w*|omaggi\w*|discover)\b"
)
_ZERO = re.compile(r"\b(0|zero|cero|null)\b")
_NAME = r"(?-i:[A-ZÀ-Ý][a-zà-ÿ']+)"
_FIRST = r"(?:^|[.!?,;:–—\n]\s*)(?:io\s+)?"
_DATES = (
    r"(?!(?:luned|marted|mercoled|gioved|venerd|sabat|domenic|genna|febbra|marz|april|maggi|giugn|lugli|agost|settembr|ottobr|novembr"
    r"|dicembr))"
)
_ROLES = (
    r"persona|operator[ei]?|operatrice|consulente|umano|person|human|agent|representative|advisor|essere umano|addett[oa]|collega"
    r"|colleague"
)
_ARTICLES = (
    r"un['’]?|una|il|la|lo|il tuo|la tua|il suo|la sua|il vostro|a|an|the|your|tu|su|votre|ihr|une?|ein|eine"
)
_GROUPS = r"team|servizio|staff|assistenza|support|customer|care"
_CLOSING = (
    r"grazie|ciao|saluti|arrivederci|thanks|thank|goodbye|bye|cheers|prego|benvenut\w|welcome|sì|no|yes|ok"
)
_WISHES = (
    r"a presto|ciao|grazie|buona giornata|thanks|thank you|cheers|see you|saluti|saluto|cordialmente|regards|best|sincerely|yours"
    r"|wishes|saludos|cordialement|grüße"
)
# Nothing that speaks by itself may say that it does not.
_DENIES = re.compile(
    r"\b(?:non (?:sono|siamo|è|parli con|stai parlando con|hai a che fare con)|i am not|i['’]m not|we are not|this is not|you are not"
    r" (?:talking|speaking|chatting) (?:to|with)|no soy|je ne suis pas|ich bin kein)\s+(?:un['’]?\s*|uno |una |a |an |the |l['’])?"
    r"(?:bot|chatbot|robot|macchina|machine|computer|risponditore|automa|(?:assistente|assistant|voce|voice)\s+(?:automatic"
    r"|virtual|digital)\w*"
    r"|(?:automatic|automated|virtual|digital)\s+(?:assistant|voice))\b"
    r"|\bin carne e ossa\b|\bflesh and blood\b"
    r"|\b(?:stai parlando|parli già|sei in linea|you are (?:talking|speaking|chatting)|you['’]re (?:talking|speaking|chatting))"
    r" (?:con|to|with) (?:una?|a|an)? ?(?:real |vera? )?(?:persona|operator[ei]?|operatrice|umano|essere umano|human|person|agent)\b",
    re.IGNORECASE,
)
# A call at a time that somebody has to keep.
_PROMISE = re.compile(
    r"\b(?:(?:ti|la|vi) (?:ri)?(?:chiam|contatt|telefon)(?:iamo|eremo|erà|a)|(?:verrai|sarai) (?:ri)?(?:chiamat|contattat)[oa]"
    r"|(?:we|somebody|someone|a colleague)(?:['’]ll| will) (?:call|ring|phone)(?: you)?|you will be called)\b[^.!?]{0,40}?"
    r"\b(?:entro|fra|tra|domani|stasera|oggi|alle \d|within|in (?:an|one|two|\d+)|tomorrow|tonight|today|by \d|at \d)[^.!?]{0,20}",
    re.IGNORECASE,
)
# How people introduce themselves, and how they sign.
_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_FIRST}(?:sono|qui (?:è|parla)|soy|je suis|ich bin|i am|i['’]m|parla)\s+{_DATES}{_NAME}(?!['’]s)",
        rf"{_FIRST}(?:qui {_DATES}{_NAME}(?=[,.!])|{_NAME} (?:here|speaking|al tuo servizio|at your service)\b(?=[,.!]|$))",
        rf"\bti (?:risponde|scrive|parla|assiste|aiuta|segue) {_DATES}{_NAME}",
        rf"(?:^|[.!?…–—,-]\s*){_NAME}(?: {_NAME})?,\s*(?:(?:(?:{_ARTICLES})\s*)?(?:{_ROLES})|{_GROUPS})\b[^.!?,]{{0,30}}(?:[.!?]|$)",
        rf"{_FIRST}this is {_NAME}(?: {_NAME})? (?:from|at|of|speaking|here)\b",
        rf"\b(?:mi chiamo|il mio nome è|my name is|me llamo|je m['’]appelle|ich heiße|mein name ist)\s+{_NAME}",
        rf"\b(?:sono|i am|i['’]m|soy|je suis|ich bin)\s+(?:{_ARTICLES})?\s*(?:real |vera? |human |customer )?(?:{_ROLES})\b",
        r"\b(?:il tuo|la tua|your|your personal) (?:operatore|operatrice|consulente|agent|advisor)\s*[,:.–—-]?\s*$",
        rf"(?:^|[.!?…–—\n-]\s*){_NAME}(?: {_NAME})?,? (?:del|dal|della|from|of|dell['’])\s*(?:the )?(?:{_GROUPS})\b[^.!?]{{0,30}}[.!]?$",
        rf"\b(?:{_WISHES})\s*[,\n–—-]\s*{_NAME}(?: {_NAME})?\s*[.!]?$",
        rf"(?:\n|[–—]|--)\s*(?!(?:{_CLOSING})\b){_NAME}(?: {_NAME})?(?:,\s*(?:{_GROUPS})[^.!?\n]{{0,30}})?\s*[.!]?$",
    )
)


def prove(ground: Ground, filling: Filling) -> None:
    """What is said, by whom, and when."""
    _disclosure(ground)
    for site in ground.sites:
        if site.role in ("request", "title"):
            continue
        for wording in site.text.by_language.values():
            for text, line in wording.placed():
                if signed := signature_in(text, ground.world.company):
                    message = _("“%(signed)s”: a bot never signs as a person.")
                    fix = _(
                        "Let it speak as the company's automatic assistant; the company's name is {company}."
                    )
                    ground.say(line or site.line, "signs", message, fix, node=site.node, signed=signed)
    _promises(ground)
    for name in ground.reached:
        if CALM not in filling.known[name]:
            _sells(ground, ground.flow.nodes[name])


def _promises(ground: Ground) -> None:
    """A call by a certain time is promised by a node that somebody must keep, not by words alone."""
    if any(isinstance(node, CallBack | Request | SubFlow) for node in ground.flow.nodes.values()):
        return
    for site in ground.sites:
        for wording in site.text.by_language.values() if site.role == "said" else ():
            for text, line in wording.placed():
                if found := _PROMISE.search(text):
                    message = _("“%(said)s”: nothing here sees to it that somebody calls.")
                    fix = _("Promise it with  call_back: {number: …, within: …}")
                    said = found[0].strip()[:60]
                    ground.say(line or site.line, "promise", message, fix, node=site.node, said=said)


def signature_in(text: str, company: str = "") -> str:
    """The words with which a text passes for a person's; empty where it does not. A name beside "automatic assistant" is honest."""
    if denied := _DENIES.search(text):
        return denied[0].strip()[:60]
    for pattern in _SIGNS:
        found = pattern.search(text)
        if found and not (company and company.casefold() in found[0].casefold()):
            if _MACHINE.search(fold(text)) or _AI.search(text):
                return ""
            return found[0].strip(" .,;:–—-\n")[:60]
    return ""


def _disclosure(ground: Ground) -> None:
    """Whoever changes the first words still says that nobody human speaks, and how to get to somebody."""
    text = ground.flow.disclosure
    _sells_in(ground, text, _("Take it away: nobody knows yet why they write."), ground.flow.line)
    for language, wording in text.by_language.items():
        own = {
            fold(word) for word in (*PERSON.get(language, ()), *ground.flow.person_words.get(language, ()))
        }
        for channel, each in (("", wording.text), *wording.variants.items()):
            said = fold(each)
            if not said:
                continue
            line = wording.lines.get(channel or "text", wording.line) or text.line
            if not (_AUTOMATIC.search(said) or _AI.search(each)):
                message = _("The first words in %(language)s do not say that an automatic assistant speaks.")
                fix = _("Say it: the law wants it (EU AI Act, article 50).")
                ground.say(line, "disclosure", message, fix, language=language)
            is_told = _PERSON.search(said) or any(word in said for word in own if word)
            if not is_told and not (channel == "phone" and _ZERO.search(said)):
                message = _("The first words in %(language)s do not say how to get a person.")
                fix = _("Name a word that calls one, and on the telephone the zero.")
                ground.say(line, "disclosure", message, fix, language=language)


def _sells(ground: Ground, node: Node) -> None:
    """What may be said while a problem is open sells nothing."""
    fix = _("Lead here only where there is none:  when: [{if: {problem: false}, next: …}]")
    if isinstance(node, Say) and node.is_commercial:
        message = _("This offers something, and it may be said while a problem is open.")
        ground.say(ground.line_of(node, "commercial"), "commercial", message, fix, node=node.name)
        return
    for text, is_choice in _texts(ground, node):
        _sells_in(ground, text, fix, node.line, node.name, is_choice=is_choice)


def _sells_in(
    ground: Ground, text: Text, fix: str, line: int, node: str = "", *, is_choice: bool = False
) -> None:
    """`is_choice`: what customers choose they have asked for ("offers"), unless it praises or has a price."""
    for language, wording in text.by_language.items():
        for each, where in wording.placed():
            if ground.world.is_commercial(each, language) and not (
                is_choice and not _PRAISES.search(fold(each))
            ):
                message = _("This sells something, and it may be said while a problem is open.")
                ground.say(where or text.line or line, "commercial", message, fix, node=node)


def _texts(ground: Ground, node: Node) -> Iterator[tuple[Text, bool]]:
    """What is said, and whether it is something to choose."""
    if isinstance(node, Menu):
        yield node.text, False
        yield from ((each, True) for option in node.options for each in (option.label, option.spoken))
    elif not isinstance(node, Request):
        yield from ((each, False) for each in node.texts())
    slot = ground.flow.slots.get(node.slot) if isinstance(node, Ask) else None
    if slot is not None:
        yield slot.ask, False
        yield slot.again, False
        yield from ((each, True) for each in slot.values.values())
