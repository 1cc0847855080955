"""The bot's own words, in the languages of customers, and the words by which customers ask for a person. Pure."""

from __future__ import annotations

import re
from functools import cache

from ascolto.kit.text import fold

DEFAULT = "en"
PHRASES: dict[str, dict[str, str]] = {
    "disclosure": {
        "it": "Ciao, sono l'assistente automatico di {company}. Se preferisci una persona, scrivi «operatore» in qualsiasi momento.",
        "en": "Hello, I am the automatic assistant of {company}. If you would rather have a person, write “agent” at any time.",
    },
    "disclosure.phone": {
        "it": "Benvenuto in {company}. Ti risponde un assistente automatico. Per parlare con una persona premi zero, in qualsiasi momento.",
        "en": "Welcome to {company}. You are speaking with an automatic assistant. To talk to a person press zero at any time.",
    },
    "person": {"it": "Parla con una persona", "en": "Talk to a person"},
    "person.phone": {"it": "Per parlare con una persona premi zero.", "en": "To talk to a person press zero."},
    "again": {"it": "Non ho capito, scusami.", "en": "Sorry, I did not understand."},
    "again.menu": {"it": "Scegli una di queste voci, o scrivi «operatore».", "en": "Choose one of these, or write “agent”."},
    "again.menu.phone": {"it": "Scegli una di queste voci.", "en": "Choose one of these."},
    "again.slot": {"it": "Non sembra giusto. Prova ancora, per favore.", "en": "That does not look right. Please try again."},
    "still": {"it": "Siamo ancora qui.", "en": "We are still here."},
    "clarify": {"it": "Voglio essere sicuro: di cosa si tratta?", "en": "Let me be sure: which of these is it?"},
    "clarify.one": {"it": "Voglio essere sicuro: si tratta di «{label}»?", "en": "Let me be sure: is it about “{label}”?"},
    "other": {"it": "Altro", "en": "Something else"},
    "angry": {"it": "Mi dispiace per questa situazione.", "en": "I am sorry about this."},
    "about_bot": {
        "it": "Hai ragione, non sono all'altezza di una persona. Se vuoi te ne passo una subito.",
        "en": "Fair enough, I am no match for a person. I can hand you over to one right away.",
    },
    "handing": {"it": "Ti passo a una persona.", "en": "I am handing you over to a person."},
    "handing.knows": {
        "it": "Le ho già raccontato tutto: non dovrai ripeterti.",
        "en": "They know what you told me: you need not repeat it.",
    },
    "wait": {"it": "Attesa prevista: {wait}.", "en": "Expected wait: {wait}."},
    "closed": {
        "it": "In questo momento non c'è nessuno: torniamo {opens}. Una persona leggerà tutto e ti risponderà qui.",
        "en": "Nobody is here right now: we are back {opens}. A person will read everything and answer you here.",
    },
    "closed.unknown": {
        "it": "In questo momento non c'è nessuno. Una persona leggerà tutto e ti risponderà qui appena possibile.",
        "en": "Nobody is here right now. A person will read everything and answer you here as soon as possible.",
    },
    "closed.phone": {
        "it": "In questo momento non c'è nessuno: torniamo {opens}.",
        "en": "Nobody is here right now: we are back {opens}.",
    },
    "closed.unknown.phone": {
        "it": "In questo momento non posso passarti una persona.",
        "en": "I cannot put you through to a person right now.",
    },
    "call_back": {"it": "Ti chiamiamo al {number} entro {by}.", "en": "We will call you on {number} by {by}."},
    "call_back.open": {"it": "Ti chiamiamo al {number} appena possibile.", "en": "We will call you on {number} as soon as we can."},
    "source": {"it": "Fonte: {title}", "en": "Source: {title}"},
    "bye": {"it": "A presto.", "en": "Goodbye."},
}  # fmt: skip

# What a customer says who wants a person. Alone, or in a short message, each of these is enough.
PERSON: dict[str, tuple[str, ...]] = {
    "it": ("operatore", "operatrice", "persona", "umano", "consulente", "persona vera", "essere umano"),
    "en": ("agent", "human", "person", "operator", "representative", "someone real", "real person"),
}
_ABOUT_BOT = (
    "bot di merda", "stupido bot", "bot stupido", "non capisci niente", "non capisci nulla", "non capisci", "sei inutile",
    "bot inutile", "odio i bot", "maledetto bot", "non servi a niente", "assistente inutile",
    "stupid bot", "useless bot", "hate bots", "hate this bot", "you are useless", "you do not understand", "you don't understand",
    "dumb bot", "bot is useless", "this bot",
)  # fmt: skip


def phrase(key: str, language: str, channel: str = "", **values: str) -> str:
    """One of the bot's own phrases, spoken where the channel is the telephone."""
    versions = (channel == "phone" and PHRASES.get(f"{key}.phone")) or PHRASES[key]
    return versions.get(language, versions[DEFAULT]).format(**values)


def is_about_bot(text: str) -> bool:
    """Whether somebody complains about the bot itself."""
    said = f" {_plain(text)} "
    return any(part in said for part in _complaints())


@cache
def _complaints() -> tuple[str, ...]:
    return tuple(f" {_plain(part)} " for part in _ABOUT_BOT)


def _plain(text: str) -> str:
    """Folded words without marks."""
    return " ".join(re.findall(r"\w+", fold(text[:1000])))
