"""What comes back of our mails: certified receipts, returned mails of every make, read notices; and certified mails of customers."""

from __future__ import annotations

import pytest

from ascolto.channels.adapters.email.adapter import adapter
from ascolto.channels.adapters.email.references import message_id
from ascolto.channels.adapters.email.tests.test_email import ACCOUNT
from ascolto.channels.protocol import (
    AccountNews,
    Amended,
    ErrorClass,
    Ignored,
    Inbound,
    Message,
    RawDelivery,
    Receipt,
    ReceiptStatus,
)
from ascolto.testing.conformance import RECEIVED_AT, check_event

OURS = message_id(ACCOUNT, "d-1", "41")


def read(body: bytes | str) -> Inbound:
    raw = body.replace("\n", "\r\n").encode() if isinstance(body, str) else body
    (event,) = adapter.parse(ACCOUNT, RawDelivery(body=raw, headers={}, received_at=RECEIVED_AT))
    check_event(event)
    return event


def certified(kind: str, original: str = OURS, error: str = "nessuno", extended: str = "") -> str:
    said = f"<errore-esteso>{extended}</errore-esteso>" if extended else ""
    return f"""From: posta-certificata@pec.example
To: help@telvia.example
Subject: {kind.upper()}: No line
Message-ID: <opec1@pec.example>
X-Ricevuta: {kind}
X-Riferimento-Message-ID: {original}
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; boundary=s

--s
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Ricevuta.
--b
Content-Type: application/xml; name="daticert.xml"

<?xml version="1.0"?><postacert tipo="{kind}" errore="{error}"><intestazione><mittente>help@telvia.example</mittente>
</intestazione><dati><gestore-emittente>Example PEC</gestore-emittente><msgid>{original.replace("<", "&lt;").replace(">", "&gt;")}</msgid>
{said}</dati></postacert>
--b--
--s
Content-Type: application/x-pkcs7-signature; name=smime.p7s

MIIx
--s--
"""


@pytest.mark.parametrize(
    ("kind", "status"), [("accettazione", ReceiptStatus.SENT), ("avvenuta-consegna", ReceiptStatus.DELIVERED)]
)
def test_certified_receipts_are_receipts(kind: str, status: ReceiptStatus) -> None:
    receipt = read(certified(kind))
    assert isinstance(receipt, Receipt)
    assert (receipt.external_id, receipt.tracker, receipt.status) == (OURS, "d-1", status)


@pytest.mark.parametrize(
    ("kind", "error", "expected"),
    [
        ("mancata-consegna", "no-dest", ErrorClass.RECIPIENT_GONE),
        ("errore-consegna", "no-dominio", ErrorClass.RECIPIENT_GONE),
        ("non-accettazione", "altro", ErrorClass.CONTENT),
        ("rilevazione-virus", "virus", ErrorClass.CONTENT),
    ],
)
def test_a_certified_mail_that_was_not_delivered_failed(kind: str, error: str, expected: ErrorClass) -> None:
    receipt = read(certified(kind, error=error, extended="5.1.1 - indirizzo non valido"))
    assert isinstance(receipt, Receipt)
    assert receipt.status is ReceiptStatus.FAILED
    assert receipt.failure is not None
    assert (receipt.failure.error, receipt.failure.reason) == (expected, "5.1.1 - indirizzo non valido")


def test_a_certified_delay_is_a_note() -> None:
    note = read(certified("preavviso-errore-consegna", extended="superamento tempo massimo"))
    assert isinstance(note, Amended)
    assert note.extra["delayed"]["reason"] == "superamento tempo massimo"
    assert note.extra["warnings"] == ["delayed"]


def test_a_receipt_of_a_mail_sent_elsewhere_is_no_customers_message() -> None:
    assert isinstance(read(certified("accettazione", "<other@pec.example>")), Ignored)
    assert isinstance(read(certified("presa-in-carico")), Ignored)


