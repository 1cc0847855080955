"""The `q` of lists finds what the search box finds."""

from __future__ import annotations

import pytest

from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import list_conversations
from ascolto.events.consumers import feed_all
from ascolto.search.selectors import matching
from ascolto.testing.factories import make_cast, make_conversation, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "asked", ["rimborsi", "router status:open", "status:open", "da:giulia", "is:waiting rout"]
)
def test_a_list_holds_what_the_search_finds(asked: str) -> None:
    cast = make_cast()
    wanted = cast.writes("Il rimborso del router")
    other = make_conversation(cast.inbox, "Un router", customer=make_customer("Paolo Ricci"))
    Conversation.objects.filter(pk=other.pk).update(status="resolved", waiting_since=None)
    feed_all()
    rows = list_conversations(cast.marco, among=matching(cast.marco, asked)).rows
    assert [row["id"] for row in rows] == [wanted.pk]
    assert list_conversations(cast.viktor, among=matching(cast.viktor, asked)).rows == []


def test_a_list_asked_for_a_number_holds_that_conversation() -> None:
    cast = make_cast()
    conversation = cast.writes()
    rows = list_conversations(cast.marco, among=matching(cast.marco, conversation.number)).rows
    assert [row["id"] for row in rows] == [conversation.pk]
    assert list_conversations(cast.marco, among=matching(cast.marco, "")).rows == []
