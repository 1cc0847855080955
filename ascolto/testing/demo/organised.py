"""How Telvia has organised its work: departments that are asked, words for conversations, fields of customers, views, macros, rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ascolto.accounts.actions import create_agent
from ascolto.accounts.models import Agent, Role, Team
from ascolto.automation.actions import create_macro, create_rule, switch_rule
from ascolto.automation.models import Macro
from ascolto.channels.models import ChannelAccount
from ascolto.collaboration.actions.departments import save_department
from ascolto.collaboration.models import Department
from ascolto.composing.actions.rules import change_rule
from ascolto.conversations.labels import create_label
from ascolto.conversations.models import Label
from ascolto.customers.fields import save_field
from ascolto.customers.models import CustomerField
from ascolto.views.actions import arrange, save_view
from ascolto.views.conditions import read
from ascolto.views.models import SavedView

ENGINEERS, ADMINISTRATION = "Field engineers", "Administration"
NEWCOMER = "luca@telvia.example"
NEW_FOR = timedelta(days=6)  # so long the answers of a newcomer are read by somebody first
WORKS_FROM_HOME = "works from home"
SELDOM = ("pending", "resolved")  # views that the visitor has put aside
LABELS = (  # name, colour, when to use it
    ("guasto", "bad", "The line, the fibre or the television does not work"),
    ("fault", "bad", "The same, in English"),
    ("fattura", "carta", "About a bill, a charge or a payment"),
    ("invoice", "carta", "The same, in English"),
    ("rimborso", "warn", "Money goes back to the customer"),
    ("reclamo", "warn", "A formal complaint: it has a code and a date"),
    ("fibra", "line", "Fibre to the home"),
    ("trasloco", "carta", "Moves home, and the line with it"),
    ("tariffe", "ok", "Prices and offers: nothing is sold while a fault is open"),
)
FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "Contract",
        "kind": CustomerField.Kind.CHOICE,
        "choices": ["Fibra 1 Giga", "Fibra 2,5 Giga", "Mobile", "Business"],
    },
    {"name": "Customer code", "kind": CustomerField.Kind.TEXT},
    {"name": "Paperless bill", "kind": CustomerField.Kind.YES_NO, "is_on_card": False},
)


def organise(visitor: Agent) -> None:
    """All of it; called once, after the teams and inboxes are there."""
    _departments(visitor)
    for name, tone, about in LABELS:
        create_label(by=visitor, name=name, tone=tone, scope=Label.Scope.CONVERSATIONS, about=about)
    create_label(by=visitor, name=WORKS_FROM_HOME, tone="carta", scope=Label.Scope.CUSTOMERS)
    for wanted in FIELDS:
        save_field(by=visitor, field=CustomerField(), **wanted)
    _views(visitor)
    arrange(by=visitor, hidden=SELDOM)
    _macros(visitor)
    _rules(visitor)
    whatsapp = ChannelAccount.objects.get(kind="whatsapp")
    change_rule(by=visitor, account=whatsapp, is_on=True, role=Role.AGENT, new_for=NEW_FOR)


def hire(password: str) -> None:
    """Somebody new, whose answers are approved for some days."""
    newcomer = create_agent(email=NEWCOMER, name="Luca Ferri", password=password, role=Role.AGENT)
    newcomer.teams.add(Team.objects.get(name="Billing"))


def _departments(visitor: Agent) -> None:
    people = {agent.email.partition("@")[0]: agent for agent in Agent.objects.all()}
    for name, about, members, minutes in (
        (ENGINEERS, "Whether and when a line works again", ("viktor",), 120),
        (ADMINISTRATION, "Refunds, penalties, contracts", ("viktor", "giorgia"), 480),
    ):
        save_department(
            agent=visitor, name=name, about=about, members=[people[one] for one in members], minutes=minutes
        )


def _views(visitor: Agent) -> None:
    faults = list(Label.objects.filter(name__in=("guasto", "fault")).values_list("pk", flat=True))
    to_do = {"field": "status", "op": "is_not", "value": ["resolved"]}
    for name, icon, condition in (
        ("Open faults", "zap", {"field": "label", "op": "any_of", "value": faults}),
        ("Unhappy customers", "heart", {"field": "sentiment", "op": "is", "value": ["negative"]}),
    ):
        query = read({"all": [to_do, condition]})
        save_view(
            by=visitor,
            name=name,
            query=query,
            scope=SavedView.Scope.EVERYBODY,
            icon=icon,
            sort=SavedView.Sort.PROMISE,
        )


def _macros(visitor: Agent) -> None:
    engineers, administration = (Department.objects.get(name=name).pk for name in (ENGINEERS, ADMINISTRATION))
    network = Team.objects.get(name="Network").pk
    ask = {"kind": "ask_department", "hold": False}
    for shortcut, name, steps in (
        (
            "guasto",
            "Line down: first steps",
            [
                {"kind": "add_labels", "labels": "guasto"},
                {"kind": "assign_team", "team": str(network)},
                ask | {"department": str(engineers), "question": "Does the line of {customer} work again, and when?"},
                {"kind": "reply", "text": "Buongiorno {customer}, ho avvisato i tecnici e le scrivo io appena so qualcosa."},
            ],
        ),
        (
            "storno",
            "Refund: ask Administration",
            [
                {"kind": "add_labels", "labels": "rimborso"},
                ask | {"department": str(administration), "question": "A refund for {customer}, no. {number}: may we?"},
            ],
        ),
        ("grazie", "Thanked: done", [{"kind": "status", "status": "resolved"}]),
    ):  # fmt: skip
        create_macro(by=visitor, name=name, steps=steps, scope=Macro.Scope.EVERYBODY, shortcut=shortcut)


def _rules(visitor: Agent) -> None:
    """One that runs, and one that somebody may look at first."""
    faults = create_rule(
        by=visitor,
        name="Faults come first",
        says={
            "when": "message_received",
            "message": {"words": ["guasto", "non va", "luce rossa", "senza linea", "fault", "outage", "landline"]},
            "steps": [{"kind": "priority", "priority": 30}, {"kind": "add_labels", "labels": "guasto"}],
        },
    )  # fmt: skip
    switch_rule(by=visitor, rule=faults, on=True)
    note = "{customer} has been waiting for two hours."
    create_rule(
        by=visitor,
        name="Nobody waits two hours unnoticed",
        says={
            "when": "unanswered",
            "detail": {"hours": 2},
            "steps": [{"kind": "priority", "priority": 40}, {"kind": "note", "text": note}],
        },
    )
