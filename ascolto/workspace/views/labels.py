"""The taxonomy of labels, and the people from whom nothing is taken."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Agent
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.conversations import labels as taxonomy
from ascolto.conversations.models import Label, LabelWish
from ascolto.customers.models import Identity
from ascolto.customers.refusing import accept_identity
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language


def _try(request: HttpRequest, act: Callable[[Agent], object], said: str) -> None:
    """Do it, and let the next screen say that it is done or why not."""
    assert isinstance(request.user, Agent)
    try:
        act(request.user)
    except Refused as refused:
        words = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
        leave_notice(request, words, tone="bad")
    else:
        leave_notice(request, said)


def _told(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("name", "tone", "scope", "about")}


@permitted("labels.manage")
def labels(request: HttpRequest) -> HttpResponse:
    """Every label with its use, and the form for one more."""
    if request.method == "POST":
        told = _told(request)
        _try(request, lambda by: taxonomy.create_label(by=by, **told), _("The label is there."))
        return redirect("workspace:labels")
    query = request.GET.get("q", "")[:100]
    shown = taxonomy.used_labels(query)
    context = settings_context(
        request,
        "labels",
        labels=shown,
        query=query,
        offered=list(Label.objects.filter(archived_at=None)[:500]),
        wishes=taxonomy.wishes(),
        is_closed=taxonomy.is_closed(),
        tones=tone_names(),
        scopes=scope_names(),
    )
    return render(request, "workspace/labels.html", context)


def tone_names() -> dict[str, str]:
    """The colours a label may have, as people call them."""
    return {
        "": _("Grey"),
        "line": _("Outlined"),
        "carta": _("Blue"),
        "ok": _("Green"),
        "warn": _("Amber"),
        "bad": _("Red"),
        "note": _("Yellow"),
        "pub": _("Violet"),
    }


def scope_names() -> dict[str, str]:
    """What a label may be put on."""
    return {
        Label.Scope.EVERYTHING.value: _("Conversations and customers"),
        Label.Scope.CONVERSATIONS.value: _("Conversations only"),
        Label.Scope.CUSTOMERS.value: _("Customers only"),
    }


@require_POST
@permitted("labels.manage")
def label(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, recolour, say where it is used and when."""
    found, told = get_object_or_404(Label, pk=pk), _told(request)
    _try(request, lambda by: taxonomy.change_label(by=by, label=found, **told), _("Saved."))
    return redirect("workspace:labels")


@require_POST
@permitted("labels.manage")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a label aside, or take it out again."""
    found, archived = get_object_or_404(Label, pk=pk), request.POST.get("archived") == "1"
    said = (
        _("Laid aside. It stays where it is and is offered no more.")
        if archived
        else _("It is offered again.")
    )
    _try(request, lambda by: taxonomy.archive_label(by=by, label=found, archived=archived), said)
    return redirect("workspace:labels")


@require_POST
@permitted("labels.manage")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """One label instead of two."""
    found = get_object_or_404(Label, pk=pk)
    chosen = request.POST.get("into", "")
    target = get_object_or_404(Label, pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
    words = _("%(name)s is %(into)s now.") % {"name": found.name, "into": target.name}
    _try(request, lambda by: taxonomy.merge_labels(by=by, source=found, target=target), words)
    return redirect("workspace:labels")


@require_POST
@permitted("labels.manage")
def rules(request: HttpRequest) -> HttpResponse:
    """Who may bring in new labels."""
    closed = request.POST.get("closed") == "1"
    _try(request, lambda by: taxonomy.close_taxonomy(by=by, closed=closed), _("Saved."))
    return redirect("workspace:labels")


@require_POST
@permitted("labels.manage")
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the label that somebody missed, or say no."""
    found, granted = get_object_or_404(LabelWish, pk=pk), request.POST.get("granted") == "1"
    said = _("The label is there.") if granted else _("Saved.")
    _try(request, lambda by: taxonomy.grant_wish(by=by, wish=found, granted=granted), said)
    return redirect("workspace:labels")


@permitted("customers.block")
def blocked(request: HttpRequest) -> HttpResponse:
    """From whom nothing is taken, why, and since when."""
    rows = Identity.objects.filter(refused_at__isnull=False).select_related("customer", "refused_by")
    return render(
        request,
        "workspace/blocked.html",
        settings_context(request, "blocked", blocked=rows.order_by("-refused_at")[:500]),
    )


@require_POST
@permitted("customers.block")
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Take messages from them again."""
    found = get_object_or_404(Identity, pk=pk)
    _try(request, lambda by: accept_identity(by=by, identity=found), _("What they write arrives again."))
    return redirect("workspace:blocked")
