"""Two agents, a lead and a guest at one conversation at the same time, while the customer writes and somebody without any right tries
everything: no note is lost, nothing is answered twice, nobody sees or does what is not theirs.

For a few seconds each time; `ASCOLTO_TEST_HAMMER=300` for five minutes, `ASCOLTO_TEST_HAMMER_SEED` for another day.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from typing import Any

import pytest

from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install
from tests.journeys.hammering import Person, Sent
from tests.journeys.test_there_and_back import SCOPES, connect, conversation_of

pytestmark = pytest.mark.processes
SECONDS = float(os.environ.get("ASCOLTO_TEST_HAMMER", "12"))
SEED = int(os.environ.get("ASCOLTO_TEST_HAMMER_SEED", "1"))
PEOPLE = {"marco": "agent", "sara": "agent", "anna": "lead", "gina": "guest", "viktor": "agent"}
_HIRE = """
import django; django.setup()
from ascolto.accounts.models import Agent, Team
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_participant
from ascolto.conversations.models import Conversation
care, other = Team.objects.get_or_create(name="Care")[0], Team.objects.get_or_create(name="Warehouse")[0]
for name, role in {people!r}.items():
    agent = Agent.objects.create_user(f"{{name}}@telvia.test", name.title(), None, role=role, undo_seconds=0)
    agent.teams.add(other if name == "viktor" else care)
ChannelAccount.objects.get().teams.add(care)
conversation = Conversation.objects.get()
anna, gina = Agent.objects.get(email="anna@telvia.test"), Agent.objects.get(email="gina@telvia.test")
add_participant(agent=anna, conversation=conversation, person=gina)
print(",".join(str(Agent.objects.get(email=f"{{name}}@telvia.test").pk) for name in {people!r}))
"""


def hire(product: Product, conversation: dict[str, Any], number: str) -> dict[str, Person]:
    """Everybody, signed in."""
    keys = [int(pk) for pk in product.python(_HIRE.format(people=PEOPLE)).strip().splitlines()[-1].split(",")]
    found = {}
    for place, name in enumerate(PEOPLE):
        cookie = product.session_cookie(f"{name}@telvia.test")
        dice = random.Random(f"{SEED}-{name}")
        found[name] = Person(name, product.base_url, cookie, number, conversation["id"], keys[:3], dice)
        found[name].enter()
        assert place < len(keys)
    return found


def test_many_people_at_one_conversation(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        giulia = network.add_customer("393471234567", "Giulia Conti")
        network.write(giulia, "La fibra non va")
        conversation = conversation_of(api, "Giulia Conti")
        people = hire(product, conversation, conversation["number"])
        hammer(people, network, giulia)
        assert [fault for person in people.values() for fault in person.broken] == []
        wait_for(lambda: _nothing_on_its_way(product), within=60, why="every answer has left")
        nothing_is_lost_or_doubled(product, people, [unsigned(one.text) for one in network.sent])
        nobody_answers_what_they_had_not_read(product, people)
        rights_are_kept(people)


def hammer(people: dict[str, Person], network: WhatsAppNetwork, giulia: Any) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=person.work, args=(stop,)) for person in people.values()]

    def customer() -> None:
        number = 0
        while not stop.wait(1.5):
            number += 1
            network.write(giulia, f"Allora? ({number})")

    threads.append(threading.Thread(target=customer))
    for thread in threads:
        thread.start()
    stop.wait(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()


def _nothing_on_its_way(product: Product) -> bool:
    query = "SELECT count(*) FROM delivery_dispatch WHERE state IN ('queued', 'claimed', 'sending')"
    return product.query(query) == [(0,)]


def accepted(people: dict[str, Person]) -> list[Sent]:
    return [sent for person in people.values() for sent in person.accepted]


def nothing_is_lost_or_doubled(product: Product, people: dict[str, Person], arrived: list[str]) -> None:
    """What was accepted is there once and left once; what was refused is nowhere."""
    stored = Counter(
        text
        for (text,) in product.query(
            "SELECT text FROM conversations_message WHERE direction = 'out' AND agent_id IS NOT NULL"
        )
    )
    said = accepted(people)
    assert len(said) > 10
    assert stored == Counter(sent.text for sent in said)
    assert Counter(arrived) == Counter(sent.text for sent in said if sent.mode == "private")


def nobody_answers_what_they_had_not_read(product: Product, people: dict[str, Person]) -> None:
    """Between what an answer's writer had read and the answer stands no answer of somebody else."""
    rows = product.query(
        "SELECT id, text, agent_id, visibility FROM conversations_message WHERE direction = 'out' AND agent_id IS NOT NULL ORDER BY id"
    )
    seen = {sent.text: sent.seen for sent in accepted(people)}
    answers = [(pk, text, agent) for pk, text, agent, visibility in rows if visibility == "private"]
    blind = [
        (text, other)
        for pk, text, agent in answers
        for earlier, other, by in answers
        if seen[text] < earlier < pk and by != agent
    ]
    assert blind == []


def rights_are_kept(people: dict[str, Person]) -> None:
    """A guest reads and leaves notes; whoever is of another team finds nothing at all."""
    for action, status in people["gina"].answers:
        assert status in {200, 201} if action in {"look", "note"} else status in {403, 404, 422}, (
            action,
            status,
        )
    assert {status for _action, status in people["viktor"].answers} <= {403, 404}
    assert people["viktor"].accepted == []
    assert all(sent.mode == "note" for sent in people["gina"].accepted)
