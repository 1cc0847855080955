"""A bot asks, Giulia presses: choices leave as the network draws them, and what is pressed comes back with its id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.channels.outbound import Choice
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City
from ascolto.testing.networks.instagram import InstagramNetwork
from ascolto.testing.networks.messenger import MessengerNetwork
from ascolto.testing.networks.sms import SmsNetwork
from ascolto.testing.networks.telegram import TelegramNetwork
from ascolto.testing.networks.whatsapp import WhatsAppNetwork

pytestmark = pytest.mark.django_db(transaction=True)
TITLES = ("Guasto", "Fattura", "Trasloco", "Contratto", "Altro")
LONG = "Voglio sapere quando arriva il tecnico per la nuova linea"
PDF = b"%PDF-1.4 guida"


def offered(count: int) -> list[Choice]:
    return [Choice(id=f"menu:{title.lower()}", title=title) for title in TITLES[:count]]


class Care:
    """Telvia's bot with one inbox, and Giulia, who has just written."""

    def __init__(self, network: Any, *, public: bool = False) -> None:
        self.network = network
        self.inbox: ChannelAccount = connect(kind=network.kind, name="Telvia", values=network.settings)
        about = {"number": "+393471234567"} if network.kind == "sms" else {}
        self.giulia = network.add_person("Giulia Conti", **about)
        network.write(self.giulia, "Buongiorno", public=public)
        self.hears()
        Customer.objects.update(language="it")

    def hears(self) -> None:
        """Take everything that the network has for us."""
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        for body, headers in self.network.mailman.take():
            url = headers.get(":url", "https://care.example/")
            admitted = admit(door, HookRequest("POST", url, {}, headers, body))
            assert isinstance(admitted, Admitted)
            journal.insert(admitted.entries)
        process_waiting()

    def asks(self, text: str = "Come possiamo aiutarti?", **more: Any) -> Message:
        """The bot asks, and it leaves."""
        more = {"agent": None, "author": Author.BOT, **more}
        message = add_reply(conversation=Conversation.objects.latest("id"), text=text, **more)
        deliver_waiting()
        message.refresh_from_db()
        assert message.delivery != "failed", message.delivery_error
        return message

    @property
    def newest(self) -> Any:
        return self.network.sent[-1]

    def pressed(self, choice: str) -> Message:
        """Giulia presses a button; the message that it is."""
        where = self.newest.id if self.network.kind == "telegram" else self.newest
        self.network.press(self.giulia, where, choice)
        self.hears()
        return Message.objects.filter(direction="in").latest("id")


@pytest.fixture
def city() -> Iterator[City]:
    with City() as city, http.settings(read_timeout=2.0, connect_timeout=1.0):
        yield city


@pytest.fixture(params=[WhatsAppNetwork, MessengerNetwork, InstagramNetwork, TelegramNetwork])
def care(request: pytest.FixtureRequest, city: City) -> Care:
    return Care(city.add(request.param()))


@pytest.fixture
def whatsapp(city: City) -> Care:
    return Care(city.add(WhatsAppNetwork()))


def test_the_bot_asks_giulia_presses_and_her_choice_arrives(care) -> None:
    message = care.asks(choices=offered(3))
    assert message.extra["choices"][1] == {"id": "menu:fattura", "title": "Fattura", "about": ""}
    assert care.newest.text == message.text == "Come possiamo aiutarti?"
    chosen = care.pressed("menu:fattura")
    assert (chosen.text, chosen.extra["payload"]) == ("Fattura", "menu:fattura")
    assert chosen.conversation_id == message.conversation_id


def test_five_choices_can_all_be_pressed(care) -> None:
    care.asks(choices=offered(5))
    for choice in offered(5):
        care.network.write(care.giulia, "Un attimo")
        care.asks(choices=offered(5))
        assert care.pressed(choice.id).extra["payload"] == choice.id


def test_whatsapp_draws_three_buttons_and_a_list_of_five(whatsapp) -> None:
    whatsapp.asks(choices=offered(3))
    assert whatsapp.newest.payload["interactive"]["type"] == "button"
    whatsapp.asks(choices=offered(5))
    drawn = whatsapp.newest.payload["interactive"]
    assert (drawn["type"], drawn["action"]["button"]) == ("list", "Scegli")
    assert [row["title"] for row in drawn["action"]["sections"][0]["rows"]] == list(TITLES)


def test_a_long_title_makes_whatsapp_a_list_that_says_all_of_it(whatsapp) -> None:
    whatsapp.asks(
        choices=[{"id": "when", "title": LONG}, {"id": "bill", "title": "Fattura", "about": "Importi"}]
    )
    rows = whatsapp.newest.payload["interactive"]["action"]["sections"][0]["rows"]
    assert rows == [
        {"id": "when", "title": "Voglio sapere quando…", "description": LONG},
        {"id": "bill", "title": "Fattura", "description": "Importi"},
    ]


def test_a_long_text_leaves_whatsapp_first_and_its_last_sentence_has_the_buttons(whatsapp) -> None:
    story = "Abbiamo trovato un guasto nella tua zona. " * 40
    message = whatsapp.asks(f"{story}Vuoi un promemoria?", choices=offered(2))
    first, second = whatsapp.network.sent
    assert first.text == story.strip()
    assert second.text == "Vuoi un promemoria?"
    assert second.payload["type"] == "interactive"
    assert message.external_id in {first.id, second.id}


def test_more_choices_than_a_network_draws_are_numbered_lines(care) -> None:
    many = [{"id": f"n{number}", "title": f"Filiale {number}"} for number in range(1, 16)]
    message = care.asks("Quale filiale?", choices=many)
    if care.network.kind == "telegram":
        assert care.pressed("n15").extra["payload"] == "n15"
    else:
        assert care.newest.text.endswith("14. Filiale 14\n15. Filiale 15")
    assert message.text == "Quale filiale?"


