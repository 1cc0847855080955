"""The e-mail adapter on a real Postfix and a real Dovecot: written by others, with all the manners that stand-ins lack."""

from __future__ import annotations

import email
import itertools
import threading
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ascolto.channels.adapters.email.adapter import Email
from ascolto.channels.adapters.email.smtp import TimeOuts
from ascolto.channels.protocol import ErrorClass, File, Message, Receipt, ReceiptStatus, SendRefused
from ascolto.testing.api import ApiClient
from ascolto.testing.conformance import account_for
from ascolto.testing.harness import missing
from ascolto.testing.networks.mail import example_mail
from ascolto.testing.polled import Desk, answer_to
from ascolto.testing.product import Product, wait_for
from ascolto.testing.servers import ServerMissing
from ascolto.testing.servers.mail import GIULIA, GONE, HELP, LARGEST, MailHouse
from tests.journeys.conftest import new_database

pytestmark = [pytest.mark.processes, pytest.mark.any_database]
SCOPES = ("conversations:read", "conversations:write", "messages:write", "customers:read")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    """Both servers until the tests are done with them."""
    house = MailHouse()
    try:
        house.__enter__()
    except ServerMissing as reason:
        missing("servers", str(reason))
    yield house
    house.stop()


@pytest.fixture
def desk(house: MailHouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Telvia's desk, which has heard everything so far and trusts the house's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(house.certificate))
    adapter = Email(TimeOuts(connect=10, answer=20, whole=60))
    desk = Desk(adapter, account_for(adapter, house.settings()))
    desk.hears()
    yield desk
    adapter._sent.close()
    adapter._mailboxes.close()


def giulia_writes(house: MailHouse, text: str = "My line is dead.", **headers: str) -> None:
    house.send(GIULIA, example_mail(text, **headers))


def hears(desk: Desk, count: int = 1) -> list[Any]:
    """What comes, once that much has come."""
    found: list[Any] = []

    def look() -> bool:
        try:
            found.extend(desk.hears())
        except SendRefused as refusal:  # as the poller does: what may pass is asked again
            if not refusal.failure.error.is_temporary:
                raise
        return len(found) >= count

    wait_for(look, within=60, why=f"{count} mails")
    return found


def marco_answers(desk: Desk, message: Message, text: str, **more: Any) -> tuple[str, str]:
    """The id of his answer and what he wrote, marked so that it can be found."""
    text = f"{text} ({next(_numbers)})"
    tracker = f"d-{next(_numbers)}"
    sent = desk.adapter.send(desk.account, answer_to(message, text, tracker, conversation_token="41", **more))
    return sent.external_ids[0], text


def mail_of(house: MailHouse, user: str, text: str, folder: str = "INBOX") -> EmailMessage:
    """The mail with this text in somebody's folder, once it is there."""

    def look() -> EmailMessage | None:
        for raw in house.mails(user, folder):
            mail = email.message_from_bytes(raw, policy=policy.default)
            body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
            if body is not None and text in body.get_content():
                return mail
        return None

    found = wait_for(look, within=30, why=f"{text!r} in the mailbox of {user}")
    assert found is not None
    return found


def test_both_servers_let_us_in(desk: Desk) -> None:
    assert "Both servers let us in" in desk.adapter.test(desk.account)


def test_giulias_mail_wakes_the_desk(house: MailHouse, desk: Desk) -> None:
    waiting = threading.Thread(target=desk.adapter.wait, args=(desk.account, 120))
    waiting.start()
    giulia_writes(house, "Are you there?")
    waiting.join(60)
    assert not waiting.is_alive(), "IDLE did not end"
    message = desk.hears_message()
    assert (message.text, message.sender.handles[0].value) == ("Are you there?", GIULIA)
    assert desk.hears() == []


def test_marcos_answer_threads_in_giulias_mailbox_and_hers_at_the_desk(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house, message_id=f"<q{next(_numbers)}@example.org>", subject="Nessuna linea è attiva")
    (message,) = hears(desk)
    identity, text = marco_answers(desk, message, "Un tecnico è in viaggio.", subject=message.subject)
    mail = mail_of(house, GIULIA, text)
    assert (mail["Message-ID"], mail["In-Reply-To"]) == (identity, message.external_id)
    assert message.external_id in mail["References"].split()
    assert (mail["Subject"], mail["From"].addresses[0].addr_spec) == ("Re: Nessuna linea è attiva", HELP)
    giulia_writes(house, "Grazie!", in_reply_to=identity, references=f"{mail['References']} {identity}")
    (reply,) = hears(desk)
    assert (reply.conversation_token, reply.replies_to[0]) == ("41", identity)


