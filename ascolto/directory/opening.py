"""What a request is about, for the pages of customers; and what is said on the next page, with a way back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ascolto.conversations.customers_seen import access_customer
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of
from ascolto.customers.models import Customer
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context

_SAID = "directory.said"


def customer_of_page(
    request: HttpRequest, pk: int, *, among: QuerySet[Conversation] | None = None
) -> Customer:
    """The customer with this id, or who they turned out to be. Raises Http404 when there is none or they are not visible."""
    if not 0 < pk < 2**63:
        raise Http404
    try:
        return access_customer(agent_of(request), pk, among=among)
    except Customer.DoesNotExist:
        raise Http404 from None


def say(
    request: HttpRequest, text: str, *, undo: str = "", fields: dict[str, Any] | None = None, tone: str = "ok"
) -> None:
    """Say something on the next page, once; "Undo" posts `fields` to the address `undo`. Never a secret: it rests in the session."""
    request.session[_SAID] = {"text": str(text), "undo": undo, "fields": fields or {}, "tone": tone}


def say_refused(request: HttpRequest, refused: Refused) -> None:
    """Say why something is not done and what to do instead."""
    text = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
    say(request, text, tone="bad")


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the customers' room, with what the one before left to say."""
    said = request.session.pop(_SAID, None)
    shell = shell_context(request, current="customers")
    return render(request, f"directory/{template}.html", {**shell, "said": said, **context}, status=status)


def to_customer(customer: Customer, part: str = "") -> HttpResponse:
    """Back to the customer's page, at a part of it."""
    response = redirect("directory:customer", customer.pk)
    if part:
        response["Location"] += f"#{part}"
    return response


def reverse_of(name: str, *args: Any) -> str:
    """The address of a view, for the way back."""
    return reverse(name, args=args)
