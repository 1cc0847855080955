"""The first run: a company, its administrator, an inbox, a promise, colleagues."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ascolto.accounts import actions
from ascolto.accounts.actions.signing_in import open_session, remember_device
from ascolto.accounts.guards import guarded_by, role_required
from ascolto.accounts.models import Agent, Company, Role
from ascolto.accounts.sections import leave_notice, taken_notice
from ascolto.accounts.selectors import has_administrator, is_setup_key
from ascolto.accounts.views import home
from ascolto.channels.selectors import all_accounts, connectable_adapters
from ascolto.workspace.chooser import groups_of
from ascolto.workspace.doors import doors_of
from ascolto.workspace.forms import ColleaguesForm, FounderForm, InboxForm, PromiseForm
from ascolto.workspace.keeping import keeping, promise_minutes, promised_minutes
from ascolto.workspace.selectors import base_url
from ascolto.workspace.views.inboxes import adapter_or_404, connect_by, guide_context
from ascolto.workspace.views.people import invitation_link
from ascolto.workspace.views.signing_in import leave_to_sign_in

STEPS = ("welcome", "welcome-inbox", "welcome-promise", "welcome-people", "welcome-done")


@guarded_by("set-up link")
@never_cache
@sensitive_post_parameters("password", "key")
def welcome(request: HttpRequest) -> HttpResponse:
    """The company and its first administrator; whoever holds the one-time link may do it."""
    if has_administrator():
        return _resume(request)
    key = request.POST.get("key") or request.GET.get("key", "")
    if not is_setup_key(key):
        return render(request, "workspace/welcome_closed.html", status=403)
    company = Company.current()
    start = {"language": request.LANGUAGE_CODE, "time_zone": company.time_zone, "company": company.name}  # type: ignore[attr-defined]
    form = FounderForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            agent = actions.found_company(key=key, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return _enter(request, agent, redirect("workspace:welcome-inbox"))
    return _step(request, 1, form=form, key=key, has_demo=actions.can_start_demo())


def _resume(request: HttpRequest) -> HttpResponse:
    """Whoever comes again goes on where they stopped."""
    company, person = Company.current(), request.user
    if isinstance(person, Agent) and person.is_administrator and company.set_up_at is None:
        return redirect(f"workspace:{STEPS[max(company.setup_step, 2) - 1]}")
    return redirect(home(request) if person.is_authenticated else "accounts:sign-in")


def _enter(request: HttpRequest, agent: Agent, response: HttpResponse) -> HttpResponse:
    open_session(request, agent)
    remember_device(response, agent, request)
    return response


@require_POST
@guarded_by("set-up link")
@sensitive_post_parameters("key")
def demo(request: HttpRequest) -> HttpResponse:
    """Look around in an invented company instead."""
    key = request.POST.get("key", "")
    try:
        agent = actions.start_demo(key=key)
    except ValidationError as refusal:
        if not is_setup_key(key):
            return (
                _resume(request)
                if has_administrator()
                else render(request, "workspace/welcome_closed.html", status=403)
            )
        form = FounderForm()
        return _step(request, 1, form=form, key=key, has_demo=False, refusal=" ".join(refusal.messages))
    return _enter(request, agent, redirect(home(request)))


@role_required(Role.ADMINISTRATOR)
def first_inbox(request: HttpRequest) -> HttpResponse:
    """Which channels customers use; each can be connected now or later."""
    accounts = [(account, doors_of(account, base_url(request))) for account in all_accounts()]
    wanted = request.GET.get("q", "")[:100]
    return _step(
        request, 2, groups=groups_of(connectable_adapters(), wanted), wanted=wanted, accounts=accounts
    )


@role_required(Role.ADMINISTRATOR)
def connect_first(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect an inbox of this channel."""
    adapter, company = adapter_or_404(kind), Company.current()
    name = f"{company.name} {_(adapter.label)}".strip()[:120]
    form = InboxForm(request.POST or None, adapter=adapter, language=company.language, initial={"name": name})
    if request.method == "POST" and "sign_in" in request.POST:
        if (leaving := leave_to_sign_in(request, form, is_first_run=True)) is not None:
            return leaving
    elif request.method == "POST" and (account := connect_by(request, form)):
        leave_notice(request, _("%(name)s is connected.") % {"name": account.name})
        return redirect("workspace:welcome-inbox")
    shown = {"form": form, "adapter": adapter, **guide_context(request, adapter)}
    return _step(request, 2, template="workspace/welcome_connect.html", **shown)


@role_required(Role.ADMINISTRATOR)
def promise(request: HttpRequest) -> HttpResponse:
    """One number for every channel."""
    form = PromiseForm(request.POST or None, initial={"minutes": promised_minutes()})
    if request.method == "POST" and form.is_valid():
        promise_minutes(by=request.user, minutes=int(form.cleaned_data["minutes"]))
        return redirect("workspace:welcome-people")
    return _step(request, 3, form=form)


@require_POST
@role_required(Role.ADMINISTRATOR)
def keep(request: HttpRequest) -> HttpResponse:
    """Whether so many people can keep the promise, in a sentence."""
    form = PromiseForm(request.POST)
    return render(
        request, "workspace/welcome_keep.html", {"kept": keeping(form) if form.is_valid() else None}
    )


@role_required(Role.ADMINISTRATOR)
def colleagues(request: HttpRequest) -> HttpResponse:
    """Invite many at once; their links are shown once."""
    form, invited = ColleaguesForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        for email in form.cleaned_data["emails"]:
            try:
                agent, token = actions.invite_agent(by=request.user, email=email)
            except ValidationError as refusal:
                form.add_error("emails", f"{email[:100]}: {' '.join(refusal.messages)}")
            else:
                invited.append((agent, invitation_link(request, token)))
        if not invited and not form.errors:
            return redirect("workspace:welcome-done")
    if invited and not form.errors:
        form = ColleaguesForm()
    return _step(request, 4, form=form, invited=invited)


@role_required(Role.ADMINISTRATOR)
def done(request: HttpRequest) -> HttpResponse:
    """The end of the set-up; the desk opens."""
    if request.method == "POST":
        actions.finish_set_up(by=request.user)
        return redirect("workspace:welcome-done")
    return _step(request, 5, inboxes=all_accounts().count(), desk=home(request))


def _step(request: HttpRequest, step: int, *, template: str = "", **context: Any) -> HttpResponse:
    company = Company.current()
    if step > company.setup_step:
        actions.move_set_up(step=step)
    reached = max(step, company.setup_step)
    left = taken_notice(request) if step > 1 else {"text": "", "tone": "ok"}
    shown = {
        "step": step,
        "steps": _steps(step, reached if step > 1 else 1),
        "notice": left["text"],
        "notice_tone": left["tone"],
        **context,
    }
    return render(request, template or f"workspace/{STEPS[step - 1].replace('-', '_')}.html", shown)


def _steps(step: int, reached: int) -> list[dict[str, Any]]:
    words = [
        (_("Your company"), _("And its first administrator")),
        (_("Channels"), _("Connect what your customers use")),
        (_("Your promise"), _("One number for every channel")),
        (_("People"), _("Invite colleagues")),
    ]
    return [
        {
            "number": number,
            "label": label,
            "about": about,
            "is_current": number == step,
            "is_done": number < reached and number != step,
            "url_name": f"workspace:{STEPS[number - 1]}" if 1 < number <= reached else "",
        }
        for number, (label, about) in enumerate(words, 1)
    ]
