"""One person under two customers: the suggestions, the comparison, and the way back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted, role_required
from ascolto.conversations.customers_seen import access_customer, visible_customers
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.customers import duplicates
from ascolto.customers.merging import conflicts_of, merge, unmerge
from ascolto.customers.models import Customer, CustomerMerge, DuplicateSuggestion
from ascolto.directory import opening
from ascolto.directory.handles import handles_of, names_of
from ascolto.directory.listing import Asked, customers_page
from ascolto.directory.portrait import certainty_words, reason_words
from ascolto.directory.telling import toast
from ascolto.directory.views.handles import card
from ascolto.gates import Refused
from ascolto.kit.ids import pk_of_reference
from ascolto.ui.reasons import in_own_language

PAGE = 50


@require_safe
@role_required("lead")
def suggestions(request: HttpRequest) -> HttpResponse:
    """Everybody who may be one person, the likeliest first."""
    rows = DuplicateSuggestion.objects.filter(
        state="open", one__merged_into=None, other__merged_into=None
    ).select_related("one", "other")
    after = request.GET.get("after", "").split("-")
    if len(after) == 2 and all(part.isascii() and part.isdigit() and len(part) < 18 for part in after):
        score, pk = map(int, after)
        rows = rows.filter(score__lte=score).exclude(score=score, pk__gte=pk)
    found = list(rows.order_by("-score", "-pk")[: PAGE + 1])
    names = names_of([person for row in found for person in (row.one, row.other)])
    pairs = [
        {
            "row": row,
            "people": [
                (one, one.name or names.get(one.pk, "") or one.number) for one in (row.one, row.other)
            ],
            "certainty": certainty_words(row.score),
            "reasons": [reason_words(reason) for reason in row.reasons],
        }
        for row in found[:PAGE]
    ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    cursor = f"{last.score}-{last.pk}" if last else ""
    return opening.page(request, "duplicates", pairs=pairs, cursor=cursor)


@require_POST
@permitted("customers.merge")
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Is it her? Yes merges, no is remembered, and either can be taken back."""
    row = _suggestion(request, pk)
    by, said = agent_of(request), request.POST.get("same", "")
    undo, fields, text, tone = request.path, {"same": "ask"}, _("They stay two"), "ok"
    try:
        if said == "ask":
            duplicates.ask_again(by=by, suggestion=row)
            undo, text = "", _("It is asked again")
        else:
            override = request.POST.get("override", "")[:500]
            made = duplicates.judge_duplicate(by=by, suggestion=row, is_same=said == "1", override=override)
            if made is not None:
                undo, fields = reverse("directory:unmerge", args=[made.pk]), {}
                text = _("Merged: one customer now")
    except Refused as refused:
        text, tone = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}", "bad"
        undo = ""
    return _answer(request, row, text, undo, fields, tone)


def _suggestion(request: HttpRequest, pk: int) -> DuplicateSuggestion:
    row = DuplicateSuggestion.objects.filter(pk=pk).select_related("one", "other").first()
    seen = visible_customers(agent_of(request))
    if row is None or seen.filter(pk__in=[row.one_id, row.other_id]).count() < 2:
        raise Http404
    return row


def _answer(
    request: HttpRequest, row: DuplicateSuggestion, text: str, undo: str, fields: dict[str, str], tone: str
) -> HttpResponse:
    if is_fragment(request) and (number := request.POST.get("number", "")[:20]):
        conversation = conversation_of(request, number)
        response = card(request, conversation.customer, number, reader_may_merge=True)
        return toast(response, text, undo=undo, fields=fields)
    opening.say(request, text, undo=undo, fields=dict(fields), tone=tone)
    if request.POST.get("from") == "list":
        return redirect("directory:duplicates")
    customer = access_customer(agent_of(request), row.one_id)
    return opening.to_customer(customer)


@permitted("customers.merge")
def merge_with(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who else it is, compare the two, say why where both are proven."""
    customer = opening.customer_of_page(request, pk)
    other = _other(request, customer)
    if request.method == "POST" and other is not None:
        return _merged(request, customer, other)
    reader, q = agent_of(request), request.GET.get("q", "")[:200]
    found = customers_page(reader, Asked(q), limit=10).rows if q.strip() and other is None else []
    people = [(one, handles_of(one, reader)) for one in (customer, other) if one is not None]
    return opening.page(
        request,
        "merge",
        customer=customer,
        other=other,
        q=q,
        found=[row for row in found if row.id != customer.pk],
        people=people,
        names=names_of([one for one, _handles in people]),
        conflicts=conflicts_of(other, customer) if other is not None else [],
    )


def _merged(request: HttpRequest, customer: Customer, other: Customer) -> HttpResponse:
    given = request.POST
    if given.get("keep") == "other":
        customer, other = other, customer
    why, override = given.get("why", "")[:500], given.get("override", "")[:500]
    try:
        made = merge(by=agent_of(request), source=other, target=customer, why=why, override=override)
    except Refused as refused:
        opening.say_refused(request, refused)
        return redirect(f"{reverse('directory:merge', args=[customer.pk])}?with={other.number}")
    opening.say(request, _("Merged: one customer now"), undo=reverse("directory:unmerge", args=[made.pk]))
    return opening.to_customer(customer)


def _other(request: HttpRequest, customer: Customer) -> Customer | None:
    number = (request.POST.get("with") or request.GET.get("with") or "")[:30]
    pk = pk_of_reference(number)
    found = visible_customers(agent_of(request)).filter(pk=pk).first() if pk else None
    return found if found is not None and found.pk != customer.pk else None


@require_POST
@permitted("customers.merge")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two customers of one again."""
    made = CustomerMerge.objects.filter(pk=pk).first()
    if made is None:
        raise Http404
    customer = opening.customer_of_page(request, made.target_id)
    try:
        unmerge(by=agent_of(request), merge=made)
    except Refused as refused:
        text = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
        if is_fragment(request) or request.headers.get("X-Requested-With"):
            return toast(HttpResponse(status=200), text)
        opening.say_refused(request, refused)
        return opening.to_customer(customer)
    opening.say(request, _("They are two customers again"))
    return opening.to_customer(customer)
