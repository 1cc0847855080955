"""How many queries an operation may make, however long its answer is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.api.tests.conftest import Caller
from ascolto.conversations import actions
from ascolto.conversations.models import Message
from ascolto.testing.factories import Cast, make_customer, receive
from ascolto.testing.readings import make_reading

# The token is one query; agents need three more to know what they may see, leads none.
BUDGETS = {
    "/me": 2,
    "/conversations": 3,
    "/conversations?status=open&assignee=none&channel=webhook": 3,
    "/conversations?expand=customer,channel,last_message": 9,
    "/conversations/{conversation}": 3,
    "/conversations/{conversation}/messages": 5,
    "/search?q=line": 9,
    "/customers": 3,
    "/customers/{customer}": 3,
    "/conversations?intent=complaint&urgency=high&language=it": 3,
    "/messages/{message}/reading": 4,
    "/messages/{message}/corrections": 4,
    "/lookalikes": 4,
    "/topics": 2,
    "/channels": 3,
    "/channels/{channel}": 3,
    "/agents": 3,
    "/teams": 2,
}


@pytest.mark.parametrize("path", BUDGETS)
def test_a_read_stays_in_its_budget(cast: Cast, anna: Caller, path: str) -> None:
    conversation = cast.writes()
    message = Message.objects.get(conversation=conversation)
    make_reading(message, topic="Outage", alike=5)
    address = path.format(
        conversation=conversation.pk, customer=cast.giulia.pk, channel=cast.inbox.pk, message=message.pk
    )
    anna.get(address)  # notes the token's use and remembers its objects
    for name in ("Luca Serra", "Marta Galli", "Sara Riva"):
        other = receive(cast.inbox, customer=make_customer(name))
        make_reading(other, topic="Outage", lookalike=message.reading.lookalike)
        actions.set_labels(agent=cast.anna, conversation=other.conversation, names=["fault", "bill"])
        make_reading(receive(cast.inbox, "And then?", customer=cast.giulia), topic="Bill")
    with CaptureQueriesContext(connection) as queries:
        anna.get(address)
    assert len(queries) <= BUDGETS[path], [query["sql"] for query in queries]


def test_an_agents_list_asks_three_times_more(cast: Cast, marco: Caller) -> None:
    cast.writes()
    marco.get("/conversations")
    with CaptureQueriesContext(connection) as queries:
        marco.get("/conversations")
    assert len(queries) <= BUDGETS["/conversations"] + 4, [query["sql"] for query in queries]
