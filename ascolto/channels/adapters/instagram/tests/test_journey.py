"""From a comment to a direct message and back: the product's own intake and delivery."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import path_of
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.naming import ask_waiting
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City
from ascolto.testing.networks.instagram import InstagramNetwork

pytestmark = pytest.mark.django_db(transaction=True)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 32


class Care:
    """Telvia's desk with one account, by either login."""

    def __init__(self, network: InstagramNetwork) -> None:
        self.network = network
        self.inbox = connect(kind="instagram", name="Instagram", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti")

    def hears(self) -> None:
        """Take everything that Instagram has for us, twice."""
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        for body, headers in self.network.mailman.take():
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            assert isinstance(admitted, Admitted)
            for _ in range(2):
                journal.insert(admitted.entries)
                process_waiting()

    def answers(self, text: str, visibility: str) -> Message:
        """Marco answers, and it leaves."""
        conversation = Conversation.objects.latest("id")
        message = add_reply(agent=self.marco, conversation=conversation, text=text, visibility=visibility)
        deliver_waiting()
        message.refresh_from_db()
        return message


@pytest.fixture(params=["facebook", "instagram"])
def care(request: pytest.FixtureRequest) -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield Care(city.add(InstagramNetwork(login=request.param)))


def test_a_comment_goes_on_in_private_with_the_same_person(care) -> None:
    care.network.write(care.giulia, "Il conto è sbagliato", public=True)
    care.hears()
    assert care.answers("Le scriviamo in privato.", "public").delivery == "sent"
    private = care.answers("Ci dica il contratto.", "private")
    assert private.delivery == "sent"
    with pytest.raises(Refused):
        care.answers("E ancora", "private")
    care.hears()
    private.refresh_from_db()
    assert private.delivery == "read"
    care.network.write(care.giulia, "4711")
    care.hears()
    assert care.answers("Grazie, fatto.", "private").delivery == "sent"
    care.hears()
    assert [(sent.public, sent.text) for sent in care.network.sent] == [
        (True, "Le scriviamo in privato.\nMarco"),
        (False, "Ci dica il contratto.\nMarco"),
        (False, "Grazie, fatto.\nMarco"),
    ]
    assert Customer.objects.count() == 1
    assert Message.objects.filter(direction="out").count() == 3


def test_the_story_that_is_answered_is_kept_with_the_answer(care) -> None:
    care.network.answer_story(care.giulia, "Quando?", JPEG)
    care.hears()
    fetch_waiting()
    story = Attachment.objects.get()
    assert (story.state, path_of(story).read_bytes()) == ("ready", JPEG)


def test_the_words_of_a_mention_come_after_its_hook(care) -> None:
    care.network.mention(care.giulia, "@telvia avete visto?")
    care.hears()
    fetch_waiting()
    words = Attachment.objects.get()
    assert path_of(words).read_bytes().decode() == "@giulia.conti\n@telvia avete visto?"


def test_a_message_that_is_taken_back_edited_or_reacted_to(care) -> None:
    first = care.network.write(care.giulia, "Ciao")
    care.network.edit(care.giulia, first, "Buongiorno")
    care.hears()
    assert Message.objects.get().text == "Buongiorno"
    answer = care.answers("Buongiorno!", "private")
    care.network.react(care.giulia, answer.external_id or "", "❤️")
    care.network.unsend(care.giulia, first)
    care.hears()
    assert Message.objects.get(external_id=first).removed_at is not None
    assert answer.reactions.get().emoji == "❤️"


def test_people_get_their_names(care) -> None:
    care.network.write(care.giulia, "Ciao")
    care.hears()
    ask_waiting()
    assert Customer.objects.get().name == "Giulia Conti"
