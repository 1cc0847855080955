"""Who may open a view. Every view carries one of these marks; a house test looks for views without.

`@signed_in`: any person with an account, also a guest of a department. `@role_required("agent" | "lead" |
"administrator")`: that role or one above it. `@permitted("customers.merge")`: who may do that, whatever their role;
of several names one is enough. `@public`: everybody, on purpose. A door with another lock (token,
signature) says so with `@guarded_by("…")`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from ascolto.accounts.models import Agent, Role
from ascolto.accounts.permissions import PERMISSIONS

View = Callable[..., HttpResponse]
AnyView = TypeVar("AnyView", bound=Callable[..., Any])

_RANK = {Role.GUEST: 0, Role.AGENT: 1, Role.LEAD: 2, Role.ADMINISTRATOR: 3}


def is_at_least(agent: Agent, role: str) -> bool:
    """Whether the person has this role or one above it."""
    return _RANK.get(Role(agent.role), -1) >= _RANK[Role(role)]


def guarded_by(lock: str) -> Callable[[AnyView], AnyView]:
    """Mark a view that has a lock of its own ("token", "signature"); `view.guard` tells which."""

    def mark(view: AnyView) -> AnyView:
        view.guard = lock  # type: ignore[attr-defined]
        return view

    return mark


def public(view: AnyView) -> AnyView:
    """Mark a view that everybody may open, on purpose."""
    return guarded_by("public")(view)


def signed_in(view: View) -> View:
    """Only for a signed-in person; everybody else is asked to sign in and then comes back here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded_by("signed_in")(guarded)


def role_required(role: str) -> Callable[[View], View]:
    """Only for a person of this role or one above it. Others get the 403 page."""
    needed = Role(role)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not is_at_least(request.user, needed):
                raise PermissionDenied(f"needs the role {needed.value}")
            return view(request, *args, **kwargs)

        return guarded_by(f"role:{needed.value}")(guarded)

    return decorate


def permitted(*permissions: str) -> Callable[[View], View]:
    """Only for a person who may do one of these things of `accounts.permissions`. Others get the 403 page.

    Raises KeyError at once for a permission that is not there.
    """
    for name in permissions:
        PERMISSIONS[name]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not any(request.user.may(name) for name in permissions):
                raise PermissionDenied(f"needs {' or '.join(permissions)}")
            return view(request, *args, **kwargs)

        return guarded_by(f"may:{'|'.join(permissions)}")(guarded)

    return decorate


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; a script gets a 401 it can act on instead of a page in the wrong place."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    address = reverse(settings.LOGIN_URL) + (f"?{urlencode({'next': back})}" if back else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"status": 401, "title": "Sign in again."}, status=401)
    return redirect(address)