def envelope(kind: str = "posta-certificata", sender: str = "giulia@pec.example") -> str:
    return f"""From: "Per conto di: giulia@pec.example" <posta-certificata@provider.example>
Reply-To: giulia@pec.example
To: help@telvia.example
Subject: POSTA CERTIFICATA: Reclamo
Message-ID: <opec2@provider.example>
Authentication-Results: mx.telvia.example; dkim=pass header.d=provider.example
X-Trasporto: {kind}
X-Riferimento-Message-ID: <q7@pec.example>
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; boundary=s

--s
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Messaggio di posta certificata
--b
Content-Type: application/xml; name=daticert.xml

<postacert tipo="{kind}"><intestazione><mittente>giulia@pec.example</mittente></intestazione><dati>
<gestore-emittente>Provider S.p.A.</gestore-emittente><identificativo>opec2.x</identificativo></dati></postacert>
--b
Content-Type: message/rfc822; name=postacert.eml

From: Giulia Rossi <{sender}>
To: help@telvia.example
Subject: Reclamo
Message-ID: <q7@pec.example>
Content-Type: multipart/mixed; boundary=i

--i
Content-Type: text/plain; charset=utf-8

La linea non va: chiedo un rimborso.
--i
Content-Type: application/pdf; name=bolletta.pdf

%PDF
--i--
--b--
--s
Content-Type: application/x-pkcs7-signature; name=smime.p7s

MIIx
--s--
"""


def test_a_certified_mail_shows_what_the_customer_wrote() -> None:
    mail = read(envelope())
    assert isinstance(mail, Message)
    assert [(h.value, h.proven) for h in mail.sender.handles] == [("giulia@pec.example", True)]
    assert (mail.sender.name, mail.subject, mail.external_id) == (
        "Giulia Rossi",
        "Reclamo",
        "<q7@pec.example>",
    )
    assert mail.text == "La linea non va: chiedo un rimborso."
    assert [file.name for file in mail.attachments] == ["bolletta.pdf", "busta-pec.eml"]
    assert mail.attachments[1].data == envelope().replace("\n", "\r\n").encode(), "the evidence, to the byte"
    assert mail.extra["pec"] == {
        "type": "posta-certificata",
        "provider": "Provider S.p.A.",
        "id": "opec2.x",
        "sender": "giulia@pec.example",
    }
    assert not mail.automatic


def test_a_certified_mail_proves_only_the_sender_that_the_provider_names() -> None:
    mail = read(envelope(sender="anna@pec.example"))
    assert isinstance(mail, Message)
    assert not mail.sender.handles[0].proven


def test_an_ordinary_mail_in_a_certified_mailbox_is_marked() -> None:
    mail = read(envelope("errore").replace("POSTA CERTIFICATA", "ANOMALIA MESSAGGIO"))
    assert isinstance(mail, Message)
    assert mail.text == "La linea non va: chiedo un rimborso."
    assert "pec_anomaly" in mail.extra["warnings"]
    assert not mail.sender.handles[0].proven


def test_a_header_alone_certifies_nothing() -> None:
    mail = read(
        "From: giulia@example.org\nX-Ricevuta: avvenuta-consegna\nX-Trasporto: posta-certificata\n\nHello"
    )
    assert isinstance(mail, Message)
    assert mail.text == "Hello"


# --- mails that come back ---

