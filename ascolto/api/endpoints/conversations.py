"""Conversations: find them, read them, change them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import Q
from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Agent, Team
from ascolto.api import answers, documents
from ascolto.api.bodies import Cursor, Id, Limit, ShortText, read_expand
from ascolto.api.endpoints.views import view_of
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.conversations import actions
from ascolto.conversations.models import Conversation, Priority
from ascolto.conversations.selectors import (
    VIEWS,
    Filters,
    access_conversation,
    rows_of,
    visible_conversations,
)
from ascolto.conversations.selectors import list_conversations as read_page
from ascolto.gates import Refused
from ascolto.kit.ids import pk_of_reference
from ascolto.routing.actions.hand_offs import offer_or_wait
from ascolto.routing.handing import must_be_offered
from ascolto.search.selectors import matching
from ascolto.understanding.selectors.mood import Meant
from ascolto.views.selectors import condition_of

LabelName = Annotated[str, Meta(min_length=1, max_length=60)]
Holder = Id | Literal["me"] | None


class ConversationQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`assignee`: an agent's id, `me` or `none`. `channel`: a kind such as `email`, or the id of the channel in which it
    began. `q`: number, handle, name or words, in the language of `/search`. Empty parameters count as left out.

    `view_id`: a saved view, with its own order unless `sort` says another.

    What was understood: `intent`, `sentiment`, `topic` (its id), `language` and `needs_answer` of the customer's last message;
    `urgency`: at least so urgent, of what nobody answered yet; `lookalike`: the id of a group of those who say the same.
    """

    view: Literal[VIEWS] = "all"  # type: ignore[valid-type]
    view_id: Id | None = None
    sort: Literal["newest", "oldest", "promise", "waiting", "began"] | None = None
    status: documents.Status | None = None
    channel: Annotated[str, Meta(pattern="^([a-z][a-z0-9_-]{0,39}|[1-9][0-9]{0,17})$")] | None = None
    assignee: Annotated[str, Meta(pattern="^(me|none|[1-9][0-9]{0,17})$")] | None = None
    team: Id | None = None
    label: LabelName | None = None
    customer: Id | None = None
    intent: documents.Intent | None = None
    sentiment: documents.Sentiment | None = None
    topic: Id | None = None
    urgency: documents.Priority | None = None
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")] | None = None
    needs_answer: Literal["yes", "no"] | None = None
    lookalike: Id | None = None
    q: ShortText = ""
    limit: Limit = 50
    cursor: Cursor = ""
    expand: ShortText = ""


class ExpandQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`expand`: customer, channel, last_message; several with commas."""

    expand: ShortText = ""


class ConversationChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays. `version` (or the header If-Match): change only when nobody else has meanwhile."""

    status: documents.Status | UnsetType = UNSET
    priority: documents.Priority | UnsetType = UNSET
    subject: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    assignee: Holder | UnsetType = UNSET
    team: Id | UnsetType | None = UNSET
    labels: Annotated[list[LabelName], Meta(max_length=50)] | UnsetType = UNSET
    snoozed_until: datetime | UnsetType | None = UNSET
    version: int | UnsetType = UNSET


class AssignBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who holds it: an agent's id, `me`, or null for nobody. `team` stays when it is left out."""

    assignee: Holder
    team: Id | UnsetType | None = UNSET
    version: int | UnsetType = UNSET


class TransferBody(Struct, frozen=True, forbid_unknown_fields=True):
    """To which team. Nobody holds it then, unless `assignee` says who. `note`: what colleagues should know.

    What was answered already, or shall go to a colleague, is offered: see the operation.
    """

    team: Id
    assignee: Holder = None
    note: Annotated[str, Meta(max_length=20_000)] = ""
    version: int | UnsetType = UNSET


class VersionBody(Struct, frozen=True, forbid_unknown_fields=True):
    version: int | UnsetType = UNSET


class SnoozeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Until when it stays out of the queue; null brings it back now."""

    until: datetime | None
    version: int | UnsetType = UNSET


def list_conversations(call: Call) -> Answer:
    """Conversations the token's agent may see, the newest activity first."""
    query: ConversationQuery = call.query
    is_id = (query.channel or "").isdigit()
    filters = Filters(
        status=query.status,
        channel=None if is_id else query.channel,
        account=int(query.channel) if is_id and query.channel else None,
        assignee=_wanted_holder(call, query.assignee),
        team=query.team,
        label=query.label,
        customer=query.customer,
    )
    expand = _expand(call)
    among = _among(call)
    saved = view_of(call.agent, query.view_id) if query.view_id is not None else None
    if saved is not None:
        condition = condition_of(saved, call.agent)
        among = condition if among is None else among & condition
    page = read_page(
        call.agent,
        view=query.view,
        filters=filters,
        among=among,
        sort=query.sort or (saved.sort if saved is not None else ""),
        cursor=query.cursor,
        limit=query.limit,
    )
    data = answers.conversations(page.rows, expand)
    return Answer(documents.ConversationList(data, documents.Meta(page.next_cursor or None)))


def _among(call: Call) -> Q | None:
    """What is searched for, and what it has to mean."""
    query: ConversationQuery = call.query
    found = matching(call.agent, query.q) if query.q.strip() else None
    meant = Meant(
        intent=query.intent,
        sentiment=query.sentiment,
        topic=query.topic,
        urgency=query.urgency,
        language=query.language,
        needs_answer=None if query.needs_answer is None else query.needs_answer == "yes",
        lookalike=query.lookalike,
    ).condition()
    return found & meant if found is not None and meant is not None else found or meant


def _wanted_holder(call: Call, text: str | None) -> int | str | None:
    if text == "me":
        return call.agent.pk
    return text if text is None or text == "none" else int(text)


def _expand(call: Call) -> list[str]:
    expand = read_expand(call.query.expand, answers.EXPANSIONS)
    if "customer" in expand:
        call.credential.require("customers:read")
    return expand


def get_conversation(call: Call) -> Answer:
    """One conversation, by its id or by its number (`00013`, or `%2300013`). One that was merged says into which."""
    rows = rows_of(visible_conversations(call.agent).filter(pk=find_id(call)))
    if not rows:
        raise Problem("not-found")
    return _answer(rows[0], _expand(call))


def _answer(row: dict[str, Any], expand: list[str] | None = None) -> Answer:
    document = answers.conversations([row], expand or ())[0]
    return Answer(document, {"ETag": f'"{document.version}"'})


def find_id(call: Call) -> int:
    """The conversation that the path names. A leading # or 0 says that it is a number; a GET also tries it otherwise."""
    text = call.path["id"]
    number = pk_of_reference(text)
    if text.startswith(("#", "0")):
        if number is None:
            raise Problem("not-found", f"{text} is no conversation's number: is a digit wrong?")
        return number
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    if number is not None and call.request.method in {"GET", "HEAD"}:
        found = set(
            visible_conversations(call.agent).filter(pk__in=[int(text), number]).values_list("pk", flat=True)
        )
        return int(text) if int(text) in found else number
    return int(text)


def change_conversation(call: Call) -> Answer:
    """Change fields, all of them or none."""
    body: ConversationChanges = call.body

    def change(conversation: Conversation) -> None:
        agent = call.agent
        if body.subject is not UNSET:
            actions.rename(agent=agent, conversation=conversation, subject=body.subject)
        if body.priority is not UNSET:
            priority = Priority[body.priority.upper()]
            actions.change_priority(agent=agent, conversation=conversation, priority=priority)
        if body.labels is not UNSET:
            actions.set_labels(agent=agent, conversation=conversation, names=body.labels)
        if body.assignee is not UNSET or body.team is not UNSET:
            _assign(call, conversation, body.assignee, body.team)
        if body.status is not UNSET:
            actions.change_status(agent=agent, conversation=conversation, status=body.status)
        if body.snoozed_until is not UNSET:
            _snooze(call, conversation, body.snoozed_until, "snoozed_until")

    return _changed(call, change)


