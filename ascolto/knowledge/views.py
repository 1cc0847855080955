"""The settings screen "Saved replies"."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted, role_required
from ascolto.accounts.models import Company, Role
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.conversations.opening import agent_of, conversation_of
from ascolto.gates import Refused
from ascolto.kit.ids import reference_number
from ascolto.kit.text import clean, excerpt
from ascolto.knowledge.actions.replies import (
    LONGEST,
    archive_reply,
    change_reply,
    create_reply,
    may_write,
    restore_reply,
)
from ascolto.knowledge.forms import LANGUAGES, MINE, ReplyForm
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import list_replies, replies_for, visible_replies
from ascolto.knowledge.variables import VARIABLES, filled, unknown_in
from ascolto.ui.reasons import in_own_language

SECTION = "saved-replies"
A_PAGE = 50
MOST_IN_MENU = 12
EXAMPLE = {
    "customer": "Giulia Ferri",
    "first_name": "Giulia",
    "number": reference_number(42),
    "channel": "WhatsApp",
    "due": "18:00",
    "waited": "35 min",
}


@role_required(Role.AGENT)
def replies(request: HttpRequest) -> HttpResponse:
    """The replies that this person may use; found by words."""
    words, archived = request.GET.get("q", "")[:200], request.GET.get("archived") == "1"
    page = Paginator(list_replies(request.user, words=words, archived=archived), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = settings_context(
        request,
        SECTION,
        page=page,
        words=words,
        archived=archived,
        any_at_all=visible_replies(request.user).exists,
    )
    return render(request, "knowledge/replies.html", context)


@permitted("replies.write", "replies.share")
def new_reply(request: HttpRequest) -> HttpResponse:
    """Write one more; what stands in the composer may be its beginning."""
    if request.method == "POST" and request.POST.get("begin") == "1":
        form = ReplyForm(agent=request.user, initial=_beginning(request))
        return render(request, "knowledge/reply.html", _page(request, form, None))
    form = ReplyForm(request.POST or None, agent=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_reply(by=request.user, **form.values())
        except (ValidationError, Refused) as refusal:
            _refuse(form, refusal)
        else:
            leave_notice(request, _("The reply “%(title)s” is there.") % {"title": made.title})
            return redirect("knowledge:replies")
    return render(request, "knowledge/reply.html", _page(request, form, None))


@role_required(Role.AGENT)
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a reply, and change it where that is this person's."""
    found = get_object_or_404(
        visible_replies(request.user).prefetch_related("texts").select_related("team", "owner"), pk=pk
    )
    form = ReplyForm(request.POST or None, agent=request.user, reply=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_reply(by=request.user, reply=found, **form.values())
        except (ValidationError, Refused) as refusal:
            _refuse(form, refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("knowledge:replies")
    return render(request, "knowledge/reply.html", _page(request, form, found))


@require_POST
@permitted("replies.write", "replies.share")
def switch_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a reply away, or take it out again."""
    found = get_object_or_404(visible_replies(request.user), pk=pk)
    try:
        if request.POST.get("restore") == "1":
            restore_reply(by=request.user, reply=found)
            leave_notice(request, _("The reply “%(title)s” is in use again.") % {"title": found.title})
        else:
            archive_reply(by=request.user, reply=found)
            leave_notice(request, _("The reply “%(title)s” is put away.") % {"title": found.title})
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    except Refused as refusal:
        leave_notice(request, in_own_language(refusal.message), tone="bad")
    return redirect("knowledge:replies")


@require_POST
@role_required(Role.AGENT)
def preview(request: HttpRequest) -> HttpResponse:
    """The texts as a customer would read them."""
    values = {**EXAMPLE, "agent": request.user.name, "company": Company.current().name}
    texts = []
    for name, text in request.POST.items():
        if name.startswith("text_") and text.strip():
            texts.append((name[5:7], filled(text[:5_000], values), unknown_in(text[:5_000])))
    return render(request, "knowledge/preview.html", {"texts": texts[:24]})


def _beginning(request: HttpRequest) -> dict[str, str]:
    """A new reply from a text that somebody has written: theirs, in the language they wrote it in."""
    text = clean(request.POST.get("text", "")[:LONGEST]).strip()
    language = request.POST.get("language", "")
    known = language if language in LANGUAGES else Company.current().language
    return {"team": MINE, f"text_{known}": text, "title": excerpt(text, 80)}


@role_required(Role.AGENT)
@require_safe
def offered(request: HttpRequest, number: str) -> JsonResponse:
    """The replies for a conversation, filled in, for the menu inside the text."""
    conversation = conversation_of(request, number, to="reply")
    found = replies_for(agent_of(request), conversation, words=request.GET.get("q", "")[:200])[:MOST_IN_MENU]
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "shortcut": one.shortcut,
            "language": one.language,
            "text": one.text,
            "sells": one.is_commercial,
        }
        for one in found
    ]
    return JsonResponse({"found": rows})


def _page(request: HttpRequest, form: ReplyForm, found: SavedReply | None) -> dict[str, Any]:
    may_change = found is None or found.owner_id == request.user.pk or may_write(request.user, found.team)
    variables = [f"{{{name}}}" for name in VARIABLES]
    return settings_context(
        request,
        SECTION,
        form=form,
        reply=found,
        may_change=may_change,
        variables=variables,
    )


def _refuse(form: ReplyForm, refusal: ValidationError | Refused) -> None:
    form.refuse(
        ValidationError(in_own_language(refusal.message)) if isinstance(refusal, Refused) else refusal
    )
