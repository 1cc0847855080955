"""What was understood of messages: read it, correct it; look-alikes and topics."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from ascolto.api import documents, meant
from ascolto.api.bodies import Limit
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.conversations.models import Message, Visibility
from ascolto.conversations.selectors import access_conversation, visible_conversations
from ascolto.understanding.actions.correct import answers_of, correct, withdraw
from ascolto.understanding.models import Topic
from ascolto.understanding.selectors.readings import alike_among, corrections_of, reading_of

LAST_PAGE = documents.Meta(None)


class NewCorrection(Struct, frozen=True, forbid_unknown_fields=True):
    """`field`: sentiment, anger (`anger` or `calm`), urgency, intent, topic (its name, or `-` for none) or needs_answer (`yes` or `no`)."""

    field: Annotated[str, Meta(min_length=1, max_length=20)]
    value: Annotated[str, Meta(min_length=1, max_length=80)]


class LookalikeQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`since`: only messages from then on count. `fewest`: groups of at least so many customers."""

    since: datetime | None = None
    fewest: Annotated[int, Meta(ge=2, le=1_000_000)] = 3
    limit: Limit = 50


def _message(call: Call, *, to: str = "read") -> Message:
    """The message of the path, when its conversation may be seen. Raises Message.DoesNotExist, Refused."""
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    message = Message.objects.exclude(visibility=Visibility.NOTE).get(pk=int(text))
    message.conversation = access_conversation(call.agent, message.conversation_id, to=to)
    return message


def get_reading(call: Call) -> Answer:
    """What is understood of a message, with the reasons. Not found until it was read: a moment after it came."""
    found = reading_of(_message(call).pk)
    if found is None:
        raise Problem("not-found", "This message has not been read yet.")
    return Answer(meant.reading(found))


def list_corrections(call: Call) -> Answer:
    """What people said of a message against the models, the newest first, also what they took back."""
    rows = corrections_of(_message(call).pk)
    return Answer(documents.CorrectionList([meant.correction(row) for row in rows], LAST_PAGE))


def correct_reading(call: Call) -> Answer:
    """Say what a field of a reading should be. It counts at once, and the company's own model learns from it. The answer is the reading."""
    message = _message(call, to="reply")
    return Answer(
        meant.reading(correct(message=message, field=call.body.field, value=call.body.value, by=call.agent))
    )


def withdraw_correction(call: Call) -> Answer:
    """Take the last correction of a field back: the one before it counts again, or what the model said. The answer is the reading."""
    message = _message(call, to="reply")
    answers_of(call.path["field"])
    if reading_of(message.pk) is None:
        raise Problem("not-found", "This message has not been read yet.")
    return Answer(meant.reading(withdraw(message=message, field=call.path["field"], by=call.agent)))


def list_lookalikes(call: Call) -> Answer:
    """Groups of customers who say the same, the last one to grow first, in one page."""
    query: LookalikeQuery = call.query
    if query.since is not None and query.since.tzinfo is None:
        raise invalid("?since", "add the time zone, for example 2026-11-22T09:00:00Z.")
    groups = alike_among(
        visible_conversations(call.agent), since=query.since, fewest=query.fewest, limit=query.limit
    )
    first = Message.objects.in_bulk([group.first_message for group in groups])
    data = [meant.lookalike(group, first.get(group.first_message)) for group in groups]
    return Answer(documents.LookalikeList(data, LAST_PAGE))


def list_topics(call: Call) -> Answer:
    """The company's topics in the order of their names, in one page; none for guests."""
    rows = Topic.objects.none() if call.agent.is_guest else Topic.objects.all()
    return Answer(documents.TopicList([meant.topic(row) for row in rows], LAST_PAGE))
