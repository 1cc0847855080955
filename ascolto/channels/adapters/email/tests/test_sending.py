"""Sending, over real sockets; and what comes back of what was sent."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest

from ascolto.channels.adapters.email import compose
from ascolto.channels.adapters.email.tests.servers import GIULIA, account, answer, quick
from ascolto.channels.protocol import (
    Amended,
    ErrorClass,
    File,
    Handle,
    Message,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    SendRefused,
)
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Message as Stored
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outgoing import Accounts, prepare
from ascolto.testing.conformance import RECEIVED_AT
from ascolto.testing.factories import make_cast, receive
from ascolto.testing.networks.mail import MailNetwork, example_mail


@pytest.fixture
def network() -> Iterator[MailNetwork]:
    with MailNetwork() as running:
        yield running


def opened(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def parsed(network: MailNetwork, raw: bytes):
    return quick().parse(account(network), RawDelivery(body=raw, headers={}, received_at=RECEIVED_AT))


def test_an_answer_arrives_and_threads(network: MailNetwork) -> None:
    outgoing = answer(
        author_name="Marco Bianchi",
        reply_to="<q1@example.org>",
        references=("<q0@example.org>", "<q1@example.org>"),
        conversation_token="41",
    )
    sent = quick().send(account(network), outgoing)
    (mail,) = network.take_sent()
    assert (mail.sender, mail.recipients) == ("help@telvia.example", ("giulia@example.org",))
    message = opened(mail.content)
    assert sent.external_ids == (message["Message-ID"],)
    assert message["In-Reply-To"] == "<q1@example.org>"
    references = message["References"].split()
    assert references[1:] == ["<q0@example.org>", "<q1@example.org>"]
    assert references[0].startswith("<c."), "the conversation's own id"
    assert message["Subject"] == "Re: No line"
    assert str(message["From"]) == '"Marco Bianchi (Telvia)" <help@telvia.example>'
    assert message["To"] == "giulia@example.org"
    assert "Auto-Submitted" not in message
    assert message.get_content().strip() == "Good morning Giulia, a technician is on the way."
    assert b"\n" not in mail.content.replace(b"\r\n", b"")


def test_the_message_id_is_the_same_at_every_attempt(network: MailNetwork) -> None:
    here = account(network)
    first = quick().send(here, answer(conversation_token="41"))
    assert quick().send(here, answer(conversation_token="41")) == first
    assert quick().send(here, answer(tracker="d-2", conversation_token="41")) != first


def test_giulias_answer_finds_its_conversation(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer(conversation_token="41"))
    (reply,) = parsed(network, example_mail("Thank you", in_reply_to=sent.external_ids[0]))
    assert isinstance(reply, Message)
    assert reply.conversation_token == "41"
    assert reply.replies_to == sent.external_ids


def test_a_relay_that_rewrites_message_ids_does_not_break_the_thread(network: MailNetwork) -> None:
    quick().send(account(network), answer(conversation_token="41"))
    anchor = opened(network.take_sent()[0].content)["References"]
    (reply,) = parsed(
        network,
        example_mail(
            "Thank you", in_reply_to="<0102@relay.example>", references=f"{anchor} <0102@relay.example>"
        ),
    )
    assert isinstance(reply, Message)
    assert reply.conversation_token == "41"


def test_a_forged_token_opens_nothing(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer(conversation_token="41"))
    forged = sent.external_ids[0].replace("=2f41", "=2f42")
    assert forged != sent.external_ids[0]
    (reply,) = parsed(network, example_mail("Let me in", in_reply_to=forged))
    assert isinstance(reply, Message)
    assert reply.conversation_token == ""


def test_only_real_message_ids_are_answered(network: MailNetwork) -> None:
    poor, invented = "<0@localhost>#0123456789abcdef", "<0123@no-message-id>"
    quick().send(account(network), answer(reply_to=poor, references=(invented, poor)))
    message = opened(network.take_sent()[0].content)
    assert message["In-Reply-To"] == "<0@localhost>"
    assert message["References"] == "<0@localhost>"


def test_automatic_mails_say_so(network: MailNetwork) -> None:
    quick().send(account(network), answer(automatic=True, reply_to="<q1@example.org>"))
    quick().send(account(network), answer(automatic=True, tracker="d-2"))
    first, second = (opened(mail.content) for mail in network.take_sent())
    assert (first["Auto-Submitted"], second["Auto-Submitted"]) == ("auto-replied", "auto-generated")
    assert first["X-Auto-Response-Suppress"] == "All"


def test_any_language_html_and_files_arrive(network: MailNetwork) -> None:
    files = (
        File(name="bolletta ottobre.pdf", content_type="application/pdf", size=4, read=lambda: b"%PDF"),
        File(name="счёт €.txt", content_type="text/plain", size=3, read=lambda: "è".encode()),
        File(
            name='a"b\r\nBcc: x@evil.example/..\\c', content_type="multipart/evil", size=1, read=lambda: b"x"
        ),
    )
    quick().send(
        account(network, display_name="Télvia ☎"),
        answer(
            "Così è: ciò che può.\n.\nFine",
            html="<p onclick=x>Così <b>è</b></p>",
            subject="Perché? 再見",
            files=files,
        ),
    )
    message = opened(network.take_sent()[0].content)
    assert message["Subject"] == "Perché? 再見"
    assert message["From"].addresses[0].display_name == "Télvia ☎"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == "Così è: ciò che può.\n.\nFine"
    assert "<p>Così <b>è</b></p>" in html.get_content()
    received = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
    assert received[0] == ("bolletta ottobre.pdf", b"%PDF")
    assert received[1][0] == "счёт €.txt"
    assert "Bcc" not in message
    assert received[2][0] == "a'b Bcc: x@evil.example_..__c".replace("__", "_")


def test_nothing_in_a_subject_or_name_becomes_a_header(network: MailNetwork) -> None:
    outgoing = answer(
        subject="Hi\r\nBcc: all@evil.example", author_name='Marco\n"Evil', reply_to="<a@b>\r\nBcc: x"
    )
    quick().send(account(network), outgoing)
    message = opened(network.take_sent()[0].content)
    assert set(message.keys()) <= {
        "Content-Type",
        "MIME-Version",
        "Content-Transfer-Encoding",
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "X-Ascolto-Id",
    }
    assert "Bcc" not in message


def test_the_answer_goes_where_the_customer_asked(network: MailNetwork) -> None:
    quick().send(account(network), answer(extra={"reply_to": "giulia.rossi@work.example"}))
    assert network.take_sent()[0].recipients == ("giulia.rossi@work.example",)


@pytest.mark.parametrize(
    "recipient",
    [
        (),
        (Handle("phone", "+39347"),),
        (Handle("email", "no address"),),
        (Handle("email", "a@b.example\r\nRCPT TO:<x@evil.example>"),),
        (Handle("email", "a@b.example> SIZE=1"),),
    ],
)
def test_who_has_no_address_gets_no_mail(network: MailNetwork, recipient: tuple[Handle, ...]) -> None:
    with pytest.raises(SendRefused) as refusal:
        quick().send(account(network), answer(recipient=recipient))
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE
    assert network.take_sent() == []


def test_we_never_write_to_ourselves(network: MailNetwork) -> None:
    with pytest.raises(SendRefused) as refusal:
        quick().send(account(network), answer(recipient=(Handle("email", "help@telvia.example"),)))
    assert refusal.value.failure.error is ErrorClass.CONFIG


@pytest.mark.parametrize(
    ("outage", "error", "left"),
    [
        ("busy", ErrorClass.RETRY, 0),
        ("busy after data", ErrorClass.RETRY, 0),
        ("unknown recipient", ErrorClass.RECIPIENT_GONE, 0),
        ("no relay", ErrorClass.CONFIG, 0),
        ("refuses content", ErrorClass.CONTENT, 0),
        ("sender refused", ErrorClass.CONFIG, 0),
        ("breaks off early", ErrorClass.RETRY, 0),
        ("hangs early", ErrorClass.RETRY, 0),
        ("breaks off", ErrorClass.UNCERTAIN, 1),
        ("hangs", ErrorClass.UNCERTAIN, 1),
        ("nonsense", ErrorClass.UNCERTAIN, 1),
        ("drips", ErrorClass.UNCERTAIN, 1),
    ],
)
def test_an_outage_is_named_for_what_it_is(
    network: MailNetwork, outage: str, error: ErrorClass, left: int
) -> None:
    network.smtp_outage = outage
    with pytest.raises(SendRefused) as refusal:
        quick().send(account(network), answer())
    assert refusal.value.failure.error is error, refusal.value.failure
    assert refusal.value.failure.reason
    assert len(network.take_sent()) == left


def test_a_wrong_password_and_a_closed_door(network: MailNetwork) -> None:
    with pytest.raises(SendRefused) as refusal:
        quick().send(account(network, smtp_password="wrong"), answer())
    assert refusal.value.failure.error is ErrorClass.REAUTH
    assert "wrong" not in refusal.value.failure.reason
    gone = account(network)
    network.stop()
    with pytest.raises(SendRefused) as refusal:
        quick().send(gone, answer())
    assert refusal.value.failure.error is ErrorClass.RETRY


def test_a_mail_that_is_too_large_is_refused_before_it_leaves() -> None:
    with MailNetwork(size_limit=20_000) as network:
        big = File(
            name="x.bin", content_type="application/octet-stream", size=50_000, read=lambda: b"x" * 50_000
        )
        with pytest.raises(SendRefused) as refusal:
            quick().send(account(network), answer(files=(big,)))
    assert refusal.value.failure.error is ErrorClass.CONTENT
    assert "too large" in refusal.value.failure.reason


def test_addresses_in_any_alphabet(network: MailNetwork) -> None:
    quick().send(account(network), answer(recipient=(Handle("email", "giulia@bücher.example"),)))
    quick().send(account(network), answer(tracker="d-2", recipient=(Handle("email", "джулия@example.org"),)))
    assert [mail.recipients for mail in network.take_sent()] == [
        ("giulia@xn--bcher-kva.example",),
        ("джулия@example.org",),
    ]


def test_a_server_of_other_peoples_making_takes_the_mail_too() -> None:
    """Our stand-in was written by the hands that wrote the adapter; this one was not."""
    controller = pytest.importorskip("aiosmtpd.controller")
    taken: list[bytes] = []

    class Keeps:
        async def handle_DATA(self, server, session, envelope) -> str:
            taken.append(envelope.original_content)
            return "250 OK"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = controller.Controller(Keeps(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    running.start()
    try:
        with MailNetwork() as network:
            here = account(network, smtp_port=str(port))  # it offers no sign-in: it is not given the password
            sent = quick().send(here, answer("Così.\n..\n.\nFine"))
    finally:
        running.stop()
    message = opened(taken[0])
    assert sent.external_ids == (message["Message-ID"],)
    assert message.get_content().replace("\r\n", "\n") == "Così.\n..\n.\nFine\n"


# --- what comes back ---


def bounce(original: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    return "\r\n".join(
        [
            "Return-Path: <>",
            "From: MAILER-DAEMON@mx.example.org",
            "To: help@telvia.example",
            "Subject: Undelivered",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "Sorry.",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            "Final-Recipient: rfc822; giulia@example.org",
            f"Action: {action}",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 5.1.1 No such user",
            "",
            "--b",
            "Content-Type: message/rfc822",
            "",
            original,
            "",
            "x",
            "--b--",
            "",
        ]
    ).encode()


def test_a_bounce_is_told_as_a_failure_of_our_mail(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer(conversation_token="41"))
    (receipt,) = parsed(network, bounce(f"Message-ID: {sent.external_ids[0]}"))
    assert isinstance(receipt, Receipt)
    assert (receipt.external_id, receipt.status) == (sent.external_ids[0], ReceiptStatus.FAILED)
    assert receipt.tracker == "d-1"
    assert receipt.failure is not None
    assert receipt.failure.error is ErrorClass.RECIPIENT_GONE
    assert "No such user" in receipt.failure.reason


def test_a_bounce_of_a_rewritten_mail_is_known_by_our_own_header(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer())
    original = f"Message-ID: <0102@relay.example>\r\nX-Ascolto-Id: {sent.external_ids[0]}"
    (receipt,) = parsed(network, bounce(original))
    assert isinstance(receipt, Receipt)
    assert receipt.external_id == sent.external_ids[0]


def test_a_bounce_nobody_can_believe_changes_nothing(network: MailNetwork) -> None:
    (found,) = parsed(network, bounce("Message-ID: <t.d-1=2f41=3adeadbeefdeadbeef@telvia.example>"))
    assert isinstance(found, Message)
    assert found.automatic


def test_delays_are_no_failures_and_deliveries_are_told(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer())
    original = f"Message-ID: {sent.external_ids[0]}"
    (delayed,) = parsed(network, bounce(original, action="delayed", status="4.4.1"))
    assert isinstance(delayed, Amended), "it stays sent, with a note"
    assert delayed.external_id == sent.external_ids[0]
    assert delayed.extra["delayed"]["status"] == "4.4.1"
    (delivered,) = parsed(network, bounce(original, action="delivered", status="2.1.5"))
    assert isinstance(delivered, Receipt)
    assert delivered.status is ReceiptStatus.DELIVERED


def test_the_plain_bounce_of_an_old_server(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer())
    text = f"Hi. I wasn't able to deliver your message. 550 5.1.1 unknown\n--- Below is a copy.\nMessage-ID: {sent.external_ids[0]}"
    (receipt,) = parsed(network, example_mail(text, sender="MAILER-DAEMON@old.example"))
    assert isinstance(receipt, Receipt)
    assert receipt.status is ReceiptStatus.FAILED


def test_an_out_of_office_answer_is_a_message_that_needs_no_answer(network: MailNetwork) -> None:
    sent = quick().send(account(network), answer(conversation_token="41"))
    raw = example_mail(
        "Away", in_reply_to=sent.external_ids[0], auto_submitted="auto-replied", return_path="<>"
    )
    (away,) = parsed(network, raw)
    assert isinstance(away, Message)
    assert away.automatic
    assert away.conversation_token == "41"


def test_our_own_mail_coming_back_proves_that_it_left(network: MailNetwork) -> None:
    here = account(network)
    network.smtp_outage = "breaks off"
    with pytest.raises(SendRefused):
        quick().send(here, answer())
    (receipt,) = parsed(network, network.take_sent()[0].content)
    assert isinstance(receipt, Receipt)
    assert (receipt.status, receipt.tracker) == (ReceiptStatus.SENT, "d-1")


def test_answer_marks_are_not_piled_up(network: MailNetwork) -> None:
    here = account(network)
    for subject in ("Re: No line", "R: No line", "AW: No line", "RE : No line"):
        assert compose.subject_of(here, answer(subject=subject, reply_to="<a@b.example>")) == subject
    assert GIULIA.proven


@pytest.mark.django_db
def test_the_mail_that_marco_chose_is_the_one_answered(network: MailNetwork) -> None:
    cast = make_cast("email")
    conversation = cast.writes("Is the line repaired?", external_id="<q1@example.org>")
    receive(cast.inbox, "And the bill?", customer=cast.giulia, external_id="<q2@example.org>")
    first = Stored.objects.get(external_id="<q1@example.org>")
    message = add_reply(agent=cast.marco, conversation=conversation, text="Yes.", answers=first.pk)
    quick().send(account(network), prepare(Dispatch.objects.get(message=message).pk, Accounts()).outgoing)
    (mail,) = network.take_sent()
    sent = opened(mail.content)
    assert sent["In-Reply-To"] == "<q1@example.org>"
    assert sent["References"].split()[1:] == ["<q1@example.org>", "<q2@example.org>"]
