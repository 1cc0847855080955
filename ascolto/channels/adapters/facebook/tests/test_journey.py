"""From a comment on the page to a conversation in Messenger: the product's own intake and delivery, one hook address for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message, Reaction
from ascolto.customers.models import Customer, Identity
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.models import RawEvent
from ascolto.intake.naming import ask_waiting
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City
from ascolto.testing.networks.facebook import FacebookNetwork
from ascolto.testing.networks.messenger import MessengerNetwork

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "Il suo contratto è il 4711."


class Care:
    """Telvia's desk with the page and its Messenger; Meta calls the page's address for both."""

    def __init__(self, city: City) -> None:
        self.page, self.messenger = city.add(FacebookNetwork()), city.add(MessengerNetwork())
        self.facebook = connect(kind="facebook", name="Facebook", values=self.page.settings)
        self.private = connect(kind="messenger", name="Messenger", values=self.messenger.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = self.page.add_person("Giulia Conti")

    def hears(self, *, backwards: bool = False) -> None:
        """Take everything that Meta has for us, twice, at the one address that its dashboard knows."""
        ours, other = self._door(self.facebook), self._door(self.private)
        waiting = [*self.page.mailman.take(), *self.messenger.mailman.take()]
        for body, headers in reversed(waiting) if backwards else waiting:
            request = HookRequest("POST", "https://care.example/", {}, headers, body)
            admitted = admit(ours, request, [other])
            assert isinstance(admitted, Admitted)
            for _ in range(2):
                journal.insert(admitted.entries)
                process_waiting()

    def _door(self, inbox: ChannelAccount) -> Door:
        account = inbox.as_account()
        return Door(account, inbox.adapter, True, inbox.adapter.hook_group(account.config))

    def answers(self, text: str, visibility: str) -> Message:
        """Marco answers, and it leaves."""
        conversation = Conversation.objects.latest("id")
        message = add_reply(agent=self.marco, conversation=conversation, text=text, visibility=visibility)
        deliver_waiting()
        message.refresh_from_db()
        return message


@pytest.fixture
def care() -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield Care(city)


def texts(**which: object) -> list[str]:
    return list(Message.objects.filter(**which).order_by("id").values_list("text", flat=True))


def test_a_comment_goes_on_in_messenger_and_stays_one_customer(care) -> None:
    care.page.write(care.giulia, "Il conto è sbagliato")
    care.hears()
    public = care.answers("Ciao Giulia, le scriviamo in privato.", "public")
    private = care.answers(SECRET, "private")
    assert (public.delivery, private.delivery) == ("sent", "sent")
    assert [sent.public for sent in care.page.sent] == [True, False]
    care.hears()
    assert texts(direction="out") == [
        "Ciao Giulia, le scriviamo in privato.",
        SECRET,
    ]  # no echo became a second one
    thread = care.messenger.people[0]
    care.messenger.write(thread, "Grazie, aspetto")
    care.hears()
    assert Customer.objects.count() == 1
    assert set(Identity.objects.values_list("namespace", flat=True)) == {"facebook", "messenger"}
    answer = care.answers("Fatto.", "private")
    assert (answer.delivery, care.messenger.sent[-1].text) == ("sent", "Fatto.\nMarco")
    assert answer.account_id == care.private.pk
    care.hears()
    answer.refresh_from_db()
    assert answer.delivery == "read"
    assert not any(SECRET in comment.text for comment in care.page.comments.values())


def test_a_second_private_answer_is_refused_before_it_leaves(care) -> None:
    care.page.write(care.giulia, "Il conto è sbagliato")
    care.hears()
    care.answers(SECRET, "private")
    with pytest.raises(Refused):
        care.answers("E ancora", "private")
    assert len(care.page.sent) == 1


def test_after_seven_days_a_comment_is_answered_in_public_only(care) -> None:
    care.page.write(care.giulia, "Il conto è sbagliato")
    care.hears()
    Message.objects.update(occurred_at=now() - timedelta(days=8))
    with pytest.raises(Refused):
        care.answers(SECRET, "private")
    assert care.answers("Ci scriva in privato.", "public").delivery == "sent"


def test_edits_and_removals_that_overtake_their_comment_find_it(care) -> None:
    comment = care.page.write(care.giulia, "Truffatori!")
    care.page.edit(care.giulia, comment, "Sono deluso")
    care.hears(backwards=True)
    message = Message.objects.get()
    assert message.text == "Sono deluso"
    care.page.remove(care.giulia, comment)
    care.hears()
    message.refresh_from_db()
    assert message.removed_at is not None


def test_an_answer_given_on_the_page_itself_is_ours(care) -> None:
    comment = care.page.write(care.giulia, "Ci siete?")
    care.hears()
    answer = care.page._comment(None, "Certo!", comment)
    care.page._tell_comment(answer, "add")
    care.hears()
    assert texts(direction="out") == ["Certo!"]
    assert Conversation.objects.get().waiting_since is None


def test_a_like_under_our_answer_is_shown_there(care) -> None:
    care.page.write(care.giulia, "Ci siete?")
    care.hears()
    answer = care.answers("Certo!", "public")
    care.page.like(care.giulia, answer.external_id, "love")
    care.hears()
    assert [(row.emoji, row.message_id) for row in Reaction.objects.all()] == [("❤️", answer.pk)]


def test_an_uncertain_comment_is_settled_by_its_echo_and_stands_there_once(care) -> None:
    care.page.write(care.giulia, "Ci siete?")
    care.hears()
    care.page.suffer("lost")
    answer = care.answers("Certo!", "public")
    assert answer.delivery == "uncertain"
    care.hears()
    answer.refresh_from_db()
    assert (answer.delivery, answer.external_id) == ("sent", care.page.sent[0].id)
    assert texts(direction="out") == ["Certo!"]


def test_an_uncertain_private_message_is_settled_by_our_mark_whatever_its_text(care) -> None:
    person = care.messenger.add_person("Paolo Ricci")
    care.messenger.write(person, "Ciao")
    care.hears()
    care.messenger.suffer("garbage")
    answer = care.answers("Buongiorno!", "private")
    assert answer.delivery == "uncertain"
    care.hears()
    answer.refresh_from_db()
    assert (answer.delivery, answer.external_id) == ("read", care.messenger.sent[0].id)
    assert texts(direction="out") == ["Buongiorno!"]


def test_what_hooks_lost_is_found_and_what_they_brought_is_not_doubled(care) -> None:
    for inbox in (care.facebook, care.private):
        poll(inbox)
    person = care.messenger.add_person("Paolo Ricci")
    care.page.write(care.giulia, "Arrivata")
    care.messenger.write(person, "Arrivato")
    care.hears()
    care.page.write(care.giulia, "Persa")
    care.messenger.write(person, "Perso")
    care.page.mailman.take()
    care.messenger.mailman.take()
    for inbox in (care.facebook, care.private):
        poll(inbox)
    process_waiting()
    assert sorted(texts()) == ["Arrivata", "Arrivato", "Persa", "Perso"]


def test_messenger_people_get_their_names(care) -> None:
    care.messenger.write(care.messenger.add_person("Paolo Ricci"), "Ciao")
    care.hears()
    ask_waiting()
    assert Customer.objects.get().name == "Paolo Ricci"


def test_a_private_message_is_stored_for_its_own_inbox_only(care) -> None:
    care.messenger.write(care.messenger.add_person("Paolo Ricci"), "Ciao")
    care.page.write(care.giulia, "Ciao")
    care.hears()
    stored = RawEvent.objects.values_list("account_id", flat=True)
    assert sorted(stored) == sorted([care.facebook.pk, care.private.pk])
