"""What was understood of a message: why, and what a person says instead."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Agent
from ascolto.conversations.models import Direction, Message
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.desk.opening import company_of, head_context, open_message
from ascolto.desk.replies import toast
from ascolto.desk.understood import Why, line_of, make_why
from ascolto.ui.shell import shell_context
from ascolto.understanding.actions.correct import correct, withdraw
from ascolto.understanding.models import Reading
from ascolto.understanding.overlay import said
from ascolto.understanding.selectors.readings import active_topics, corrections_of, reading_of
from ascolto.understanding.wording import answer_name


@signed_in
@require_safe
def why(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What was understood of a message and why: beside the message, or as a page of its own."""
    return _drawn(request, _customers(request, number, pk))


@signed_in
@require_safe
def line(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The line under a message alone: readings come a moment after their message."""
    message = _customers(request, number, pk)
    reading = reading_of(message.pk)
    context = head_context(request, message.conversation)
    found = line_of(reading) if reading else None
    return render(request, "desk/line.html", context | {"pk": pk, "found": found})


@role_required("agent")
@require_POST
def say(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A person says what a field should be."""
    message = _customers(request, number, pk, to="reply")
    name, value = request.POST.get("field", "")[:40], request.POST.get("value", "")[:100]
    before = reading_of(message.pk)
    was = said(before, name) if before and name in before.corrected else ""

    def act(by: Agent) -> Reading:
        return correct(message=message, field=name, value=value, by=by)

    response = _act(request, message, act)
    if is_fragment(request) and response.status_code == 200 and was != value:
        address = request.path.removesuffix("correct/") + "withdraw/"
        words = _("Corrected: %(answer)s") % {"answer": answer_name(name, value)}
        return toast(response, words, undo=address, fields={"field": name})
    return response


@role_required("agent")
@require_POST
def take_back(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A person takes a correction back."""
    message = _customers(request, number, pk, to="reply")
    name = request.POST.get("field", "")[:40]
    return _act(request, message, lambda by: withdraw(message=message, field=name, by=by))


def _customers(request: HttpRequest, number: str, pk: int, *, to: str = "read") -> Message:
    """A message of the customer: what we say ourselves needs no reading. Raises Http404, Refused."""
    message = open_message(request, number, pk, to=to)
    if message.direction != Direction.IN:
        raise Http404
    return message


def _act(request: HttpRequest, message: Message, act: Callable[[Agent], Reading]) -> HttpResponse:
    """Do it and show the reading as it is now; what cannot be done is said in its place."""
    try:
        act(agent_of(request))
    except ValidationError as error:
        return _drawn(request, message, refused=" ".join(error.messages), status=422)
    if not is_fragment(request):
        return redirect("desk:reading", message.conversation.number, message.pk)
    return _drawn(request, message, changed=True)


def _drawn(
    request: HttpRequest, message: Message, *, refused: str = "", changed: bool = False, status: int = 200
) -> HttpResponse:
    reading = reading_of(message.pk)
    context = {
        **head_context(request, message.conversation),
        "why": _explained(request, message, reading) if reading else None,
        "line": line_of(reading) if reading else None,
        "changed": changed and reading is not None,
        "refused": refused,
        "may_correct": not agent_of(request).is_guest,
        "is_part": is_fragment(request),
        "pk": message.pk,
    }
    if is_fragment(request):
        return render(request, "desk/why.html", context, status=status)
    company_of(request)
    shell = shell_context(request, current="desk")
    return render(request, "desk/choice.html", {**shell, **context, "part": "desk/why.html"}, status=status)


def _explained(request: HttpRequest, message: Message, reading: Reading) -> Why:
    topics = list(active_topics().values_list("name", flat=True))
    return make_why(message, reading, corrections_of(message.pk), topics, reader=agent_of(request).pk)
