"""A channel dies and comes back: what customers write meanwhile arrives once, what waits leaves once, and everybody knows why.

In one process, over real sockets: networks that refuse our password, hooks that are refused and come again, an inbox that is
switched off in the middle of work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from ascolto.channels import actions
from ascolto.channels.ailments import ailing_accounts, why_dead
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import Adapter, ErrorClass, Failure, HookRequest, SendRefused
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.delivery.actions import resend
from ascolto.delivery.actions import test_account as try_account
from ascolto.delivery.health import note_failure
from ascolto.delivery.models import Dispatch
from ascolto.delivery.probing import probe, refused_accounts
from ascolto.delivery.worker import deliver_waiting
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.intake import hooks, pollers
from ascolto.intake.hooks import Admitted, Doors, admit
from ascolto.intake.journal import insert
from ascolto.intake.worker import process_waiting
from ascolto.kit import clock, http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.city import City
from ascolto.testing.networks.everyone import network_types
from ascolto.testing.networks.mail import MailNetwork, example_mail
from ascolto.testing.networks.whatsapp import WhatsAppNetwork

pytestmark = pytest.mark.django_db(transaction=True)
Letter = tuple[bytes, Mapping[str, str]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits long for a network here, and doors are looked at anew each time."""
    monkeypatch.setattr(hooks, "FRESH", 0.0)
    with http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield


def knock(doors: Doors, inbox: ChannelAccount, letter: Letter) -> int:
    """The network calls our hook address; the status it gets."""
    doors.reload()
    door = doors.find(inbox.kind, inbox.token)
    assert door is not None
    lower = {name.lower(): value for name, value in letter[1].items()}
    url = lower.pop(":url", door.account.hook_url)
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    admitted = admit(door, HookRequest("POST", url, query, lower, letter[0]))
    if isinstance(admitted, Admitted):
        insert(admitted.entries)
        process_waiting()
        return 200
    return admitted.status


def ask(inbox: ChannelAccount) -> None:
    """One turn of the poller, as its thread does it."""
    try:
        pollers.poll(inbox)
    except SendRefused as refusal:
        pollers.note_failure(inbox, refusal.failure)
    process_waiting()


def texts() -> list[str]:
    found = Message.objects.filter(direction="in").order_by("occurred_at", "pk")
    return [text.strip() for text in found.values_list("text", flat=True)]


def told(event_type: str) -> int:
    return Event.objects.filter(type=event_type).count()


# --- a mailbox that does not let us in any more ---------------------------------------------------------------------


def test_mails_that_come_while_the_password_is_refused_arrive_once_when_it_is_repaired() -> None:
    with MailNetwork() as network:
        inbox = actions.connect(kind="email", name="Help", values=network.settings())
        network.deliver(example_mail("before"))
        ask(inbox)
        network.password = "a new password"
        inbox.adapter._mailboxes.close()  # type: ignore[attr-defined]  # the server closes the connection with it
        for n in range(3):
            network.deliver(example_mail(f"number {n}"))
            ask(inbox)
        health = ChannelHealth.objects.get(account=inbox)
        assert (health.state, health.error_class, health.error_from) == ("broken", "reauth", "in")
        assert told("channel.failed") == 1  # once for the trouble, not for every try
        assert [(account.pk, wrong[0].kind) for account, wrong in ailing_accounts()] == [(inbox.pk, "broken")]
        assert texts() == ["before"]
        new = {"imap_password": "a new password", "smtp_password": "a new password"}
        inbox = actions.change_settings(account=inbox, values=new)
        assert ailing_accounts() == []
        for _ in range(2):
            ask(inbox)
        assert texts() == ["before", "number 0", "number 1", "number 2"]


def test_a_mailbox_that_opens_again_by_itself_recovers_by_itself() -> None:
    with MailNetwork() as network:
        inbox = actions.connect(kind="email", name="Help", values=network.settings())
        network.imap_outage = "refuses password"
        ask(inbox)
        assert ailing_accounts()
        assert not why_dead(inbox)  # the server that sends has a password of its own: answers still leave
        network.deliver(example_mail("meanwhile"))
        network.imap_outage = ""
        ask(inbox)
        assert ailing_accounts() == []
        assert told("channel.recovered") == 1
        assert texts() == ["meanwhile"]