QUOTED = f"Received: by x\nMessage-ID: {OURS}\nFrom: help@telvia.example\nSubject: No line"
RETURNED = {
    "qmail": f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: help@telvia.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<giulia@example.org>:
550 5.1.1 no mailbox here by that name

--- Below this line is a copy of the message.

{QUOTED}
""",
    "exim": f"""Return-path: <>
X-Failed-Recipients: giulia@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
Subject: Mail delivery failed: returning message to sender
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

This message was created automatically by mail delivery software.
550 5.1.1 User unknown
--b
Content-Type: message/rfc822

{QUOTED}

Text
--b--
""".replace("Auto-Submitted: auto-replied\n", "Auto-Submitted: auto-generated\n"),
    "exchange": f"""From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>
To: help@telvia.example
Subject: Undeliverable: No line
In-Reply-To: {OURS}
X-MS-Exchange-Message-Is-Ndr:
Content-Type: text/html

<p>Delivery has failed to these recipients: giulia@example.org</p><p>550 5.1.10 RESOLVER.ADR.RecipientNotFound</p>
""",
    "postfix without structure": f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/mixed; boundary=b

--b

<giulia@example.org>: host mx.example.org said: 550 5.1.1 User unknown
--b
Content-Type: text/rfc822-headers

{QUOTED}
--b--
""",
    "german": f"""Return-Path: <>
From: postmaster@example.org
Subject: Unzustellbar: No line

Die Mail konnte nicht zugestellt werden. 550 5.1.1 unbekannt
> {QUOTED.split(chr(10))[1]}
""",
}  # fmt: skip


@pytest.mark.parametrize("make", RETURNED)
def test_a_returned_mail_of_any_make_is_a_failure(make: str) -> None:
    receipt = read(RETURNED[make])
    assert isinstance(receipt, Receipt), receipt
    assert (receipt.status, receipt.tracker) == (ReceiptStatus.FAILED, "d-1")
    assert receipt.failure is not None
    assert receipt.failure.error is ErrorClass.RECIPIENT_GONE
    assert "550" in receipt.failure.reason


def test_a_warning_that_a_mail_is_late_is_no_failure() -> None:
    late = RETURNED["qmail"].replace("permanent error; I've given up", "warning: I will keep trying")
    event = read(late.replace("550 5.1.1 no mailbox", "421 4.4.1 no answer"))
    assert isinstance(event, Amended)
    assert event.extra["delayed"]["status"] == "4.4.1"


def test_a_customer_who_writes_about_a_returned_mail_is_heard() -> None:
    event = read(
        f"From: giulia@example.org\nSubject: Undeliverable?\nIn-Reply-To: {OURS}\n\nI got 550 5.1.1 from you."
    )
    assert isinstance(event, Message)
    holiday = f"Return-Path: <>\nFrom: giulia@example.org\nAuto-Submitted: auto-replied\nIn-Reply-To: {OURS}\n\nAway, 5.1.1"
    assert isinstance(read(holiday), Message)


def report(kind: str, fields: str, more: str = "") -> str:
    return f"""Return-Path: <>
From: Mail System <MAILER-DAEMON@mx.example.org>
Subject: Report
Content-Type: multipart/report; report-type={kind.split("/")[1]}; boundary=b

--b

Report.
--b
Content-Type: {kind}

{fields}
--b
Content-Type: text/rfc822-headers

{QUOTED}
{more}
--b--
"""


def test_of_several_recipients_one_failure_is_told_with_its_reason() -> None:
    fields = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; anna@example.org\nAction: delayed\nStatus: 4.4.1\n\n"
    fields += "Final-Recipient: rfc822; giulia@example.org\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full"
    event = read(report("message/delivery-status", fields))
    assert isinstance(event, Receipt)
    assert event.failure is not None
    assert (event.failure.error, event.failure.code) == (ErrorClass.RECIPIENT_GONE, "5.2.2")
    assert "Mailbox full" in event.failure.reason


def test_a_read_notice_is_told_and_a_deletion_is_not() -> None:
    displayed = read(
        report(
            "message/disposition-notification",
            f"Original-Message-ID: {OURS}\nDisposition: manual-action/MDN-sent-manually; displayed",
        )
    )
    assert isinstance(displayed, Receipt)
    assert displayed.status is ReceiptStatus.READ
    deleted = read(
        report(
            "message/disposition-notification",
            f"Original-Message-ID: {OURS}\nDisposition: automatic-action/MDN-sent-automatically; deleted",
        )
    )
    assert isinstance(deleted, Ignored)


