"""What the telephone says, by language. Add a language: a column in each table.

Sentences are short, and the choice comes before the key ("for a fault, press 1"), since nobody remembers a key heard first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

LANGUAGES = ("en", "it")
VOICES = {"en": "en-GB", "it": "it-IT"}  # the tags by which networks choose a voice

PHRASES: Mapping[str, Mapping[str, str]] = {
    "welcome": {"en": "Welcome to {company}.", "it": "Benvenuto in {company}."},
    "person_first": {
        "en": "At any time, press 0 for a person.",
        "it": "In qualsiasi momento, per parlare con una persona prema 0.",
    },
    "language": {"en": "For English, press {digits}.", "it": "Per l'italiano, prema {digits}."},
    "need": {"en": "For {need}, press {digits}.", "it": "Per {need}, prema {digits}."},
    "again": {"en": "Sorry, I did not get that.", "it": "Mi scusi, non ho capito."},
    "connecting": {
        "en": "I am connecting you. You wait {digits} seconds at most; then you can leave a message.",
        "it": "La metto in contatto con una persona. Attende al massimo {digits} secondi; poi può lasciare un messaggio.",
    },
    "busy": {
        "en": "Nobody is free right now. I am sorry.",
        "it": "In questo momento nessuno è libero. Ci dispiace.",
    },
    "closed": {
        "en": "We are not here right now. We are back {time}.",
        "it": "In questo momento non ci siamo. Torniamo {time}.",
    },
    "nobody": {"en": "I cannot connect you right now.", "it": "Ora non posso metterla in contatto."},
    "offer_callback": {"en": "To be called back {by}, press 1.", "it": "Per farsi richiamare {by}, prema 1."},
    "offer_message": {"en": "To leave a message, press 2.", "it": "Per lasciare un messaggio, prema 2."},
    "your_number": {"en": "We call you at {digits}.", "it": "La richiamiamo al numero {digits}."},
    "confirm_number": {
        "en": "If that is right, press 1. For another number, press 2.",
        "it": "Se va bene, prema 1. Per un altro numero, prema 2.",
    },
    "type_number": {
        "en": "Type the number where we reach you, then press hash.",
        "it": "Digiti il numero a cui possiamo richiamarla, poi prema cancelletto.",
    },
    "no_number": {"en": "That is not a telephone number.", "it": "Non è un numero di telefono."},
    "promise": {"en": "We call you back {by}.", "it": "La richiamiamo {by}."},
    "record": {
        "en": "Please leave your message after the tone. Press hash when you have finished.",
        "it": "Lasci il suo messaggio dopo il segnale. Quando ha finito prema cancelletto.",
    },
    "recorded": {
        "en": "Thank you, we have your message. We call you back {by}.",
        "it": "Grazie, abbiamo il suo messaggio. La richiamiamo {by}.",
    },
    "recorded_withheld": {
        "en": "Thank you, we have your message.",
        "it": "Grazie, abbiamo il suo messaggio.",
    },
    "heard_nothing": {"en": "I heard nothing.", "it": "Non ho sentito nulla."},
    "reference": {"en": "Your reference is {digits}.", "it": "Il suo numero di riferimento è {digits}."},
    "goodbye": {"en": "Thank you for calling. Goodbye.", "it": "Grazie della chiamata. Arrivederci."},
}

# What people call about. A need that is not here is spoken as it was written.
NEEDS: Mapping[str, Mapping[str, str]] = {
    "fault": {"en": "a fault", "it": "un guasto"},
    "billing": {"en": "a bill", "it": "una fattura"},
    "contract": {"en": "your contract", "it": "il suo contratto"},
    "order": {"en": "an order", "it": "un ordine"},
    "delivery": {"en": "a delivery", "it": "una consegna"},
    "appointment": {"en": "an appointment", "it": "un appuntamento"},
    "sales": {"en": "a new contract", "it": "un nuovo contratto"},
    "complaint": {"en": "a complaint", "it": "un reclamo"},
    "other": {"en": "anything else", "it": "tutto il resto"},
}

# Parts of words by which a spoken answer is understood; folded, without accents.
SPOKEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "person": {
        "en": ("person", "human", "agent", "operator", "somebody", "someone"),
        "it": ("persona", "umano", "operator", "qualcuno", "consulente"),
    },
    "fault": {
        "en": ("fault", "broken", "not work", "doesn't work", "down", "outage", "slow"),
        "it": ("guast", "non funziona", "non va", "rotto", "lent", "caduta"),
    },
    "billing": {
        "en": ("bill", "invoice", "payment", "pay"),
        "it": ("fattur", "bollett", "pagament", "addebit"),
    },
    "contract": {"en": ("contract",), "it": ("contratt",)},
    "order": {"en": ("order",), "it": ("ordin",)},
    "delivery": {"en": ("deliver", "parcel", "shipment"), "it": ("consegn", "pacco", "spedizion")},
    "appointment": {"en": ("appointment",), "it": ("appuntament",)},
    "sales": {"en": ("buy", "new contract", "offer"), "it": ("acquist", "nuovo contratto", "offert")},
    "complaint": {"en": ("complain",), "it": ("reclam",)},
    "other": {"en": ("other", "else"), "it": ("altro", "resto")},
    "callback": {"en": ("call me", "call back", "callback"), "it": ("richiam",)},
    "message": {"en": ("message",), "it": ("messaggi",)},
    "yes": {"en": ("yes", "right", "correct"), "it": ("si", "giusto", "corrett", "va bene")},
    "no": {"en": ("another", "wrong"), "it": ("un altro", "sbagliat")},
}

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
}
_TODAY = {"en": ("today", "tomorrow"), "it": ("oggi", "domani")}
_AT = {
    "en": ("by {clock}", "{day} by {clock}", "at {clock}", "{day} at {clock}"),
    "it": ("entro le {clock}", "{day} entro le {clock}", "alle {clock}", "{day} alle {clock}"),
}

# For agents: what happened in a call, in one line.
SUMMARY: Mapping[str, Mapping[str, str]] = {
    "call": {"en": "Call", "it": "Telefonata"},
    "callback": {"en": "wants a call-back {by}", "it": "vuole essere richiamato {by}"},
    "voicemail": {"en": "left a message", "it": "ha lasciato un messaggio"},
    "answered": {"en": "answered by a person", "it": "ha risposto una persona"},
    "person": {"en": "asked for a person", "it": "ha chiesto di una persona"},
    "reference": {"en": "reference {reference}", "it": "riferimento {reference}"},
}


def known(language: str) -> str:
    """The language, when we speak it; else English."""
    return language if language in LANGUAGES else "en"


def need_name(need: str, language: str) -> str:
    """How a need is spoken."""
    return NEEDS.get(need, {}).get(known(language), need)


def time_name(moment: datetime, now: datetime, language: str, *, deadline: bool = True) -> str:
    """A local time as one says it: `by 10:30`, `tomorrow by 9:00`, `Monday by 9:00`; without `deadline`, `at`."""
    language = known(language)
    days = (moment.date() - now.date()).days
    name = _TODAY[language][1] if days == 1 else _WEEKDAYS[language][moment.weekday()]
    if days > 6:
        name = f"{name} {moment.day}.{moment.month}."
    form = _AT[language][(0 if deadline else 2) + (1 if days else 0)]
    return form.format(day=name, clock=f"{moment.hour}:{moment.minute:02d}")
