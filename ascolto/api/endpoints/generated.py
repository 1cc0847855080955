"""Texts of the language model: ask, look, take back. Always proposals: nothing here sends anything."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ascolto.api import generated_documents as documents
from ascolto.api.bodies import Id
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.conversations.models import Message
from ascolto.generation import words
from ascolto.generation.access import NotAllowed, access_generated, access_to_ask
from ascolto.generation.actions.ask import ask, cancel
from ascolto.generation.models import Generated

OFF = "The language model is not switched on for this purpose in this inbox."


class NewSuggestion(Struct, frozen=True, forbid_unknown_fields=True):
    """What the language model is asked for.

    `suggestion`: a draft of a reply; `text` is your own draft so far. `summary`: of the conversation. `translation`: of the message
    `message`, or of `text`. `language` (such as `it`): to write in; without it the customer's for what they shall read, yours for what
    you read.
    """

    purpose: Literal["suggestion", "summary", "translation"]
    text: Annotated[str, Meta(max_length=6_000)] = ""
    message: Id | None = None
    language: Annotated[str, Meta(max_length=8, pattern="^([a-z]{2,3}(-[A-Za-z]{2,4})?)?$")] = ""


def suggest(call: Call) -> Answer:
    """Ask the language model for a text about a conversation. It is written in the background: read `GET /generated/{id}` until its
    state is `done`. Nothing is sent to the customer. Not found while the language model is off here."""
    purpose = call.body.purpose
    try:
        conversation = access_to_ask(call.agent, find_id(call), purpose)
    except NotAllowed:
        raise Problem("not-found", OFF) from None
    message = None
    if call.body.message is not None:
        message = Message.objects.filter(pk=call.body.message, conversation=conversation).first()
        if message is None:
            raise invalid("message", "is no message of this conversation.")
    generated = ask(
        agent=call.agent,
        conversation=conversation,
        purpose=purpose,
        message=message if purpose == "translation" else None,
        text=call.body.text,
        language=call.body.language,
    )
    return Answer(document_of(generated), {"Location": f"{BASE}/generated/{generated.pk}"})


def get_generated(call: Call) -> Answer:
    """Read a generated text. `source` tells who wrote it: a language model, or, when it gave none (`why`), Ascolto itself."""
    return Answer(document_of(_find(call)))


def cancel_generated(call: Call) -> Answer:
    """Take a request back. What has left cannot be called back, but its answer is thrown away."""
    generated = _find(call)
    if generated.agent_id != call.agent.pk:
        raise Problem("not-found")
    cancel(generated=generated)
    return Answer(document_of(_find(call)))


def _find(call: Call) -> Generated:
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    found = access_generated(call.agent, int(text))
    if found.conversation_id is None:
        raise Problem("not-found")
    return found


def document_of(found: Generated) -> documents.Generated:
    """The document of a generated text."""
    is_done = found.state == Generated.State.DONE
    return documents.Generated(
        id=found.pk,
        conversation_id=found.conversation_id or 0,
        message_id=found.message_id,
        purpose=found.purpose,  # type: ignore[arg-type]
        state=found.state if found.finished_at else "waiting",  # type: ignore[arg-type]
        text=found.text if is_done else None,
        source=found.source or None,  # type: ignore[arg-type]
        why=found.why or None,
        reason=words.why_words(found),
        notes=list(found.notes),
        language=found.language,
        model=found.model or None,
        server=found.server or None,
        prompt=found.prompt or None,
        sources=list(found.sources),
        agent_id=found.agent_id,
        created_at=found.created_at,
        finished_at=found.finished_at,
        used_at=found.used_at,
    )
