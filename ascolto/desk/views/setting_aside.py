"""What leaves the queue: until a time, until the customer writes, or as spam with its sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import role_required
from ascolto.conversations import actions
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.opening import agent_of
from ascolto.conversations.when import When, read_when
from ascolto.customers.models import Identity
from ascolto.customers.refusing import accept_identity, refuse_identity
from ascolto.desk.changing import changed, choice
from ascolto.desk.forms import later_choices, read_until
from ascolto.desk.opening import open_conversation
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.sla.selectors.clocks import opening_hour
from ascolto.ui.jinja import moment

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def understood(text: str) -> When | None:
    """The moment that somebody wrote, in their zone and language, with the opening hours of the company."""
    return read_when(
        text,
        now=now(),
        zone=timezone.get_current_timezone_name(),
        language=translation.get_language() or "en",
        opening=opening_hour,
    )


@role_required("agent")
@require_safe
def when(request: HttpRequest, number: str) -> HttpResponse:
    """What was understood of a time while it is being written."""
    text = request.GET.get("when", "")[:200].strip()
    return render(request, "desk/when.html", {"text": text, "found": understood(text) if text else None})


@role_required("agent")
@GET_OR_POST
def snooze(request: HttpRequest, number: str) -> HttpResponse:
    """Out of the queue for a while."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        return choice(request, conversation, "desk/choose_time.html", times=later_choices(now()))
    previous = conversation.snoozed_until

    def act() -> tuple[str, Mapping[str, Any]]:
        written = request.POST.get("when", "")[:200].strip()
        found = understood(written) if written else None
        if written and found is None:
            raise Refused(
                "not_understood",
                _("This time is not understood."),
                fix=_("Write for example “tomorrow 9” or “next Friday”."),
            )
        until = found.at if found else read_until(request.POST)
        actions.snooze(agent=agent_of(request), conversation=conversation, until=until)
        text = _("Snoozed until %(when)s") % {"when": moment(until)} if until else _("Back in the queue")
        return text, {"until": previous.isoformat() if previous and previous > now() else ""}

    return changed(request, conversation, act)


@role_required("agent")
@GET_OR_POST
def spam(request: HttpRequest, number: str) -> HttpResponse:
    """Spam leaves every queue; its sender may be blocked with it."""
    conversation = open_conversation(request, number, to="manage")
    if request.method != "POST":
        senders = senders_of(conversation)
        return choice(request, conversation, "desk/choose_spam.html", senders=senders)
    wanted = request.POST.get("spam", "1") == "1"
    block = [pk for pk in request.POST.getlist("block")[:10] if pk.isdigit() and len(pk) < 19]

    def act() -> tuple[str, Mapping[str, Any]]:
        chosen = list(senders_of(conversation).filter(pk__in=block))
        actions.mark_spam(agent=agent_of(request), conversation=conversation, spam=wanted)
        _block(request, chosen, wanted)
        return _spam_words(wanted, is_about_sender=bool(chosen)), {
            "spam": "0" if wanted else "1",
            "block": block,
        }

    return changed(request, conversation, act, undo=reverse("desk:spam", args=[number]))


def _block(request: HttpRequest, senders: Iterable[Identity], wanted: bool) -> None:
    for identity in senders:
        if wanted:
            refuse_identity(
                by=agent_of(request), identity=identity, why=request.POST.get("why", "") or _("Spam")
            )
        else:
            accept_identity(by=agent_of(request), identity=identity)


def _spam_words(wanted: bool, *, is_about_sender: bool) -> str:
    if is_about_sender:
        return _("Marked as spam, the sender is blocked") if wanted else _("Not spam, the sender may write")
    return _("Marked as spam") if wanted else _("Not spam")


def senders_of(conversation: Conversation) -> Any:
    """The handles from which the customer's messages of this conversation came."""
    wrote = Message.objects.filter(conversation=conversation, direction="in", identity__isnull=False)
    return Identity.objects.filter(pk__in=wrote.values("identity"))
