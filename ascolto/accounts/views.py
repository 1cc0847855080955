"""Signing in and out, following an invitation, and what people change about themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts import actions
from ascolto.accounts.actions.checks import checked_number
from ascolto.accounts.actions.signing_in import open_session, remember_device
from ascolto.accounts.forms import JoinForm, KeysForm, PasswordForm, ProfileForm, SessionsForm, SignInForm
from ascolto.accounts.guards import public, signed_in
from ascolto.accounts.models import Agent, Company
from ascolto.accounts.parts import profile_parts
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import access_invitation, all_agents, has_administrator
from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import ITEMS


def home(request: HttpRequest) -> str:
    """Where a person lands who asked for no page of their own: the one they chose, or the desk."""
    if request.user.is_authenticated and request.user.start_page:
        chosen = next((item for item in ITEMS if item.key == request.user.start_page), None)
        if chosen and chosen.seen_by(request.user) and (address := url_or_none(chosen.url_name)):
            return address
    return url_or_none(settings.LOGIN_REDIRECT_URL) or url_or_none("accounts:profile") or "/"


def next_page(request: HttpRequest) -> str:
    """The page to go back to, when it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return home(request)


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail and password; the same answer whatever was wrong."""
    if request.user.is_authenticated:
        return redirect(next_page(request))
    form, wait = SignInForm(request.POST or None), 0
    if request.method == "POST" and form.is_valid():
        try:
            agent = actions.sign_in(request=request, **form.cleaned_data)
        except actions.TooManyAttempts as brake:
            wait = brake.seconds
            form.refuse(ValidationError(_patience(wait)))
        except actions.SignInRefused:
            form.refuse(ValidationError(_("E-mail and password do not match. Check both and try again.")))
        else:
            return _enter(request, agent, next_page(request))
    context = {"form": form, "next": next_page(request), "is_open": has_administrator(), "cast": _cast()}
    response = render(request, "accounts/sign_in.html", context, status=429 if wait else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _cast() -> list[Agent]:
    """Whom one can be in the demo; nowhere else does a stranger learn who works here."""
    return [agent for agent in all_agents() if agent.is_active] if Company.current().is_demo else []


def _enter(request: HttpRequest, agent: Agent, target: str) -> HttpResponse:
    response = redirect(target)
    remember_device(response, agent, request)
    return response


def _patience(seconds: int) -> str:
    if seconds < 90:
        return ngettext(
            "Too many attempts. Try again in %(n)s second.",
            "Too many attempts. Try again in %(n)s seconds.",
            seconds,
        ) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts. Try again in %(n)s minute.",
        "Too many attempts. Try again in %(n)s minutes.",
        minutes,
    ) % {"n": minutes}


@require_POST
@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    actions.sign_out(request=request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@public
@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Follow an invitation: choose name and password, and be signed in."""
    invitation = access_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", {"home": home(request)}, status=404)
    form = JoinForm(request.POST or None, initial={"name": invitation.agent.name})
    if request.method == "POST" and form.is_valid():
        try:
            agent = actions.accept_invitation(token=token, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            open_session(request, agent)
            return _enter(request, agent, home(request))
    return render(request, "accounts/join.html", {"form": form, "agent": invitation.agent})


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language of this browser, before anybody signed in."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        raise Http404
    if isinstance(request.user, Agent):
        actions.change_preferences(agent=request.user, language=wanted)
    response = redirect(next_page(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        wanted,
        max_age=31_536_000,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


_SWITCHES = ("single_keys", "is_available", "has_sound")
_TEXTS = ("language", "theme", "time_zone", "density", "start_page")


@signed_in
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The switches of the shell; back to the page they were pressed on. A script gets and gives JSON, key by key as a form."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    if request.method == "GET":
        if not wants_json:
            return redirect("accounts:profile")
        return JsonResponse(actions.preferences_of(request.user))
    try:
        actions.change_preferences(agent=request.user, **_wanted(request.POST))
    except ValidationError as refusal:
        if wants_json:
            return JsonResponse({"errors": refusal.message_dict}, status=422)
        return HttpResponse(" ".join(refusal.messages), status=422, content_type="text/plain; charset=utf-8")
    return JsonResponse(actions.preferences_of(request.user)) if wants_json else redirect(next_page(request))


def _wanted(given: QueryDict) -> dict[str, Any]:
    wanted: dict[str, Any] = {key: given[key] for key in _TEXTS if key in given}
    if wanted.get("theme") == "system":
        wanted["theme"] = ""
    wanted |= {key: given[key] == "1" for key in _SWITCHES if key in given}
    if "undo_seconds" in given:
        wanted["undo_seconds"] = checked_number(given["undo_seconds"], field="undo_seconds", low=0, high=30)
    return wanted


_PROFILE = (
    "name", "public_name", "language", "theme", "time_zone", "single_keys", "density", "start_page", "undo_seconds", "has_sound",
)  # fmt: skip


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, colours, time zone, keys."""
    form = _profile_form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_preferences(agent=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", _profile(request, form=form))


@require_POST
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """Other single keys than the usual ones; a conflict is told at the key."""
    form = KeysForm(request.POST, chosen=request.user.keys)
    if form.is_valid():
        chosen = {} if "reset" in request.POST else form.keys()
        try:
            actions.change_preferences(agent=request.user, keys=chosen)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", _profile(request, keys_form=form))


def _profile_form(request: HttpRequest, given: QueryDict | None = None) -> ProfileForm:
    agent = request.user
    return ProfileForm(given, initial={field: getattr(agent, field) for field in _PROFILE}, agent=agent)


@signed_in
@sensitive_post_parameters("current", "password")
def password(request: HttpRequest) -> HttpResponse:
    """Choose another password; every other session ends."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(request=request, agent=request.user, **form.cleaned_data)
        except (ValidationError, actions.TooManyAttempts) as refusal:
            form.refuse(_as_validation(refusal))
        else:
            leave_notice(request, _("Your password is changed. Everywhere else you have to sign in again."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", _profile(request, password_form=form))


@require_POST
@signed_in
@sensitive_post_parameters("sessions-current")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    form = SessionsForm(request.POST)
    if form.is_valid():
        try:
            actions.end_other_sessions(request=request, agent=request.user, **form.cleaned_data)
        except (ValidationError, actions.TooManyAttempts) as refusal:
            form.refuse(_as_validation(refusal))
        else:
            leave_notice(request, _("Everywhere else you have to sign in again."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", _profile(request, sessions_form=form))


def _as_validation(refusal: Exception) -> ValidationError:
    if isinstance(refusal, actions.TooManyAttempts):
        return ValidationError({"current": _patience(refusal.seconds)})
    return refusal if isinstance(refusal, ValidationError) else ValidationError(str(refusal))


def _profile(request: HttpRequest, **forms: object) -> dict[str, object]:
    shown = {
        "form": _profile_form(request),
        "keys_form": KeysForm(chosen=request.user.keys),
        "password_form": PasswordForm(),
        "sessions_form": SessionsForm(),
        "parts": profile_parts(request),
        **forms,
    }
    return settings_context(request, "profile", **shown)
