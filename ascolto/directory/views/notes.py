"""Notes about a customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.conversations.opening import agent_of
from ascolto.customers import notes as actions
from ascolto.customers.models import CustomerNote
from ascolto.directory import opening
from ascolto.gates import Refused


@require_POST
@permitted("customers.change")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a note."""
    customer = opening.customer_of_page(request, pk)
    try:
        note = actions.add_customer_note(
            by=agent_of(request),
            customer=customer,
            text=request.POST.get("text", ""),
            is_pinned=request.POST.get("pinned") == "1",
        )
    except Refused as refused:
        opening.say_refused(request, refused)
    else:
        undo = opening.reverse_of("directory:note", customer.pk, note.pk)
        opening.say(request, _("Note kept"), undo=undo, fields={"verb": "remove"})
    return opening.to_customer(customer, "notes")


@require_POST
@permitted("customers.change")
def change(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Write a note anew, pin it, take it away or bring it back."""
    customer = opening.customer_of_page(request, pk)
    found = CustomerNote.objects.filter(pk=note, customer=customer).first()
    verb = request.POST.get("verb", "")
    if found is None or verb not in {"change", "pin", "unpin", "remove", "restore"}:
        raise Http404
    by, before = agent_of(request), found.text
    try:
        if verb == "change":
            actions.change_customer_note(by=by, note=found, text=request.POST.get("text", ""))
            opening.say(
                request, _("Note changed"), undo=request.path, fields={"verb": "change", "text": before}
            )
        elif verb in {"pin", "unpin"}:
            actions.pin_customer_note(by=by, note=found, pinned=verb == "pin")
        else:
            actions.remove_customer_note(by=by, note=found, removed=verb == "remove")
            back = {"verb": "restore" if verb == "remove" else "remove"}
            said = _("Note removed") if verb == "remove" else _("The note is back")
            opening.say(request, said, undo=request.path, fields=back)
    except Refused as refused:
        opening.say_refused(request, refused)
    return opening.to_customer(customer, "notes")
