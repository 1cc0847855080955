"""Ask beside a conversation, watch, take back. Whoever may not ask finds nothing here."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.generation import words
from ascolto.generation.access import NotAllowed, access_generated, access_to_ask
from ascolto.generation.actions import ask as asking
from ascolto.generation.models import Generated
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import clean
from ascolto.ui.shell import shell_context


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@signed_in
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a text about a conversation; answers with the panel that watches for it."""
    pk, purpose = pk_of_reference(number), request.POST.get("purpose", "")
    try:
        conversation = access_to_ask(request.user, pk or 0, purpose)
        generated = asking.ask(
            agent=request.user,
            conversation=conversation,
            purpose=purpose,
            message=_message(request, conversation),
            text=request.POST.get("text", ""),
            language=clean(request.POST.get("language", ""), 8),
        )
    except (Conversation.DoesNotExist, NotAllowed):
        raise Http404 from None
    except Refused as refused:
        return render(request, "generation/refused.html", {"refused": refused, "place": _place(request)})
    if not _is_fragment(request):
        return redirect("generation:result", pk=generated.pk)
    return _panel(request, generated)


def _message(request: HttpRequest, conversation: Conversation) -> Message | None:
    """The message to translate. Raises Http404 for one of another conversation."""
    if not (wanted := request.POST.get("message", "")):
        return None
    found = Message.objects.filter(pk=_number(wanted) or 0, conversation=conversation).first()
    if found is None:
        raise Http404
    return found


@signed_in
@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; asked again and again until it is done."""
    return _panel(request, _open(request, pk))


@signed_in
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back."""
    generated = _open(request, pk)
    asking.cancel(generated=generated)
    return _panel(request, _open(request, pk))


@signed_in
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a text away."""
    generated = _open(request, pk)
    asking.discard(generated=generated)
    return render(request, "generation/place.html", {"place": _place_of(generated)})


def _open(request: HttpRequest, pk: int) -> Generated:
    """A text of the person who asks: what colleagues asked for is theirs. Raises Http404."""
    try:
        found = access_generated(request.user, pk)
    except Generated.DoesNotExist:
        raise Http404 from None
    if found.agent_id != request.user.pk or found.conversation is None:
        raise Http404
    return found


def _place(request: HttpRequest) -> str:
    wanted = _number(request.POST.get("message", ""))
    return f"gen-m-{wanted}" if wanted else "gen"


def _place_of(generated: Generated) -> str:
    return f"gen-m-{generated.message_id}" if generated.message_id else "gen"


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _panel(request: HttpRequest, generated: Generated) -> HttpResponse:
    context: dict[str, Any] = {
        "generated": generated,
        "place": _place_of(generated),
        "title": words.PURPOSES[generated.purpose],
        "why": words.why_words(generated),
        "notes": words.note_words(generated),
        "origin": words.origin_words(generated),
        "nothing": _nothing(generated),
    }
    if _is_fragment(request):
        return render(request, "generation/panel.html", context)
    return render(request, "generation/page.html", {**shell_context(request, current="desk"), **context})


def _nothing(generated: Generated) -> str:
    """What is said where there is no text at all."""
    if generated.purpose == "translation":
        return _("Without the model there is no translation.")
    if generated.purpose == "summary":
        return _("There is nothing to summarise.")
    return _("There is no earlier answer to a similar question either.")
