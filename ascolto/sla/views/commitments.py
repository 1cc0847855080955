"""Dated promises on screen: the chip below a draft, the section of the customer's card, the line under a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Company
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.actions import commitments as actions
from ascolto.sla.commitments import (
    access_commitment,
    bubble_promises,
    commitments_of_customer,
    draft_promises,
)
from ascolto.sla.models import Commitment
from ascolto.ui.jinja import clock_time, short_date, url_or_none
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context

JUDGED = 20_000  # characters of a draft
SHORT = 300  # of a reason


@role_required("agent")
@require_POST
def draft_promise(request: HttpRequest, number: str) -> HttpResponse:
    """The chip of the first dated promise in a draft; empty where it promises nothing."""
    conversation_of(request, number, to="reply")
    found = draft_promises(clean(request.POST.get("text", ""), JUDGED))
    return render(request, "sla/_promise_chip.html", {"found": found[0] if found else None})


@signed_in
@require_safe
def section(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that was promised to this customer, as far as the person may see it."""
    return _section(request, conversation_of(request, number))


@signed_in
@require_safe
def of_message(request: HttpRequest, number: str, message: int) -> HttpResponse:
    """The promises under one message."""
    conversation = conversation_of(request, number)
    return _bubble(request, conversation, message)


@role_required("agent")
@require_POST
def act(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Confirm, decline, move, withdraw or take back; answers with the place where it was asked, and a toast that can be undone."""
    conversation = conversation_of(request, number, to="reply")
    commitment = _commitment(request, pk)
    place = conversation if request.POST.get("place") != "bubble" else None
    verb = _VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    refused, said, back = "", "", ""
    try:
        said, back = verb(request, commitment)
    except Refused as error:
        refused = " ".join(filter(None, (in_own_language(error.message), in_own_language(error.fix))))
    if not is_fragment(request) and not refused:
        return redirect("sla:commitments", number)
    answer = (
        _section(request, conversation, refused=refused)
        if place is not None
        else _bubble(request, conversation, commitment.message_id or 0, refused=refused)
    )
    changed = "promises-card" if place is not None else "promises-bubble"
    return _with_toast(answer, said, back, request.path, changed) if said else answer


def _with_toast(answer: HttpResponse, said: str, back: str, address: str, changed: str) -> HttpResponse:
    """Let the page show `said`, and the other place where the promise stands draw itself again (`changed`)."""
    toast: dict[str, Any] = {"text": said}
    if back:
        toast |= {"undo": address, "fields": {"verb": "undo", "state": back}}
    answer.headers["HX-Trigger"] = json.dumps({"toast": toast, changed: {}})
    return answer


Said = tuple[str, str]  # what the toast says, and the state to which "Undo" leads


def _confirm(request: HttpRequest, commitment: Commitment) -> Said:
    actions.confirm(agent=agent_of(request), commitment=commitment)
    return _("Promised by %(when)s") % {
        "when": _words(commitment.due_at)
    }, "proposed" if commitment.message_id else ""


def _decline(request: HttpRequest, commitment: Commitment) -> Said:
    actions.decline(agent=agent_of(request), commitment=commitment)
    return _("Not a promise"), "proposed"


def _withdraw(request: HttpRequest, commitment: Commitment) -> Said:
    reason = request.POST.get("reason", "")[:SHORT]
    actions.withdraw(agent=agent_of(request), commitment=commitment, reason=reason)
    return _("Promise withdrawn"), "open"


def _move(request: HttpRequest, commitment: Commitment) -> Said:
    due_at = _posted_moment(request.POST.get("due_at", ""))
    reason = request.POST.get("reason", "")[:SHORT]
    actions.change_date(agent=agent_of(request), commitment=commitment, due_at=due_at, reason=reason)
    return _("Promised by %(when)s") % {"when": _words(due_at)}, ""


def _undo(request: HttpRequest, commitment: Commitment) -> Said:
    actions.undo(agent=agent_of(request), commitment=commitment, state=request.POST.get("state", ""))
    return "", ""


_VERBS: dict[str, Callable[[HttpRequest, Commitment], Said]] = {
    "confirm": _confirm,
    "decline": _decline,
    "withdraw": _withdraw,
    "move": _move,
    "undo": _undo,
}


def _posted_moment(text: str) -> datetime:
    """A time as a field of the page gives it, in the reader's time zone. Raises Refused."""
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        found = None
    if found is None:
        raise Refused("no_time", _("This is not a time."), fix=_("Choose day and hour."))
    return found if found.tzinfo is not None else timezone.make_aware(found)


def _words(moment: datetime) -> str:
    is_today = timezone.localtime(moment).date() == timezone.localtime(now()).date()
    return clock_time(moment) if is_today else f"{short_date(moment)} {clock_time(moment)}"


def _commitment(request: HttpRequest, pk: int) -> Commitment:
    try:
        return access_commitment(agent_of(request), pk)
    except Commitment.DoesNotExist:
        raise Http404 from None


def _bubble(
    request: HttpRequest, conversation: Conversation, message: int, *, refused: str = ""
) -> HttpResponse:
    found = bubble_promises([message]).get(message, [])
    promises = [row for row in found if row.conversation_id == conversation.pk]
    context = {
        "number": conversation.number,
        "message_id": message,
        "promises": promises,
        "is_watched": True,
        "refused": refused,
        "may_promise": not agent_of(request).is_guest,
    }
    return render(request, "sla/_bubble_promise.html", context)


def _section(request: HttpRequest, conversation: Conversation, *, refused: str = "") -> HttpResponse:
    rows = commitments_of_customer(agent_of(request), conversation.customer_id)
    context: dict[str, Any] = {
        "number": conversation.number,
        "here": conversation.pk,
        "rows": rows,
        "at": now(),
        "soon": now() + timedelta(minutes=15),
        "refused": refused,
        "may_promise": not agent_of(request).is_guest,
        "level": 3 if is_fragment(request) else 2,
    }
    if is_fragment(request):
        return render(request, "sla/_commitments.html", context)
    request.company = Company.current()  # type: ignore[attr-defined]
    shell = shell_context(request, current="desk")
    around = {
        "part": "sla/_commitments.html",
        "title": _("Promises"),
        "called": conversation.customer.name or conversation.number,
        "thread": url_or_none("desk:thread", conversation.number),
    }
    return render(request, "sla/page.html", {**shell, **context, **around})
