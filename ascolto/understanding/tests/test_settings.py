"""The settings of understanding: Anna (administrator) changes, Lea (lead) reads, Marco has no business there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.accounts.models import Agent, Role
from ascolto.conversations.models import Label
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox, receive
from ascolto.understanding.actions.topics import MOST_EXAMPLES
from ascolto.understanding.models import Correction, ModelVersion, Reading, Topic, TopicExample

pytestmark = pytest.mark.django_db
TOPICS = "/settings/understanding/topics/"
MODELS = "/settings/understanding/models/"
QUALITY = "/settings/understanding/quality/"


def browser_of(name: str, role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_agent(name, role, language="en", **fields))
    return client


@pytest.fixture
def anna() -> Client:
    return browser_of("Anna Conti", Role.ADMINISTRATOR)


@pytest.fixture
def lea() -> Client:
    return browser_of("Lea Ricci", Role.LEAD)


@pytest.fixture
def bills() -> Topic:
    topic = Topic.objects.create(name="Bills", hints="invoice")
    TopicExample.objects.create(topic=topic, text="When does my bill arrive?")
    return topic


def version(number: int, state: str, head: str = "sentiment", **fields: Any) -> ModelVersion:
    told = {"n": 40, "accuracy": 0.8, "macro_f1": 0.71, "log_loss": 0.6, "ece": 0.05}
    card = {
        "figures": {"corrections": {"before": told, "after": {**told, "macro_f1": 0.742}}},
        "corrections": 40,
    }
    live_since = now() if state in {"live", "retired"} else None
    given = {"weights": b"weights", "card": card, "live_since": live_since, **fields}
    return ModelVersion.objects.create(head=head, number=number, state=state, **given)


def read(text: str = "Dove trovo la bolletta?", **fields: Any) -> Reading:
    message = receive(make_inbox(), text)
    given = {"language": "it", "sentiment": "neutral", "intent": "question", **fields}
    return Reading.objects.create(message=message, **given)


# --- who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("topics", Role.LEAD), ("new-topic", Role.ADMINISTRATOR), ("topic", Role.LEAD), ("change-topic", Role.ADMINISTRATOR),
        ("models", Role.LEAD), ("model", Role.LEAD), ("quality", Role.LEAD),
    ],
)  # fmt: skip
def test_leads_read_administrators_change_others_stay_outside(name: str, least: str, bills: Topic) -> None:
    arguments = {"topic": [bills.pk], "change-topic": [bills.pk], "model": ["sentiment"]}.get(name)
    address = reverse(f"understanding:{name}", args=arguments)
    order = [Role.GUEST, Role.AGENT, Role.LEAD, Role.ADMINISTRATOR]
    for role in order:
        expected = 200 if order.index(role) >= order.index(least) else 403
        assert browser_of(f"Person{role} Villa", role).get(address).status_code == expected, role
    assert Client().get(address).status_code == 302


def test_a_lead_cannot_change_by_hand_made_requests(lea: Client, bills: Topic) -> None:
    version(1, "retired")
    assert lea.post(f"{TOPICS}{bills.pk}/switch/", {"active": "0"}).status_code == 403
    assert lea.post(f"{TOPICS}new/", {"name": "X1"}).status_code == 403
    assert lea.post(f"{MODELS}sentiment/serve/", {"number": "1"}).status_code == 403
    bills.refresh_from_db()
    assert bills.is_active
    assert not ModelVersion.objects.filter(state="live").exists()


def test_a_lead_sees_no_buttons_that_change(lea: Client, bills: Topic) -> None:
    for address in (TOPICS, f"{TOPICS}{bills.pk}/", f"{MODELS}sentiment/"):
        page = lea.get(address).content.decode()
        main = page[page.index('class="set-body"') :]
        assert "<form" not in main.partition("</main>")[0]
        assert "/new/" not in main
        assert "/change/" not in main


# --- topics -------------------------------------------------------------------------------------------------------------


def test_anna_makes_a_topic_with_examples(anna: Client) -> None:
    label = Label.objects.create(name="billing")
    given = {
        "name": " Bills  and\tfees ", "description": "Everything about money.", "hints": "invoice\n\nfee\ninvoice",
        "examples": "When does my bill arrive?\r\nWhy did you charge me twice?", "label": str(label.pk),
    }  # fmt: skip
    assert anna.post(f"{TOPICS}new/", given).status_code == 302
    topic = Topic.objects.get()
    assert (topic.name, topic.hints, topic.label) == ("Bills and fees", "invoice\nfee", label)
    assert [one.text for one in topic.examples.all()] == [
        "When does my bill arrive?",
        "Why did you charge me twice?",
    ]
    assert Event.objects.get(type="topic.changed").data["name"] == "Bills and fees"
    assert "Bills and fees" in anna.get(TOPICS).content.decode()


def test_a_change_says_which_fields_and_nothing_where_nothing_changed(anna: Client, bills: Topic) -> None:
    same = {
        "name": "Bills",
        "description": "",
        "hints": "invoice",
        "examples": "When does my bill arrive?",
        "label": "",
    }
    anna.post(f"{TOPICS}{bills.pk}/change/", same)
    assert not Event.objects.filter(type="topic.changed").exists()
    anna.post(f"{TOPICS}{bills.pk}/change/", {**same, "name": "Invoices", "examples": "Where is my invoice?"})
    assert Event.objects.get(type="topic.changed").data["fields"] == ["name", "examples"]
    assert list(bills.examples.values_list("text", flat=True)) == ["Where is my invoice?"]


def test_a_topic_is_laid_aside_and_taken_up_again(anna: Client, bills: Topic) -> None:
    reading = read(topic=bills)
    anna.post(f"{TOPICS}{bills.pk}/switch/", {"active": "0"})
    bills.refresh_from_db()
    assert not bills.is_active
    assert Reading.objects.get(pk=reading.pk).topic == bills
    assert "Laid aside" in anna.get(TOPICS).content.decode()
    anna.post(f"{TOPICS}{bills.pk}/switch/", {"active": "1"})
    bills.refresh_from_db()
    assert bills.is_active


@pytest.mark.parametrize("name", ["", "   ", "-", "…!?", "x" * 81, "BILLS", "\u200b", "\0"])
def test_names_that_are_none_are_refused_in_words(anna: Client, bills: Topic, name: str) -> None:
    answer = anna.post(f"{TOPICS}new/", {"name": name})
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode() or 'role="alert"' in answer.content.decode()
    assert Topic.objects.count() == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "A" * 200_000, "\n".join(f"line {n}" for n in range(MOST_EXAMPLES + 1)), "y" * 1_001,
        "<script>alert(1)</script>", "😀" * 400, "\ud800 lone", "Z͑ͫ̓" * 100, "\u202eabc",
    ],
)  # fmt: skip
def test_hostile_examples_are_refused_or_kept_harmless(anna: Client, hostile: str) -> None:
    sent = hostile.encode("utf-8", "replace").decode()
    answer = anna.post(f"{TOPICS}new/", {"name": "Odd", "examples": sent})
    assert answer.status_code in {200, 302}
    topic = Topic.objects.filter(name="Odd").first()
    if topic is not None:
        page = anna.get(f"{TOPICS}{topic.pk}/").content.decode()
        assert "<script>alert" not in page
        assert topic.examples.count() <= MOST_EXAMPLES


def test_a_label_that_is_none_is_refused(anna: Client) -> None:
    assert anna.post(f"{TOPICS}new/", {"name": "Odd", "label": "99999"}).status_code == 200
    assert not Topic.objects.exists()


def test_the_list_counts_messages_of_customers_and_tells_the_coverage(anna: Client, bills: Topic) -> None:
    read(topic=bills)
    read("Salve")
    page = anna.get(TOPICS).content.decode()
    assert "50%" in page
    assert "1 example" in page
    assert "few examples" in page


def test_without_topics_the_page_says_how_to_begin(anna: Client, lea: Client) -> None:
    assert "No topics yet" in anna.get(TOPICS).content.decode()
    assert "An administrator makes them." in lea.get(TOPICS).content.decode()


def test_anna_begins_with_the_topics_of_her_trade(anna: Client, lea: Client) -> None:
    assert "Ready-made topics" in anna.get(TOPICS).content.decode()
    assert "Ready-made topics" not in lea.get(TOPICS).content.decode()
    anna.post(f"{TOPICS}ready-made/", {"set": "telecom.en"})
    count = Topic.objects.count()
    assert count > 3
    again = anna.post(f"{TOPICS}ready-made/", {"set": "telecom.en"}, follow=True)
    assert "All topics of this set are there already." in again.content.decode()
    assert Topic.objects.count() == count
    assert lea.post(f"{TOPICS}ready-made/", {"set": "bank.en"}).status_code == 403


@pytest.mark.parametrize("name", ["", "../secrets", "telecom", "x" * 10_000, "\0"])
def test_a_set_that_is_none_adds_nothing(anna: Client, name: str) -> None:
    answer = anna.post(f"{TOPICS}ready-made/", {"set": name}, follow=True)
    assert "There is no such set." in answer.content.decode()
    assert not Topic.objects.exists()


def test_a_topic_that_is_not_there_is_not_found(anna: Client) -> None:
    assert anna.get(f"{TOPICS}987/").status_code == 404
    assert anna.post(f"{TOPICS}987/switch/").status_code == 404


# --- models -------------------------------------------------------------------------------------------------------------


def test_every_model_is_listed_also_before_anything_was_learnt(anna: Client) -> None:
    page = anna.get(MODELS).content.decode()
    for name in ("What it is", "Feeling", "Anger", "Urgency", "Topic", "Needs an answer"):
        assert name in page
    assert "as shipped" in page


def test_versions_stand_beside_each_other_with_their_figures(anna: Client) -> None:
    version(1, "retired")
    version(2, "live", why="no worse (macro-F1 on corrections 0.710 → 0.742)")
    version(3, "refused", why="worse on the corpus")
    page = anna.get(f"{MODELS}sentiment/").content.decode()
    for shown in (
        "Version 1",
        "Version 2",
        "Version 3",
        "As shipped",
        "0.742",
        "0.710",
        "not taken",
        "worse on the corpus",
        "serves",
    ):
        assert shown in page
    assert "corrections wait" not in page


def test_anna_goes_back_to_an_earlier_version(anna: Client) -> None:
    version(1, "retired")
    version(2, "live")
    answer = anna.post(
        f"{MODELS}sentiment/serve/", {"number": "1", "why": "It took irony for praise."}, follow=True
    )
    assert "Version 1 of" in answer.content.decode()
    live = ModelVersion.objects.get(head="sentiment", state="live")
    assert (live.number, live.why) == (1, "It took irony for praise.")
    assert live.made_live_by == Agent.objects.get(name="Anna Conti")
    assert Event.objects.get(type="model.made_live").data["previous"] == 2


def test_anna_goes_back_to_what_was_shipped(anna: Client) -> None:
    version(1, "live")
    anna.post(f"{MODELS}sentiment/serve/", {"number": "0"})
    assert ModelVersion.objects.get(head="sentiment", state="live").number == 0
    assert "As shipped" in anna.get(f"{MODELS}sentiment/").content.decode()


@pytest.mark.parametrize("number", ["", "-1", "9" * 30, "²", "1e3", "abc", "\0"])
def test_a_number_that_is_none_is_not_found(anna: Client, number: str) -> None:
    assert anna.post(f"{MODELS}sentiment/serve/", {"number": number}).status_code == 404


def test_a_version_without_weights_cannot_come_back(anna: Client) -> None:
    version(1, "retired", weights=None)
    page = anna.get(f"{MODELS}sentiment/").content.decode()
    assert "not kept any more" in page
    answer = anna.post(f"{MODELS}sentiment/serve/", {"number": "1"}, follow=True)
    assert "This version is not kept any more." in answer.content.decode()


def test_a_model_that_is_none_is_not_found(anna: Client) -> None:
    assert anna.get(f"{MODELS}mood/").status_code == 404
    assert anna.post(f"{MODELS}mood/serve/", {"number": "0"}).status_code == 404


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"figures": "good"},
        {"figures": {"corrections": 3}},
        {"macro_f1": "high", "by_label": [1]},
        {"figures": {"x": {"after": None}}},
        [],
    ],
)
def test_a_card_of_another_release_breaks_no_screen(anna: Client, card: Any) -> None:
    version(1, "live", card=card)
    assert anna.get(f"{MODELS}sentiment/").status_code == 200
    assert anna.get(MODELS).status_code == 200


# --- quality ------------------------------------------------------------------------------------------------------------


def test_without_messages_the_page_says_what_will_be_there(lea: Client) -> None:
    assert "Nothing was read here yet" in lea.get(QUALITY).content.decode()


def test_what_people_set_right_is_told_by_field(lea: Client) -> None:
    right, wrong = read(unsure=["sentiment"]), read("Complimenti!")
    for reading, became in ((right, "neutral"), (wrong, "positive")):
        Correction.objects.create(message=reading.message, field="sentiment", was="neutral", became=became)
    page = lea.get(QUALITY).content.decode()
    assert "50%" in page
    assert "The last 2 messages of your customers." in page


def test_what_was_taken_back_does_not_count(lea: Client) -> None:
    from ascolto.understanding.selectors.quality import own_figures

    reading = read()
    Correction.objects.create(
        message=reading.message, field="intent", was="question", became="idea", withdrawn_at=now()
    )
    assert all(row.judged == 0 for row in own_figures().fields)


def test_the_last_word_on_a_message_counts_once(lea: Client) -> None:
    from ascolto.understanding.selectors.quality import own_figures

    reading = read()
    for was, became in (("question", "idea"), ("idea", "question")):
        Correction.objects.create(message=reading.message, field="intent", was=was, became=became)
    row = next(row for row in own_figures().fields if row.field == "intent")
    assert (row.judged, row.corrected, row.agreed_share) == (1, 0, 1.0)


def test_many_messages_cost_no_more_questions(lea: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        read(f"Domanda {number}?")
    with django_assert_max_num_queries(20):
        assert lea.get(QUALITY).status_code == 200


@pytest.mark.parametrize("address", [TOPICS, MODELS, f"{MODELS}topic/", QUALITY])
def test_the_screens_are_there_in_italian(address: str) -> None:
    client = Client()
    client.force_login(make_agent("Ivo Rossi", Role.ADMINISTRATOR, language="it"))
    assert client.get(address).status_code == 200
