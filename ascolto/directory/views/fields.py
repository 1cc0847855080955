"""The settings screen of the company's own fields of customers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.conversations.opening import agent_of
from ascolto.customers.fields import archive_field, save_field
from ascolto.customers.models import CustomerField
from ascolto.directory.forms import FieldForm

SECTION = "customer-fields"


def _page(request: HttpRequest, form: FieldForm, field: CustomerField | None = None) -> HttpResponse:
    rows = CustomerField.objects.all()
    context = {
        "form": form,
        "field": field,
        "rows": [row for row in rows if row.archived_at is None],
        "archived": [row for row in rows if row.archived_at is not None],
        "kinds": dict(FieldForm().fields["kind"].choices),  # type: ignore[attr-defined]
    }
    status = 422 if form.errors else 200
    return render(
        request, "directory/field_settings.html", settings_context(request, SECTION, **context), status=status
    )


@permitted("customers.fields")
def customer_fields(request: HttpRequest) -> HttpResponse:
    """Every field, and a new one."""
    form = FieldForm(request.POST or None)
    if request.method == "POST" and _saved(request, form, CustomerField()):
        leave_notice(request, _("Saved."))
        return redirect("directory:field-settings")
    return _page(request, form)


@permitted("customers.fields")
def customer_field(request: HttpRequest, pk: int) -> HttpResponse:
    """One field: its words, choices and rights."""
    field = get_object_or_404(CustomerField, pk=pk)
    form = FieldForm(request.POST or None, field=field)
    if request.method == "POST" and _saved(request, form, field):
        leave_notice(request, _("Saved."))
        return redirect("directory:field-settings")
    return _page(request, form, CustomerField.objects.get(pk=pk))


def _saved(request: HttpRequest, form: FieldForm, field: CustomerField) -> bool:
    if not form.is_valid():
        return False
    try:
        save_field(by=agent_of(request), field=field, **form.values())
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


@require_POST
@permitted("customers.fields")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a field no more, or again; what it holds stays."""
    field = get_object_or_404(CustomerField, pk=pk)
    archived = request.POST.get("archived", "1") == "1"
    archive_field(by=agent_of(request), field=field, archived=archived)
    leave_notice(request, _("The field is put away") if archived else _("The field is back"))
    return redirect("directory:field-settings")
