"""Handles of a customer: on the card beside a conversation, and what people change about them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted, signed_in
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.customers_seen import visible_customers
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.customers import identities as actions
from ascolto.customers.duplicates import suggestions_of
from ascolto.customers.models import Customer, Identity
from ascolto.directory import opening
from ascolto.directory.forms import HandleForm
from ascolto.directory.handles import handles_of
from ascolto.directory.portrait import fields_of, mood_of, suggestions_for
from ascolto.gates import Refused
from ascolto.kit.ids import pk_of_reference


@require_safe
@signed_in
def of_conversation(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the card: handles with their proof, who else it may be, and the fields that colleagues want to see."""
    conversation = conversation_of(request, number)
    reader = agent_of(request)
    if not is_fragment(request):
        return redirect("desk:thread", number)
    return card(request, conversation.customer, number, reader_may_merge=reader.may("customers.merge"))


def card(request: HttpRequest, customer: Customer, number: str, *, reader_may_merge: bool) -> HttpResponse:
    """The fragment itself."""
    reader = agent_of(request)
    mine = visible_conversations(reader)
    rows = suggestions_of(customer) if reader_may_merge else []
    return render(
        request,
        "directory/card.html",
        {
            "customer": customer,
            "number": number,
            "handles": handles_of(customer, reader),
            "fields": fields_of(customer, reader, card=True) if reader.may("customers.see") else [],
            "suggestions": suggestions_for(customer, rows, visible_customers(reader, among=mine)),
            "may_see": reader.may("customers.see"),
            "mood": mood_of(mine.filter(customer=customer)),
        },
    )


@require_POST
@permitted("customers.change")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a further handle."""
    customer = opening.customer_of_page(request, pk)
    form = HandleForm(request.POST)
    if not form.is_valid():
        opening.say(request, next(iter(form.errors.values()))[0], tone="bad")
        return opening.to_customer(customer, "handles")
    try:
        actions.add_identity(by=agent_of(request), customer=customer, **form.cleaned_data)
    except Refused as refused:
        opening.say_refused(request, refused)
    else:
        opening.say(request, _("Handle written down"))
    return opening.to_customer(customer, "handles")


@require_POST
@permitted("customers.change")
def change(request: HttpRequest, pk: int, identity: int) -> HttpResponse:
    """Prove, doubt, remove, bring back or move a handle, or change what is allowed on it."""
    customer = opening.customer_of_page(request, pk)
    found = Identity.objects.filter(pk=identity, customer=customer).first()
    verb = _VERBS.get(request.POST.get("verb", ""))
    if found is None or verb is None:
        raise Http404
    try:
        said, undo, fields = verb(request, found)
    except Refused as refused:
        opening.say_refused(request, refused)
    else:
        opening.say(request, said, undo=undo or request.path, fields=fields)
    return opening.to_customer(customer, "handles")


Done = tuple[str, str, dict[str, str]]  # what to say, and the address and the fields of the way back


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:500]


def _prove(request: HttpRequest, found: Identity) -> Done:
    actions.prove_identity(by=agent_of(request), identity=found, reason=_reason(request))
    return _("The handle is theirs"), "", {"verb": "doubt"}


def _doubt(request: HttpRequest, found: Identity) -> Done:
    actions.doubt_identity(by=agent_of(request), identity=found)
    return _("The handle is only claimed"), "", {"verb": "prove", "reason": _("Undo")}


def _remove(request: HttpRequest, found: Identity) -> Done:
    actions.remove_identity(by=agent_of(request), identity=found, reason=_reason(request))
    return _("Handle removed"), "", {"verb": "restore"}


def _restore(request: HttpRequest, found: Identity) -> Done:
    actions.restore_identity(by=agent_of(request), identity=found)
    return _("The handle is back"), "", {"verb": "remove", "reason": _("Undo")}


def _move(request: HttpRequest, found: Identity) -> Done:
    target = _wanted_customer(request, request.POST.get("to", ""))
    before = found.customer
    actions.move_identity(by=agent_of(request), identity=found, to=target, reason=_reason(request))
    back = opening.reverse_of("directory:handle", target.pk, found.pk)
    return (
        _("The handle belongs to %(name)s now") % {"name": target.name or target.number},
        back,
        {"verb": "move", "to": before.number, "reason": _("Undo")},
    )


def _allow(request: HttpRequest, found: Identity) -> Done:
    what = "messages" if request.POST.get("what") == "messages" else "offers"
    allowed = request.POST.get("allowed") == "1"
    actions.change_allowed(
        by=agent_of(request), identity=found, what=what, allowed=allowed, reason=_reason(request)
    )
    back = {"verb": "allow", "what": what, "allowed": "0" if allowed else "1", "reason": _("Undo")}
    return (_("Allowed") if allowed else _("Not allowed any more")), "", back


_VERBS: dict[str, Callable[[HttpRequest, Identity], Done]] = {
    "prove": _prove,
    "doubt": _doubt,
    "remove": _remove,
    "restore": _restore,
    "move": _move,
    "allow": _allow,
}


def _wanted_customer(request: HttpRequest, number: str) -> Customer:
    pk = pk_of_reference(number[:30])
    found = visible_customers(agent_of(request)).filter(pk=pk).first() if pk else None
    if found is None:
        raise Refused(
            "no_such_customer", "There is no customer of this number.", fix="Look at the number again."
        )
    return found
