"""Write to a customer first."""

from __future__ import annotations

import pytest

from ascolto.conversations.actions import add_reply
from ascolto.conversations.beginning import begin, beginnings
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.reach import reaches
from ascolto.customers.models import Identity
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_marco_writes_first_by_mail_and_goes_on(cast: Cast) -> None:
    mail = make_inbox("email", teams=[cast.care])
    made = begin(agent=cast.marco, customer=cast.giulia, account=mail)
    assert begin(agent=cast.marco, customer=cast.giulia, account=mail).pk == made.pk
    message = add_reply(agent=cast.marco, conversation=made, text="Your modem is on its way.")
    assert message.identity is not None
    assert message.identity.value == "giulia.ferri@example.org"
    add_reply(agent=cast.marco, conversation=made, text="It arrives on Monday.")
    assert Message.objects.filter(conversation=made).count() == 2


def test_whatsapp_needs_a_template_first(cast: Cast) -> None:
    phone = make_inbox("whatsapp", teams=[cast.care])
    person = make_customer("Paolo", ("phone", "+393331234567"))
    (way,) = beginnings(person, cast.marco)
    assert way.needs_template
    made = begin(agent=cast.marco, customer=person, account=phone)
    with pytest.raises(Refused) as refused:
        add_reply(agent=cast.marco, conversation=made, text="Hello")
    assert refused.value.code == "window_closed"


def test_only_inboxes_of_ones_own_and_handles_that_are_proven(cast: Cast) -> None:
    make_inbox("email", teams=[cast.care])
    assert beginnings(cast.giulia, cast.viktor) == []
    assert beginnings(make_customer("Chat", ("chat", "v-1")), cast.marco) == []
    claimed = make_customer("Claimed", ("email", "c@example.org"), scope="form:1")
    assert beginnings(claimed, cast.marco) == []


def test_whoever_said_stop_is_not_written_to(cast: Cast) -> None:
    mail = make_inbox("email", teams=[cast.care])
    Identity.objects.filter(customer=cast.giulia).update(blocked_at=now(), blocked_why="stop")
    with pytest.raises(Refused, match="does not take messages"):
        begin(agent=cast.marco, customer=cast.giulia, account=mail)


def test_a_conversation_with_only_notes_of_the_network_opens_no_way(cast: Cast) -> None:
    conversation = Conversation.objects.create(customer=cast.giulia, account=cast.inbox)
    Message.objects.create(
        conversation=conversation, account=cast.inbox, direction="out", author_kind="agent", text="echo"
    )
    assert reaches(conversation) == []
