"""The list of customers, a customer's page and what is known about them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.charter.contact import SERVICE, may_contact
from ascolto.charter.contact import Asked as Approach
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.beginning import begin, beginnings
from ascolto.conversations.customer_labels import customer_labels, set_customer_labels
from ascolto.conversations.customers_seen import visible_customers
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.conversations.selectors import BadCursor
from ascolto.customers.actions import change_customer, put_in_group
from ascolto.customers.duplicates import suggestions_of
from ascolto.customers.fields import active_fields, set_field_values
from ascolto.customers.models import Customer, CustomerGroup, DuplicateSuggestion
from ascolto.directory import opening
from ascolto.directory.forms import CustomerForm, HandleForm, language_choices
from ascolto.directory.listing import Asked, customers_page
from ascolto.directory.portrait import language_name, portrait_of, suggestions_for
from ascolto.directory.timeline import Narrowed, timeline_of
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language


@require_safe
@permitted("customers.see")
def customers(request: HttpRequest) -> HttpResponse:
    """Everybody whom the reader may see, who was heard last first."""
    asked = _asked(request)
    try:
        found = customers_page(agent_of(request), asked, request.GET.get("after", "")[:300])
    except BadCursor:
        raise Http404 from None
    kept = request.GET.copy()
    kept.pop("after", None)
    if is_fragment(request):
        return render(request, "directory/rows.html", {"found": found, "kept": kept.urlencode()})
    return opening.page(
        request,
        "customers",
        found=found,
        asked=asked,
        kept=kept.urlencode(),
        groups=list(CustomerGroup.objects.all()[:200]),
        labels=customer_labels(),
        spoken=language_choices(asked.language),
        duplicates=DuplicateSuggestion.objects.filter(state="open")[:100].count()
        if agent_of(request).is_lead
        else 0,
    )


def _asked(request: HttpRequest) -> Asked:
    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None

    return Asked(
        request.GET.get("q", "")[:200], number("group"), number("label"), request.GET.get("language", "")[:8]
    )


@require_safe
@permitted("customers.see")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer: who they are, and everything over all channels."""
    reader = agent_of(request)
    mine = visible_conversations(reader)
    person = opening.customer_of_page(request, pk, among=mine)
    if person.pk != pk:
        return redirect("directory:customer", person.pk)
    portrait = portrait_of(person, reader, mine)
    return opening.page(
        request,
        "customer",
        customer=person,
        portrait=portrait,
        suggestions=suggestions_for(person, suggestions_of(person), visible_customers(reader, among=mine)),
        language=language_name(person.language) if person.language else "",
        form=CustomerForm(customer=person, labels=list(portrait.labels)),
        handle_form=HandleForm(),
        beginnings=beginnings(person, reader) if not person.erased_at else [],
        may={
            name: reader.may(f"customers.{name}") for name in ("change", "merge", "block", "export", "erase")
        },
        **_timeline(request, person, mine),
    )


def _timeline(request: HttpRequest, person: Customer, mine: QuerySet[Conversation]) -> dict[str, object]:
    given = request.GET
    narrowed = Narrowed(given.get("kind", "")[:20], given.get("channel", "")[:40], given.get("q", "")[:200])
    try:
        line = timeline_of(person, mine, narrowed, given.get("after", "")[:300])
    except BadCursor:
        raise Http404 from None
    kept = given.copy()
    kept.pop("after", None)
    return {"line": line, "narrowed": narrowed, "kept": kept.urlencode()}


@require_safe
@permitted("customers.see")
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """More of the timeline, or another part of it, for a script."""
    mine = visible_conversations(agent_of(request))
    person = opening.customer_of_page(request, pk, among=mine)
    if not is_fragment(request):
        address = reverse("directory:customer", args=[person.pk])
        return redirect(f"{address}?{request.GET.urlencode()}#timeline")
    template = "entries" if request.GET.get("after") else "timeline"
    return render(
        request, f"directory/{template}.html", {"customer": person, **_timeline(request, person, mine)}
    )


@require_POST
@permitted("conversations.reply")
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to the customer first, on a channel that allows it; the composer does the rest."""
    person, by = opening.customer_of_page(request, pk), agent_of(request)
    number = request.POST.get("account", "")
    account = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    way = next((one for one in beginnings(person, by) if one.account.pk == account), None)
    if way is None:
        raise Http404
    (verdict,) = may_contact([Approach(person.pk)], text="", purpose=SERVICE, agent=by)
    if not verdict.allowed:
        opening.say(
            request, " ".join(in_own_language(reason.message) for reason in verdict.reasons), tone="bad"
        )
        return opening.to_customer(person)
    try:
        made = begin(agent=by, customer=person, account=way.account)
    except Refused as refused:
        opening.say_refused(request, refused)
        return opening.to_customer(person)
    return redirect("desk:thread", made.number)


@require_POST
@permitted("customers.change")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, language, group, labels, and a line that colleagues should know."""
    person = opening.customer_of_page(request, pk)
    labels = list(person.labels.values_list("name", flat=True))  # type: ignore[attr-defined]
    form = CustomerForm(request.POST, customer=person, labels=labels)
    if not form.is_valid():
        opening.say(request, next(iter(form.errors.values()))[0], tone="bad")
        return opening.to_customer(person)
    given, by = form.cleaned_data, agent_of(request)
    before = {name: getattr(person, name) for name in ("name", "language", "about")}
    before |= {"group": person.group_id or "", "labels": labels}
    change_customer(
        agent=by, customer=person, **{name: given[name] for name in ("name", "language", "about")}
    )
    put_in_group(by=by, customer=person, group=given["group"])
    if "labels" in given:
        set_customer_labels(by=by, customer=person, names=given["labels"])
    opening.say(request, _("Customer changed"), undo=request.path, fields=before)
    return opening.to_customer(person)


@require_POST
@permitted("customers.change")
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """The company's own fields; only those that the form had."""
    person = opening.customer_of_page(request, pk)
    known = {field.key: field for field in active_fields()}
    given: dict[str, object] = {}
    for key in {name.removeprefix("has.") for name in request.POST if name.startswith("has.")}:
        if key in known:
            values = request.POST.getlist(f"field.{key}")
            given[key] = values if known[key].kind == "multi" else (values[0] if values else "")
    try:
        changed = set_field_values(by=agent_of(request), customer=person, given=given)
    except ValidationError as error:
        key, messages = next(iter(error.message_dict.items()))
        name = known[key].name if key in known else key
        opening.say(request, f"{name}: {messages[0]}", tone="bad")
        return opening.to_customer(person, "fields")
    except Refused as refused:
        opening.say_refused(request, refused)
        return opening.to_customer(person, "fields")
    if changed:
        opening.say(request, _("Saved."))
    return opening.to_customer(person, "fields")