def test_a_copy_of_the_answer_lies_in_the_sent_folder(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house)
    (message,) = hears(desk)
    identity, text = marco_answers(desk, message, "We are on it.")
    assert mail_of(house, HELP, text, "Sent")["Message-ID"] == identity
    assert all(b"\\Seen" in flags for flags in house.flags(HELP, "Sent"))
    assert desk.hears() == [], "the copy is no message of its own"


def test_an_address_that_nobody_has_is_refused_at_the_door(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house, sender="Nobody <nobody@example.org>")
    (message,) = hears(desk)
    with pytest.raises(SendRefused) as refusal:
        marco_answers(desk, message, "Hello?")
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE
    assert refusal.value.failure.code == "550"
    assert "User unknown" in refusal.value.failure.reason


def test_a_mail_that_comes_back_later_fails_with_the_servers_words(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house, sender=f"Gone <{GONE}>")
    (message,) = hears(desk)
    identity, _ = marco_answers(desk, message, "Hello?")
    (receipt,) = hears(desk)
    assert isinstance(receipt, Receipt), receipt
    assert (receipt.external_id, receipt.status) == (identity, ReceiptStatus.FAILED)
    assert receipt.failure is not None
    assert receipt.failure.error is ErrorClass.RECIPIENT_GONE
    assert receipt.failure.code == "5.1.1"


def test_a_wrong_password_is_named_on_both_sides(house: MailHouse, desk: Desk) -> None:
    for changed in ({"imap_password": "wrong"}, {"smtp_password": "wrong"}):
        account = account_for(desk.adapter, house.settings(**changed))
        with pytest.raises(SendRefused) as refusal:
            desk.adapter.test(account)
        assert refusal.value.failure.error is ErrorClass.REAUTH
        assert "refused the password" in refusal.value.failure.reason


def test_a_token_opens_both_servers_and_one_that_ended_neither(house: MailHouse, desk: Desk) -> None:
    house.dovecot.tokens.owners["a-token"] = HELP
    by_token = {
        "sign_in": "google",
        "imap_password": "",
        "smtp_password": "",
        "smtp_user": "",
        "access_token": "a-token",
    }
    assert "Both servers let us in" in desk.adapter.test(
        account_for(desk.adapter, house.settings(**by_token))
    )
    with pytest.raises(SendRefused) as refusal:
        desk.adapter.test(account_for(desk.adapter, house.settings(**by_token | {"access_token": "ended"})))
    assert refusal.value.failure.error is ErrorClass.REAUTH
    assert "refused the sign-in" in refusal.value.failure.reason


