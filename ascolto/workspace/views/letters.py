"""Deliveries that were set aside: look, try again, dismiss."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.channels.selectors import all_accounts
from ascolto.intake.actions import dismiss, replay
from ascolto.intake.selectors import dead_letters as all_dead_letters
from ascolto.workspace import selectors
from ascolto.workspace.paging import number
from ascolto.workspace.raw import readable, shown_headers

AT_ONCE = 1000


@permitted("inboxes.see", "inboxes.manage")
def dead_letters(request: HttpRequest) -> HttpResponse:
    """What could not be read, the newest first."""
    account = number(request.GET.get("inbox"))
    rows, following = selectors.dead_letters_before(number(request.GET.get("before")), account)
    context = settings_context(
        request,
        "dead-letters",
        rows=rows,
        following=following,
        accounts=list(all_accounts()),
        account=account,
    )
    return render(request, "workspace/dead_letters.html", context)


@permitted("inboxes.see", "inboxes.manage")
def dead_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery exactly as it came, but for secrets."""
    row = all_dead_letters().filter(pk=pk).first()
    if row is None:
        raise Http404
    body, is_cut = readable(bytes(row.body), selectors.secrets_of(row.account))
    context = settings_context(
        request,
        "dead-letters",
        row=row,
        channel=selectors.look_of(row.account)[0],
        body=body,
        is_cut=is_cut,
        size=len(row.body),
        headers=shown_headers(row.headers),
    )
    return render(request, "workspace/dead_letter.html", context)


@require_POST
@permitted("inboxes.see", "inboxes.manage")
def decide(request: HttpRequest) -> HttpResponse:
    """Try the chosen deliveries again, all of them, or dismiss the chosen ones."""
    verb = request.POST.get("do", "")
    if verb not in {"replay", "replay_all", "dismiss"}:
        raise Http404
    chosen = [pk for text in request.POST.getlist("letter")[:AT_ONCE] if (pk := number(text))]
    if verb == "replay_all":
        rows = all_dead_letters()
        account = number(request.POST.get("inbox"))
        chosen = list(
            (rows.filter(account_id=account) if account else rows).values_list("pk", flat=True)[:AT_ONCE]
        )
    if verb == "dismiss":
        moved = dismiss(agent=request.user, raw_events=chosen)
        told = ngettext("%(n)s delivery dismissed.", "%(n)s deliveries dismissed.", moved)
    else:
        moved = replay(agent=request.user, raw_events=chosen)
        told = ngettext("%(n)s delivery is tried again.", "%(n)s deliveries are tried again.", moved)
    leave_notice(request, told % {"n": moved} if moved else _("Nothing chosen: tick a delivery first."))
    return redirect("workspace:dead-letters")
