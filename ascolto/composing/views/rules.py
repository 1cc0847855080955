"""Settings: whose answers are approved by somebody else first, inbox by inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Role
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.channels.looks import look_of
from ascolto.channels.models import ChannelAccount
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.models import ApprovalRule
from ascolto.conversations.opening import agent_of
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language


@permitted("inboxes.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """All inboxes with their rule; saving one inbox changes that one."""
    refused, tried = "", 0
    if request.method == "POST":
        account = _account(request.POST)
        if account is not None:
            try:
                change_rule(by=agent_of(request), account=account, **_wanted(request.POST))
            except Refused as error:
                refused, tried = in_own_language(error.message), account.pk
            else:
                leave_notice(request, _("Saved."))
                return redirect("composing:rules")
    context = {"inboxes": _inboxes(), "roles": _roles(), "refused": refused, "tried": tried}
    status = 422 if refused else 200
    return render(
        request, "composing/rules.html", settings_context(request, "approvals", **context), status=status
    )


def _account(posted: QueryDict) -> ChannelAccount | None:
    text = posted.get("inbox", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return ChannelAccount.objects.filter(pk=number).first()


def _wanted(posted: QueryDict) -> dict[str, Any]:
    days = posted.get("new_days", "").strip()
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
    return {
        "is_on": posted.get("is_on") == "1",
        "role": posted.get("role", ""),
        "private": posted.get("private") == "1",
        "public": posted.get("public") == "1",
        "new_for": timedelta(days=number) if days else None,
    }


def _inboxes() -> list[dict[str, Any]]:
    found = {row.account_id: row for row in ApprovalRule.objects.all()}
    return [
        {
            "account": account,
            "look": look_of(account.kind),
            "rule": found.get(account.pk) or ApprovalRule(account=account, is_on=False),
            "is_on": account.pk in found and found[account.pk].is_on,
        }
        for account in ChannelAccount.objects.order_by("name", "pk")
    ]


def _roles() -> list[tuple[str, str]]:
    return [
        ("", _("Everybody who may not approve answers")),
        (Role.AGENT.value, _("Only agents")),
        (Role.LEAD.value, _("Only leads")),
    ]