def test_files_come_before_the_buttons(care) -> None:
    marco = make_agent("Marco Villa")
    guide = store_file(PDF, name="guida.pdf", content_type="application/pdf", uploader=marco)
    care.asks("Ti è utile?", choices=offered(2), attachments=[guide], agent=marco, author="")
    assert len(care.network.sent) == 2
    assert care.network.sent[0].files[0][1] == PDF
    assert care.pressed("menu:guasto").extra["payload"] == "menu:guasto"


def test_an_sms_has_numbered_lines(city) -> None:
    care = Care(city.add(SmsNetwork()))
    message = care.asks(choices=offered(3))
    assert care.newest.text == "Come possiamo aiutarti?\n\n1. Guasto\n2. Fattura\n3. Trasloco"
    assert message.text == "Come possiamo aiutarti?"


def test_marcos_signature_stands_below_the_lines(city) -> None:
    care = Care(city.add(SmsNetwork()))
    care.asks(choices=offered(2), agent=make_agent("Marco Villa"), author="")
    assert care.newest.text == "Come possiamo aiutarti?\n\n1. Guasto\n2. Fattura\nMarco"


def test_what_everybody_reads_has_lines_and_no_buttons(city) -> None:
    care = Care(city.add(InstagramNetwork()), public=True)
    care.asks("Di che cosa si tratta?", choices=offered(2), visibility="public")
    assert care.newest.public
    assert care.newest.text == "Di che cosa si tratta?\n\n1. Guasto\n2. Fattura"
    care.asks("Di che cosa si tratta?", choices=offered(2), visibility="private")
    assert not care.newest.public
    assert care.newest.text.endswith("1. Guasto\n2. Fattura")


@pytest.mark.parametrize(
    "title",
    [
        "🧑‍👩‍👧‍👦" * 2000,
        "x" * 1_000_000,
        "z" + "\u0301" * 9000,
        "\u202eottocs",
        "a\x00b",
        "a\ud800b",
        "نعم، من فضلك أرسل لي التفاصيل",
    ],
    ids=["family", "long", "zalgo", "turned", "nul", "surrogate", "rtl"],
)
def test_hostile_titles_leave_and_come_back(care, title) -> None:
    care.asks(choices=[{"id": "odd", "title": title}, {"id": "other", "title": title}])
    assert care.pressed("odd").extra["payload"] == "odd"


@pytest.mark.parametrize(
    "network_type", [WhatsAppNetwork, MessengerNetwork, InstagramNetwork, TelegramNetwork]
)
def test_an_id_that_a_network_cannot_carry_is_a_line(city, network_type) -> None:
    care = Care(city.add(network_type()))
    long = "é" * 150  # 300 bytes: too many for WhatsApp and Telegram
    care.asks(choices=[{"id": long, "title": "Sì"}])
    if care.network.kind in {"messenger", "instagram"}:
        assert care.pressed(long).extra["payload"] == long
    else:
        assert care.newest.text == "Come possiamo aiutarti?\n\n1. Sì"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"choices": [{"id": "a", "title": ""}]}, "bad_choice"),
        ({"choices": [{"id": "a", "title": "Sì"}, {"id": "a", "title": "No"}]}, "bad_choice"),
        ({"choices": [{"id": str(n), "title": "x"} for n in range(21)]}, "bad_choice"),
        ({"choices": [{"id": "a", "title": "Sì"}], "template": {"name": "x"}}, "choices_in_template"),
        ({"choices": [{"id": "a", "title": "Sì"}], "text": " "}, "choices_alone"),
    ],
)
def test_what_could_not_be_chosen_is_refused_before_it_is_kept(whatsapp, more, code) -> None:
    with pytest.raises(Refused) as refused:
        whatsapp.asks(**more)
    assert refused.value.code == code
    assert not Message.objects.filter(direction="out").exists()


def test_lines_for_which_a_text_leaves_no_room_are_refused_while_it_is_written(city) -> None:
    care = Care(city.add(InstagramNetwork()), public=True)
    with pytest.raises(Refused) as refused:
        care.asks("x" * 2190, choices=offered(5), visibility="public")
    assert refused.value.code == "too_long"


# --- who writes -------------------------------------------------------------------------------------------------------


def test_a_bot_is_named_as_one_and_answers_nobody(whatsapp) -> None:
    before = Conversation.objects.get()
    message = whatsapp.asks()
    assert (message.author_kind, message.is_automatic, message.agent) == (Author.BOT, True, None)
    after = Conversation.objects.get()
    assert (after.waiting_since, after.due_at) == (before.waiting_since, before.due_at)
    assert after.waiting_since is not None
    assert whatsapp.asks(author="").author_kind == Author.SYSTEM


def test_machines_never_write_as_people_nor_people_as_machines(whatsapp) -> None:
    marco = make_agent("Marco Villa")
    for more in (
        {"author": "agent"},
        {"author": "customer"},
        {"author": "bot", "agent": marco},
        {"author": "x"},
    ):
        with pytest.raises(ValueError, match=r"write as|not a valid"):
            whatsapp.asks(**more)


def test_a_bot_has_no_more_time_than_a_machine(whatsapp) -> None:
    Message.objects.update(occurred_at=now() - timedelta(hours=25))
    with pytest.raises(Refused):
        whatsapp.asks()


def test_the_same_question_with_the_same_key_is_asked_once(whatsapp) -> None:
    first = whatsapp.asks(choices=offered(2), client_key="flow:1:start")
    assert whatsapp.asks(choices=offered(2), client_key="flow:1:start") == first
    assert len(whatsapp.network.sent) == 1
