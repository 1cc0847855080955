"""What was understood of a message stands under it, says why, and people have the last word."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.conversations.actions import add_note, add_participant, add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_customer
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Correction, Lookalike, Reading, Topic

As = Callable[..., Client]
SCRIPT = {"HX-Request": "true"}
TEXT = "Internet non funziona da tre giorni 😡 rispondete"


def words(page: Any) -> str:
    """What a page says, without its marks."""
    text = page if isinstance(page, str) else page.content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def read(cast: Cast, text: str = TEXT, **fields: Any) -> tuple[Conversation, Message]:
    """Giulia writes it and it was read."""
    conversation = cast.writes(text)
    message = Message.objects.get(conversation=conversation, direction="in")
    make_reading(message, **fields)
    return conversation, message


def line(page: Any, message: Message) -> str:
    found = re.search(rf'<div class="reading" id="r-{message.pk}".*?</div>', page.content.decode(), re.DOTALL)
    return words(found[0]) if found else ""


def address(conversation: Conversation, message: Message, rest: str = "") -> str:
    return f"/c/{conversation.number}/messages/{message.pk}/reading/{rest}"


def test_a_line_under_the_message_says_what_it_is(cast: Cast, as_: As) -> None:
    conversation, message = read(cast, topic="Outage", alike=43)
    shown = line(as_(cast.marco).get(f"/c/{conversation.number}/"), message)
    for expected in ("Angry", "Urgent", "Complaint", "Very negative", "Outage", "43 say the same", "Italian"):
        assert expected in shown


def test_what_is_calm_and_usual_is_not_said(cast: Cast, as_: As) -> None:
    calm: dict[str, Any] = {
        "sentiment": "neutral",
        "strength": 0,
        "anger": 0.1,
        "urgency": 1,
        "language": "en",
    }
    conversation, message = read(cast, "When do you open?", intent="question", **calm)
    shown = line(as_(cast.marco).get(f"/c/{conversation.number}/"), message)
    assert "Question" in shown
    for silent in ("Angry", "Calm", "Urgent", "Normal", "English", "answer"):
        assert silent not in shown


def test_a_guess_is_drawn_as_one(cast: Cast, as_: As) -> None:
    conversation, message = read(cast, unsure=["intent", "sentiment", "anger", "urgency"])
    shown = line(as_(cast.marco).get(f"/c/{conversation.number}/"), message)
    assert "perhaps a complaint" in shown
    assert "perhaps negative" in shown
    assert "Angry" not in shown
    assert "a guess · 93%" in words(as_(cast.marco).get(address(conversation, message)))


def test_personal_data_are_named_and_shown_on_demand(cast: Cast, as_: As) -> None:
    text = "Rimborsate su IT60X0542811101000000123456 grazie"
    start = text.index("IT60")
    conversation, message = read(cast, text, personal=[["iban", start, start + 27, True]])
    marco = as_(cast.marco)
    assert "contains an IBAN" in line(marco.get(f"/c/{conversation.number}/"), message)
    page = marco.get(address(conversation, message)).content.decode()
    assert "<mark>IT60X0542811101000000123456</mark>" in page
    assert f'data-start="{start}" data-end="{start + 27}"' in page


def test_a_place_counts_in_the_text_that_is_shown(cast: Cast, as_: As) -> None:
    """The subject stands before the text that was read, and scripts count an emoji as two."""
    conversation = cast.writes("\n😡 chiamami 3470000001")
    message = Message.objects.get(conversation=conversation)
    Message.objects.filter(pk=message.pk).update(subject="Guasto")
    start = len("Guasto\n") + message.text.index("347")
    make_reading(message, personal=[["phone", start, start + 10, True]])
    page = as_(cast.marco).get(address(conversation, message)).content.decode()
    shown = message.text.strip("\n")
    at = len(shown[: shown.index("347")].encode("utf-16-le")) // 2
    assert f'data-start="{at}" data-end="{at + 10}"' in page
    assert "<mark>3470000001</mark>" in page


def test_why_is_told_in_plain_words(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    told = words(as_(cast.marco).get(address(conversation, message)))
    assert "Because of ‘non funziona’, 😡; and the sense of the whole text." in told
    assert "Because of ‘giorni’; and the sense of the whole text. Against it: ‘grazie’." in told
    assert "sure · 95%" in told
    assert "likely · 71%" in told
    assert "shipped-1" in told


def test_marco_corrects_with_one_click_and_takes_it_back(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    marco = as_(cast.marco)
    where = address(conversation, message)
    answer = marco.post(f"{where}correct/", {"field": "intent", "value": "question"}, headers=SCRIPT)
    assert answer.status_code == 200
    assert "corrected by you" in words(answer)
    assert 'hx-swap-oob="outerHTML"' in answer.content.decode()
    assert "withdraw" in answer.headers["HX-Trigger"]
    assert Reading.objects.get().intent == "question"
    assert Event.objects.filter(type="message.corrected").count() == 1
    assert "corrected by Marco Villa" in words(as_(cast.anna).get(where))
    assert "Marco Villa said Question instead of Complaint." in words(as_(cast.anna).get(where))
    marco.post(f"{where}withdraw/", {"field": "intent"}, headers=SCRIPT)
    assert Reading.objects.get().intent == "complaint"
    assert "Marco Villa said Question instead of Complaint, and took it back." in words(marco.get(where))


def test_correcting_works_without_scripts(cast: Cast, as_: As) -> None:
    Topic.objects.create(name="Outage")
    conversation, message = read(cast)
    marco, where = as_(cast.marco), address(conversation, message)
    page = marco.get(where).content.decode()
    assert f'action="{where}correct/"' in page
    assert page.startswith("<!doctype html>") or "<html" in page
    answer = marco.post(f"{where}correct/", {"field": "topic", "value": "Outage"}, follow=True)
    assert answer.redirect_chain[-1][0] == where
    assert "corrected by you" in words(answer)
    assert Reading.objects.get().topic.name == "Outage"  # type: ignore[union-attr]


def test_nonsense_is_refused_in_words(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    marco, where = as_(cast.marco), address(conversation, message)
    for field, value in (
        ("intent", "love"),
        ("", ""),
        ("read_at", "x"),
        ("topic", "\x00"),
        ("intent", "x" * 9999),
    ):
        answer = marco.post(f"{where}correct/", {"field": field, "value": value}, headers=SCRIPT)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert Correction.objects.count() == 0


def test_viktor_finds_no_reading_and_a_guest_may_only_look(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    where = address(conversation, message)
    viktor = as_(cast.viktor)
    assert {viktor.get(where + rest).status_code for rest in ("", "line/")} == {404}
    data = {"field": "intent", "value": "question"}
    assert {viktor.post(where + rest, data).status_code for rest in ("correct/", "withdraw/")} == {404}
    guest = make_agent("Nadia Kovač", "guest")
    add_participant(agent=cast.marco, conversation=conversation, person=guest)
    nadia = as_(guest)
    page = nadia.get(where).content.decode()
    assert "Complaint" in page
    assert "correct/" not in page
    assert {nadia.post(where + rest, data).status_code for rest in ("correct/", "withdraw/")} == {403}
    assert Client().get(where).status_code == 302
    assert Correction.objects.count() == 0


def test_a_message_of_another_conversation_has_no_reading_here(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    marco = as_(cast.marco)
    add_reply(agent=cast.marco, conversation=conversation, text="We look into it.")
    ours = Message.objects.get(direction="out")
    assert marco.get(address(conversation, ours)).status_code == 404
    assert marco.get(f"/c/{conversation.number}/messages/{message.pk + 999}/reading/").status_code == 404


def test_a_message_that_was_not_read_yet_says_so(cast: Cast, as_: As) -> None:
    conversation = cast.writes(TEXT)
    message = Message.objects.get()
    marco = as_(cast.marco)
    assert "has not been read yet" in words(marco.get(address(conversation, message)))
    assert "data-why" not in marco.get(f"/c/{conversation.number}/").content.decode()
    answer = marco.post(address(conversation, message, "correct/"), {"field": "intent", "value": "idea"})
    assert answer.status_code == 422


def test_the_line_alone_comes_by_itself(cast: Cast, as_: As) -> None:
    conversation, message = read(cast)
    page = as_(cast.marco).get(address(conversation, message, "line/"), headers=SCRIPT)
    assert "Complaint" in line(page, message)


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\u202e\u200b" * 5000, "😡" * 10_000])
def test_hostile_texts_are_explained_all_the_same(cast: Cast, as_: As, text: str) -> None:
    conversation, message = read(cast, "Short.")
    Message.objects.filter(pk=message.pk).update(text=text)
    Reading.objects.update(
        personal=[["iban", 5, 90, True], ["card", 10**12, 10**13, False], ["x", -5, 3, False]]
    )
    assert as_(cast.marco).get(address(conversation, message)).status_code == 200


def test_a_row_says_at_a_glance_who_is_angry_and_what_about(cast: Cast, as_: As) -> None:
    read(cast, topic="Outage", alike=43)
    row = words(as_(cast.marco).get("/").content.decode().split('id="rows"')[1])
    for expected in ("Angry", "Urgent", "Outage", "43 say the same"):
        assert expected in row


def test_the_head_says_the_mood_and_draws_it(cast: Cast, as_: As) -> None:
    start = now() - timedelta(minutes=30)
    for n, strength in enumerate((0.6, 0.1, -0.9)):
        conversation = cast.writes(f"Message {n}", at=start + timedelta(minutes=n))
        make_reading(Message.objects.latest("pk"), strength=strength, topic="Outage")
    page = as_(cast.marco).get(f"/c/{conversation.number}/head/").content.decode()
    assert 'aria-label="Mood over 3 messages: getting worse, now negative"' in page
    assert re.search(r'<path d="M3\.0 [\d.]+L42\.0 [\d.]+L81\.0 [\d.]+"', page)
    for expected in ("Angry", "Urgent", "Negative", "Outage"):
        assert expected in words(page)


def test_the_list_is_narrowed_by_what_was_understood(cast: Cast, as_: As) -> None:
    read(cast, "Everything is broken.", topic="Outage")
    marco = as_(cast.marco)
    assert "Everything is broken." in marco.get("/?intent=complaint&urgency=high").content.decode()
    page = marco.get("/?intent=praise").content.decode()
    assert "Everything is broken." not in page
    assert "Nothing with these filters" in page
    choices = marco.get("/filters/?intent=praise").content.decode()
    assert '<option value="praise" selected>' in choices
    assert "Outage" in choices
    assert "Everything is broken." not in as_(cast.viktor).get("/?view=all&intent=complaint").content.decode()


def test_a_draft_in_another_language_is_noticed_and_never_blocked(cast: Cast, as_: As) -> None:
    conversation, _message = read(cast)
    marco, where = as_(cast.marco), f"/c/{conversation.number}/draft/"
    english = "We are very sorry, a technician is going to repair your line tomorrow morning."
    italian = "Ci dispiace molto, domani mattina un tecnico viene a riparare la linea."
    told = "This draft seems to be in English; the customer writes in Italian."
    assert told in words(marco.post(where, {"text": english, "mode": "private"}, headers=SCRIPT))
    for calm in ({"text": italian}, {"text": english, "mode": "note"}, {"text": "ok"}, {"text": ""}, {}):
        assert words(marco.post(where, calm, headers=SCRIPT)).strip() == ""
    answer = marco.post(
        f"/c/{conversation.number}/reply/", {"text": english, "mode": "private"}, headers=SCRIPT
    )
    assert answer.status_code == 201
    assert as_(cast.viktor).post(where, {"text": english}).status_code == 404


@pytest.mark.parametrize(
    "text", ["x" * 190_000, "\u202e" * 9000, "😡" * 10_000, "è\u0301\u0302" * 9000, "\x00\ud800"]
)
def test_hostile_drafts_are_looked_at_all_the_same(cast: Cast, as_: As, text: str) -> None:
    conversation, _message = read(cast)
    data = {"text": text.encode("utf-8", "replace").decode(), "mode": "private"}
    assert as_(cast.marco).post(f"/c/{conversation.number}/draft/", data).status_code == 200


def test_where_nobody_knows_the_customers_language_nothing_is_said(cast: Cast, as_: As) -> None:
    conversation = cast.writes("?")
    english = "We are very sorry, a technician is going to repair your line tomorrow morning."
    page = as_(cast.marco).post(f"/c/{conversation.number}/draft/", {"text": english})
    assert words(page).strip() == ""


def test_many_who_say_the_same_now_are_one_link_away(cast: Cast, as_: As) -> None:
    conversation, _message = read(cast, alike=3)
    group = Lookalike.objects.get()
    for name in ("Paolo Ricci", "Rita Ferrante"):
        other = cast.writes(f"{name}: niente linea", customer=make_customer(name))
        make_reading(Message.objects.get(conversation=other), lookalike=group)
    page = as_(cast.marco).get(f"/c/{conversation.number}/head/").content.decode()
    assert "3 people say the same in the last hour" in words(page)
    address = html.unescape(re.search(r'<p class="alike">.*?<a class="link[^"]*" href="([^"]+)"', page)[1])  # type: ignore[index]
    listed = as_(cast.marco).get(address).content.decode()
    assert "Paolo Ricci: niente linea" in listed
    assert "Rita Ferrante: niente linea" in listed
    assert "niente linea" not in as_(cast.viktor).get(address).content.decode()


def test_yesterdays_look_alikes_are_no_news(cast: Cast, as_: As) -> None:
    conversation, _message = read(cast, alike=30)
    Message.objects.update(occurred_at=now() - timedelta(days=1))
    Conversation.objects.update(last_inbound_at=now() - timedelta(days=1))
    assert "in the last hour" not in words(as_(cast.marco).get(f"/c/{conversation.number}/head/"))


def test_a_long_conversation_is_summed_up_in_its_own_sentences(cast: Cast, as_: As) -> None:
    start = now() - timedelta(hours=5)
    said = (
        "My line has been dead since Tuesday. Can you repair it before Friday?",
        "I work from home and I lose 80 euro a day.",
        "The router shows a red light.",
        "I have restarted it three times.",
        "Nobody came on Wednesday although you promised it.",
        "Is anybody there?",
    )
    for n, text in enumerate(said * 2):
        conversation = cast.writes(text if n < 6 else f"Again: {text}", at=start + timedelta(minutes=n))
        expected = ["summary"] if n == 11 else []
        page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
        assert re.findall(r'<details class="th-sum" id="(\w+)"', page) == expected
    add_note(agent=cast.marco, conversation=conversation, text="The joint in via Gobetti costs us 900 euro.")
    marco = as_(cast.marco)
    page = html.unescape(marco.get(f"/c/{conversation.number}/summary/", headers=SCRIPT).content.decode())
    lines = re.findall(r'data-to-message="(\d+)">([^<]+)<', page)
    assert lines
    for pk, sentence in lines:
        assert sentence in Message.objects.get(pk=pk).text
    assert "900 euro" not in page
    assert "<html" in marco.get(f"/c/{conversation.number}/summary/").content.decode()
    assert as_(cast.viktor).get(f"/c/{conversation.number}/summary/").status_code == 404


def test_where_nothing_was_said_there_is_no_summary(cast: Cast, as_: As) -> None:
    conversation = cast.writes("👍")
    assert "nothing in it" in words(as_(cast.marco).get(f"/c/{conversation.number}/summary/"))
