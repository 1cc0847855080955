"""Flows of the bot: list, write, check, publish. What the bot made of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import Max, Q, QuerySet
from msgspec import Meta, Struct

from ascolto.api import bot_documents as d
from ascolto.api.bodies import Cursor, Limit
from ascolto.api.documents import Meta as PageMeta
from ascolto.api.documents import Reference
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.bot.actions import flows as actions
from ascolto.bot.actions.proving import findings_of
from ascolto.bot.findings import Finding
from ascolto.bot.models import BotFlow, Dialogue, FlowVersion
from ascolto.bot.state import State
from ascolto.conversations.selectors import BadCursor, access_conversation
from ascolto.gates import Refused

LONGEST = 1024 * 1024
MOST_FINDINGS = 500
MOST_TOLD = 20
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Note = Annotated[str, Meta(max_length=2_000)]
Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class FlowQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`archived`: those that were put away."""

    archived: bool = False
    limit: Limit = 50
    cursor: Cursor = ""


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 50
    cursor: Cursor = ""


class NewFlow(Struct, frozen=True, forbid_unknown_fields=True):
    """`text`: the flow as YAML; it is called as it says. `note`: what is new, for colleagues."""

    text: Text
    note: Note = ""


class NewVersion(Struct, frozen=True, forbid_unknown_fields=True):
    """`based_on`: the number of the version that was changed; where somebody saved a newer one it is refused (`stale`)."""

    text: Text
    note: Note = ""
    based_on: Number | None = None


class PublishBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of the version that shall run; without it the newest one."""

    number: Number | None = None


class CheckBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A flow as YAML."""

    text: Text