def test_a_complaint_is_news_of_the_inbox() -> None:
    event = read(report("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1"))
    assert isinstance(event, AccountNews)
    assert event.level == "warning"


# --- invitations, signatures ---

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:1@example.org
SUMMARY:Sopralluogo\\, linea
LOCATION:Via Roma 1\\, Milano
DTSTART;TZID=Europe/Rome:20261123T100000
DTEND;TZID=Europe/Rome:20261123T110000
ORGANIZER;CN=Giulia:mailto:giulia@example.org
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_says_what_when_and_where() -> None:
    event = read(
        f"From: giulia@example.org\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{INVITATION}"
    )
    assert isinstance(event, Message)
    assert [file.name for file in event.attachments] == ["calendar.ics"]
    told = event.extra["event"]
    assert (told["title"], told["place"], told["method"]) == (
        "Sopralluogo, linea",
        "Via Roma 1, Milano",
        "request",
    )
    assert (told["starts_at"], told["ends_at"]) == ("2026-11-23T10:00:00+01:00", "2026-11-23T11:00:00+01:00")
    assert event.extra["context"] == "Sopralluogo, linea · 2026-11-23 10:00 · Via Roma 1, Milano"
    assert told["organizer"] == "giulia@example.org"
    assert event.text == "Sopralluogo, linea\n2026-11-23 10:00 – 2026-11-23 11:00\nVia Roma 1, Milano"


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "BEGIN:VCALENDAR",
        "\0" * 50,
        INVITATION[:120],
        "BEGIN:VEVENT\n" * 5_000,
        INVITATION.replace("2026", "99999"),
    ],
)
def test_a_broken_invitation_is_only_a_file(damage: str) -> None:
    event = read(f"From: giulia@example.org\nContent-Type: text/calendar\n\nx{damage}")
    assert isinstance(event, Message)
    assert "event" not in event.extra


def test_a_signed_mail_is_read_and_kept_to_the_byte() -> None:
    raw = (
        b'From: giulia@example.org\r\nContent-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nHello  \r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\niQ\r\n--b--\r\n"
    )
    mail = read(raw)
    assert isinstance(mail, Message)
    assert mail.text.strip() == "Hello"
    assert mail.extra["signed"] == "pgp"
    assert [(file.name, file.data == raw) for file in mail.attachments] == [
        ("signature.asc", False),
        ("signed-mail.eml", True),
    ]


def test_an_opaque_signature_is_read_through() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Giulia")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    certificate = (
        builder.not_valid_before(RECEIVED_AT)
        .not_valid_after(RECEIVED_AT.replace(year=2030))
        .sign(key, hashes.SHA256())
    )
    inside = b"Content-Type: text/plain\r\n\r\nMy line is dead.\r\n"
    sealed = pkcs7.PKCS7SignatureBuilder().set_data(inside).add_signer(certificate, key, hashes.SHA256())
    mail = read(b"From: giulia@example.org\r\n" + sealed.sign(Encoding.SMIME, [pkcs7.PKCS7Options.Binary]))
    assert isinstance(mail, Message)
    assert mail.text.strip() == "My line is dead."
    assert mail.extra["signed"] == "smime"
    assert "warnings" not in mail.extra
    cut = read(
        b"From: a@b.example\r\nContent-Type: application/pkcs7-mime\r\n\r\n"
        + sealed.sign(Encoding.DER, [])[:90]
    )
    assert isinstance(cut, Message)
    assert cut.extra["warnings"] == ["encrypted"]


def test_an_encrypted_text_is_kept_and_said_to_be_one() -> None:
    mail = read("From: giulia@example.org\n\n-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n")
    assert isinstance(mail, Message)
    assert mail.extra["warnings"] == ["encrypted"]
    assert mail.attachments[-1].name == "encrypted-mail.eml"