def test_large_files_travel_both_ways_and_one_too_large_stays(house: MailHouse, desk: Desk) -> None:
    content = bytes(range(256)) * 20_000  # 5 MB

    def file(size: int) -> File:
        data = content * (size // len(content) + 1)
        return File(
            name="modem.log", content_type="application/octet-stream", size=size, read=lambda: data[:size]
        )

    giulia_writes(house)
    (message,) = hears(desk)
    identity, text = marco_answers(desk, message, "The log.", files=(file(len(content)),))
    mail = mail_of(house, GIULIA, text)
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == content
    del mail["To"], mail["From"], mail["Message-ID"]
    mail["To"], mail["From"], mail["Message-ID"] = HELP, GIULIA, f"<big{next(_numbers)}@example.org>"
    house.send(GIULIA, mail.as_bytes(policy=policy.SMTP))
    (back,) = hears(desk)
    assert [(one.name, one.data) for one in back.attachments] == [("modem.log", content)]
    with pytest.raises(SendRefused) as refusal:
        marco_answers(desk, message, "Too much.", files=(file(LARGEST),))
    assert refusal.value.failure.error is ErrorClass.CONTENT
    assert "too large" in refusal.value.failure.reason
    assert identity


def test_new_numbers_for_old_mails_lose_and_double_nothing(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house, "Before the move.")
    (before,) = hears(desk)
    known = desk.cursor["uidvalidity"]
    house.dovecot.stop_only()
    house.dovecot.forget_uids(HELP)
    house.dovecot.start()
    giulia_writes(house, "After the move.")
    found: list[Any] = []

    def look() -> bool:
        found.extend(desk.hears())
        return any(isinstance(event, Message) and event.text == "After the move." for event in found)

    wait_for(look, within=60)
    assert desk.cursor["uidvalidity"] != known
    identities = [event.external_id for event in found if isinstance(event, Message)]
    assert len(identities) == len(set(identities)), "each mail once"
    assert before.external_id in identities, "what is known is recognised by its id"
    assert desk.hears() == []


def test_a_mailbox_that_dies_in_the_middle_of_waiting_is_found_again(house: MailHouse, desk: Desk) -> None:
    ended: list[BaseException | None] = []

    def wait() -> None:
        try:
            desk.adapter.wait(desk.account, 120)
        except SendRefused as refusal:
            ended.append(refusal)

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_for(lambda: "Login: user=<help@" in house.dovecot.output(), within=10)
    house.dovecot.kill()
    waiting.join(60)
    assert not waiting.is_alive(), "the wait outlived its server"
    with pytest.raises(SendRefused) as refusal:
        desk.hears()
    assert refusal.value.failure.error is ErrorClass.RETRY
    texts = [f"Written in the dark {number}" for number in range(3)]
    for text in texts:
        giulia_writes(house, text)  # Postfix takes it and waits for the mailbox
    house.dovecot.start()
    found = hears(desk, len(texts))
    assert sorted(event.text for event in found) == texts
    assert desk.hears() == []


def test_an_answer_while_the_way_out_is_closed_leaves_later(house: MailHouse, desk: Desk) -> None:
    giulia_writes(house)
    (message,) = hears(desk)
    house.postfix.stop_only()
    outgoing = answer_to(message, "Late, but here.", "d-late")
    with pytest.raises(SendRefused) as refusal:
        desk.adapter.send(desk.account, outgoing)
    assert refusal.value.failure.error is ErrorClass.RETRY
    house.postfix.start()
    first = desk.adapter.send(desk.account, outgoing)
    assert desk.adapter.send(desk.account, outgoing) == first, "the same id at every attempt"
    assert mail_of(house, GIULIA, "Late, but here.")["Message-ID"] == first.external_ids[0]


# --- the whole product ---


@pytest.fixture
def product(house: MailHouse, tmp_path: Path) -> Iterator[Product]:
    """An installation whose inbox is help@telvia.example."""
    running = Product(tmp_path / "data", database_url=new_database(), SSL_CERT_FILE=str(house.certificate))
    with running:
        running.add_channel("email", "Help desk", **house.settings())
        yield running


def conversation_of(api: ApiClient, customer: str, text: str) -> dict[str, Any]:
    """The conversation in which somebody just wrote this."""

    def look() -> dict[str, Any] | None:
        rows = api.get("/conversations")["data"]
        return next(
            (row for row in rows if (row["customer"]["name"], row["preview"]) == (customer, text)), None
        )

    found = wait_for(look, within=60, why=f"{customer}'s conversation")
    assert found is not None
    return found


def test_from_annas_program_to_the_desk_and_back(house: MailHouse, product: Product) -> None:
    api = ApiClient(product.base_url, product.add_token(*SCOPES))
    anna, name = "anna@example.org", "Anna Bianchi"
    house.send(anna, example_mail("Da ieri è lentissima.", sender=f"{name} <{anna}>", subject="Fibra lenta"))
    conversation = conversation_of(api, name, "Da ieri è lentissima.")
    body = {"text": "Buongiorno Anna, guardiamo subito.", "visibility": "private"}
    api.post(f"/conversations/{conversation['id']}/messages", body)
    mail = mail_of(house, anna, body["text"])
    assert mail["Subject"] == "Re: Fibra lenta"
    answered = example_mail(
        "Ora va, grazie!", sender=f"{name} <{anna}>", subject="Re: x", in_reply_to=str(mail["Message-ID"])
    )
    house.send(anna, answered)
    assert conversation_of(api, name, "Ora va, grazie!")["id"] == conversation["id"]
    rows = api.get(f"/conversations/{conversation['id']}/messages")["data"]
    assert [row["direction"] for row in rows] == ["in", "out", "in"]


def test_a_returned_mail_shows_at_the_desk_as_failed(house: MailHouse, product: Product) -> None:
    api = ApiClient(product.base_url, product.add_token(*SCOPES))
    house.send(GONE, example_mail("Anybody?", sender=f"Gone <{GONE}>"))
    conversation = conversation_of(api, "Gone", "Anybody?")
    api.post(f"/conversations/{conversation['id']}/messages", {"text": "Eccoci", "visibility": "private"})

    def state() -> str:
        rows = api.get(f"/conversations/{conversation['id']}/messages")["data"]
        states = [row["delivery"] for row in rows if row["text"] == "Eccoci"]
        found = states[0] if states else ""
        return found["state"] if isinstance(found, dict) else found

    wait_for(lambda: state() == "failed", within=60, why="the report of Postfix")
