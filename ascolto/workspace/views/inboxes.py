"""Inboxes: how they do, connect, change, test, switch."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Role
from ascolto.accounts.sections import leave_notice, sections_for, settings_context
from ascolto.channels import actions
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, ConfigError, SendRefused
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.channels.selectors import connectable_adapters
from ascolto.delivery.actions import test_account
from ascolto.kit.vault import Unreadable
from ascolto.ui.reasons import in_own_language
from ascolto.workspace import selectors
from ascolto.workspace.doors import Door, doors_of
from ascolto.workspace.forms import InboxForm


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """To the first section that this person may open."""
    return redirect(sections_for(request)[0]["href"])


@role_required(Role.LEAD)
def inboxes(request: HttpRequest) -> HttpResponse:
    """Every inbox and how it does."""
    context = settings_context(request, "inboxes", inboxes=selectors.inboxes())
    return render(request, "workspace/inboxes.html", context)


@role_required(Role.LEAD)
def inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """How one inbox does; administrators also see its hook address."""
    found = _inbox(pk)
    context = settings_context(request, "inboxes", inbox=found, doors=_doors(request, found.account))
    return render(request, "workspace/inbox.html", context)


@role_required(Role.ADMINISTRATOR)
def choose_channel(request: HttpRequest) -> HttpResponse:
    """Which channel the new inbox is on."""
    context = settings_context(request, "inboxes", adapters=connectable_adapters())
    return render(request, "workspace/choose_channel.html", context)


@role_required(Role.ADMINISTRATOR)
def connect(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect an inbox: a form made from what its channel wants to know."""
    adapter = adapter_or_404(kind)
    form = InboxForm(request.POST or None, adapter=adapter, language=request.company.language)  # type: ignore[attr-defined]
    account = connect_by(request, form) if request.method == "POST" else None
    if account:
        leave_notice(request, _("%(name)s is connected.") % {"name": account.name})
        return redirect("workspace:inbox", account.pk)
    context = settings_context(request, "inboxes", form=form, adapter=adapter)
    return render(request, "workspace/connect.html", context)


def connect_by(request: HttpRequest, form: InboxForm) -> ChannelAccount | None:
    """The inbox that the form describes; None when the form says what is wrong."""
    if not form.is_valid():
        return None
    try:
        return actions.connect(
            agent=request.user, kind=form.adapter.kind, values=form.values(), **form.general()
        )
    except ConfigError as refusal:
        form.refuse_setting(refusal)
        return None


def adapter_or_404(kind: str) -> Adapter:
    """The adapter of a kind of channel."""
    try:
        return get_adapter(kind)
    except UnknownChannel:
        raise Http404 from None


@role_required(Role.ADMINISTRATOR)
def change_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an inbox; stored secrets are never shown, an empty one stays."""
    found = _inbox(pk)
    try:
        form = InboxForm(
            request.POST or None, adapter=adapter_or_404(found.account.kind), account=found.account
        )
    except Unreadable:
        return render(request, "workspace/unreadable.html", settings_context(request, "inboxes", inbox=found))
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"values": form.values(), "clear": form.forgotten(), **form.general()}
        try:
            actions.change_settings(agent=request.user, account=found.account, **given)
        except ConfigError as refusal:
            form.refuse_setting(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("workspace:inbox", pk)
    context = settings_context(request, "inboxes", form=form, inbox=found, adapter=form.adapter)
    return render(request, "workspace/change_inbox.html", context)


@require_POST
@role_required(Role.ADMINISTRATOR)
def test_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """A real round trip with the network."""
    found = _inbox(pk)
    try:
        outcome, tone = in_own_language(test_account(found.account)), "ok"
    except SendRefused as refusal:
        outcome, tone = in_own_language(refusal.failure.reason or str(refusal)), "bad"
    context = settings_context(request, "inboxes", inbox=_inbox(pk), outcome=outcome, tone=tone)
    context["doors"] = _doors(request, found.account)
    return render(request, "workspace/inbox.html", context)


@require_POST
@role_required(Role.ADMINISTRATOR)
def switch_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an inbox on or off."""
    account = _inbox(pk).account
    is_on = request.POST.get("on") == "1"
    (actions.enable if is_on else actions.disable)(agent=request.user, account=account)
    leave_notice(request, _("Switched on.") if is_on else _("Switched off."))
    return redirect("workspace:inbox", pk)


def _inbox(pk: int) -> selectors.Inbox:
    try:
        return selectors.inbox(pk)
    except ChannelAccount.DoesNotExist:
        raise Http404 from None


def _doors(request: HttpRequest, account: ChannelAccount) -> list[Door]:
    """What to copy; nothing for who may not change the inbox, since a hook's token is half of its lock."""
    return doors_of(account, selectors.base_url(request)) if request.user.is_administrator else []
