"""Regulation packs: what a law asks of customer care, what choosing it presets, and what this software does about each point today. Pure.

A pack is no legal advice, and being here does not say that the law applies to a company: the company chooses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType


def gettext_noop(text: str) -> str:
    """A text that a screen translates."""
    return text


@dataclass(frozen=True, slots=True)
class Duty:
    """One point of a law. `enforced_by`: what of this software keeps it, empty where nothing does: then the company has to."""

    code: str
    text: str
    enforced_by: str = ""
    is_partly: bool = False  # what keeps it keeps only a part of it


@dataclass(frozen=True, slots=True)
class CallTarget:
    """How soon a person takes a call: on average within, and which share within how long; None: the law does not say."""

    average: timedelta | None = None
    within: timedelta | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """What a law presets. A complaint is due at the local end of the n-th day after the day on which it was received."""

    id: str  # PromiseSettings.pack
    name: str
    country: str
    source: str  # where the law itself is published
    applies_from: date  # when companies must have adapted
    complaint_days: int
    complaint_days_are_working: bool
    calls: tuple[CallTarget, ...]
    weekly: Mapping[str, list[list[str]]] | None  # the least opening hours for calls, as in a calendar
    duties: tuple[Duty, ...]


# Autorità per le garanzie nelle comunicazioni, delibera n. 255/24/CONS of 10 July 2024, "Adozione della disciplina e degli indicatori
# di qualità del servizio di assistenza clienti nel settore delle comunicazioni elettroniche e dei servizi media audiovisivi",
# published on 8 August 2024 at agcom.it with twelve months to adapt. Annex A, article 8: human answer within 150 seconds on average,
# at least 40 % of the calls within 20 seconds; complaints answered within 30 days (45 before), with a code; a choice for complaints
# at the first level of the menu; a person at the telephone on weekdays from 8:30 to 21:30.
AGCOM = Pack(
    id="it-agcom",
    name="AGCOM 255/24/CONS",
    country="IT",
    source="https://www.agcom.it/provvedimenti/delibera-255-24-cons",
    applies_from=date(2025, 8, 8),
    complaint_days=30,
    complaint_days_are_working=False,
    calls=(
        CallTarget(average=timedelta(seconds=150)),
        CallTarget(within=timedelta(seconds=20), share=0.40),
    ),
    weekly=MappingProxyType({str(day): [["08:30", "21:30"]] for day in range(6)} | {"6": []}),
    duties=(
        Duty(
            "complaint_answer",
            gettext_noop("A complaint is answered within 30 days."),
            gettext_noop("The complaint's own clock, with warnings and the escalation ladder."),
        ),
        Duty(
            "complaint_code",
            gettext_noop("The customer is told a code for the complaint."),
            gettext_noop("A complaint has the number of its conversation as its code."),
            is_partly=True,  # a person tells it
        ),
        Duty("call_average", gettext_noop("A person takes a call within 150 seconds on average.")),
        Duty(
            "call_share", gettext_noop("At least 40 % of the calls are taken by a person within 20 seconds.")
        ),
        Duty(
            "call_hours",
            gettext_noop("A person can be reached by telephone on weekdays at least from 8:30 to 21:30."),
            gettext_noop("Opening hours that the pack proposes for a calendar; nothing checks who is there."),
            is_partly=True,
        ),
        Duty(
            "menu_complaint",
            gettext_noop("Complaining is a choice at the first level of the telephone menu."),
        ),
        Duty("menu_person", gettext_noop("The way to a person is clear in the telephone menu.")),
        Duty(
            "complaint_channels",
            gettext_noop(
                "A complaint can be made by telephone, by letter and on the digital channels there are."
            ),
            gettext_noop(
                "A message on any connected channel can be made a complaint; letters are not read here."
            ),
            is_partly=True,
        ),
        Duty("free", gettext_noop("Customer care costs the customer nothing.")),
    ),
)

# Ley 10/2025, de 26 de diciembre, por la que se regulan los servicios de atención a la clientela, Boletín Oficial del Estado of
# 27 December 2025, in force since the day after, with twelve months to adapt. Answers within 15 working days in general; article 8:
# 95 % of the calls taken within three minutes on average, a person on request; a key to follow every request; the language in which
# the customer wrote.
SPAIN = Pack(
    id="es-10-2025",
    name="Ley 10/2025",
    country="ES",
    source="https://www.boe.es/eli/es/l/2025/12/26/10",
    applies_from=date(2026, 12, 28),
    complaint_days=15,
    complaint_days_are_working=True,
    calls=(CallTarget(within=timedelta(minutes=3), share=0.95),),
    weekly=None,
    duties=(
        Duty(
            "complaint_answer",
            gettext_noop("A complaint is answered within 15 working days."),
            gettext_noop(
                "The complaint's own clock, which skips closed days and the holidays of its calendar."
            ),
        ),
        Duty(
            "request_code",
            gettext_noop("Every request gets a code with which the customer can follow it."),
            gettext_noop("Every conversation has a number; nothing sends it by itself."),
            is_partly=True,
        ),
        Duty("call_share", gettext_noop("95 % of the calls are taken within three minutes.")),
        Duty(
            "person_on_request",
            gettext_noop("Whoever asks for a person gets one."),
            gettext_noop("On written channels a person answers; on the telephone nothing keeps it."),
            is_partly=True,
        ),
        Duty(
            "language",
            gettext_noop("The answer is in the language in which the customer wrote."),
            gettext_noop(
                "The language is recognised and shown, and agents can be skilled in it; the answer is not checked."
            ),
            is_partly=True,
        ),
        Duty("no_cut", gettext_noop("A call is not cut off because it waits long.")),
        Duty(
            "hours",
            gettext_noop("Care is open when the shops are; for basic services in an emergency, always."),
        ),
        Duty("audit", gettext_noop("The quality of customer care is audited by somebody else every year.")),
        Duty("free", gettext_noop("Customer care costs the customer nothing.")),
    ),
)

PACKS: Mapping[str, Pack] = MappingProxyType({pack.id: pack for pack in (AGCOM, SPAIN)})
