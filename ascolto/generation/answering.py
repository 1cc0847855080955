"""What a flow found, put into an answer to a customer's question: asked by no person, so held to more than other texts are.

Whoever calls waits for it, in a thread of its own and outside of transactions, until a deadline that is short: a customer waits. The model
may say that the sources do not answer; all that is not an answer in the form that was agreed on is none. What comes back is still a
stranger's text: the caller judges whether the sources say it (`bot/grounding.py`).
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ascolto.conversations.models import Conversation
from ascolto.generation.access import may_leave_for
from ascolto.generation.actions import work
from ascolto.generation.asking import Order, Said, put
from ascolto.generation.masking import Table, mask
from ascolto.generation.material import Material, names_in
from ascolto.generation.models import Generated, ModelServer, Outcome, Purpose
from ascolto.generation.ordering import order_for
from ascolto.generation.polishing import Polished, polish
from ascolto.generation.prompts import Prompt, messages_for, prompt_for
from ascolto.generation.wire import LONGEST_REQUEST, host_of, request_body
from ascolto.kit.holders import new_holder
from ascolto.kit.text import clean
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
LONGEST_QUESTION, LONGEST_PASSAGE, MOST_PASSAGES = 1_000, 4_000, 3
LONGEST_ANSWER = 900  # characters: what people read on a telephone
LEAST_SECONDS = 0.3  # with less left nothing leaves
TOKENS = 500
ANSWERED, NOT_THERE = "answered", "not_in_sources"
_FENCE = re.compile(r"^\s*```[a-z]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that people published for everybody."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What came of it: a `text`; or the model's word that the sources do not answer (`is_refusal`); or neither, and `why` (an Outcome).

    `notes`: what was taken out of the text (polishing.py): with any it is not the model's own any more.
    """

    text: str = ""
    is_refusal: bool = False
    why: str = ""
    notes: tuple[str, ...] = ()
    server: str = ""
    model: str = ""
    prompt: str = ""
    generated: int = 0


def seconds_to_word(accounts: Collection[int]) -> float | None:
    """How long a customer may wait for it; None where texts of one of these inboxes may not leave for it. It is off by default."""
    if not may_leave_for(Purpose.ANSWER, accounts):
        return None
    return float(ModelServer.current().answer_seconds)


def ask_to_word(
    conversation_id: int,
    *,
    question: str,
    passages: Sequence[Passage],
    language: str,
    accounts: Collection[int],
    deadline: float,
) -> Worded:
    """Ask for an answer to a customer's question out of what was found. Blocks until `deadline` (monotonic) at most.

    Call it outside of transactions. It raises for nothing that a server does.
    """
    server = ModelServer.current()
    if not server.is_described or not may_leave_for(Purpose.ANSWER, accounts):
        return Worded(why=Outcome.SWITCHED_OFF)
    conversation = Conversation.objects.select_related("customer", "account").get(pk=conversation_id)
    material = _material(conversation, question, passages, numbers=server.masks_numbers)
    if material.is_empty or not passages:
        return Worded(why=Outcome.NOTHING)
    try:
        return _Wish(conversation, server, order_for(server), material, language, deadline).ask()
    except Unreadable:
        return Worded(why=Outcome.UNREADABLE)


def _material(
    conversation: Conversation, question: str, passages: Sequence[Passage], *, numbers: bool
) -> Material:
    """The question and what was found, masked alike, so that what both name has one placeholder. Only what was found may come back."""
    made, names = Material(), names_in(conversation)

    def masked(text: str, limit: int) -> str:
        return mask(clean(text, limit).strip(), made.table, names, numbers=numbers)

    asked = masked(question, LONGEST_QUESTION)
    found = [
        {"title": masked(one.title, 200), "text": masked(one.text, LONGEST_PASSAGE)}
        for one in passages[:MOST_PASSAGES]
    ]
    made.data = {"question": asked, "sources": found}
    made.texts = [each for one in found for each in one.values()]
    made.length = len(asked)
    return made


