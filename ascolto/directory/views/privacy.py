"""What a customer may ask for: a copy of their data, that it goes, that nobody sends them offers."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.conversations.opening import agent_of
from ascolto.customers.identities import change_allowed
from ascolto.customers.models import Customer, Identity
from ascolto.directory import opening
from ascolto.directory.handles import names_of
from ascolto.directory.models import CustomerExport, Erasure
from ascolto.directory.privacy.erasing import ask_erasure, cancel_erasure, dry_run
from ascolto.directory.privacy.exporting import ask_export, open_export
from ascolto.directory.privacy.wording import line_words
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused


@require_safe
@permitted("customers.export", "customers.erase")
def privacy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copies, erasing with what it would do, objection."""
    customer, reader = opening.customer_of_page(request, pk), agent_of(request)
    erasure = Erasure.objects.filter(customer=customer).order_by("-pk").first()
    may_erase = reader.may("customers.erase")
    looks = may_erase and not customer.erased_at
    exports = CustomerExport.objects.filter(customer=customer, by=reader).order_by("-pk")[:5]
    return opening.page(
        request,
        "privacy",
        customer=customer,
        called=customer.name or names_of([customer]).get(customer.pk, customer.number),
        exports=list(exports),
        is_making=any(one.state in {"waiting", "making"} for one in exports),
        erasure=erasure,
        lines=[line_words(line) for line in dry_run(customer)] if looks else [],
        report=[line_words(line) for line in (erasure.report.get("lines", []) if erasure else [])],
        may_erase=may_erase,
        may_export=reader.may("customers.export"),
        may_block=reader.may("customers.block"),
    )


def _back(customer: Customer) -> HttpResponse:
    return redirect("directory:privacy", customer.pk)


@require_POST
@permitted("customers.export")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a copy."""
    customer = opening.customer_of_page(request, pk)
    ask_export(by=agent_of(request), customer=customer)
    opening.say(request, _("The copy is being made"))
    return _back(customer)


@require_safe
@permitted("customers.export")
def download(request: HttpRequest, pk: int, export: int) -> HttpResponseBase:
    """The file, for whoever asked for it."""
    customer = opening.customer_of_page(request, pk)
    found = CustomerExport.objects.filter(pk=export, customer=customer).select_related("customer").first()
    if found is None:
        raise Http404
    try:
        path = open_export(by=agent_of(request), export=found)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise PermissionDenied from None
        opening.say_refused(request, refused)
        return _back(customer)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=f"customer-{customer.number}.zip")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permitted("customers.erase")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the data go a day from now."""
    customer = opening.customer_of_page(request, pk)
    try:
        ask_erasure(by=agent_of(request), customer=customer, number=request.POST.get("number", "")[:30])
    except Refused as refused:
        opening.say_refused(request, refused)
    else:
        opening.say(request, _("The data goes in 24 hours. Until then it can be cancelled."))
    return _back(customer)


@require_POST
@permitted("customers.erase")
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel the erasing."""
    customer = opening.customer_of_page(request, pk)
    waiting = Erasure.objects.filter(customer=customer, state=Erasure.State.WAITING).first()
    if waiting is not None:
        try:
            cancel_erasure(by=agent_of(request), erasure=waiting)
            opening.say(request, _("Cancelled: the data stays"))
        except Refused as refused:
            opening.say_refused(request, refused)
    return _back(customer)


@require_POST
@permitted("customers.block")
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer wants no offers, on any handle; or wants them again."""
    customer, by = opening.customer_of_page(request, pk), agent_of(request)
    granted, reason = request.POST.get("granted") == "1", request.POST.get("reason", "")[:300]
    try:
        with transaction.atomic():
            for identity in Identity.objects.filter(customer=customer).exclude(
                scope__startswith=Identity.RETIRED
            ):
                change_allowed(by=by, identity=identity, what="offers", allowed=granted, reason=reason)
            emit(
                "privacy.objected",
                actor=actor_of(by),
                number=customer.number,
                granted=granted,
                reason=reason[:300],
            )
    except Refused as refused:
        opening.say_refused(request, refused)
    else:
        opening.say(request, _("Offers are allowed again") if granted else _("No offers any more"))
    return _back(customer)