def list_bot_flows(call: Call) -> Answer:
    """The flows in the order in which they were written."""
    query: FlowQuery = call.query
    rows = _flows().filter(archived_at__isnull=not query.archived).order_by("pk")
    if query.cursor:
        rows = rows.filter(pk__gt=_cursor(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(d.FlowList([_flow(row) for row in found[: query.limit]], PageMeta(more)))


def get_bot_flow(call: Call) -> Answer:
    """One flow, by its id or its name."""
    return Answer(_flow(_find(call)))


def create_bot_flow(call: Call) -> Answer:
    """Write a new flow. It does not run before it is published; a draft may have defects."""
    version = _told(lambda: actions.create_flow(by=call.agent, text=call.body.text, note=call.body.note))
    return Answer(_version(version, with_text=True), {"Location": f"{BASE}/flows/{version.flow_id}"})


def list_flow_versions(call: Call) -> Answer:
    """The versions without their texts, the newest first."""
    query: PageQuery = call.query
    rows = _find(call).versions.select_related("flow", "by", "published_by").defer("text")
    rows = rows.order_by("-number")
    if query.cursor:
        rows = rows.filter(number__lt=_cursor(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].number) if len(found) > query.limit else None
    return Answer(d.FlowVersionList([_version(row) for row in found[: query.limit]], PageMeta(more)))


def get_flow_version(call: Call) -> Answer:
    """One version with its text, by its number."""
    rows = _find(call).versions.select_related("flow", "by", "published_by")
    return Answer(_version(rows.get(number=_number(call.path["number"])), with_text=True))


def save_flow_version(call: Call) -> Answer:
    """Save a new version; the newest one comes back where nothing is different. It does not run before it is published."""
    body: NewVersion = call.body
    flow = _find(call)
    version = _told(
        lambda: actions.save_version(
            by=call.agent, flow=flow, text=body.text, note=body.note, based_on=body.based_on
        )
    )
    return Answer(_version(version, with_text=True))


def publish_flow(call: Call) -> Answer:
    """Let a version run. What is wrong with it is told by line in `errors`, and then it does not run."""
    rows = _find(call).versions.select_related("flow", "by", "published_by").order_by("-number")
    version = rows.first() if call.body.number is None else rows.filter(number=call.body.number).first()
    if version is None:
        raise invalid("number", "there is no such version.")
    return Answer(_version(_told(lambda: actions.publish(by=call.agent, version=version))))


def check_flow(call: Call) -> Answer:
    """What is wrong with a flow's text, line by line. Nothing is kept."""
    found = [_finding(one) for one in findings_of(call.body.text)[:MOST_FINDINGS]]
    return Answer(d.FlowChecked(not found, found))


def list_dialogues(call: Call) -> Answer:
    """What the bot made of a conversation, the newest first: where it is, what the customer told, why people went on, ratings."""
    conversation = access_conversation(call.agent, find_id(call))
    query: PageQuery = call.query
    rows = Dialogue.objects.filter(conversation=conversation).select_related("version__flow")
    rows = rows.defer("version__text", "said").prefetch_related("ratings").order_by("-pk")
    if query.cursor:
        rows = rows.filter(pk__lt=_cursor(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(d.DialogueList([_dialogue(row) for row in found[: query.limit]], PageMeta(more)))


def _told(act: Any) -> FlowVersion:
    """What an action gives; findings in a refusal become errors by line. Raises Problem, Refused, ValidationError."""
    try:
        version: FlowVersion = act()
        return version
    except Refused as refused:
        findings: Sequence[Finding] = refused.place.get("findings", ())
        if refused.code == "stale":
            raise Problem("stale", refused.message, current_version=refused.place.get("number")) from None
        if not findings:
            raise
        errors = [
            (f"text:{one.line}", f"{one.told()} {one.remedy()}".strip()) for one in findings[:MOST_TOLD]
        ]
        raise Problem("refused", refused.message, code=refused.code, fix=refused.fix, errors=errors) from None


def _flows() -> QuerySet[BotFlow]:
    is_out = Q(versions__published_at__isnull=False)
    return BotFlow.objects.annotate(
        latest=Max("versions__number"), running=Max("versions__number", filter=is_out)
    )


def _find(call: Call) -> BotFlow:
    """By id, or by name. Raises BotFlow.DoesNotExist."""
    text = call.path["id"]
    by_id = text.isascii() and text.isdigit() and len(text) <= 18
    return _flows().get(pk=int(text)) if by_id else _flows().get(slug=text)


def _number(text: str) -> int:
    """Raises the problem `not-found`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem("not-found")
    return int(text)


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(text)


def _flow(row: Any) -> d.Flow:
    return d.Flow(
        id=row.pk,
        name=row.slug,
        title=row.title,
        is_part=row.is_part,
        latest=row.latest or 0,
        running=row.running,
        archived_at=row.archived_at,
        created_at=row.created_at,
    )


def _version(row: FlowVersion, *, with_text: bool = False) -> d.FlowVersion:
    return d.FlowVersion(
        flow_id=row.flow_id,
        name=row.flow.slug,
        number=row.number,
        note=row.note,
        by=Reference(row.by.pk, row.by.name) if row.by else None,
        created_at=row.created_at,
        published_at=row.published_at,
        published_by=Reference(row.published_by.pk, row.published_by.name) if row.published_by else None,
        text=row.text if with_text else None,
    )


def _finding(one: Finding) -> d.Finding:
    return d.Finding(one.line, one.code, one.node, one.told(), one.remedy())


def _dialogue(row: Dialogue) -> d.Dialogue:
    state = State.from_json(row.state)
    return d.Dialogue(
        id=row.pk,
        channel_id=row.account_id,
        flow=Reference(row.version.flow_id, row.version.flow.slug),
        version=row.version.number,
        is_rival=row.is_rival,
        status=row.status,  # type: ignore[arg-type]
        why=row.why,
        node=state.node,
        language=state.language,
        topic=state.topic,
        sentiment=state.sentiment,
        slots={str(name): str(value) for name, value in state.slots.items()},
        trail=[str(step) for step in state.trail],
        turns=row.turns,
        ratings=[d.AnswerRating(one.message_id, one.helped, one.at) for one in row.ratings.all()],
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