class _Wish:
    """One answer that is asked for."""

    def __init__(
        self,
        conversation: Conversation,
        server: ModelServer,
        order: Order,
        material: Material,
        language: str,
        deadline: float,
    ) -> None:
        self.server, self.order, self.material, self.deadline = server, order, material, deadline
        self.holder, self.begun = new_holder(), time.monotonic()
        self.asked = Generated(purpose=Purpose.ANSWER, conversation=conversation, language=language)

    def ask(self) -> Worded:
        """One request; a second one where the server told us how it wants to be asked."""
        if self._left() < LEAST_SECONDS:
            return Worded(why=Outcome.LATE)
        parcel = self._parcel()
        if len(parcel.body) > LONGEST_REQUEST:
            return Worded(why=Outcome.NOTHING)
        departure = work.take_place(self.asked, self.holder, parcel)
        if isinstance(departure, Outcome):
            return Worded(why=departure)
        try:
            said = self._put(parcel, departure)
            if said.dialect is not None and self._left() >= LEAST_SECONDS:
                self.order = replace(self.order, dialect=said.dialect)
                parcel = self._parcel()
                again = work.begin_asking(self.asked, self.holder, parcel, 2)
                said = self._put(parcel, again) if again is not None else said
            return self._keep(said, parcel)
        except Exception:
            work.give_up(self.asked.pk, self.holder)
            raise

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _parcel(self) -> work.Parcel:
        prompt = self._prompt()
        body = request_body(
            self.server.model,
            messages_for(prompt, self.material.data, language=self.asked.language),
            tokens=TOKENS,
            dialect=dict(self.order.dialect),
        )
        return work.Parcel(
            host=host_of(self.server.base_url),
            model=self.server.model,
            prompt=prompt.name,
            body=body,
            masked=self.material.table.places,
            sources=[],
        )

    def _prompt(self) -> Prompt:
        return prompt_for(Purpose.ANSWER, self.asked.language)

    def _put(self, parcel: work.Parcel, departure: int) -> Said:
        said = put(replace(self.order, body=parcel.body, seconds=max(0.1, self._left())))
        work.note_said(departure, said)
        return said

    def _keep(self, said: Said, parcel: work.Parcel) -> Worded:
        """Write down what became of it, and give it to whoever waits."""
        spent = round((time.monotonic() - self.begun) * 1000)
        polished, why, is_refusal = self._judged(said)
        if polished is not None:
            work.finish_with_model(self.asked, self.holder, polished, spent)
        else:
            work.finish_without_model(self.asked, self.holder, why, spent)
        return Worded(
            text=polished.text if polished else "",
            is_refusal=is_refusal,
            why="" if polished or is_refusal else why,
            notes=polished.notes if polished else (),
            server=parcel.host,
            model=parcel.model,
            prompt=parcel.prompt,
            generated=self.asked.pk,
        )

    def _judged(self, said: Said) -> tuple[Polished | None, Outcome, bool]:
        completion = said.completion
        if said.outcome != Outcome.ANSWERED or completion is None:
            return None, said.outcome, False
        text = answer_in(completion.text)
        if text is None or completion.is_cut:
            return None, Outcome.GARBAGE, False
        if not text:
            return None, Outcome.DECLINED, True
        table: Table = self.material.table
        polished = polish(text, values=table.values, sources=self.material.texts, limit=LONGEST_ANSWER)
        return (polished, Outcome.ANSWERED, False) if polished.text else (None, Outcome.EMPTY, False)


def answer_in(said: str) -> str | None:
    """The text in an answer of the agreed form; empty: the sources do not answer; None: it has another form."""
    fenced = _FENCE.match(said)
    try:
        document = json.loads(fenced[1] if fenced else said)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    outcome, text = document.get("outcome"), document.get("text")
    if outcome == NOT_THERE:
        return ""
    return text.strip() or None if outcome == ANSWERED and isinstance(text, str) else None
