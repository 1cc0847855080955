"""There and back on every network of the city, without processes: the same desk, the same promises, the same quality.

For each stand-in: a customer writes (and it is delivered twice, as networks do), one conversation appears, an agent answers, the
network gets it on the right side, and what it tells of it is shown. What a private answer says is never published.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.reach import Reach, reaches
from ascolto.delivery.models import Dispatch
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.journal import insert
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Network, Person
from ascolto.testing.networks.everyone import network_types

pytestmark = pytest.mark.django_db
KINDS = list(network_types())
ORDER = ["sent", "delivered", "read"]
LONGEST = 5  # rounds of asking until a network has told everything


class Street:
    """One network, its inbox, and what travels between them."""

    def __init__(self, city: City, kind: str) -> None:
        self.network: Network = city.add(network_types()[kind]())
        self.inbox: ChannelAccount = connect(kind=kind, name=f"Telvia {kind}", values=self.network.settings)
        self.giulia: Person = self.network.add_person("Giulia Conti")

    def fetch(self) -> None:
        """Take everything that the network has for us, by hook and by asking, twice."""
        adapter, opened = self.inbox.adapter, self.inbox.as_account()
        for _ in range(2):
            for body, headers in self.network.mailman.take():
                self._knock(Door(opened, adapter, True), body, headers)
            if adapter.polls_every is not None and adapter.interval(opened.config) is not None:
                poll(self.inbox)
            process_waiting()

    def _knock(self, door: Door, body: bytes, headers: object) -> None:
        lower = {name.lower(): value for name, value in dict(headers).items()}  # type: ignore[call-overload]
        url = lower.pop(":url", door.account.hook_url)  # where the network meant to send it: some sign it
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        request = HookRequest("POST", url, query, lower, body)
        for _ in range(2):
            admitted = admit(door, request)
            if isinstance(admitted, Admitted):
                insert(admitted.entries)
            else:
                assert admitted.status < 300, f"{admitted.status}: {admitted.body!r}"

    def sides(self) -> list[bool]:
        """Public or private: the sides of the channel on which people write."""
        can = self.inbox.capabilities
        return [public for public, there in ((True, can.public), (False, can.private)) if there]


@pytest.fixture
def city() -> Iterator[City]:
    with City() as city:
        yield city


def written(street: Street, text: str, *, public: bool) -> Message:
    """What Giulia wrote, as it arrived."""
    street.network.write(street.giulia, text, public=public)
    street.fetch()
    found = Message.objects.filter(account=street.inbox, direction="in", text__contains=text)
    assert found.count() == 1, list(Message.objects.values("external_id", "text", "kind"))
    return found.get()


@pytest.mark.parametrize("kind", KINDS)
def test_giulia_writes_marco_answers_and_she_gets_it(city: City, kind: str) -> None:
    street, marco = Street(city, kind), make_agent()
    for public in street.sides():
        said = f"My line is dead ({'public' if public else 'private'})"
        message = written(street, said, public=public)
        assert message.visibility == ("public" if public else "private")
        conversation = Conversation.objects.get(pk=message.conversation_id)
        assert conversation.customer.name or conversation.customer.identities.exists()
        ways = {(way.visibility, way.from_public): way for way in reaches(conversation)}
        for way in ways.values():
            if way.visibility == message.visibility and way.account.pk == street.inbox.pk:
                _answer(street, conversation, way, marco)


def _answer(street: Street, conversation: Conversation, way: Reach, marco: object) -> None:
    text = f"A technician is on the way, {way.visibility}."
    if not street.inbox.capabilities.answers:
        with pytest.raises(Refused, match="takes no answers"):
            add_reply(agent=marco, conversation=conversation, text=text, visibility=way.visibility)  # type: ignore[arg-type]
        return
    before = len(street.network.sent)
    answer = add_reply(
        agent=marco,  # type: ignore[arg-type]
        conversation=conversation,
        text=text,
        visibility=way.visibility,
        account=street.inbox,
    )
    deliver_waiting()
    answer.refresh_from_db()
    assert answer.delivery in {"sent", "delivered", "read"}, (answer.delivery, answer.delivery_error)
    taken = street.network.sent[before:]
    assert [text in each.text for each in taken] == [True]
    assert taken[0].public == (way.visibility == "public"), "what was written for one side left on the other"
    _see_what_became_of_it(street, answer)


def _see_what_became_of_it(street: Street, answer: Message) -> None:
    """The best news that the sheet promises arrives; nothing comes back as a second message."""
    promised = _promised(street, answer)
    best = next((state for state in ("read", "delivered", "sent") if state in promised), "sent")
    for _ in range(LONGEST):
        street.fetch()
        answer.refresh_from_db()
        if ORDER.index(answer.delivery) >= ORDER.index(best):
            break
    assert ORDER.index(answer.delivery) >= ORDER.index(best), (
        f"{answer.delivery}, although {sorted(promised)} are promised"
    )
    assert Message.objects.filter(direction="out", text=answer.text).count() == 1


def _promised(street: Street, answer: Message) -> frozenset[str]:
    """The receipts of this side; where a channel has both, the sheet speaks of the private one."""
    can = street.inbox.capabilities
    return frozenset() if answer.visibility == "public" and can.private else can.receipts


@pytest.mark.parametrize("kind", KINDS)
def test_a_public_word_goes_on_in_private_where_the_network_has_a_way(city: City, kind: str) -> None:
    street, marco = Street(city, kind), make_agent()
    if street.inbox.capabilities.private_reply not in {"once", "free"}:
        pytest.skip("this network has no way from public to private")
    message = written(street, "Is anybody there?", public=True)
    secret = "Your contract is 4711-0815."
    answer = add_reply(agent=marco, conversation=message.conversation, text=secret, visibility="private")
    assert answer.in_reply_to_id == message.pk
    deliver_waiting()
    answer.refresh_from_db()
    everywhere = [each for network in city.networks.values() for each in network.sent if secret in each.text]
    if (
        answer.delivery == "failed"
    ):  # some let only the customer begin: then the reason holds the link for them
        assert "https://" in answer.delivery_error, answer.delivery_error
        assert everywhere == []
    else:
        assert answer.delivery in {"sent", "delivered", "read"}, answer.delivery_error
        assert [each.public for each in everywhere] == [False]


@pytest.mark.any_database
@pytest.mark.parametrize("chaos", list(Chaos))
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_goes_wrong_the_customer_reads_an_answer_at_most_once(
    city: City, kind: str, chaos: Chaos
) -> None:
    street, marco = Street(city, kind), make_agent()
    can = street.inbox.capabilities
    if not can.answers:
        pytest.skip("this network takes no answers")
    message = written(street, "Is anybody there?", public=not can.private)
    street.network.suffer(chaos)
    side = "private" if can.private else "public"
    answer = add_reply(agent=marco, conversation=message.conversation, text="We are here.", visibility=side)
    with http.settings(read_timeout=0.5):
        for _ in range(3):
            deliver_waiting()
            street.network.troubles.clear()
            Dispatch.objects.filter(message=answer).update(run_at=now())
            ChannelHealth.objects.update(paused_until=None)
            street.fetch()
    came = [each for each in street.network.sent if "We are here." in each.text]
    # a review has one answer: writing it again replaces it
    taken = {each.answers if can.reviews else each.id for each in came}
    answer.refresh_from_db()
    assert len(taken) <= 1, "the customer would have read it twice"
    if answer.delivery in {"sent", "delivered", "read"}:
        assert len(taken) == 1, "said to be sent, and nobody got it"
    else:
        assert answer.delivery in {"queued", "uncertain", "failed"}
        assert answer.delivery_error, "nobody is told why"
    if chaos is Chaos.LIMIT:
        assert answer.delivery in {"sent", "delivered", "read"}, answer.delivery_error
