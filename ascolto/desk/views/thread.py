"""One conversation: its page, its parts, its files."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.conversations.files import SHOWN_INLINE, path_of
from ascolto.conversations.models import Attachment
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.conversations.selectors import access_attachment
from ascolto.desk.bubbles import weave
from ascolto.desk.card import make_card
from ascolto.desk.kin import links_for
from ascolto.desk.letter import letter_page, letter_policy
from ascolto.desk.lines import read_lines
from ascolto.desk.opening import (
    bubbles_of,
    company_of,
    conversation_context,
    head_context,
    open_conversation,
    open_message,
    part_context,
    thread_of,
    thread_page_context,
    visible_to,
)
from ascolto.desk.reading import messages_after, one_message, place_of
from ascolto.sla.selectors.clocks import suggests_complaint
from ascolto.ui.shell import shell_context


@signed_in
@require_safe
def thread(request: HttpRequest, number: str) -> HttpResponse:
    """The conversation beside its list; for scripts only the conversation."""
    conversation = open_conversation(request, number)
    if is_fragment(request):
        return render(request, "desk/conversation.html", conversation_context(request, conversation))
    return render(request, "desk/desk.html", thread_page_context(request, conversation))


@signed_in
@require_safe
def head(request: HttpRequest, number: str) -> HttpResponse:
    """The head alone, after something changed."""
    conversation = open_conversation(request, number)
    return render(request, "desk/head.html", head_context(request, conversation))


@signed_in
@require_safe
def card(request: HttpRequest, number: str) -> HttpResponse:
    """Who the customer is; asked for beside the conversation, so that reading need not wait for it."""
    conversation = open_conversation(request, number)
    made = make_card(conversation, visible_to(request))
    complains = not agent_of(request).is_guest and suggests_complaint(conversation)
    context = {
        **head_context(request, conversation),
        "card": made,
        "suggests_complaint": complains,
        "links": links_for(request, conversation),
    }
    if is_fragment(request):
        return render(request, "desk/card.html", context)
    company_of(request)
    shell = shell_context(request, current="desk")
    return render(request, "desk/choice.html", {**shell, **context, "part": "desk/card.html"})


@signed_in
@require_safe
def messages(request: HttpRequest, number: str) -> HttpResponse:
    """What came after a message (and after an event), for the live thread."""
    conversation = open_conversation(request, number)
    after, event = _number(request, "after"), _number(request, "events")
    bubbles = bubbles_of(request, messages_after(conversation, after), conversation)
    lines = read_lines(conversation, after_id=event) if "events" in request.GET else []
    context = part_context(request, conversation, []) | {"thread": weave(bubbles, lines)}
    return render(request, "desk/items.html", context)


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


@signed_in
@require_safe
def who(request: HttpRequest, number: str) -> HttpResponse:
    """The top of the card alone: who it is."""
    conversation = open_conversation(request, number)
    return render(request, "desk/who.html", head_context(request, conversation))


@signed_in
@require_safe
def earlier(request: HttpRequest, number: str) -> HttpResponse:
    """What was said before a message: for the top of the thread, or as a page of its own."""
    conversation = open_conversation(request, number)
    before = place_of(conversation, _number(request, "before"))
    if before is None:
        raise Http404
    context = head_context(request, conversation) | {"thread": thread_of(request, conversation, before)}
    if is_fragment(request):
        return render(request, "desk/items.html", context)
    shell = shell_context(request, current="desk")
    return render(request, "desk/choice.html", {**shell, **context, "part": "desk/earlier.html"})


@signed_in
@require_safe
def message(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One message again, after its delivery, text or reactions changed."""
    conversation = open_conversation(request, number)
    said = one_message(conversation, pk)
    if not said:
        raise Http404
    return render(request, "desk/items.html", part_context(request, conversation, said))


@signed_in
@require_safe
def letter(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A message's HTML in a page of its own that may run nothing; pictures from elsewhere only when asked for."""
    found = open_message(request, number, pk)
    pictures = request.GET.get("pictures") == "1"
    response = HttpResponse(letter_page(found, pictures=pictures))
    response.headers["Content-Security-Policy"] = letter_policy(pictures)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@signed_in
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """An attachment. Only pictures, sounds and films are shown; everything else is handed over as a download."""
    try:
        attachment = access_attachment(agent_of(request), pk)
        opened = path_of(attachment).open("rb")
    except (Attachment.DoesNotExist, FileNotFoundError, ValueError):
        raise Http404 from None
    shown = attachment.content_type in SHOWN_INLINE and "download" not in request.GET
    kind = attachment.content_type if shown else "application/octet-stream"
    response = FileResponse(opened, content_type=kind)
    response.headers["Content-Length"] = str(attachment.size)
    response.headers["Content-Disposition"] = str(
        content_disposition_header(not shown, attachment.name) or ""
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
