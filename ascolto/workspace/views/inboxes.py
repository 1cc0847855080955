"""Inboxes: how they do, connect, change, test, switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.channels import actions
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, ConfigError, SendRefused
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.channels.selectors import connectable_adapters, hook_url
from ascolto.delivery.actions import test_account
from ascolto.delivery.registering import can_register, register_hook
from ascolto.kit.vault import Unreadable
from ascolto.ui.reasons import in_own_language
from ascolto.workspace import selectors
from ascolto.workspace.chooser import groups_of
from ascolto.workspace.forms import InboxForm
from ascolto.workspace.guides import return_door, steps_of, things_to_copy
from ascolto.workspace.manual import docs_page, page_of
from ascolto.workspace.views.signing_in import leave_to_sign_in


@permitted("inboxes.see", "inboxes.manage")
def inboxes(request: HttpRequest) -> HttpResponse:
    """Every inbox and how it does."""
    context = settings_context(request, "inboxes", inboxes=selectors.inboxes())
    return render(request, "workspace/inboxes.html", context)


@permitted("inboxes.see", "inboxes.manage")
def inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """How one inbox does; administrators also see its hook address."""
    found = _inbox(pk)
    return _show(request, found)


@permitted("inboxes.manage")
def choose_channel(request: HttpRequest) -> HttpResponse:
    """Which channel the new inbox is on."""
    wanted = request.GET.get("q", "")[:100]
    groups = groups_of(connectable_adapters(), wanted)
    context = settings_context(request, "inboxes", groups=groups, wanted=wanted)
    return render(request, "workspace/choose_channel.html", context)


@permitted("inboxes.manage")
def connect(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect an inbox: a form made from what its channel wants to know."""
    adapter = adapter_or_404(kind)
    form = InboxForm(request.POST or None, adapter=adapter, language=request.company.language)  # type: ignore[attr-defined]
    if request.method == "POST" and "sign_in" in request.POST:
        if (leaving := leave_to_sign_in(request, form)) is not None:
            return leaving
    elif request.method == "POST" and (account := connect_by(request, form)):
        leave_notice(request, _("%(name)s is connected.") % {"name": account.name})
        return redirect("workspace:inbox", account.pk)
    context = settings_context(request, "inboxes", form=form, adapter=adapter)
    return render(request, "workspace/connect.html", {**context, **guide_context(request, adapter)})


@permitted("inboxes.manage")
def manual(request: HttpRequest, kind: str) -> HttpResponse:
    """The documentation's page of a channel."""
    adapter, page = adapter_or_404(kind), page_of(kind)
    if page is None:
        raise Http404
    context = settings_context(request, "inboxes", page=page, adapter=adapter, network=_(adapter.label))
    return render(request, "workspace/manual.html", context)


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


@permitted("inboxes.manage")
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
    context |= guide_context(request, form.adapter, found.account)
    return render(request, "workspace/change_inbox.html", context)


@require_POST
@permitted("inboxes.manage")
def test_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """A real round trip with the network."""
    return _report(request, pk, "test", test_account)


@require_POST
@permitted("inboxes.manage")
def register_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the network where to call us."""
    base = selectors.base_url(request)
    return _report(request, pk, "register", lambda account: register_hook(account, hook_url(account, base)))


def _report(request: HttpRequest, pk: int, what: str, ask: Callable[[ChannelAccount], str]) -> HttpResponse:
    """Ask the network something, and show what it said on the page of the inbox."""
    found = _inbox(pk)
    try:
        outcome, tone = in_own_language(ask(found.account)), "ok"
    except SendRefused as refusal:
        outcome, tone = in_own_language(refusal.failure.reason or str(refusal)), "bad"
    return _show(request, _inbox(pk), asked=what, outcome=outcome, tone=tone)


@require_POST
@permitted("inboxes.manage")
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


def _show(request: HttpRequest, inbox: selectors.Inbox, **more: Any) -> HttpResponse:
    """The page of an inbox. What is to be copied is for who may change it: a hook's token is half of its lock."""
    context = settings_context(request, "inboxes", inbox=inbox, doors=[], **more)
    if request.user.may("inboxes.manage"):
        context |= _tools(request, inbox.account)
    return render(request, "workspace/inbox.html", context)


def _tools(request: HttpRequest, account: ChannelAccount) -> dict[str, Any]:
    base = selectors.base_url(request)
    try:
        adapter = account.adapter
    except UnknownChannel:
        return {}
    return {
        "doors": things_to_copy(account, base),
        "return_doors": [return_door(base)] if adapter.oauth and account.settings.get("client_id") else [],
        "guide_steps": steps_of(adapter, base, account),
        "docs": docs_page(adapter.kind),
        "can_sign_in": adapter.oauth is not None and bool(account.settings.get("client_id")),
        "can_register": can_register(account),
        "network": _(adapter.label),
    }


def guide_context(
    request: HttpRequest, adapter: Adapter, account: ChannelAccount | None = None
) -> dict[str, Any]:
    """The steps beside a form, and where more is to be read."""
    base = selectors.base_url(request)
    doors = [return_door(base)] if adapter.oauth and account is None else []
    return {
        "guide_steps": steps_of(adapter, base, account),
        "doors": things_to_copy(account, base) if account else doors,
        "docs": docs_page(adapter.kind),
        "network": _(adapter.label),
    }
