"""The adapter's contract, and what each of our own mails tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ascolto.channels.adapters.email.adapter import adapter
from ascolto.channels.protocol import ConfigError, Message, RawDelivery, Unsupported, read_config
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for

VALUES = {
    "address": "help@telvia.example",
    "imap_host": "imap.telvia.example",
    "imap_user": "help@telvia.example",
    "imap_password": "secret",
    "smtp_host": "smtp.telvia.example",
}
ACCOUNT = account_for(adapter, VALUES)


def read(body: bytes, **headers: str):
    delivery = RawDelivery(
        body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}, received_at=RECEIVED_AT
    )
    return adapter.parse(ACCOUNT, delivery)


class TestEmail(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False
    json_bodies = False

    def message(self, name: str) -> Message:
        (found,) = self.parse(name, self.own_fixtures()[name])
        assert isinstance(found, Message)
        return found

    def test_giulia_is_recognised_and_her_signature_is_folded(self) -> None:
        mail = self.message("plain.eml")
        assert mail.sender.name == "Giulia Rossi"
        assert [(h.namespace, h.value, h.proven) for h in mail.sender.handles] == [
            ("email", "giulia@example.org", True)
        ]
        assert mail.external_id == "<a1b2c3@example.org>"
        assert mail.occurred_at == datetime(2026, 11, 21, 17, 2, 10, tzinfo=UTC)
        assert mail.extra["visible_text"].endswith("Il modem lampeggia rosso.")
        assert "Giulia Rossi" in mail.extra["quoted_text"]
        assert "Giulia Rossi" in mail.text

    def test_a_reply_shows_what_is_new_and_keeps_the_rest(self) -> None:
        mail = self.message("reply-with-quote.eml")
        assert mail.sender.handles[0].value == "giulia@example.org"
        assert mail.extra["visible_text"] == "Grazie, ora funziona. Però il telefono è ancora muto."
        assert "un tecnico ha riattivato" in mail.extra["quoted_text"]
        assert mail.replies_to == ("<t.somebody-else@telvia.example>", "<a1b2c3@example.org>")
        assert mail.conversation_token == "", "a token that we did not sign opens no conversation"

    def test_html_is_harmless_and_its_pictures_stay(self) -> None:
        mail = self.message("html-only.eml")
        assert mail.sender.name == "Björn Müller"
        assert mail.subject == "Störung – bitte helfen"
        for danger in ("script", "onload", "javascript", "style", "form", "input"):
            assert danger not in mail.html
        assert 'src="cid:photo@example.org"' in mail.html
        assert 'data-remote-src="https://tracker.example/pixel.gif?id=7"' in mail.html
        assert ' src="https:' not in mail.html
        assert mail.extra["remote_images"] == 1
        assert mail.text.startswith("Guten Morgen,\ndas sieht so aus:")
        (picture,) = mail.attachments
        assert (picture.name, picture.content_id) == ("Störung.png", "photo@example.org")
        assert picture.data is not None
        assert picture.data.startswith(b"\x89PNG")

    def test_files_are_found_in_nested_parts_and_have_harmless_names(self) -> None:
        mail = self.message("nested.eml")
        assert mail.text == "Ecco il contratto che ho firmato l'anno scorso."
        assert [(f.name, f.content_type) for f in mail.attachments] == [
            ("contratto.pdf", "application/pdf"),
            ("La tua fattura.eml", "message/rfc822"),
            ("calendar.ics", "text/calendar"),
        ]
        assert mail.extra["to"] == ["help@telvia.example", "anna@example.org"]

    def test_headers_in_latin_1_and_a_date_that_is_none(self) -> None:
        mail = self.message("eight-bit-headers.eml")
        assert (mail.sender.name, mail.subject) == ("José Núñez", "Avería en la línea")
        assert mail.text == "Sin charset declarado, pero con eñes."
        assert mail.occurred_at == RECEIVED_AT

    def test_a_web_form_that_writes_in_our_name_stands_for_its_visitor(self) -> None:
        mail = self.message("web-form.eml")
        assert (mail.sender.handles[0].value, mail.sender.handles[0].proven) == ("giulia@example.org", False)
        assert mail.sender.name == "Giulia Rossi"
        assert not mail.automatic

    def test_a_forgery_joins_nobodys_history_and_answers_go_to_the_person_it_names(self) -> None:
        mail = self.message("forgery.eml")
        assert not mail.sender.handles[0].proven
        assert "reply_to" not in mail.extra
        assert "sender_not_proven" in mail.extra["warnings"]

    def test_an_encrypted_mail_is_kept_as_a_file(self) -> None:
        mail = self.message("signed-and-sealed.eml")
        assert [f.name for f in mail.attachments] == ["smime.p7m", "encrypted-mail.eml"]
        assert mail.attachments[1].data == self.own_fixtures()["signed-and-sealed.eml"]
        assert "encrypted" in mail.extra["warnings"]

    def test_a_uuencoded_file_leaves_the_text(self) -> None:
        mail = self.message("uuencoded.eml")
        assert [(f.name, f.data) for f in mail.attachments] == [("modem.log", b"Cat")]
        assert "begin" not in mail.text
        assert "Bye." in mail.text

    def test_strangers_without_an_address_share_no_history(self) -> None:
        first, second = (read(b"Subject: x\r\n\r\n" + text)[0].sender.handles[0] for text in (b"one", b"two"))
        assert first != second
        assert not first.proven

    def test_answers_between_quotes_stay_with_their_quotes(self) -> None:
        mail = self.message("inline-answers.eml")
        assert "> Which light is red?\n\nThe one on the left." in mail.extra["visible_text"]
        assert mail.extra["quoted_text"] == "> Regards, Marco"


def test_nothing_at_all_is_no_mail() -> None:
    for body in (b"", b"\r\n\r\n", b"\0\0"):
        (event,) = read(body)
        assert isinstance(event, Unsupported)


def test_a_program_that_gives_every_mail_the_same_id_loses_none() -> None:
    def identity(message_id: str, text: str, path: str = "a") -> str:
        header = f"Received: by {path}\r\nFrom: giulia@example.org\r\nMessage-ID: {message_id}\r\n\r\n"
        return read(header.encode() + text.encode())[0].external_id

    for poor in ("<0@localhost>", "<000@shop.example>", "<1>", "<x@>", ""):
        assert identity(poor, "one") != identity(poor, "two")
        assert identity(poor, "one") == identity(poor, "one", path="another alias")
    assert identity("<CAF3x9a7b@mail.example.org>", "one") == "<CAF3x9a7b@mail.example.org>"


def test_the_servers_time_stands_in_for_a_date_that_lies() -> None:
    (mail,) = read(
        b"From: giulia@example.org\r\nDate: Mon, 1 Jan 2035 00:00:00 +0000\r\n\r\nHi",
        internal_date="2026-11-22T08:00:00+01:00",
    )
    assert isinstance(mail, Message)
    assert mail.occurred_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address", "not an address"),
        ("address", "a@b.example, c@d.example"),
        ("imap_host", "imap host"),
        ("imap_port", "70000"),
        ("smtp_port", "abc"),
        ("imap_security", "maybe"),
        ("imap_password", "with\nline"),
        ("history_days", "-1"),
    ],
)
def test_a_setting_that_cannot_work_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name
