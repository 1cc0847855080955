"""Saved replies, and answers that were given before."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Team
from ascolto.api import knowledge_documents as d
from ascolto.api.bodies import Id, Limit, ShortText
from ascolto.api.documents import Meta as PageMeta
from ascolto.api.documents import Reference
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Message, Visibility
from ascolto.knowledge.actions.enquire import LONGEST, enquire
from ascolto.knowledge.actions.replies import archive_reply, change_reply, create_reply, restore_reply
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import enquiry_of, list_replies, visible_replies
from ascolto.understanding.selectors.similar import Answer as Found
from ascolto.understanding.selectors.similar import similar_answers

Title = Annotated[str, Meta(min_length=1, max_length=120)]
Shortcut = Annotated[str, Meta(min_length=1, max_length=41)]
Texts = dict[str, str]
Numbered = Annotated[str, Meta(pattern="^[0-9]{0,18}$")]


class ReplyQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: words that are all in title, shortcut or a text. `archived`: those that were put away."""

    q: ShortText = ""
    archived: bool = False
    limit: Limit = 50
    cursor: Numbered = ""


class NewReply(Struct, frozen=True, forbid_unknown_fields=True):
    """`texts`: by language, for example {"it": "…", "en": "…"}. `team_id`: null is everybody's, which is for leads.

    `is_personal`: nobody else sees it; `team_id` counts for nothing then.
    """

    title: Title
    shortcut: Shortcut
    texts: Texts
    team_id: Id | None = None
    is_personal: bool = False
    folder: Annotated[str, Meta(max_length=60)] = ""


class ReplyChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays; `texts` are all of them."""

    title: Title | UnsetType = UNSET
    shortcut: Shortcut | UnsetType = UNSET
    texts: Texts | UnsetType = UNSET
    team_id: Id | UnsetType | None = UNSET
    folder: Annotated[str, Meta(max_length=60)] | UnsetType = UNSET


class SimilarBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A question as a customer would ask it."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST)]


def list_saved_replies(call: Call) -> Answer:
    """The replies that the token's agent may use, the oldest first."""
    query: ReplyQuery = call.query
    rows = list_replies(call.agent, words=query.q, archived=query.archived).order_by("pk")
    if query.cursor:
        rows = rows.filter(pk__gt=int(query.cursor))
    found = list(rows[: query.limit + 1])
    more = found[query.limit - 1].pk if len(found) > query.limit else None
    return Answer(
        d.SavedReplyList([_reply(row) for row in found[: query.limit]], PageMeta(str(more) if more else None))
    )


def get_saved_reply(call: Call) -> Answer:
    """One reply."""
    return Answer(_reply(_visible(call)))


def create_saved_reply(call: Call) -> Answer:
    """Write a reply: agents for their teams, leads also for everybody."""
    body: NewReply = call.body
    made = create_reply(
        by=call.agent,
        title=body.title,
        shortcut=body.shortcut,
        texts=body.texts,
        team=_team(body.team_id),
        owner=call.agent if body.is_personal else None,
        folder=body.folder,
    )
    return Answer(_reply(made))


def change_saved_reply(call: Call) -> Answer:
    """Change a reply."""
    body: ReplyChanges = call.body
    given: dict[str, Any] = {
        name: value
        for name in ("title", "shortcut", "texts", "folder")
        if (value := getattr(body, name)) is not UNSET
    }
    if body.team_id is not UNSET:
        given["team"] = _team(body.team_id)
    reply = _visible(call)
    change_reply(by=call.agent, reply=reply, **given)
    return Answer(_reply(_rows(call).get(pk=reply.pk)))


def archive_saved_reply(call: Call) -> Answer:
    """Put a reply away: it is offered nowhere, and its shortcut is free."""
    reply = _visible(call)
    archive_reply(by=call.agent, reply=reply)
    return Answer(_reply(reply))


def restore_saved_reply(call: Call) -> Answer:
    """Take a reply out again."""
    reply = _visible(call)
    restore_reply(by=call.agent, reply=reply)
    return Answer(_reply(reply))


def ask_similar(call: Call) -> Answer:
    """Ask whether a question was answered before. The answer is there in about a tenth of a second, at `GET /similar/{id}`."""
    asked = enquire(by=call.agent, text=call.body.text)
    return Answer(d.SimilarAnswers(asked.pk, "waiting", []))


def get_similar(call: Call) -> Answer:
    """What was found for a question that this agent asked within the last hour."""
    told = enquiry_of(call.agent, read_id(call))
    return Answer(d.SimilarAnswers(told.id, told.state, [_found(one) for one in told.answers]))  # type: ignore[arg-type]


def get_message_similar(call: Call) -> Answer:
    """What was found for a customer's message when it came in."""
    conversation = access_conversation(call.agent, read_id(call))
    number = call.path["message"]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise Problem("not-found")
    message = Message.objects.exclude(visibility=Visibility.NOTE).get(
        pk=int(number), conversation=conversation
    )
    return Answer(d.MessageAnswers([_found(one) for one in similar_answers(call.agent, message)]))


def _rows(call: Call) -> QuerySet[SavedReply]:
    return visible_replies(call.agent).select_related("team", "changed_by").prefetch_related("texts")


def _visible(call: Call) -> SavedReply:
    return _rows(call).get(pk=read_id(call))


def _team(pk: int | None) -> Team | None:
    if pk is None:
        return None
    found = Team.objects.filter(pk=pk).first()
    if found is None:
        raise invalid("team_id", "there is no such team.")
    return found


def _reply(row: SavedReply) -> d.SavedReply:
    return d.SavedReply(
        id=row.pk,
        title=row.title,
        shortcut=row.shortcut,
        texts={text.language: text.text for text in row.texts.all()},
        team=Reference(row.team.pk, row.team.name) if row.team else None,
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=Reference(row.changed_by.pk, row.changed_by.name) if row.changed_by else None,
        archived_at=row.archived_at,
        is_personal=row.owner_id is not None,
        folder=row.folder,
        used_count=row.used_count,
    )


def _found(one: Found) -> d.SimilarAnswer:
    shown = one.shown
    return d.SimilarAnswer(
        kind=shown.kind,
        id=shown.target,
        title=shown.title,
        question=shown.question,
        text=shown.text,
        number=shown.number,
        inbox=shown.inbox,
        answered_by=shown.by,
        answered_at=shown.at,
        score=one.score,
        is_confident=one.is_confident,
        means_the_same=one.means_the_same,
        words=list(one.words),
    )
