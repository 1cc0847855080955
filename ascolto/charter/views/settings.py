"""The settings screen "Charter": thresholds, signatures, the public page. Leads read, administrators change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import all_adapters
from ascolto.charter.actions import change_guarantee, change_styles, switch_page
from ascolto.charter.choices import longer_than
from ascolto.charter.guarantee import THRESHOLD
from ascolto.charter.guarantees import all_guarantees, guarantee_of
from ascolto.charter.models import CharterPage, GuaranteeSetting
from ascolto.charter.parity import LONGER
from ascolto.charter.signatures import Style, styles_of, written_as
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language

SECTION = "charter"


@require_safe
@permitted("charter.see", "charter.manage")
def charter(request: HttpRequest) -> HttpResponse:
    """Everything that the company chose."""
    context = settings_context(
        request,
        SECTION,
        page=CharterPage.current(),
        guarantees=_guarantees(),
        styles=_styles(request),
        style_names=style_names(),
        longer=longer_than(),
        defaults={"threshold": THRESHOLD, "longer": LONGER},
        may_change=request.user.may("charter.manage"),
    )
    return render(request, "charter/settings.html", context)


@require_POST
@permitted("charter.manage")
def switch(request: HttpRequest) -> HttpResponse:
    """Let everybody read the Charter, or nobody outside."""
    page = switch_page(by=request.user, is_public=request.POST.get("is_public") == "1")
    told = (
        _("Everybody can read your Charter now.")
        if page.is_public
        else _("Your Charter is not public any more.")
    )
    leave_notice(request, told)
    return redirect("charter:settings")


@require_POST
@permitted("charter.manage")
def guarantee(request: HttpRequest, slug: str) -> HttpResponse:
    """Set one guarantee's threshold."""
    found = guarantee_of(slug)
    if found is None:
        raise Http404
    try:
        change_guarantee(
            by=request.user,
            slug=slug,
            threshold=_number(request.POST.get("threshold")),
            reason=request.POST.get("reason", "")[:2_000],
            longer=_number(request.POST["longer"]) if "longer" in request.POST else None,
        )
    except Refused as refusal:
        leave_notice(request, in_own_language(refusal.message), tone="bad")
    else:
        leave_notice(request, _("Saved: %(title)s") % {"title": found.title})
    return redirect("charter:settings")


@require_POST
@permitted("charter.manage")
def signatures(request: HttpRequest) -> HttpResponse:
    """Say how people sign on each channel."""
    chosen = {
        kind: (request.POST[f"style-{kind}"][:20], request.POST.get(f"reason-{kind}", "")[:2_000])
        for kind in all_adapters()
        if f"style-{kind}" in request.POST
    }
    try:
        change_styles(by=request.user, styles=chosen)
    except Refused as refusal:
        leave_notice(request, in_own_language(refusal.message), tone="bad")
    else:
        leave_notice(request, _("Saved."))
    return redirect("charter:settings")


def _number(text: str | None) -> float:
    """A number as people write it; something that is none lies outside of every range."""
    try:
        value = float((text or "").strip()[:12].replace(",", ".").rstrip("%"))
    except ValueError:
        return -1.0
    return value if value == value else -1.0


def style_names() -> dict[str, str]:
    """The signatures by name."""
    return {
        Style.NAME: _("Name"),
        Style.NAME_COMPANY: _("Name and company"),
        Style.INITIALS: _("Initials"),
        Style.BLOCK: _("Name and company on lines of their own"),
        Style.SHOWN: _("The channel shows the name"),
        Style.NONE: _("Nobody signs"),
    }


def _guarantees() -> list[dict[str, Any]]:
    rows = {row.slug: row for row in GuaranteeSetting.objects.select_related("changed_by")}
    return [
        {
            "guarantee": one,
            "row": (row := rows.get(one.slug)),
            "threshold": row.threshold if row else THRESHOLD,
        }
        for one in all_guarantees()
        if one.is_measured
    ]


def _styles(request: HttpRequest) -> list[dict[str, Any]]:
    """The channels that are connected, each with its signature as it would read."""
    kinds = sorted(set(ChannelAccount.objects.values_list("kind", flat=True)) & all_adapters().keys())
    adapters, company = all_adapters(), request.company.name  # type: ignore[attr-defined]
    return [
        {
            "kind": kind,
            "label": _(adapters[kind].label),
            "icon": adapters[kind].icon,
            "style": style,
            "reason": reason,
            "reads": written_as(style, request.user, company).strip(),
        }
        for kind, (style, reason) in styles_of(kinds).items()
    ]
