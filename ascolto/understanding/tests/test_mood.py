"""What a conversation is like now follows from what was understood of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.selectors import list_conversations
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Lookalike, Reading
from ascolto.understanding.selectors.mood import ANYTHING, Meant, mood_line, moods_of

pytestmark = pytest.mark.django_db
CALM: dict[str, Any] = {
    "sentiment": "neutral",
    "strength": 0.0,
    "anger": 0.05,
    "urgency": 1,
    "intent": "question",
    "language": "en",
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def says(cast: Cast, text: str, minutes: int, *, who: Any = None, **fields: Any) -> Conversation:
    """The customer wrote it so many minutes ago, and it was read."""
    conversation = cast.writes(text, at=now() - timedelta(minutes=minutes), customer=who or cast.giulia)
    make_reading(Message.objects.filter(conversation=conversation).latest("occurred_at"), **fields)
    return conversation


def test_the_last_message_says_what_it_is_and_the_worst_unanswered_one_how_urgent(cast: Cast) -> None:
    says(cast, "Nothing works!!", 9, urgency=3, topic="Outage")
    conversation = says(cast, "Thanks for looking into it.", 2, **CALM | {"sentiment": "positive"})
    mood = moods_of([conversation.pk])[conversation.pk]
    assert (mood.sentiment, mood.intent, mood.topic) == ("positive", "question", "")
    assert (mood.urgency, mood.is_angry) == (3, True)


def test_an_answer_calms(cast: Cast) -> None:
    conversation = says(cast, "Nothing works!!", 9, urgency=3)
    add_reply(agent=cast.marco, conversation=conversation, text="It works again.")
    mood = moods_of([conversation.pk])[conversation.pk]
    assert (mood.sentiment, mood.urgency, mood.is_angry) == ("negative", 1, False)
    says(cast, "And my bill?", 0, **CALM)
    assert moods_of([conversation.pk])[conversation.pk].urgency == 1


def test_a_guess_makes_nothing_urgent(cast: Cast) -> None:
    conversation = says(cast, "Hm.", 2, urgency=3, unsure=["urgency", "anger"])
    mood = moods_of([conversation.pk])[conversation.pk]
    assert (mood.urgency, mood.is_angry) == (1, False)


def test_a_conversation_that_nobody_read_has_no_mood(cast: Cast) -> None:
    conversation = cast.writes()
    assert moods_of([conversation.pk]) == {}
    assert mood_line(conversation.pk) is None
    assert moods_of([]) == {}


def test_what_was_taken_back_counts_no_more(cast: Cast) -> None:
    conversation = says(cast, "You thieves!", 3)
    Message.objects.update(removed_at=now())
    assert moods_of([conversation.pk]) == {}


def test_a_mood_line_goes_from_the_oldest_to_the_newest(cast: Cast) -> None:
    for minutes, strength in ((30, 0.5), (20, -0.2), (10, -0.9)):
        conversation = says(cast, f"{minutes} minutes ago", minutes, strength=strength)
    line = mood_line(conversation.pk)
    assert line is not None
    assert line.strengths == [0.5, -0.2, -0.9]


def test_row_and_head_agree(cast: Cast) -> None:
    says(cast, "Nothing works!!", 9, urgency=3)
    conversation = says(cast, "Hello?", 2, **CALM)
    line = mood_line(conversation.pk)
    assert line is not None
    assert line.now == moods_of([conversation.pk])[conversation.pk]


def test_moods_of_a_page_are_one_query_however_long_it_is(
    cast: Cast, django_assert_num_queries: Callable[..., Any]
) -> None:
    found = [says(cast, f"Number {n}", n, who=make_customer(f"Customer {n}")).pk for n in range(12)]
    for n in range(12):
        says(cast, f"Again {n}", 0, who=make_customer(f"Customer {n}"))
    with django_assert_num_queries(1):
        assert len(moods_of(found)) == 12
    with django_assert_num_queries(1):
        mood_line(found[0])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"intent": "complaint"}, ["angry"]),
        ({"intent": "question"}, ["calm"]),
        ({"sentiment": "negative"}, ["angry"]),
        ({"urgency": "high"}, ["angry"]),
        ({"urgency": "urgent"}, []),
        ({"language": "it"}, ["angry"]),
        ({"language": "en", "intent": "question"}, ["calm"]),
        ({"language": "en", "intent": "complaint"}, []),
        ({"needs_answer": "yes"}, ["angry", "calm"]),
        ({"needs_answer": "no"}, []),
        ({"topic": "topic"}, ["angry"]),
        ({"topic": "999999"}, []),
        ({"lookalike": "group"}, ["angry"]),
        (
            {"intent": "nonsense", "sentiment": "", "urgency": "5", "topic": "x", "language": "%%"},
            ["angry", "calm"],
        ),
    ],
)
def test_lists_are_narrowed_by_what_was_meant(cast: Cast, asked: dict[str, str], expected: list[str]) -> None:
    says(cast, "Calm at first.", 30, **CALM)
    angry = says(cast, "Not any more!", 8, topic="Outage", alike=3)
    calm = says(cast, "When do you open?", 5, who=make_customer("Paolo Ricci"), **CALM)
    topic, group = Reading.objects.get(topic__name="Outage").topic, Lookalike.objects.get()
    values = {"topic": str(topic.pk if topic else 0), "group": str(group.pk)}
    meant = Meant.from_words({key: values.get(value, value) for key, value in asked.items()})
    page = list_conversations(cast.anna, among=meant.condition())
    names = {angry.pk: "angry", calm.pk: "calm"}
    assert sorted(names[row["id"]] for row in page.rows) == expected


def test_what_an_address_says_comes_back_as_it_was() -> None:
    words = {"intent": "spam", "sentiment": "", "topic": "7", "urgency": "high", "language": "it"}
    words |= {"needs_answer": "no", "lookalike": ""}
    assert Meant.from_words(words).as_words() == words
    assert Meant.from_words({}) == ANYTHING
    assert ANYTHING.condition() is None


def test_viktor_is_shown_nothing_by_any_filter(cast: Cast) -> None:
    says(cast, "Not any more!", 8, alike=3)
    group = Lookalike.objects.get()
    for meant in (Meant(intent="complaint"), Meant(lookalike=group.pk), Meant(urgency="high")):
        assert list_conversations(cast.viktor, among=meant.condition()).rows == []
