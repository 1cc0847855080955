"""Answers questions that people typed. Runs in the understanding part only: here the models are at hand."""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.knowledge.models import Enquiry
from ascolto.understanding.engine.languages import language_of
from ascolto.understanding.engine.retrieval import Question
from ascolto.understanding.engine.text import for_encoder, prepare
from ascolto.understanding.similar import Keeper, likely_languages


def answer_enquiries(keeper: Keeper, events: Sequence[Event]) -> None:
    """Answer the questions that these events name; the question itself is forgotten with that. Harmless when it sees them again."""
    waiting = Enquiry.objects.filter(pk__in={event.data["enquiry"] for event in events}, answered_at=None)
    for enquiry in waiting.order_by("pk"):
        prepared = prepare(enquiry.text)
        language = language_of(prepared)
        vector = keeper.encoder.encode([for_encoder(prepared)])[0]
        languages = likely_languages(language.code, language.probability)
        found = keeper.find(Question(enquiry.text, vector, languages))
        told = [
            [one.kind, one.target, round(one.score, 4), round(one.meaning, 4), list(one.common[:8])]
            for one in found
        ]
        Enquiry.objects.filter(pk=enquiry.pk).update(found=told, answered_at=now(), text="")
