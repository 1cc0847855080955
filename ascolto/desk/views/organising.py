"""Which conversations are one, which are two, and which belong together. Every change can be undone from its toast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import permitted
from ascolto.conversations import actions
from ascolto.conversations.models import Conversation, ConversationMerge
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.desk.changing import changed, choice
from ascolto.desk.kin import looked_for, suggested
from ascolto.desk.opening import bubbles_of, open_conversation, visible_to
from ascolto.desk.reading import newest_messages

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
MOST_SPLIT = 200


def _other(request: HttpRequest, among: Mapping[str, Any]) -> Conversation:
    """The other conversation that the form names. Raises Http404 where the person does not see it."""
    return open_conversation(request, str(among.get("other", ""))[:40])


def _choices(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """Whom to choose from: those with reasons, or those that were looked for."""
    query = request.GET.get("q", "")[:100].strip()
    visible = visible_to(request)
    kin = looked_for(query, conversation, visible) if query else suggested(conversation, visible)
    return {"kin": kin, "query": query, "is_search": "q" in request.GET}


@permitted("conversations.merge")
@GET_OR_POST
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Bring another conversation into this one, or let this one go on in the other."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        template = "desk/choose_kin.html" if "q" not in request.GET else "desk/kin_rows.html"
        return choice(request, conversation, template, verb="merge", **_choices(request, conversation))
    other, confirmed = _other(request, request.POST), request.POST.get("confirmed") == "1"
    if other.customer_id != conversation.customer_id and not confirmed:
        goes_there = request.POST.get("way") == "there"
        return choice(request, conversation, "desk/confirm_merge.html", other=other, goes_there=goes_there)
    source, target = (conversation, other) if request.POST.get("way") == "there" else (other, conversation)
    undo = reverse("desk:unmerge", args=[source.number])

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.merge(agent=agent_of(request), source=source, target=target, confirmed=confirmed)
        words = {"source": source.number, "target": target.number}
        return _("No. %(source)s is part of no. %(target)s now") % words, {"back": conversation.number}

    return changed(request, conversation, act, undo=undo, reloads=True)


@permitted("conversations.merge")
@require_POST
def unmerge(request: HttpRequest, number: str) -> HttpResponse:
    """Take the merge of this conversation back."""
    conversation = open_conversation(request, number, to="manage")
    made = ConversationMerge.objects.filter(source=conversation, undone_at=None).first()
    target = made.target.number if made else ""

    def act() -> tuple[str, Mapping[str, Any]]:
        actions.unmerge(agent=agent_of(request), source=conversation)
        return _("They are two again"), {"other": target, "way": "there", "confirmed": "1"}

    undo = reverse("desk:merge", args=[number])
    return changed(request, conversation, act, undo=undo, reloads=True)


@permitted("conversations.merge")
@GET_OR_POST
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Make some messages a conversation of their own."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        return _choose_messages(request, conversation)
    chosen = [
        int(pk) for pk in request.POST.getlist("messages")[:MOST_SPLIT] if pk.isdigit() and len(pk) < 19
    ]
    made: list[Conversation] = []

    def act() -> tuple[str, Mapping[str, Any]]:
        made.append(actions.split(agent=agent_of(request), conversation=conversation, messages=chosen))
        words = ngettext(
            "%(count)s message is no. %(number)s now",
            "%(count)s messages are no. %(number)s now",
            len(chosen),
        )
        told = words % {"count": len(chosen), "number": made[0].number}
        return told, {"other": made[0].number, "way": "here", "confirmed": "1"}

    response = changed(request, conversation, act, undo=reverse("desk:merge", args=[number]), reloads=True)
    if made and not is_fragment(request):
        return redirect("desk:thread", made[0].number)
    return response


def _choose_messages(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    begin = request.GET.get("from", "")
    said = newest_messages(conversation, MOST_SPLIT)
    bubbles = bubbles_of(request, said, conversation)
    ids = [bubble.id for bubble in bubbles]
    first = ids.index(int(begin)) if begin.isascii() and begin.isdigit() and int(begin) in ids else None
    chosen = set(ids[first:]) if first else set()
    return choice(request, conversation, "desk/choose_messages.html", bubbles=bubbles, chosen=chosen)


@permitted("conversations.manage")
@GET_OR_POST
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Say that another conversation belongs together with this one."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        template = "desk/choose_kin.html" if "q" not in request.GET else "desk/kin_rows.html"
        return choice(request, conversation, template, verb="link", **_choices(request, conversation))
    other = _other(request, request.POST)

    def act() -> tuple[str, Mapping[str, Any]]:
        why = request.POST.get("why", "")[:1000]
        actions.link(agent=agent_of(request), conversation=conversation, other=other, why=why)
        return _("Linked to no. %(number)s") % {"number": other.number}, {"other": other.number}

    return changed(request, conversation, act, undo=reverse("desk:unlink", args=[number]))


@permitted("conversations.manage")
@require_POST
def unlink(request: HttpRequest, number: str) -> HttpResponse:
    """They do not belong together after all."""
    conversation = open_conversation(request, number, to="manage")
    other = _other(request, request.POST)

    def act() -> tuple[str, Mapping[str, Any]]:
        why = actions.unlink(agent=agent_of(request), conversation=conversation, other=other)
        return _("Not linked any more"), {"other": other.number, "why": why or ""}

    return changed(request, conversation, act, undo=reverse("desk:link", args=[number]))
