"""Giulia opens the chat on Telvia's website; Marco answers; nobody sees what is not theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from ascolto.channels.actions import connect
from ascolto.contact.live import messages_after, visitor_of
from ascolto.contact.tests.widgets import Widget, vouch
from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake.models import RawEvent
from ascolto.intake.worker import process_waiting
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.testing.hostile import mutations

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "an identity secret of Telvia"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def answer(text: str, **fields: Any) -> Message:
    marco = make_agent("Marco Villa")
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text=text, **fields)
    deliver_waiting()
    return message


# --- the conversation ------------------------------------------------------------------------------------------------


def test_giulia_writes_and_reads_marco_s_answer() -> None:
    giulia = Widget(make_inbox("chat"))
    assert giulia.write("Niente internet da martedì.").status_code == 202
    answer("Buongiorno Giulia, guardo subito.")
    assert giulia.texts() == [
        ("me", "Niente internet da martedì."),
        ("agent", "Buongiorno Giulia, guardo subito."),
    ]
    assert giulia.read()[1]["author"] == "Marco Villa"


def test_what_was_acknowledged_is_in_the_journal() -> None:
    giulia = Widget(make_inbox("chat"))
    giulia.write("Ciao", process=False)
    assert RawEvent.objects.get().source == "chat"


def test_the_same_message_sent_again_is_one_message() -> None:
    giulia = Widget(make_inbox("chat"))
    for _ in range(3):
        giulia.write("Ciao", client_id="same-id-1", process=False)
    giulia.write("Ciao, with another page", client_id="same-id-1", page="https://elsewhere.example")
    assert [(row["client"], row["text"]) for row in giulia.read()] == [("same-id-1", "Ciao")]


def test_a_key_brings_the_thread_back_after_a_reload() -> None:
    inbox = make_inbox("chat")
    giulia = Widget(inbox)
    giulia.write("Ciao")
    again = Widget(inbox, visitor=giulia.key)
    assert [row["text"] for row in again.session["messages"]] == ["Ciao"]


def test_nobody_sees_the_thread_of_somebody_else() -> None:
    inbox = make_inbox("chat")
    giulia, tom = Widget(inbox), Widget(inbox)
    giulia.write("Ciao")
    tom.write("Hello")
    assert giulia.texts() == [("me", "Ciao")]
    assert tom.texts() == [("me", "Hello")]


def test_notes_and_other_channels_stay_inside() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    user = {"id": "7", "email": "giulia@example.org", "hash": vouch(SECRET, "7", "giulia@example.org")}
    giulia = Widget(inbox, user=user)
    giulia.write("Ciao")
    conversation = Conversation.objects.get()
    add_note(agent=make_agent("Anna Neri"), conversation=conversation, text="She pays late.")
    mail = make_inbox("email")
    Message.objects.create(
        conversation=conversation,
        account=mail,
        direction="in",
        author_kind="customer",
        identity=conversation.customer.identities.get(namespace="email"),
        text="By mail",
        external_id="<1@x>",
    )
    assert giulia.texts() == [("me", "Ciao")]
    assert [row["text"] for row in messages_after(visitor_of(inbox.token, giulia.key), 0)] == ["Ciao"]


def test_an_answer_on_its_way_is_not_shown_and_not_missed() -> None:
    inbox = make_inbox("chat")
    giulia = Widget(inbox)
    giulia.write("Ciao")
    reply = add_reply(agent=make_agent("Marco"), conversation=Conversation.objects.get(), text="Un momento")
    assert giulia.texts() == [("me", "Ciao")]
    giulia.write("Ci siete?")
    deliver_waiting()
    newest = Message.objects.latest("id").pk
    assert newest > reply.pk
    assert "Un momento" in [row["text"] for row in giulia.read(after=newest)]


def test_what_giulia_has_seen_is_known_to_the_desk() -> None:
    giulia = Widget(make_inbox("chat"))
    giulia.write("Ciao")
    reply = answer("Eccomi")
    assert giulia.post("seen", {"ids": [reply.pk, 99999, "x", -1, True]}).status_code == 204
    process_waiting()
    reply.refresh_from_db()
    assert reply.delivery == "read"


def test_the_stream_is_told_who_reads() -> None:
    inbox = make_inbox("chat")
    giulia = Widget(inbox)
    assert visitor_of(inbox.token, giulia.key).customer_id is None
    giulia.write("Ciao")
    visitor = visitor_of(inbox.token, giulia.key)
    assert (visitor.account_id, visitor.customer_id) == (inbox.pk, Customer.objects.get().pk)
    json.dumps(messages_after(visitor, 0))


def test_a_removed_message_keeps_its_place_and_loses_its_text() -> None:
    giulia = Widget(make_inbox("chat"))
    giulia.write("A card number")
    Message.objects.update(removed_at=Message.objects.get().created_at)
    assert [(row["text"], row["removed"]) for row in giulia.read()] == [("", True)]


# --- who is who ------------------------------------------------------------------------------------------------------


def test_a_customer_the_site_vouches_for_has_one_thread_on_every_device() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    user = {"id": "4711", "name": "Giulia Ferri", "hash": vouch(SECRET, "4711")}
    Widget(inbox, user=user).write("From the telephone")
    assert Widget(inbox, user=user).texts() == [("me", "From the telephone")]
    assert Customer.objects.get().name == "Giulia Ferri"


@pytest.mark.parametrize(
    "user",
    [
        {"id": "4711"},
        {"id": "4711", "hash": ""},
        {"id": "4711", "hash": vouch("another secret", "4711")},
        {"id": "4712", "hash": vouch(SECRET, "4711")},
        {"id": "4711\nboss@telvia.example", "hash": vouch(SECRET, "4711\nboss@telvia.example")},
        {"id": "", "hash": vouch(SECRET, "")},
        {"id": ["4711"], "hash": vouch(SECRET, "4711")},
        {"id": "4711", "hash": "è" * 64},
        {"id": "4711", "hash": 7},
    ],
)
def test_nobody_is_somebody_else_by_saying_so(user: dict[str, Any]) -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    refused = Client().post(
        f"/contact/chat/{inbox.token}/session", {"user": user}, content_type="application/json"
    )
    assert refused.status_code == 403


def test_an_unsigned_address_is_not_believed() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    user = {"id": "7", "email": "boss@telvia.example", "hash": vouch(SECRET, "7")}
    Widget(inbox, user=user).write("Ciao")
    assert [i.namespace for i in Customer.objects.get().identities.all()] == ["chat"]


def test_a_new_identity_secret_ends_the_keys_it_gave() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    giulia = Widget(inbox, user={"id": "7", "hash": vouch(SECRET, "7")})
    assert visitor_of(inbox.token, giulia.key) is not None
    inbox.store_values({"identity_secret": "another"})
    inbox.save()
    assert visitor_of(inbox.token, giulia.key) is None


def test_after_signing_out_the_next_person_begins_anew() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    giulia = Widget(inbox, user={"id": "7", "hash": vouch(SECRET, "7")})
    giulia.write("Ciao")
    assert Widget(inbox, visitor=giulia.key).session["messages"] == []


def test_a_chat_for_signed_in_customers_refuses_everybody_else() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET, require_identity="yes")
    assert Widget(inbox).session["error"] == "sign_in"


@pytest.mark.parametrize("key", ["", "x", "a.", "a.x:y:z", "u.x:y:z", "é", "a." + "x" * 5000, "\x00"])
def test_a_forged_key_opens_nothing(key: str) -> None:
    inbox, other = make_inbox("chat"), make_inbox("chat", "Another")
    giulia = Widget(inbox)
    forged = [key, giulia.key[:-1] + ("A" if giulia.key[-1] != "A" else "B"), "u" + giulia.key[1:]]
    assert [visitor_of(inbox.token, one) for one in forged] == [None] * 3
    assert visitor_of(other.token, giulia.key) is None
    assert visitor_of("no-such-token", giulia.key) is None


def test_without_a_key_there_is_nothing_to_read_or_write() -> None:
    inbox = make_inbox("chat")
    for what in ("messages", "seen", "files"):
        assert (
            Client()
            .post(f"/contact/chat/{inbox.token}/{what}", b"{}", content_type="application/json")
            .status_code
            == 401
        )
    assert Client().get(f"/contact/chat/{inbox.token}/messages").status_code == 401


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_travels_with_its_message_and_back() -> None:
    giulia = Widget(make_inbox("chat"))
    kept = giulia.upload(PNG, "modem.png", "image/png")
    assert kept.status_code == 201
    giulia.write("", files=[kept.json()["file"]])
    file = giulia.read()[0]["files"][0]
    assert (file["name"], file["type"], file["image"], file["size"]) == (
        "modem.png",
        "image/png",
        True,
        len(PNG),
    )
    got = Client().get(file["url"])
    assert b"".join(got.streaming_content) == PNG
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]


def test_a_file_of_marco_s_reaches_giulia() -> None:
    giulia = Widget(make_inbox("chat"))
    giulia.write("Can I have the bill?")
    marco = make_agent("Marco Villa")
    bill = store_file(b"%PDF-1.4", name="bill.pdf", content_type="application/pdf", uploader=marco)
    add_reply(agent=marco, conversation=Conversation.objects.get(), text="Here it is.", attachments=[bill])
    deliver_waiting()
    file = giulia.read()[1]["files"][0]
    assert b"".join(Client().get(file["url"]).streaming_content) == b"%PDF-1.4"


def test_a_page_disguised_as_an_image_is_never_shown_as_one() -> None:
    giulia = Widget(make_inbox("chat"))
    claim = giulia.upload(b"<script>alert(1)</script>", "cat.html", "text/html").json()["file"]
    giulia.write("", files=[claim])
    got = Client().get(giulia.read()[0]["files"][0]["url"])
    assert got.headers["Content-Disposition"].startswith("attachment")


def test_a_file_address_opens_only_its_own_file() -> None:
    giulia = Widget(make_inbox("chat"))
    claims = [giulia.upload(PNG + bytes([n]), f"{n}.png").json()["file"] for n in range(2)]
    giulia.write("", files=claims)
    first, second = (file["url"] for file in giulia.read()[0]["files"])
    address, key = first.split("?key=")
    other = second.split("?")[0]
    for wrong in (address, f"{address}?key=x", f"{other}?key={key}", f"{address}?key={key}x"):
        assert Client().get(wrong).status_code == 404


def test_somebody_else_s_file_cannot_be_attached() -> None:
    inbox = make_inbox("chat")
    giulia, tom = Widget(inbox), Widget(inbox)
    claim = giulia.upload(PNG).json()["file"]
    assert tom.write("", files=[claim]).json()["error"] == "file_gone"
    assert Attachment.objects.count() == 0


def test_files_that_are_too_large_empty_or_unwanted_are_refused(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024
    giulia = Widget(make_inbox("chat"))
    assert giulia.upload(b"x" * 1025).status_code == 413
    assert giulia.upload(b"").json()["error"] == "empty_file"
    assert Widget(make_inbox("chat", "No files", files="no")).upload(b"x").status_code == 403
    assert giulia.write("x", files=[giulia.upload(b"x").json()["file"]] * 11).status_code == 400


# --- hostile hands ---------------------------------------------------------------------------------------------------


def test_hostile_bodies_are_refused_and_never_break_anything() -> None:
    giulia = Widget(make_inbox("chat"))
    said = {"id": "client-000001", "text": "Ciao", "files": [], "page": "https://x.example", "language": "it"}
    for document in mutations(said):
        body = json.dumps(document).encode()
        for brake_free in ("messages", "session", "seen"):
            from ascolto.contact import doors

            doors.MESSAGES.release(), doors.SESSIONS.release(), doors.READS.release()
            assert giulia.post(brake_free, body).status_code < 500, (brake_free, body[:80])
    for body in (b"", b"[", b"\xff\xfe", b"[" * 50_000, b'{"a":' * 9_000, b"null"):
        assert giulia.post("messages", body).status_code == 400
    process_waiting()
    assert not RawEvent.objects.filter(state=RawEvent.State.DEAD).exists()


def test_more_than_allowed_is_refused() -> None:
    giulia = Widget(make_inbox("chat"))
    assert giulia.write("x" * 10_001).json()["error"] == "too_long"
    assert giulia.write("   ").json()["error"] == "empty"
    assert giulia.post("messages", {"id": "abcdefgh", "text": "x" * 70_000}).status_code == 413


def test_a_script_that_floods_is_told_when_to_come_back() -> None:
    giulia = Widget(make_inbox("chat"))
    answers = [giulia.write(f"{n}", process=False) for n in range(60)]
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1


def test_a_closed_or_unknown_chat_is_not_there() -> None:
    inbox = make_inbox("chat")
    giulia = Widget(inbox)
    inbox.is_enabled = False
    inbox.save()
    assert giulia.post("messages", {}).status_code == 404
    assert visitor_of(inbox.token, giulia.key) is None
    assert Client().get(f"/contact/chat/{inbox.token}/widget.js").status_code == 404
    assert Client().post(f"/contact/chat/{make_inbox('form').token}/session").status_code == 404


@pytest.mark.parametrize("token", ["", "%00", "x" * 500, "è", "../..", "a b"])
def test_a_strange_address_leads_nowhere(token: str) -> None:
    assert Client().get(f"/widget.js?inbox={token}").status_code == 404
    assert visitor_of(token, "a.b") is None
    assert visitor_of("\x00", "a.b") is None


def test_a_chat_whose_secrets_cannot_be_read_is_closed_and_not_broken() -> None:
    inbox = make_inbox("chat", identity_secret=SECRET)
    inbox.sealed = "sealed with another key"
    inbox.save()
    assert Client().get(f"/contact/chat/{inbox.token}/widget.js").status_code == 404


def test_an_administrator_may_name_websites_that_are_inside_the_house() -> None:
    anna = make_agent("Anna Neri", "administrator")
    values = {"origins": "https://www.telvia.example http://intranet.localhost"}
    assert connect(agent=anna, kind="chat", name="Website", values=values).values() == values


# --- other websites --------------------------------------------------------------------------------------------------


def test_only_the_websites_of_the_settings_may_show_the_chat() -> None:
    inbox = make_inbox("chat", origins="https://www.telvia.example https://shop.telvia.example")
    known = Widget(inbox, origin="https://shop.telvia.example").post("session", {})
    assert known.headers["Access-Control-Allow-Origin"] == "https://shop.telvia.example"
    refused = Widget(inbox, origin="https://evil.example").post("session", {})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_browser_s_question_beforehand_is_answered() -> None:
    inbox = make_inbox("chat")
    asked = Client().options(
        f"/contact/chat/{inbox.token}/messages",
        headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"},
    )
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers


def test_no_cookie_is_set_by_these_doors() -> None:
    giulia = Widget(make_inbox("chat"))
    giulia.write("Ciao")
    assert not giulia.client.cookies


def test_the_script_knows_its_inbox_and_cannot_be_broken_out_of() -> None:
    inbox = make_inbox("chat", title="</script><script>alert(1)//")
    for address in (f"/contact/chat/{inbox.token}/widget.js", f"/widget.js?inbox={inbox.token}"):
        script = Client().get(address)
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert inbox.token in script.content.decode()
        assert "</script>" not in script.content.decode()


def test_modules_are_those_of_the_widget_and_nothing_else() -> None:
    from ascolto.contact.widget import MODULES, version

    for name in MODULES:
        got = Client().get(f"/contact/widget/{version()}/{name}")
        assert "immutable" in got.headers["Cache-Control"]
        assert got.headers["Access-Control-Allow-Origin"] == "*"
    for wrong in ("loader.js", "..%2fviews%2fchat.py", "none.js"):
        assert Client().get(f"/contact/widget/{version()}/{wrong}").status_code == 404
