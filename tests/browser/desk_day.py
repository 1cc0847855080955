"""A day at the desk, before Marco sits down: who wrote, what is prepared, who is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ascolto.accounts.models import Role
from ascolto.automation.actions import create_macro
from ascolto.collaboration.actions.departments import save_department
from ascolto.collaboration.actions.problems import open_problem
from ascolto.collaboration.models import Problem
from ascolto.conversations.actions import assign, set_labels
from ascolto.conversations.models import Conversation
from ascolto.customers.fields import save_field
from ascolto.customers.models import CustomerField
from ascolto.events.consumers import feed_all
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer, make_inbox, receive

WRITERS = (
    "Aldo Neri", "Bice Conti", "Carla Riva", "Dario Lodi", "Elsa Monti", "Fabio Serra", "Gina Vitale", "Ivo Basile",
    "Lia Ferrara", "Mauro Gallo", "Nora Caruso", "Oreste Longo", "Pia Martini", "Rocco Leone", "Sara Bianco", "Tullio Costa",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What Marco types, in his language."""

    tomorrow: str
    in_two_hours: str


WORDS = {"en": Words("tomorrow 9", "in 2 hours"), "it": Words("domani alle 9", "tra 2 ore")}


@dataclass(frozen=True)
class Day:
    """The cast, and one conversation for each thing that is going to be done, by the name of who wrote."""

    cast: Cast
    words: Words
    talks: dict[str, Conversation]
    problem: Problem

    def talk(self, name: str) -> Conversation:
        """The conversation of this customer, as it is now."""
        return Conversation.objects.get(pk=self.talks[name].pk)


def make_day(language: str, theme: str) -> Day:
    """Sixteen customers wrote within the last hour; Marco has ten seconds to take an answer back."""
    cast = make_cast()
    for person in (cast.marco, cast.anna):
        person.language, person.theme, person.undo_seconds = language, theme, 10
        person.save()
    mail = make_inbox("email", "Care by mail", teams=[cast.care])
    moment, talks = now(), {}
    for n, name in enumerate(WRITERS):
        customer = make_customer(name)
        inbox = mail if name == "Fabio Serra" else cast.inbox  # the shop's own app takes no files
        at = moment - timedelta(minutes=50 - n)
        written = receive(inbox, f"{name} asks about the bill, number {n}.", customer=customer, at=at)
        receive(inbox, "And a second line.", customer=customer, at=moment - timedelta(minutes=30 - n))
        Conversation.objects.filter(pk=written.conversation_id).update(
            due_at=moment + timedelta(minutes=60 + n)
        )
        talks[name] = written.conversation
    receive(cast.inbox, "For everybody to read.", customer=talks["Carla Riva"].customer, visibility="public")
    _prepare(cast, talks)
    problem = open_problem(agent=cast.anna, title="Fault at Navile", conversation=talks["Tullio Costa"])
    feed_all()
    return Day(cast, WORDS[language], talks, problem)


def _prepare(cast: Cast, talks: dict[str, Conversation]) -> None:
    """Replies, macros, departments, labels and fields as a company of some months has them; Rosa and Elena work there too."""
    make_agent("Elena Riva", teams=[cast.care])
    save_department(agent=cast.anna, name="Billing", members=[make_agent("Rosa Guest", Role.GUEST)])
    texts = {"en": "We open at nine, {first_name}.", "it": "Apriamo alle nove, {first_name}."}
    create_reply(by=cast.anna, title="Opening hours", shortcut="hours", texts=texts)
    steps = [{"kind": "add_labels", "labels": ["bill"]}, {"kind": "priority", "priority": 30}]
    create_macro(by=cast.marco, name="Bill", steps=steps)
    save_field(by=cast.anna, field=CustomerField(), name="Contract", kind="text")
    for name in ("Nora Caruso", "Oreste Longo"):
        set_labels(agent=cast.anna, conversation=talks[name], names=["Outage"])
    assign(agent=cast.anna, conversation=talks["Gina Vitale"], assignee=cast.marco, team=cast.care)
    receive(cast.inbox, "It is me again.", customer=talks["Rocco Leone"].customer, thread="again")
