"""The company's colour and logo: tried on the page itself before they are kept."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.actions.appearance import change_appearance, checked_accent, current_appearance
from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.ui.contrast import DARK, LIGHT, contrast, tokens_of
from ascolto.ui.look import look_of
from ascolto.workspace.forms import AppearanceForm

OURS = "#2d6696"


@permitted("company.manage")
def appearance(request: HttpRequest) -> HttpResponse:
    """Colour and logo; `?accent=` shows the page in that colour without keeping it."""
    row, tried = current_appearance(), _tried(request)
    form = AppearanceForm(
        request.POST or None, request.FILES or None, initial={"accent": tried or row.accent}
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_appearance(by=request.user, **form.values())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved. Pages that are open show it when they are loaded again."))
            return redirect("workspace:appearance")
    context = settings_context(
        request,
        "appearance",
        form=form,
        tried=tried,
        kept=row,
        logo=look_of(request).logo,
        shades=_shades(tried or row.accent),
    )
    return render(request, "workspace/appearance.html", context)


def _tried(request: HttpRequest) -> str:
    try:
        return checked_accent(request.GET.get("accent", "")[:20])
    except ValidationError:
        return ""


def _shades(accent: str) -> list[dict[str, Any]]:
    """What the colour became in each theme, and the contrast of its letters."""
    told = []
    for name, theme in ((_("Light"), LIGHT), (_("Dark"), DARK)):
        tokens = tokens_of(accent or OURS, theme)
        told.append(
            {
                "name": name,
                "colour": tokens["carta"],
                "letters": contrast(tokens["on-carta"], tokens["carta"]),
                "text": contrast(tokens["carta-ink"], theme.paper),
                "is_other": bool(accent) and tokens["carta"] != accent,
            }
        )
    return told


@require_POST
@permitted("company.manage")
def reset_appearance(request: HttpRequest) -> HttpResponse:
    """Our own colour and mark again."""
    change_appearance(by=request.user, accent="", removes_logo=True)
    leave_notice(request, _("The appearance is Ascolto's own again."))
    return redirect("workspace:appearance")
