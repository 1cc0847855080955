"""From Giulia's stars to Marco's screen and back, through the product's own intake and delivery."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.appstore import AppStoreNetwork
from ascolto.testing.networks.city import City
from ascolto.testing.networks.feed import FeedNetwork
from ascolto.testing.networks.google_reviews import GoogleReviewsNetwork
from ascolto.testing.networks.playstore import PlayStoreNetwork
from ascolto.testing.networks.reviewing import ReviewSite
from ascolto.testing.networks.tripadvisor import TripadvisorNetwork
from ascolto.testing.networks.trustpilot import TrustpilotNetwork

pytestmark = pytest.mark.django_db(transaction=True)
SITES = (GoogleReviewsNetwork, TrustpilotNetwork, AppStoreNetwork, PlayStoreNetwork)


@pytest.fixture
def city() -> Iterator[City]:
    with City() as city:
        yield city


def inbox_of(network: ReviewSite) -> ChannelAccount:
    return connect(kind=network.kind, name="Telvia", values=network.settings)


def hear(inbox: ChannelAccount) -> None:
    poll(inbox)
    process_waiting()


@pytest.mark.parametrize("site", SITES)
def test_giulia_writes_marco_replies_and_sees_that_it_stands_there(
    city: City, site: type[ReviewSite]
) -> None:
    network = city.add(site())
    network.shows_replies_at_once = True
    inbox, marco = inbox_of(network), make_agent("Marco Villa")
    giulia = network.add_person("Giulia Conti")
    network.write(giulia, "La linea cade ogni sera", rating=2)
    hear(inbox)
    conversation = Conversation.objects.get()
    said = conversation.messages.get()
    assert (said.text, said.visibility, said.is_automatic) == ("La linea cade ogni sera", "public", False)
    reply = add_reply(
        agent=marco, conversation=conversation, text="Buongiorno Giulia, la chiamiamo.", visibility="public"
    )
    deliver_waiting()
    assert [message.text for message in network.sent] == ["Buongiorno Giulia, la chiamiamo.\nMarco"]
    hear(inbox)
    reply.refresh_from_db()
    assert reply.delivery == "delivered"
    assert Message.objects.count() == 2  # the reply that the site shows is the one that Marco wrote


@pytest.mark.parametrize("site", SITES)
def test_a_reply_written_on_the_site_is_an_answer_from_outside(city: City, site: type[ReviewSite]) -> None:
    network = city.add(site())
    inbox = inbox_of(network)
    review = network.write(network.add_person("Giulia"), "Male", rating=1)
    hear(inbox)
    network.reply_elsewhere(review, "Ci dispiace, la chiamiamo.")
    hear(inbox)
    said, reply = Message.objects.order_by("id")
    assert (reply.direction, reply.text, reply.conversation_id) == (
        "out",
        "Ci dispiace, la chiamiamo.",
        said.conversation_id,
    )


def test_a_changed_review_wants_an_answer_again(city: City) -> None:
    network = city.add(GoogleReviewsNetwork())
    inbox, marco = inbox_of(network), make_agent("Marco Villa")
    review = network.write(network.add_person("Giulia"), "Male", rating=1)
    hear(inbox)
    conversation = Conversation.objects.get()
    assert conversation.waiting_since is not None
    add_reply(agent=marco, conversation=conversation, text="Ci dispiace.", visibility="public")
    deliver_waiting()
    hear(inbox)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    network.edit(review, "Ancora male", rating=1)
    hear(inbox)
    conversation.refresh_from_db()
    assert Message.objects.filter(direction="in").get().text == "Ancora male"
    assert conversation.waiting_since is not None


def test_a_private_answer_to_a_review_is_refused_before_it_leaves(city: City) -> None:
    network = city.add(PlayStoreNetwork())
    inbox, marco = inbox_of(network), make_agent("Marco Villa")
    network.write(network.add_person("Giulia"), "Male", rating=1)
    hear(inbox)
    with pytest.raises(Refused):
        add_reply(
            agent=marco, conversation=Conversation.objects.get(), text="Solo per lei", visibility="private"
        )
    assert network.sent == []


def test_trustpilot_asks_the_reviewer_in_private(city: City) -> None:
    network = city.add(TrustpilotNetwork())
    inbox, marco = inbox_of(network), make_agent("Marco Villa")
    review = network.write(network.add_person("Giulia"), "Male", rating=1)
    hear(inbox)
    asked = add_reply(
        agent=marco,
        conversation=Conversation.objects.get(),
        text="Qual è il suo numero cliente?",
        visibility="private",
    )
    deliver_waiting()
    asked.refresh_from_db()
    assert asked.delivery == "sent"
    assert network.questions == {review: "Qual è il suo numero cliente?\nMarco"}


def test_what_is_read_only_can_not_be_answered_from_here(city: City) -> None:
    marco = make_agent("Marco Villa")
    for site in (TripadvisorNetwork, FeedNetwork):
        network = city.add(site())
        inbox = inbox_of(network)
        network.write(network.add_person("Giulia"), "Male", rating=1)
        hear(inbox)
        conversation = Conversation.objects.latest("id")
        with pytest.raises(Refused):
            add_reply(agent=marco, conversation=conversation, text="Grazie", visibility="public")


def test_a_review_that_is_gone_is_shown_as_gone(city: City) -> None:
    network = city.add(GoogleReviewsNetwork())
    inbox = inbox_of(network)
    giulia = network.add_person("Giulia")
    review, _ = network.write(giulia, "Male"), network.write(giulia, "Bene")
    hear(inbox)
    network.remove(review)
    for _ in range(14):
        hear(inbox)
    assert [message.external_id for message in Message.objects.filter(removed_at__isnull=False)] == [review]
