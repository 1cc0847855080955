"""The colleagues around a conversation: followers, people asked in, who is there now, and notes that call you."""

from __future__ import annotations

from msgspec import Struct

from ascolto.accounts.models import Agent
from ascolto.api import collaboration_documents as cd
from ascolto.api import documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.collaboration.actions.following import follow, unfollow
from ascolto.collaboration.actions.mentions import settle
from ascolto.collaboration.actions.participants import ask_in, let_go
from ascolto.collaboration.models import Mention
from ascolto.collaboration.selectors.people import followers_of, mentions_of, participants_of
from ascolto.conversations.access import access_conversation
from ascolto.conversations.attending import present
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import BadCursor


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """The id of a colleague or of a department's guest."""

    agent: Id


class MentionQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`done`: those that are done, or (false) those that wait."""

    done: bool = False
    limit: Limit = 50
    cursor: Cursor = ""


def id_of(call: Call) -> int:
    """The id in the path. Raises the problem `not-found` for anything else."""
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return int(text)


def reference(named: Agent | None) -> documents.Reference | None:
    """A person by id and name."""
    return documents.Reference(named.pk, named.name) if named is not None else None


def get_around(call: Call) -> Answer:
    """Who follows a conversation, who was asked in, and who has it open now."""
    return _around(access_conversation(call.agent, find_id(call)))


def follow_conversation(call: Call) -> Answer:
    """Follow it: you hear what happens there, whoever holds it."""
    conversation = access_conversation(call.agent, find_id(call))
    follow(agent=call.agent, conversation=conversation, person=call.agent)
    return _around(conversation)


def unfollow_conversation(call: Call) -> Answer:
    """Follow it no more."""
    conversation = access_conversation(call.agent, find_id(call))
    unfollow(agent=call.agent, conversation=conversation, person=call.agent)
    return _around(conversation)


def ask_person_in(call: Call) -> Answer:
    """Let somebody see this one conversation: guests read and leave notes, colleagues may answer."""
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    ask_in(agent=call.agent, conversation=conversation, person=_person(call))
    return _around(conversation)


def let_person_go(call: Call) -> Answer:
    """They see it no more, unless for another reason."""
    conversation = access_conversation(call.agent, find_id(call), to="manage")
    let_go(agent=call.agent, conversation=conversation, person=_person(call))
    return _around(conversation)


def _person(call: Call) -> Agent:
    found = Agent.objects.filter(pk=call.body.agent, is_active=True).first()
    if found is None:
        raise invalid("agent", f"there is no agent with the id {call.body.agent}.")
    return found


def _around(conversation: Conversation) -> Answer:
    def named(people: list[Agent]) -> list[documents.Reference]:
        return [documents.Reference(one.pk, one.name) for one in people]

    there = [
        cd.Present(documents.Reference(one.agent, one.name), one.state, one.heard_at)  # type: ignore[arg-type]
        for one in present([conversation.pk])
    ]
    return Answer(cd.Around(named(followers_of(conversation)), named(participants_of(conversation)), there))


def list_mentions(call: Call) -> Answer:
    """Notes that call you by name or by your team, the newest first."""
    query: MentionQuery = call.query
    rows = mentions_of(call.agent, done=query.done).order_by("-pk")
    if query.cursor:
        if not (query.cursor.isascii() and query.cursor.isdigit() and len(query.cursor) < 19):
            raise BadCursor("This cursor was not made here: begin again without one.")
        rows = rows.filter(pk__lt=int(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(cd.MentionList([_mention(one) for one in found[: query.limit]], documents.Meta(more)))


def settle_mention(call: Call) -> Answer:
    """You are done with it."""
    found = mentions_of(call.agent, done=None).get(pk=id_of(call))
    settle(agent=call.agent, mentions=[found.pk])
    return Answer(_mention(mentions_of(call.agent, done=None).get(pk=found.pk)))


def _mention(one: Mention) -> cd.Mention:
    return cd.Mention(
        id=one.pk,
        conversation_id=one.conversation_id,
        message_id=one.message_id,
        by=reference(one.by),
        team=one.team,
        text=one.message.text,
        at=one.at,
        is_done=one.done_at is not None,
    )
