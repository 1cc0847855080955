"""Small flows that are right, and the people of these tests."""

from __future__ import annotations

from ascolto.accounts.models import Agent, Role
from ascolto.bot.actions import create_flow, publish
from ascolto.bot.models import FlowVersion
from ascolto.testing.factories import make_agent

CARE = """# What Telvia's customers hear first.
flow: care
languages: [it, en]
start: welcome
title: {it: Assistenza, en: Care}

slots:
  code:
    type: code   # on every bill
    mask: TV999999
    ask: {it: "Qual è il codice cliente?", en: "What is your customer code?"}
    again: {it: "Il codice comincia con TV.", en: "The code begins with TV."}

nodes:
  # the first words
  welcome:
    menu: {it: "Di che cosa hai bisogno?", en: "What do you need?"}
    options:
      - id: fault   # the line is dead
        label: {it: Un guasto, en: A fault}
        next: code
      - id: bill
        label: {it: La bolletta, en: My bill}
        next: bill
  code: {ask: code, next: team}
  bill:
    say:
      it: "La bolletta è nella tua area clienti."
      en: "The bill is in your account."
    next: bye
  team: {hand_off: {team: Care}}
  bye: {end: {say: {it: "A presto.", en: "Goodbye."}, resolved: true}}
"""
PART = """flow: goodbye
languages: [it, en]
part: true
start: bye
nodes:
  bye: {say: {it: "Ciao.", en: "Bye."}, next: return}
"""
CALLING = (
    CARE.replace("flow: care", "flow: caller")
    .replace("next: bye", "next: part")
    .replace("  team: {", "  part: {flow: goodbye, next: bye}\n  team: {")
)


def make_writer(name: str = "Rosa Conti") -> Agent:
    """Somebody who writes flows."""
    return make_agent(name, Role.ADMINISTRATOR)


def published(text: str = CARE, by: Agent | None = None) -> FlowVersion:
    """A flow that runs."""
    return publish(by=by, version=create_flow(by=by, text=text))
