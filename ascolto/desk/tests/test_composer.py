"""The composer: where an answer goes by itself, what a channel changes, templates, emphasis, menus inside the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.channels.models import ChannelAccount, ChannelTemplate
from ascolto.conversations.models import Conversation, Message
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outgoing import Accounts, prepare
from ascolto.desk.composer import make_composer
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.models import SavedReply
from ascolto.testing.factories import Cast, make_customer, make_inbox

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
As = Callable[[Any], Client]
BODY = "Gentile {{1}}, il tecnico arriva {{2}}."
GAPS = [
    {"place": "body", "key": "1", "kind": "text", "example": "Giulia", "media": ""},
    {"place": "body", "key": "2", "kind": "date", "example": "12/06/2026", "media": ""},
]


@pytest.fixture
def whatsapp(cast: Cast) -> ChannelAccount:
    return make_inbox("whatsapp", name="WhatsApp", teams=[cast.care])


@pytest.fixture
def late(cast: Cast, whatsapp: ChannelAccount) -> Conversation:
    """Giulia wrote on WhatsApp the day before yesterday; a template is approved in two languages, another is not."""
    for name, language, status in (
        ("appointment", "it", "APPROVED"),
        ("appointment", "en", "APPROVED"),
        ("offer", "it", "PAUSED"),
    ):
        ChannelTemplate.objects.create(
            account=whatsapp, name=name, language=language, status=status, body=BODY, variables=GAPS
        )
    return cast.writes("Ci siete?", inbox=whatsapp, at=now() - timedelta(hours=30))


def post(client: Client, conversation: Conversation, way: str, **fields: Any) -> Any:
    mode = way.partition(":")[0]
    data = {
        "mode": mode,
        f"way-{mode}": way,
        "client_key": f"k{Message.objects.count()}",
        "text": "",
        **fields,
    }
    return client.post(f"/c/{conversation.number}/reply/", data, headers=HX)


def test_the_answer_goes_where_the_customer_wrote_last(cast: Cast) -> None:
    telegram = make_inbox("telegram", name="Telegram", teams=[cast.care])
    cast.writes("In private", inbox=telegram, at=now() - timedelta(hours=2))
    conversation = cast.writes(
        "For everybody", inbox=telegram, visibility="public", at=now() - timedelta(hours=1)
    )
    composer = make_composer(cast.marco, conversation)
    assert composer.mode == "public"
    assert [way.is_usual for way in composer.ways] == [True, False]
    cast.writes("Private again", inbox=telegram)
    assert make_composer(cast.marco, conversation).mode == "private"


def test_a_change_of_channel_says_what_it_changes(cast: Cast, whatsapp: ChannelAccount, as_: As) -> None:
    mail = make_inbox("email", name="Care", teams=[cast.care])
    cast.writes("By mail", inbox=mail, at=now() - timedelta(hours=2))
    conversation = cast.writes("Here now", inbox=whatsapp)
    said = next(way for way in make_composer(cast.marco, conversation).ways if way.name == "Care").says
    assert "Leaves by E-mail to giulia.ferri@example.org." in said
    assert {"The address is proven.", "Nobody tells whether it is read.", "No time limit."} <= set(said)
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Nobody tells whether it is read." in page


def test_the_queries_of_a_composer_do_not_grow_with_its_ways(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            make_composer(cast.marco, conversation)
        return len(asked)

    conversation = cast.writes("One", inbox=make_inbox("email", name="Mail", teams=[cast.care]))
    before = queries()
    for number in range(6):
        cast.writes("More", inbox=make_inbox("email", name=f"Mail {number}", teams=[cast.care]))
    after = queries()
    assert after <= before + 1


# --- templates --------------------------------------------------------------------------------------------------------


def test_templates_are_found_in_the_customers_language_first(cast: Cast, late: Conversation, as_: As) -> None:
    cast.giulia.language = "en"
    cast.giulia.save()
    account = make_composer(cast.marco, late).ways[0].account_id
    page = as_(cast.marco).get(f"/c/{late.number}/templates/?account={account}", headers=HX).content.decode()
    assert page.index(">en<") < page.index(">it<")
    assert "offer" not in page
    none = as_(cast.marco).get(f"/c/{late.number}/templates/?account={account}&words=nothing", headers=HX)
    assert "No approved template has these words." in none.content.decode()
    row = ChannelTemplate.objects.get(name="appointment", language="it")
    fields = as_(cast.marco).get(f"/c/{late.number}/templates/{row.pk}/", headers=HX).content.decode()
    assert 'name="gap-body-1"' in fields
    assert "12/06/2026" in fields


def test_a_filled_template_leaves_and_the_thread_shows_what_the_customer_reads(
    cast: Cast, late: Conversation, as_: As
) -> None:
    way = make_composer(cast.marco, late).ways[0].value
    chosen = {
        "template": "appointment",
        "template_language": "it",
        "gap-body-1": "Giulia",
        "gap-body-2": "12/06/2026",
    }
    assert post(as_(cast.marco), late, way, **chosen).status_code == 201
    message = Message.objects.get(direction="out")
    assert message.text == "Gentile Giulia, il tecnico arriva 12/06/2026."
    assert message.extra["template"] == {
        "name": "appointment",
        "language": "it",
        "body": ["Giulia", "12/06/2026"],
    }


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"gap-body-2": ""}, "Fill in every gap"),
        ({"gap-body-2": "soon"}, "Write a date"),
        ({"gap-body-7": "x"}, "no such gap"),
        ({"template": "offer"}, "approved no template"),
        ({"template_language": "de"}, "approved no template"),
        ({"gap-body-1": "x" * 2_000}, "too long"),
    ],
)
def test_what_does_not_fit_a_template_does_not_leave(
    cast: Cast, late: Conversation, as_: As, changed: dict[str, str], reason: str
) -> None:
    way = make_composer(cast.marco, late).ways[0].value
    chosen = {
        "template": "appointment",
        "template_language": "it",
        "gap-body-1": "Giulia",
        "gap-body-2": "12/06/2026",
    }
    answer = post(as_(cast.marco), late, way, **(chosen | changed))
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_viktor_sees_no_templates(cast: Cast, late: Conversation, as_: As) -> None:
    account = make_composer(cast.marco, late).ways[0].account_id
    row = ChannelTemplate.objects.first()
    assert row is not None
    for address in (f"templates/?account={account}", f"templates/{row.pk}/", "replies/", "named/?q=Giulia"):
        assert as_(cast.viktor).get(f"/c/{late.number}/{address}").status_code == 404
    other = make_inbox("whatsapp", name="Other")
    assert as_(cast.marco).get(f"/c/{late.number}/templates/?account={other.pk}").status_code == 404


# --- emphasis ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "html"),
    [
        ("whatsapp", "Ciao *Giulia*", ""),
        ("email", "Ciao Giulia", "<b>Giulia</b>"),
        ("webhook", "Ciao Giulia", ""),
    ],
)
def test_emphasis_leaves_as_the_channel_shows_it(
    cast: Cast, as_: As, kind: str, text: str, html: str
) -> None:
    inbox = make_inbox(kind, name="Channel", teams=[cast.care])
    conversation = cast.writes("Hello", inbox=inbox)
    way = make_composer(cast.marco, conversation).ways[0].value
    assert post(as_(cast.marco), conversation, way, text="Ciao **Giulia**").status_code == 201
    message = Message.objects.get(direction="out")
    assert message.text == "Ciao Giulia"
    outgoing = prepare(Dispatch.objects.get(message=message).pk, Accounts()).outgoing
    assert outgoing.text.startswith(text)
    assert html in outgoing.html


def test_the_preview_shows_what_leaves_and_what_is_lost(cast: Cast, as_: As) -> None:
    conversation = cast.writes("Hello")
    way = make_composer(cast.marco, conversation).ways[0].value
    data = {"mode": "private", "way-private": way, "text": "Ciao **Giulia** <script>", "preview": "1"}
    page = as_(cast.marco).post(f"/c/{conversation.number}/draft/", data, headers=HX).content.decode()
    assert "Ciao Giulia &lt;script&gt;" in page
    assert "marks are left out" in page


def test_with_its_signs_a_text_may_be_too_long(cast: Cast, whatsapp: ChannelAccount, as_: As) -> None:
    conversation = cast.writes("Hello", inbox=whatsapp)
    way = make_composer(cast.marco, conversation).ways[0].value
    text = "_a_ " * 1_360
    answer = post(as_(cast.marco), conversation, way, text=text)
    assert answer.status_code == 422
    assert "too long for WhatsApp" in answer.content.decode()


# --- menus inside the text -----------------------------------------------------------------------------------------------


def test_saved_replies_come_filled_in_and_are_counted_when_they_leave(cast: Cast, as_: As) -> None:
    conversation = cast.writes("Hello")
    reply = create_reply(
        by=cast.anna, title="Hours", shortcut="hours", texts={"en": "Hi {first_name}, see {number}."}
    )
    found = json.loads(as_(cast.marco).get(f"/c/{conversation.number}/replies/?q=hou").content)["found"]
    assert [one["text"] for one in found] == [f"Hi Giulia, see {conversation.number}."]
    way = make_composer(cast.marco, conversation).ways[0].value
    assert (
        post(as_(cast.marco), conversation, way, text=found[0]["text"], saved_reply=reply.pk).status_code
        == 201
    )
    assert SavedReply.objects.get().used_count == 1


def test_what_is_written_becomes_a_reply_of_ones_own(cast: Cast, as_: As) -> None:
    page = as_(cast.marco).post("/settings/saved-replies/new/", {"begin": "1", "text": "Stacca la spina."})
    assert "Stacca la spina." in page.content.decode()
    assert not SavedReply.objects.exists()


def test_a_conversation_is_named_in_a_note_and_linked_for_who_may_see_it(cast: Cast, as_: As) -> None:
    here = cast.writes("Hello")
    other = cast.writes("Another matter", customer=make_customer("Paolo Ricci"))
    theirs = make_inbox("email", name="Theirs", teams=[cast.viktor.teams.get()])
    hidden = cast.writes("Secret", customer=make_customer("Paolo Verdi"), inbox=theirs)
    found = json.loads(as_(cast.marco).get(f"/c/{here.number}/named/?q=Paolo").content)["found"]
    assert [one["number"] for one in found] == [other.number]
    assert hidden.number not in json.dumps(found)
    assert as_(cast.marco).get(f"/c/{here.number}/named/?q=%00").status_code == 200
    text = f"See #{other.number}, not #12345."
    assert post(as_(cast.marco), here, "note", text=text).status_code == 201
    page = as_(cast.marco).get(f"/c/{here.number}/").content.decode()
    assert f'data-open-number="{other.number}">#{other.number}</a>' in page
    assert "not #12345." in page


def test_send_and_wait_for_the_customer(cast: Cast, as_: As) -> None:
    conversation = cast.writes("Hello")
    way = make_composer(cast.marco, conversation).ways[0].value
    assert post(as_(cast.marco), conversation, way, text="Which number?", then="pending").status_code == 201
    conversation.refresh_from_db()
    assert conversation.status == "pending"
