"""The settings of the language model, for administrators."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.gates import Refused
from ascolto.generation import words
from ascolto.generation.actions import configure
from ascolto.generation.actions.ask import ask_test
from ascolto.generation.forms import ServerForm, read_purposes, read_switches
from ascolto.generation.models import SWITCHED, Generated, Purpose
from ascolto.generation.selectors import inbox_rows, last_test, status_now
from ascolto.ui.reasons import in_own_language

SECTION = "language-model"


@permitted("models.manage")
def language_model(request: HttpRequest) -> HttpResponse:
    """Everything about the server on one page."""
    status = status_now()
    initial = {name: getattr(status.server, name) for name in ServerForm.PLAIN}
    form = ServerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            configure.describe(
                by=request.user,
                values=form.values(),
                api_key=form.api_key_wanted(),
                headers=form.headers_wanted(),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("generation:settings")
    return render(
        request, "generation/settings.html", settings_context(request, SECTION, **_page(form, status))
    )


def _page(form: ServerForm, status: Any) -> dict[str, Any]:
    test = last_test()
    return {
        "form": form,
        "status": status,
        "rows": inbox_rows(),
        "purposes": [(purpose.value, purpose.label) for purpose in SWITCHED],
        "error": words.OUTCOMES.get(status.health.error, ""),
        **_tested(test),
    }


@permitted("models.manage")
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """On or off, at once."""
    on = request.POST.get("on") == "1"
    try:
        configure.switch(by=request.user, on=on)
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    else:
        said = (
            _("The language model is on.")
            if on
            else _("The language model is off: nothing leaves the house.")
        )
        leave_notice(request, said)
    return redirect("generation:settings")


@permitted("models.manage")
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """What may leave, from which inbox."""
    configure.choose(
        by=request.user, purposes=read_purposes(request.POST), switches=read_switches(request.POST)
    )
    leave_notice(request, _("Saved."))
    return redirect("generation:settings")


@permitted("models.manage")
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Try the server with an invented sentence."""
    try:
        generated = ask_test(agent=request.user)
    except Refused as refused:
        leave_notice(
            request, f"{in_own_language(refused.message)} {in_own_language(refused.fix)}", tone="bad"
        )
        return redirect("generation:settings")
    if not request.headers.get("HX-Request"):
        return redirect("generation:settings")
    return render(request, "generation/tested.html", _tested(generated))


@permitted("models.manage")
@require_safe
def tested(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the test is."""
    generated = get_object_or_404(Generated, pk=pk, purpose=Purpose.TEST)
    return render(request, "generation/tested.html", _tested(generated))


def _tested(generated: Generated | None) -> dict[str, Any]:
    if generated is None:
        return {"test": None, "test_why": "", "test_detail": ""}
    departure = generated.departures.order_by("-id").first()
    return {
        "test": generated,
        "test_why": words.why_words(generated),
        "test_detail": in_own_language(departure.detail) if departure else "",
    }