def _changed(call: Call, change: Callable[[Conversation], None]) -> Answer:
    """Run `change` in one transaction on the conversation of the path, in the version that the caller knows."""
    with transaction.atomic():
        conversation = access_conversation(call.agent, find_id(call), to="manage")
        current = Conversation.objects.select_for_update(of=("self",)).only("version").get(pk=conversation.pk)
        expected = _expected_version(call)
        if expected is not None and expected != current.version:
            raise Problem(
                "stale",
                f"You changed version {expected}, but it is at version {current.version} now.",
                headers={"ETag": f'"{current.version}"'},
                current_version=current.version,
            )
        change(conversation)
        # not row_of: the change itself may have taken it out of the agent's sight
        return _answer(rows_of(Conversation.objects.filter(pk=conversation.pk))[0])


def _expected_version(call: Call) -> int | None:
    header = call.request.META.get("HTTP_IF_MATCH", "").strip()
    if header and header != "*":
        text = header.removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise invalid("If-Match", 'write the ETag of the conversation, such as "7".')
        return int(text)
    version = getattr(call.body, "version", UNSET)
    return None if version is UNSET else version


def _assign(call: Call, conversation: Conversation, assignee: Any, team: Any) -> None:
    wanted: dict[str, Any] = {}
    if assignee is not UNSET:
        wanted["assignee"] = _agent(call, assignee)
    if team is not UNSET:
        wanted["team"] = _team(team)
    actions.assign(agent=call.agent, conversation=conversation, **wanted)


def _agent(call: Call, holder: int | str | None) -> Agent | None:
    if holder is None or holder == "me":
        return call.agent if holder else None
    found = Agent.objects.filter(pk=holder).first()
    if found is None:
        raise invalid("assignee", f"there is no agent with the id {holder}.")
    return found


def _team(pk: int | None) -> Team | None:
    found = Team.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("team", f"there is no team with the id {pk}.")
    return found


def _snooze(call: Call, conversation: Conversation, until: datetime | None, field: str) -> None:
    if until is not None and until.tzinfo is None:
        raise invalid(field, "add the time zone, for example 2026-11-22T09:00:00Z.")
    actions.snooze(agent=call.agent, conversation=conversation, until=until)


def assign_conversation(call: Call) -> Answer:
    """Give the conversation to somebody."""
    return _changed(call, lambda found: _assign(call, found, call.body.assignee, call.body.team))


def transfer_conversation(call: Call) -> Answer:
    """Hand the conversation to another team (with `assignee`, to one of its people).

    Where somebody has it and a person has answered the customer, it is offered (see `POST /conversations/{id}/hand-offs`): the answer
    is the conversation as it still is, until somebody accepts. Leads give it away at once.
    """
    body: TransferBody = call.body
    waits: list[Refused] = []

    def hand_over(conversation: Conversation) -> None:
        to, team = _agent(call, body.assignee), _team(body.team)
        if body.note.strip():
            actions.add_note(agent=call.agent, conversation=conversation, text=body.note)
        if not must_be_offered(call.agent, conversation, to):
            _assign(call, conversation, body.assignee, body.team)
            return
        refused = offer_or_wait(
            agent=call.agent,
            conversation=conversation,
            to_agent=to,
            to_team=None if to else team,
            note=body.note,
        )
        waits.extend([refused] if refused else [])

    answer = _changed(call, hand_over)
    if waits:
        raise waits[0]
    return answer


def resolve_conversation(call: Call) -> Answer:
    """The matter is settled."""
    return _changed(call, lambda c: _set_status(call, c, "resolved"))


def reopen_conversation(call: Call) -> Answer:
    """The matter is not settled after all."""
    return _changed(call, lambda c: _set_status(call, c, "open"))


def _set_status(call: Call, conversation: Conversation, status: str) -> None:
    actions.change_status(agent=call.agent, conversation=conversation, status=status)


def snooze_conversation(call: Call) -> Answer:
    """Out of the queue until then; a message of the customer brings it back earlier."""
    return _changed(call, lambda found: _snooze(call, found, call.body.until, "until"))
