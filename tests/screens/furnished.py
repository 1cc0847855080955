"""A house with some of everything, made by the rooms' own actions; `size` says how much, so that lists can be held against each other."""

from __future__ import annotations

from datetime import timedelta

from ascolto.accounts.models import Agent, Company, Role
from ascolto.channels.protocol import Media
from ascolto.conversations.actions import add_note, add_reply, assign, set_labels
from ascolto.events.consumers import feed_all
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.testing.factories import (
    Cast,
    make_agent,
    make_cast,
    make_customer,
    make_inbox,
    make_team,
    receive,
)
from ascolto.testing.readings import make_reading


def furnish(size: int) -> tuple[Cast, Agent]:
    """Everybody, and an administrator who sees it all."""
    cast = make_cast()
    about = {"name": "Telvia", "set_up_at": now(), "time_zone": zone_of_the_afternoon()}
    Company.objects.update_or_create(pk=Company.current().pk, defaults=about)
    paola = make_agent("Paola Riva", Role.ADMINISTRATOR)
    for number in range(size):
        _people(cast, number)
        _conversation(cast, number, size)
        create_reply(
            by=cast.anna,
            title=f"Reply {number}",
            shortcut=f"r{number}",
            texts={"it": "Ciao", "en": "Hello"},
            team=None,
        )
    feed_all()
    return cast, paola


def zone_of_the_afternoon() -> str:
    """Where it is about three in the afternoon: what happened lately happened today, at whatever hour the tests run."""
    ahead = (15 - now().hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # these names count westwards


def _people(cast: Cast, number: int) -> None:
    team = make_team(f"Team {number}")
    make_agent(f"Agent{number} Uno", teams=[team, cast.care])
    make_inbox("email" if number % 2 else "webhook", f"Inbox {number}", teams=[cast.care])


def _conversation(cast: Cast, number: int, size: int) -> None:
    """Everything a conversation can hold."""
    customer = cast.giulia if number == 0 else make_customer(f"Customer {number}")
    began = now() - timedelta(hours=size - number)
    file = Media(name="bill.pdf", content_type="application/pdf", data=b"%PDF-1.4")
    for part in range(3):
        message = receive(
            cast.inbox,
            f"My line is dead, number {number}, part {part}.",
            customer=customer,
            at=began + timedelta(minutes=part),
            files=[file] if part == 0 else [],
        )
        make_reading(message, topic=f"Topic {number}")
    conversation = message.conversation
    set_labels(agent=cast.anna, conversation=conversation, names=[f"label {number}", "fault"])
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    add_note(agent=cast.anna, conversation=conversation, text="Joint found.")
    add_reply(agent=cast.marco, conversation=conversation, text="I write by 18:00 tomorrow, news or not.")
    receive(cast.inbox, "Still dead.", customer=customer)
