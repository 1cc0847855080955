from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from ascolto.channels.adapters.form.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    ConfigError,
    ErrorClass,
    File,
    Handle,
    Message,
    Outgoing,
    RawDelivery,
    SendRefused,
    read_config,
)
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for


class TestForm(AdapterConformance):
    adapter = adapter
    hooks = False


class Postman:
    """A mail server that keeps what it gets, or refuses with `answer`."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def postman() -> Iterator[tuple[Postman, Account]]:
    man = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(man, hostname="127.0.0.1", port=port)
    controller.start()
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_security": "none",
        "address": "care@telvia.example",
    }
    yield man, account_for(adapter, values)
    controller.stop()


def answer(**changed: Any) -> Outgoing:
    known = {
        "tracker": "t-1",
        "recipient": (Handle("email", "giulia@example.org", proven=False),),
        "text": "Abbiamo riaccreditato il secondo pagamento.",
        "author_name": "Marco Villa",
        "extra": {"subject": "Bolletta di ottobre"},
    }
    return Outgoing(**{**known, **changed})


def read(**changed: Any) -> Any:
    said = {"type": "submission", "id": "abcd-1234", "email": "g@example.org", "message": "Ciao", **changed}
    return adapter.parse(
        account_for(adapter, {}), RawDelivery(json.dumps(said).encode(), {}, RECEIVED_AT, "form")
    )[0]


def test_an_address_from_a_form_proves_nothing() -> None:
    message = read(phone="+39 051 555 0199")
    assert isinstance(message, Message)
    assert [(h.namespace, h.value, h.proven) for h in message.sender.handles] == [
        ("email", "g@example.org", False),
        ("phone", "+390515550199", False),
    ]


def test_a_local_number_is_kept_for_the_agent_to_read() -> None:
    assert read(phone="051 555 0199").text.endswith("☎ 051 555 0199")


def test_marco_s_answer_reaches_giulia_as_a_mail(postman: tuple[Postman, Account]) -> None:
    man, account = postman
    file = File(name="nota.pdf", content_type="application/pdf", size=4, read=lambda: b"%PDF")
    sent = adapter.send(account, answer(files=(file,)))
    mail = man.mails[0]
    assert (mail["To"], mail["Subject"]) == ("giulia@example.org", "Bolletta di ottobre")
    assert mail["From"] == "Marco Villa <care@telvia.example>"
    assert "riaccreditato" in mail.get_body().get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["nota.pdf"]
    assert sent.external_ids == (mail["Message-ID"],)


@pytest.mark.parametrize(
    ("reply", "error"), [("550 no such user", ErrorClass.RECIPIENT_GONE), ("450 later", ErrorClass.RETRY)]
)
def test_a_refusal_is_named_for_what_it_is(
    postman: tuple[Postman, Account], reply: str, error: ErrorClass
) -> None:
    man, account = postman
    man.answer = reply
    with pytest.raises(SendRefused) as refusal:
        adapter.send(account, answer())
    assert refusal.value.failure.error is error


def test_a_header_cannot_be_smuggled_in(postman: tuple[Postman, Account]) -> None:
    man, account = postman
    adapter.send(account, answer(extra={"subject": "Hello\r\nBcc: everybody@example.org"}))
    assert man.mails[0]["Bcc"] is None
    with pytest.raises(SendRefused):
        adapter.send(account, answer(recipient=(Handle("email", "a@b.example\r\nBcc: x@y.example"),)))


def test_without_a_mail_server_the_agent_is_told_what_to_do() -> None:
    with pytest.raises(SendRefused, match="no mail server") as refusal:
        adapter.send(account_for(adapter, {}), answer())
    assert refusal.value.failure.error is ErrorClass.CONFIG


def test_nobody_listening_may_be_tried_again() -> None:
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_port": "1",
        "smtp_security": "none",
        "address": "care@telvia.example",
    }
    with pytest.raises(SendRefused) as refusal:
        adapter.send(account_for(adapter, values), answer())
    assert refusal.value.failure.error is ErrorClass.RETRY


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_host": "mail.example"},
        {"address": "nobody"},
        {"origins": "telvia.example"},
        {"origins": "https://a.example;script-src"},
        {"smtp_port": "0"},
        {"smtp_security": "none", "smtp_password": "x"},
    ],
)
def test_settings_that_cannot_work_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        read_config(adapter.Config, values)
