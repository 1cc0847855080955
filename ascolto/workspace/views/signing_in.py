"""To a network and back: sign in there, and an inbox is connected."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ConfigError
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import all_accounts
from ascolto.kit.http import origin_of
from ascolto.kit.vault import Unreadable
from ascolto.workspace import signing_in
from ascolto.workspace.forms import InboxForm
from ascolto.workspace.guides import callback_url
from ascolto.workspace.selectors import base_url
from ascolto.workspace.signing_in import SignInRefused

_FIRST_RUN = "signing_in_first_run"


def leave_to_sign_in(
    request: HttpRequest, form: InboxForm, *, is_first_run: bool = False
) -> HttpResponse | None:
    """On the way to the network with what was typed; None when the form says what is wrong."""
    if not form.is_valid():
        return None
    request.session[_FIRST_RUN] = is_first_run  # where to go on afterwards
    try:
        return _leave(request, adapter=form.adapter, values=form.values(), general=form.general())
    except ConfigError as refusal:
        form.refuse_setting(refusal)
    except SignInRefused as refusal:
        form.add_error(None, refusal.reason)
    return None


@require_POST
@permitted("inboxes.manage")
def sign_in_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Connect an inbox again: its name, its history and everything else stay."""
    try:
        account = all_accounts().get(pk=pk)
        return _leave(request, adapter=account.adapter, values=account.values(), account=account)
    except (ChannelAccount.DoesNotExist, UnknownChannel):
        raise Http404 from None
    except ConfigError as refusal:
        reason = f"{refusal.field}: {refusal.message}"
    except SignInRefused as refusal:
        reason = refusal.reason
    except Unreadable:
        reason = _("The stored settings cannot be read: write them again.")
    leave_notice(request, reason, tone="bad")
    return redirect("workspace:inbox", pk)


def _leave(request: HttpRequest, **what: Any) -> HttpResponse:
    """A page that leads to the network. A form may not (Content-Security-Policy, form-action); a page says where to."""
    departure = signing_in.begin(
        agent=request.user,
        session=request.session.session_key or "",
        redirect_uri=callback_url(base_url(request)),
        **what,
    )
    host = origin_of(departure.address).partition("://")[2].removesuffix(":443")
    context = {"address": departure.address, "host": host, "network": _(what["adapter"].label)}
    response = render(request, "workspace/leaving.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@never_cache
@permitted("inboxes.manage")
@sensitive_variables("answer")
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from the network, with its answer in the address; the next address does not hold it any more."""
    answer = {name: request.GET.get(name, "") for name in ("state", "code", "error", "error_description")}
    is_first_run = request.session.pop(_FIRST_RUN, False)
    try:
        account = signing_in.finish(
            agent=request.user, session=request.session.session_key or "", answer=answer
        )
    except SignInRefused as refusal:
        leave_notice(request, refusal.reason, tone="bad")
        return _to_try_again(refusal, is_first_run)
    leave_notice(request, _("%(name)s is connected.") % {"name": account.name})
    if is_first_run:
        return redirect("workspace:welcome-inbox")
    return redirect("workspace:inbox", account.pk)


def _to_try_again(refusal: SignInRefused, is_first_run: bool) -> HttpResponse:
    if refusal.account:
        return redirect("workspace:inbox", refusal.account)
    if refusal.kind:
        return redirect("workspace:welcome-connect" if is_first_run else "workspace:connect", refusal.kind)
    return redirect("workspace:inboxes")
