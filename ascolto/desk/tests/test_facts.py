"""What stands beside a message's text: in the reader's language where the words are ours, as it came where they are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from ascolto.desk.bubbles import _is_summary
from ascolto.desk.facts import facts_of


@pytest.fixture(autouse=True)
def _italian() -> Iterator[None]:
    """Marco reads Italian."""
    with translation.override("it"):
        yield


def test_a_call_is_told_in_the_language_of_who_reads() -> None:
    facts = facts_of({"call": {"outcome": "callback", "need": "billing", "asked_for_person": True}})
    assert facts.call == ("Vuole essere richiamato", "una fattura", "ha chiesto di una persona")


def test_a_need_in_the_company_s_own_words_stays_as_it_was_written() -> None:
    assert facts_of({"call": {"outcome": "missed", "need": "fibre upgrade"}}).call == (
        "Persa",
        "fibre upgrade",
    )


def test_words_of_customers_and_networks_are_never_translated() -> None:
    facts = facts_of({"title": "Answered", "context": "The network could not take it."})
    assert (facts.title, facts.context) == ("Answered", "The network could not take it.")
    assert facts_of({"context": "Story"}).context == "Una nostra storia"


def test_only_the_summary_of_a_call_gives_way_to_its_facts() -> None:
    summary = "Call: a bill, wants a call-back by 10:30 (reference 471100)"
    assert _is_summary({"kind": "call", "text": summary, "extra": {"context": summary}})
    assert not _is_summary({"kind": "call", "text": "My line is dead.", "extra": {"context": summary}})
    assert not _is_summary({"kind": "text", "text": summary, "extra": {"context": summary}})
    assert not _is_summary({"kind": "call", "text": "", "extra": {"context": ""}})


def test_what_was_said_with_the_assistant_is_told_whatever_else_came() -> None:
    told = [["bot", "Di cosa hai bisogno?", "…"], ["customer", "", "…"], ["x"], "y", ["bot", 3], None]
    said = facts_of({"call": {"said": told, "outcome": "assistant"}}).said
    assert [(one.is_bot, one.text) for one in said] == [(True, "Di cosa hai bisogno?"), (False, "")]
    for hostile in ("x", {}, 7, [["bot", "\u202e" * 10_000]] * 10_000):
        assert len(facts_of({"call": {"said": hostile}}).said) <= 80
