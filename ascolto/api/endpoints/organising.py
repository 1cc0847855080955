"""Which conversations are one, which belong together, and the labels that there are."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.api import answers, documents
from ascolto.api import organising_documents as od
from ascolto.api.bodies import Id, ShortText
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.problems import Problem
from ascolto.api.routing import BASE, Answer, Call
from ascolto.conversations import actions
from ascolto.conversations import labels as taxonomy
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.actions.split import links_of
from ascolto.conversations.labels import Used, used_labels
from ascolto.conversations.models import Conversation, Label
from ascolto.conversations.selectors import rows_of
from ascolto.kit.ids import reference_number

Name = Annotated[str, Meta(min_length=1, max_length=60)]
About = Annotated[str, Meta(max_length=200)]


class MergeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Into which conversation (its id). `confirmed`: a person said yes to joining conversations of different customers."""

    into: Id
    confirmed: bool = False


class SplitBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The ids of the messages that become a conversation of their own."""

    messages: Annotated[list[Id], Meta(min_length=1, max_length=200)]


class LinkBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The conversation that belongs together with this one, and why."""

    conversation: Id
    why: About = ""


class LabelQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: part of the name or of what it is about."""

    q: ShortText = ""


class NewLabel(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    tone: od.Tone = ""
    scope: od.Scope = "everything"
    about: About = ""


class LabelChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    tone: od.Tone | UnsetType = UNSET
    scope: od.Scope | UnsetType = UNSET
    about: About | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class MergeLabelBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The label that is put wherever this one is."""

    into: Id


def _open(call: Call, pk: int | None = None) -> Conversation:
    try:
        return access_conversation(call.agent, find_id(call) if pk is None else pk, to="manage")
    except Conversation.DoesNotExist:
        raise Problem("not-found") from None


def _answer(pk: int, status: int = 200) -> Answer:
    document = answers.conversations(rows_of(Conversation.objects.filter(pk=pk)))[0]
    headers = {"ETag": f'"{document.version}"'}
    if status == 201:
        headers["Location"] = f"{BASE}/conversations/{pk}"
    return Answer(document, headers)


def merge_conversation(call: Call) -> Answer:
    """Let everything of this conversation go on in another one; the answer is that one. What arrives for this one later follows.

    It can be taken back for 30 days.
    """
    body: MergeBody = call.body
    source, target = _open(call), _open(call, body.into)
    made = actions.merge(agent=call.agent, source=source, target=target, confirmed=body.confirmed)
    return _answer(made.target_id)


def unmerge_conversation(call: Call) -> Answer:
    """Take the merge of this conversation back: what was moved returns, with whatever answers it. The answer is this conversation."""
    source = _open(call)
    actions.unmerge(agent=call.agent, source=source)
    return _answer(source.pk)


def split_conversation(call: Call) -> Answer:
    """Make messages a conversation of their own, linked to this one; merging it back undoes it."""
    body: SplitBody = call.body
    made = actions.split(agent=call.agent, conversation=_open(call), messages=body.messages)
    return _answer(made.pk, 201)


def list_links(call: Call) -> Answer:
    """The conversations that belong together with this one, as far as the token's agent may see them."""
    try:
        conversation = access_conversation(call.agent, find_id(call))
    except Conversation.DoesNotExist:
        raise Problem("not-found") from None
    return Answer(_links(call, conversation.pk))


def link_conversation(call: Call) -> Answer:
    """Say that another conversation belongs together with this one. The same again changes nothing."""
    body: LinkBody = call.body
    conversation = _open(call)
    other = _open(call, body.conversation)
    actions.link(agent=call.agent, conversation=conversation, other=other, why=body.why)
    return Answer(_links(call, conversation.pk))


def unlink_conversation(call: Call) -> Answer:
    """They do not belong together after all."""
    body: LinkBody = call.body
    conversation = _open(call)
    actions.unlink(agent=call.agent, conversation=conversation, other=_open(call, body.conversation))
    return Answer(_links(call, conversation.pk))


def _links(call: Call, pk: int) -> od.LinkedList:
    found = links_of(pk)
    seen = set(visible_conversations(call.agent).filter(pk__in=list(found)).values_list("pk", flat=True))
    data = [od.Linked(other, reference_number(other), why) for other, why in found.items() if other in seen]
    return od.LinkedList(data, documents.Meta(None))


def list_labels(call: Call) -> Answer:
    """Every label with its use, those laid aside last."""
    query: LabelQuery = call.query
    return Answer(od.LabelList([_label(used) for used in used_labels(query.q)], documents.Meta(None)))


def create_label(call: Call) -> Answer:
    """A new word of the taxonomy."""
    body: NewLabel = call.body
    made = taxonomy.create_label(
        by=call.agent, name=body.name, tone=body.tone, scope=body.scope, about=body.about
    )
    return Answer(_label(Used(made, 0, 0)), {"Location": f"{BASE}/labels/{made.pk}"})


def change_label(call: Call) -> Answer:
    """Rename, recolour, say where and when it is used; lay it aside or take it out again."""
    body: LabelChanges = call.body
    label = _found(call)
    told = {
        name: value
        for name in ("name", "tone", "scope", "about")
        if (value := getattr(body, name)) is not UNSET
    }
    if told:
        taxonomy.change_label(by=call.agent, label=label, **told)
    if body.archived is not UNSET:
        taxonomy.archive_label(by=call.agent, label=label, archived=body.archived)
    return _told(label.pk)


def merge_label(call: Call) -> Answer:
    """Put another label wherever this one is, and lay this one aside. The answer is the other one."""
    body: MergeLabelBody = call.body
    target = Label.objects.filter(pk=body.into).first()
    if target is None:
        raise Problem("not-found")
    taxonomy.merge_labels(by=call.agent, source=_found(call), target=target)
    return _told(target.pk)


def _found(call: Call) -> Label:
    text = call.path["id"]
    found = Label.objects.filter(pk=int(text)).first() if text.isdigit() and len(text) < 19 else None
    if found is None:
        raise Problem("not-found")
    return found


def _told(pk: int) -> Answer:
    label = Label.objects.get(pk=pk)
    used = next((one for one in used_labels(label.name) if one.label.pk == pk), Used(label, 0, 0))
    return Answer(_label(used))


def _label(used: Used) -> od.Label:
    label = used.label
    return od.Label(
        label.pk,
        label.name,
        label.tone,
        label.scope,  # type: ignore[arg-type]
        label.about,
        label.archived_at,
        used.conversations,
        used.customers,
    )