def test_a_mailbox_is_read_on_from_where_it_was_when_it_was_switched_off() -> None:
    with MailNetwork() as network:
        inbox = actions.connect(kind="email", name="Help", values=network.settings())
        network.deliver(example_mail("before"))
        ask(inbox)
        actions.disable(account=inbox)
        assert inbox.pk not in {account.pk for account in pollers.accounts_to_poll()}
        for n in range(3):
            network.deliver(example_mail(f"number {n}"))
        actions.enable(account=inbox)
        assert inbox.pk in {account.pk for account in pollers.accounts_to_poll()}
        for _ in range(2):
            ask(inbox)
        assert texts() == ["before", "number 0", "number 1", "number 2"]


def test_a_hiccup_of_reading_does_not_hide_that_sending_is_broken() -> None:
    with MailNetwork() as network:
        inbox = actions.connect(kind="email", name="Help", values=network.settings())
        note_failure(inbox.pk, Failure(ErrorClass.REAUTH, "The mail server refuses user or password."))
        network.imap_outage = "unavailable"
        ask(inbox)
        network.imap_outage = ""
        ask(inbox)
        assert "refuses user or password" in why_dead(inbox)


# --- a network that refuses our token ---------------------------------------------------------------------------------


class Care:
    """Telvia's desk with a WhatsApp inbox."""

    def __init__(self, network: WhatsAppNetwork) -> None:
        self.network, self.doors = network, Doors()
        self.inbox = actions.connect(kind="whatsapp", name="WhatsApp", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_customer("393471234567", "Giulia Conti")
        self.refused: list[Letter] = []

    def hears(self, text: str = "") -> list[int]:
        """WhatsApp delivers what it has; what is refused it keeps and brings again the next time."""
        if text:
            self.network.write(self.giulia, text)
        waiting, self.refused = [*self.refused, *self.network.mailman.take()], []
        answers = []
        for letter in waiting:
            answers.append(knock(self.doors, self.inbox, letter))
            if answers[-1] >= 300:
                self.refused.append(letter)
        return answers

    def answers(self, text: str) -> Message:
        """Marco writes an answer; it is queued."""
        return add_reply(agent=self.marco, conversation=Conversation.objects.get(), text=text)

    @property
    def sent(self) -> list[str]:
        return [unsigned(message.text) for message in self.network.sent]


@pytest.fixture
def care() -> Iterator[Care]:
    with WhatsAppNetwork() as network:
        yield Care(network)


def test_an_answer_to_a_dead_channel_is_refused_with_the_reason_before_it_is_queued(care: Care) -> None:
    care.hears("La fibra non va")
    care.network.access_token = "renewed-at-the-network"
    failed = care.answers("Buongiorno")
    deliver_waiting()
    failed.refresh_from_db()
    assert failed.delivery == "failed"
    assert care.inbox.name in why_dead(care.inbox)
    assert (told("channel.failed"), Dispatch.objects.count()) == (1, 1)
    with pytest.raises(Refused) as refused:
        care.answers("Arriva un tecnico")
    assert "cannot send now" in refused.value.message
    assert Dispatch.objects.count() == 1
    care.hears("C'è qualcuno?")  # what customers write still arrives
    assert texts() == ["La fibra non va", "C'è qualcuno?"]

    actions.change_settings(account=care.inbox, values={"access_token": "renewed-at-the-network"})
    assert why_dead(care.inbox) == ""
    resend(agent=care.marco, message=failed)
    care.answers("Arriva un tecnico")
    deliver_waiting()
    deliver_waiting()
    assert care.sent == ["Buongiorno", "Arriva un tecnico"]


def test_a_test_that_succeeds_opens_the_channel_again(care: Care) -> None:
    care.hears("La fibra non va")
    token, care.network.access_token = care.network.access_token, "lost"
    care.answers("Buongiorno")
    deliver_waiting()
    with pytest.raises(SendRefused):
        try_account(care.inbox)
    assert why_dead(care.inbox)
    care.network.access_token = token
    try_account(care.inbox)
    assert why_dead(care.inbox) == ""
    assert told("channel.recovered") == 1


def test_a_network_that_lets_us_in_again_is_noticed_without_anybody(care: Care) -> None:
    care.hears("La fibra non va")
    token, care.network.access_token = care.network.access_token, "an outage of theirs"
    care.answers("Buongiorno")
    deliver_waiting()
    assert [account.pk for account in refused_accounts()] == [care.inbox.pk]
    for thread in probe():
        thread.join()
    assert why_dead(care.inbox)
    care.network.access_token = token
    for thread in probe():
        thread.join()
    assert why_dead(care.inbox) == ""
    assert probe() == []
    assert (told("channel.failed"), told("channel.recovered")) == (1, 1)


@pytest.mark.parametrize("trouble", [ErrorClass.CONFIG, ErrorClass.ABUSE_STOP])
def test_what_people_must_decide_is_not_tried_behind_their_backs(care: Care, trouble: ErrorClass) -> None:
    note_failure(care.inbox.pk, Failure(trouble, "Too many equal messages."))
    assert probe() == []
    assert why_dead(care.inbox)


# --- the kill switch --------------------------------------------------------------------------------------------------


def test_off_means_at_once_nothing_in_and_nothing_out_and_on_again_everything_once(care: Care) -> None:
    care.hears("La fibra non va")
    care.answers("Buongiorno")
    actions.disable(account=care.inbox)
    assert deliver_waiting() == 0
    assert care.sent == []
    with pytest.raises(Refused):
        care.answers("Arriva un tecnico")
    assert care.hears("C'è qualcuno?") == [503]  # try again later
    assert care.hears("Pronto?") == [503, 503]
    assert texts() == ["La fibra non va"]

    actions.enable(account=care.inbox)
    assert care.hears() == [200, 200]
    assert care.hears() == []
    deliver_waiting()
    deliver_waiting()
    assert texts() == ["La fibra non va", "C'è qualcuno?", "Pronto?"]
    assert care.sent == ["Buongiorno"]


def test_a_delivery_that_was_taken_and_refused_in_turn_arrives_once(care: Care) -> None:
    care.network.write(care.giulia, "La fibra non va")
    letter = care.network.mailman.take()[0]
    assert knock(care.doors, care.inbox, letter) == 200
    actions.disable(account=care.inbox)
    assert knock(care.doors, care.inbox, letter) == 503
    actions.enable(account=care.inbox)
    for _ in range(3):
        assert knock(care.doors, care.inbox, letter) == 200
    assert texts() == ["La fibra non va"]


def test_an_answer_whose_time_is_over_when_the_inbox_is_switched_on_does_not_leave(care: Care) -> None:
    care.hears("La fibra non va")
    waiting = care.answers("Buongiorno")
    actions.disable(account=care.inbox)
    with clock.at(now() + timedelta(hours=25)):
        actions.enable(account=care.inbox)
        deliver_waiting()
        waiting.refresh_from_db()
        assert (waiting.delivery, care.sent) == ("failed", [])
        assert "time to answer" in waiting.delivery_error.lower()


# --- hooks and asking, together ---------------------------------------------------------------------------------------


def both_ways() -> list[str]:
    """Networks that call us and can be asked, too."""
    from ascolto.channels.registry import all_adapters

    known = all_adapters()
    able = [kind for kind in network_types() if kind in known and known[kind].polls_every is not None]
    return [kind for kind in able if type(known[kind]).verify is not Adapter.verify]


@pytest.mark.parametrize("kind", both_ways())
def test_what_a_lost_hook_would_have_told_is_found_and_the_late_hook_adds_nothing(kind: str) -> None:
    with City() as city:
        network = city.add(network_types()[kind]())
        inbox = actions.connect(kind=kind, name="Telvia", values=network.settings)
        giulia, public = network.add_person("Giulia Conti"), not inbox.capabilities.private
        if inbox.adapter.interval(inbox.as_account().config) is None:
            pytest.skip("this inbox is not asked as it is set up here")
        try:
            network.write(giulia, "one", public=public)
        except RuntimeError as reason:  # it talks to nobody before it was told our address
            pytest.skip(str(reason))
        held_back = network.mailman.take()
        ask(inbox)
        ask(inbox)
        once = texts()
        for letter in held_back * 2:
            knock(Doors(), inbox, letter)
        ask(inbox)
        assert len([text for text in texts() if "one" in text]) == 1
        assert [text for text in once if "one" not in text] == []
