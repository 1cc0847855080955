"""What needs an answer: in doubt it does; thanks and signs alone do not."""

from __future__ import annotations

import pytest

from ascolto.understanding.engine.answers import needs_answer
from ascolto.understanding.engine.meaning import Context, Judgement
from ascolto.understanding.engine.text import prepare

SAYS_NO = Judgement("no", 0.9, probabilities={"yes": 0.1, "no": 0.9})
SAYS_YES = Judgement("yes", 0.9, probabilities={"yes": 0.9, "no": 0.1})
OTHER, SPAM = Judgement("other", 0.6), Judgement("spam", 0.95)


def label(text: str, said: Judgement, intent: Judgement = OTHER, **context: bool) -> str:
    return needs_answer(prepare(text), said, intent, Context(**context)).label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "grazie",
        "Ok grazie mille 👍",
        "perfetto, grazie a voi e buona serata!",
        "thank you so much",
        "👍",
        "❤️❤️",
        "ahahah",
        "va bene",
        "merci beaucoup",
    ],
)
def test_thanks_and_consent_need_none_whatever_the_model_says(text: str) -> None:
    assert label(text, SAYS_YES) == "no"


@pytest.mark.parametrize(
    "text",
    ["Grazie, ma quando arriva?", "ok, e il rimborso?", "thanks but when will it arrive", "??", "😡😡", "😭"],
)
def test_a_question_in_thanks_and_unhappy_signs_need_one(text: str) -> None:
    assert label(text, SAYS_NO) == "yes"


def test_a_greeting_needs_one_at_the_beginning_only() -> None:
    assert label("Buongiorno", SAYS_NO) == "yes"
    assert label("Buongiorno", SAYS_YES, is_follow_up=True) == "no"


def test_machines_and_spam_need_none() -> None:
    assert label("I am out of office until Monday. Who can help you?", SAYS_YES, is_automatic=True) == "no"
    assert label("WIN a free phone now, click here", SAYS_YES, SPAM) == "no"


def test_doubt_is_yes_and_marked_as_unsure() -> None:
    doubt = needs_answer(
        prepare("il contatore segna 482"),
        Judgement("no", 0.55, probabilities={"yes": 0.45, "no": 0.55}),
        OTHER,
        Context(),
    )
    assert (doubt.label, doubt.is_sure) == ("yes", False)
    assert label("il contatore segna 482", SAYS_NO) == "no"
