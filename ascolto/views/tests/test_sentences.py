"""A query reads as a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from ascolto.testing.factories import make_agent, make_inbox
from ascolto.views.conditions import read

pytestmark = pytest.mark.django_db


def leaf(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op} | ({"value": value[0]} if value else {})


TOLD = [
    ({"all": []}, "All conversations"),
    (
        {
            "all": [
                leaf("status", "is", ["open"]),
                leaf("channel", "is", ["whatsapp", "email"]),
                leaf("waiting", "longer_than", "2 hours"),
                leaf("assignee", "is", ["nobody"]),
            ]
        },
        "Open WhatsApp or e-mail conversations that wait longer than 2 hours and are held by nobody",
    ),
    (
        {
            "all": [
                leaf("late", "yes"),
                {"any": [leaf("urgency", "is", ["high"]), leaf("anger", "yes")]},
            ]
        },
        "Conversations that are late, and that either have high urgency or else come from somebody angry",
    ),
    (
        {
            "any": [
                leaf("late", "yes"),
                {"all": [leaf("created", "within", "7 days"), leaf("assignee", "is", ["me", "nobody"])]},
            ]
        },
        "Conversations that are late, or that began in the last 7 days and that either are held by me or else are held by nobody",
    ),
    (
        {"all": [leaf("assignee", "is_not", ["me", "nobody"]), leaf("text", "contains", "100% of")]},
        "Conversations that are not held by me, are held by somebody and have “100% of” in the last text",
    ),
    (
        {"all": [leaf("status", "is_not", ["resolved"]), leaf("created", "before", "2026-11-08")]},
        "Conversations that are not resolved and began before Sunday 8 November 2026",
    ),
    (
        {"all": [leaf("label", "any_of", [999_999])]},
        "Conversations that are labelled one that is gone",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), TOLD)
def test_a_query_reads_as_a_sentence(data: dict[str, Any], sentence: str) -> None:
    make_inbox("whatsapp")
    make_inbox("email")
    print(read(data).sentence())
    assert read(data).sentence() == sentence


def test_people_are_called_by_their_names() -> None:
    anna = make_agent("Anna Riva", "lead")
    marco = make_agent("Marco Villa")
    query = read({"all": [leaf("assignee", "is", [anna.pk, marco.pk, "me"])]})
    assert query.sentence() == "Conversations that are held by Anna Riva, Marco Villa or me"


def test_days_and_languages_have_their_capitals_where_a_language_has_them() -> None:
    query = read({"all": [leaf("created", "before", "2026-11-08"), leaf("language", "is", ["it"])]})
    assert "Sunday 8 November 2026" in query.sentence()
    assert "Italian" in query.sentence()
    with translation.override("it"):
        assert "domenica 8 novembre 2026" in query.sentence()
        assert "italiano" in query.sentence()
