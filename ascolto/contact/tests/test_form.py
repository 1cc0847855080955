"""Giulia fills in the form on Telvia's website; machines try too."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.test import Client

from ascolto.channels.adapters.form.tests.test_form import Postman
from ascolto.channels.models import ChannelAccount
from ascolto.contact import doors
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer, Identity
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake.models import RawEvent
from ascolto.intake.worker import process_waiting
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox, receive
from ascolto.testing.product import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def key_made(inbox: ChannelAccount, ago: timedelta, monkeypatch: Any) -> str:
    """The key of a form that was opened a while ago."""
    signer = TimestampSigner(salt=f"form:{inbox.pk}")
    with monkeypatch.context() as then:
        then.setattr("django.core.signing.time.time", lambda: (now() - ago).timestamp())
        return signer.sign("first-0123456789abcdef")


class Visitor:
    """Somebody in front of the form."""

    def __init__(
        self, inbox: ChannelAccount, monkeypatch: Any, *, ago: timedelta = timedelta(minutes=2)
    ) -> None:
        self.client, self.address = Client(), f"/contact/form/{inbox.token}/"
        self.key = key_made(inbox, ago, monkeypatch)

    def send(self, *, query: str = "", **changed: Any) -> Any:
        said = {
            "form_key": self.key,
            "name": "Giulia Ferri",
            "email": "giulia@example.org",
            "subject": "Bolletta di ottobre",
            "message": "Ho pagato due volte.",
            "reference": "",
        }
        return self.client.post(self.address + query, {**said, **changed})


@pytest.fixture
def inbox() -> ChannelAccount:
    return make_inbox("form")


@pytest.fixture
def giulia(inbox: ChannelAccount, monkeypatch: Any) -> Visitor:
    return Visitor(inbox, monkeypatch)


def test_what_giulia_writes_becomes_a_conversation(giulia: Visitor) -> None:
    answer = giulia.send()
    assert answer.status_code == 302
    assert RawEvent.objects.get().source == "form"
    process_waiting()
    message = Message.objects.get()
    assert (message.text, message.conversation.subject) == ("Ho pagato due volte.", "Bolletta di ottobre")
    assert Customer.objects.get().name == "Giulia Ferri"
    thanks = giulia.client.get(answer.headers["Location"]).content.decode()
    assert "giulia@example.org" in thanks
    assert "giulia" not in answer.headers["Location"]


def test_an_address_in_a_form_opens_nobody_s_history(giulia: Visitor) -> None:
    mail = make_inbox("email")
    receive(mail, "My real mail")
    giulia.send(email="giulia.ferri@example.org")
    process_waiting()
    assert Conversation.objects.count() == 2
    assert Identity.objects.get(value="giulia.ferri@example.org", is_proven=False).scope.startswith("form:")


def test_marco_s_answer_reaches_giulia_s_mailbox(monkeypatch: Any) -> None:
    man = Postman()
    controller = Controller(man, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        inbox = make_inbox(
            "form",
            address="care@telvia.example",
            smtp_host="127.0.0.1",
            smtp_port=str(controller.port),
            smtp_security="none",
        )
        Visitor(inbox, monkeypatch).send()
        process_waiting()
        marco = make_agent("Marco Villa")
        add_reply(agent=marco, conversation=Conversation.objects.get(), text="Abbiamo riaccreditato.")
        deliver_waiting()
    finally:
        controller.stop()
    assert (man.mails[0]["To"], man.mails[0]["Subject"]) == ("giulia@example.org", "Bolletta di ottobre")
    assert Message.objects.get(direction="out").delivery == "sent"


def test_sent_twice_is_received_once_but_a_changed_one_is_another(giulia: Visitor) -> None:
    giulia.send()
    giulia.send()
    giulia.send(message="Ho pagato due volte, e manca il modem.")
    process_waiting()
    assert [m.text for m in Message.objects.order_by("id")] == [
        "Ho pagato due volte.",
        "Ho pagato due volte, e manca il modem.",
    ]


def test_files_come_along(giulia: Visitor) -> None:
    giulia.send(files=[SimpleUploadedFile("ricevuta.pdf", b"%PDF-1.4", "application/pdf")])
    process_waiting()
    file = Attachment.objects.get()
    assert (file.name, file.content_type, file.state, file.size) == (
        "ricevuta.pdf",
        "application/pdf",
        "ready",
        8,
    )


def test_a_mistake_loses_nothing_not_even_the_file(giulia: Visitor) -> None:
    first = giulia.send(email="giulia@", files=[SimpleUploadedFile("ricevuta.pdf", b"%PDF-1.4")])
    page = first.content.decode()
    assert first.status_code == 422
    assert "Ho pagato due volte." in page
    assert "ricevuta.pdf" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    giulia.send(kept=[kept])
    process_waiting()
    assert Attachment.objects.get().name == "ricevuta.pdf"


def test_a_kept_file_can_be_left_out_again(giulia: Visitor) -> None:
    page = giulia.send(email="x", files=[SimpleUploadedFile("wrong.pdf", b"%PDF-1.4")]).content.decode()
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    giulia.send(kept=[kept], drop=[kept])
    process_waiting()
    assert Attachment.objects.count() == 0


def test_a_machine_that_fills_every_field_is_stopped_and_a_person_only_sends_again(giulia: Visitor) -> None:
    stopped = giulia.send(reference="http://pills.example")
    assert stopped.status_code == 422
    assert RawEvent.objects.count() == 0
    page = stopped.content.decode()
    assert "Please send it again." in page
    assert "pills" not in page
    assert giulia.send().status_code == 302


def test_a_machine_that_is_too_fast_is_stopped(inbox: ChannelAccount, monkeypatch: Any) -> None:
    machine = Visitor(inbox, monkeypatch, ago=timedelta(0))
    answer = machine.send()
    assert answer.status_code == 422
    assert RawEvent.objects.count() == 0
    assert "That was very fast" in answer.content.decode()


def test_a_page_that_was_open_for_days_only_has_to_be_sent_again(
    inbox: ChannelAccount, monkeypatch: Any
) -> None:
    giulia = Visitor(inbox, monkeypatch, ago=timedelta(days=2))
    page = giulia.send().content.decode()
    assert "open for a long time" in page
    assert "Ho pagato due volte." in page
    giulia.key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    assert giulia.send().status_code == 302


@pytest.mark.parametrize("key", ["", "x", "a:b:c", "first-x:1:2", "\x00", "é" * 400])
def test_a_key_that_we_did_not_make_is_not_taken(giulia: Visitor, key: str) -> None:
    giulia.key = key
    assert giulia.send().status_code == 422
    assert RawEvent.objects.count() == 0


def test_a_key_of_another_form_is_not_taken(giulia: Visitor) -> None:
    giulia.address = f"/contact/form/{make_inbox('form', 'Another').token}/"
    assert giulia.send().status_code == 422


def test_one_address_cannot_flood(giulia: Visitor) -> None:
    statuses = [giulia.send(message=f"Nr {n}").status_code for n in range(20)]
    assert statuses[0] == 302
    refused = giulia.send(message="One more")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "One more" in refused.content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"email": "no address"},
        {"email": "a@b.example\r\nBcc: x@y.example"},
        {"message": ""},
        {"message": "x" * 20_001},
        {"name": "x" * 201},
        {"message": "\x00"},
        {"kept": ["forged"]},
        {"kept": ["x"] * 11},
    ],
)
def test_what_cannot_be_accepted_is_explained(giulia: Visitor, changed: dict[str, Any]) -> None:
    answer = giulia.send(**changed)
    assert 400 <= answer.status_code < 500
    assert RawEvent.objects.count() == 0


def test_too_many_or_too_large_files_are_refused(giulia: Visitor, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 10_000
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]
    assert giulia.send(files=many).status_code == 422
    assert giulia.send(files=[SimpleUploadedFile("big.bin", b"x" * 10_001)]).status_code == 413
    assert giulia.send(files=[SimpleUploadedFile("huge.bin", b"x" * 400_000)]).status_code == 413
    assert (
        giulia.client.post(
            giulia.address, b"garbage", content_type="multipart/form-data; boundary=x"
        ).status_code
        < 500
    )
    assert RawEvent.objects.count() == 0


def test_html_is_shown_as_text(giulia: Visitor) -> None:
    page = giulia.send(name="<script>alert(1)</script>", email="x").content.decode()
    assert "<script>alert" not in page


def test_the_page_may_stand_in_the_frames_that_the_settings_name(inbox: ChannelAccount) -> None:
    some = make_inbox("form", "Some", origins="https://www.telvia.example")
    policy = Client().get(f"/contact/form/{some.token}/").headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.telvia.example;" in policy + ";"
    policy = Client().get(f"/contact/form/{inbox.token}/").headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "unsafe" not in policy


def test_the_page_speaks_the_reader_s_language(inbox: ChannelAccount) -> None:
    for query, header, language in [
        ("", "it-IT,it;q=0.9", "it"),
        ("?language=it", "en", "it"),
        ("?language=xx", "en", "en"),
    ]:
        page = Client().get(f"/contact/form/{inbox.token}/{query}", headers={"Accept-Language": header})
        assert f'<html lang="{language}"' in page.content.decode()


def test_a_closed_form_is_not_there(inbox: ChannelAccount) -> None:
    inbox.is_enabled = False
    inbox.save()
    for address in ("", "embed.js"):
        assert Client().get(f"/contact/form/{inbox.token}/{address}").status_code == 404
    assert Client().get(f"/contact/form/{make_inbox('chat').token}/").status_code == 404


def test_the_embedding_script_knows_its_form(inbox: ChannelAccount) -> None:
    script = Client().get(f"/contact/form/{inbox.token}/embed.js")
    assert f"/contact/form/{inbox.token}/" in script.content.decode()


def test_a_brake_refills() -> None:
    brake = doors.Brake(rate=1, burst=2)
    assert [brake.wait_for("a", now=0.0) for _ in range(3)] == [0, 0, 1]
    assert brake.wait_for("b", now=0.0) == 0
    assert brake.wait_for("a", now=1.5) == 0
    assert brake.wait_for("a", now=1.5) == 1


def test_a_household_is_one_address_also_with_ipv6(rf: Any) -> None:
    addresses = {doors.address_of(rf.get("/", REMOTE_ADDR=f"2001:db8:1:2:{n}::1")) for n in range(5)}
    assert len(addresses) == 1
