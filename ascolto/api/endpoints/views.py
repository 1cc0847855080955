"""Saved views: questions that are asked again and again. And changes of many conversations at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Agent, Team
from ascolto.api import view_documents as d
from ascolto.api.bodies import Id
from ascolto.api.documents import Meta as ListMeta
from ascolto.api.documents import Reference
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.conversations.fields import FIELDS
from ascolto.views import actions, bulk
from ascolto.views.conditions import BadCondition, Query, read
from ascolto.views.models import BulkChange, SavedView
from ascolto.views.selectors import MOST_SHOWN, access_view, query_of, visible_views

Name = Annotated[str, Meta(min_length=1, max_length=60)]


class ViewBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A view. To share it (`scope` other than personal) takes the permission to share; `team` belongs to the scope `team`."""

    name: Name
    query: dict[str, Any]
    scope: d.Scope = "personal"
    team: Id | None = None
    icon: Annotated[str, Meta(max_length=40)] = "layers"
    sort: d.Sort = "newest"


class ViewChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    query: dict[str, Any] | UnsetType = UNSET
    scope: d.Scope | UnsetType = UNSET
    team: Id | UnsetType | None = UNSET
    icon: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    sort: d.Sort | UnsetType = UNSET


class BulkBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`verb` with its value: assign (`assignee`: an id, `me` or null), team (`team`), label and unlabel (`labels`), status, priority,
    snooze (`until`, null: back now), spam (`spam`), merge (`into`: the id of the one that stays), macro (`macro`)."""

    conversations: Annotated[list[Id], Meta(min_length=1, max_length=bulk.MOST)]
    verb: Annotated[str, Meta(max_length=20)]
    assignee: Id | Literal["me"] | None = None
    team: Id | None = None
    labels: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=50)] = []
    status: Annotated[str, Meta(max_length=20)] = ""
    priority: Annotated[str, Meta(max_length=20)] = ""
    until: Annotated[str, Meta(max_length=60)] | None = None
    spam: bool = True
    into: Id | None = None
    macro: Id | None = None


def list_views(call: Call) -> Answer:
    """The views that you may open: your own, your teams', everybody's."""
    rows = visible_views(call.agent).select_related("team", "owner")[:MOST_SHOWN]
    return Answer(d.ViewList([_document(view) for view in rows], ListMeta(None)))


def get_view(call: Call) -> Answer:
    """One view."""
    return Answer(_document(_found(call)))


def create_view(call: Call) -> Answer:
    """Keep a query under a name."""
    body: ViewBody = call.body
    view = actions.save_view(
        by=call.agent,
        name=body.name,
        query=_query(body.query),
        scope=body.scope,
        team=_team(body.team),
        icon=body.icon,
        sort=body.sort,
    )
    return Answer(_document(view))


def change_view(call: Call) -> Answer:
    """Change a view: your own, or a shared one when you may share."""
    body: ViewChanges = call.body
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not UNSET}
    if "query" in changes:
        changes["query"] = _query(changes["query"])
    if "team" in changes:
        changes["team"] = _team(changes["team"])
    view = _found(call)
    actions.change_view(by=call.agent, view=view, **changes)
    return Answer(_document(view))


def remove_view(call: Call) -> Answer:
    """Take a view away; it can be brought back for 30 days."""
    view = _found(call)
    actions.remove_view(by=call.agent, view=view)
    return Answer(d.RemovedView(view.pk, is_removed=True))


def restore_view(call: Call) -> Answer:
    """Bring a removed view back."""
    try:
        return Answer(_document(actions.restore_view(by=call.agent, pk=_pk(call))))
    except SavedView.DoesNotExist:
        raise Problem("not-found") from None


def list_view_fields(call: Call) -> Answer:
    """What queries can ask about."""
    return Answer(d.ViewFieldList([_field(name, call.agent) for name in FIELDS], ListMeta(None)))


def change_many(call: Call) -> Answer:
    """Do one thing to many conversations; each is changed or told why not."""
    body: BulkBody = call.body
    names = ("assignee", "team", "labels", "status", "priority", "until", "spam", "into", "macro")
    values = {name: getattr(body, name) for name in names}
    result = bulk.change_many(by=call.agent, conversations=body.conversations, verb=body.verb, values=values)
    return Answer(_result(result))


def undo_many(call: Call) -> Answer:
    """Make each as it was before, unless somebody changed it since."""
    batch = BulkChange.objects.filter(pk=_pk(call), by=call.agent).first()
    if batch is None:
        raise Problem("not-found")
    return Answer(_result(bulk.undo(by=call.agent, batch=batch)))


def view_of(agent: Agent, pk: int) -> SavedView:
    """The view behind `view_id`. Raises the problem `invalid`."""
    try:
        return access_view(agent, pk)
    except SavedView.DoesNotExist:
        raise invalid("view_id", f"there is no view with the id {pk}.") from None


def _result(result: bulk.Result) -> d.BulkChange:
    left = [
        d.NotChanged(one.conversation, one.code, f"{one.message} {one.fix}".strip())
        for one in result.not_changed
    ]
    return d.BulkChange(result.batch.pk if result.batch else None, result.changed, left)


def _pk(call: Call) -> int:
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem("not-found")
    return int(text)


def _found(call: Call) -> SavedView:
    try:
        return access_view(call.agent, _pk(call))
    except SavedView.DoesNotExist:
        raise Problem("not-found") from None


def _query(data: dict[str, Any]) -> Query:
    try:
        return read(data)
    except BadCondition as error:
        path = f"query.{error.path}" if error.path else "query"
        raise invalid(path, f"{error.message} {error.fix}") from error


def _team(pk: int | None) -> Team | None:
    found = Team.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("team", f"there is no team with the id {pk}.")
    return found


def _document(view: SavedView) -> d.View:
    query = query_of(view)
    return d.View(
        id=view.pk,
        name=view.name,
        icon=view.icon,
        scope=view.scope,  # type: ignore[arg-type]
        team=Reference(view.team.pk, view.team.name) if view.team else None,
        owner=Reference(view.owner.pk, view.owner.name) if view.owner else None,
        query=view.query,
        sentence=query.sentence() if query is not None else "",
        sort=view.sort,  # type: ignore[arg-type]
        version=view.version,
        changed_at=view.changed_at,
    )


def _field(name: str, agent: Agent) -> d.ViewField:
    field = FIELDS[name]
    choices = [d.FieldChoice(one.value, str(one.label)) for one in field.choices(agent)]
    return d.ViewField(name, str(field.label), field.kind.name, list(field.operators), choices)
