"""Every address that Django answers is guarded, or public on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Everything that a stranger may open. A view that is not listed here needs a guard.
PUBLIC = {
    "ascolto.accounts.views.join",  # by invitation: the link is the key
    "ascolto.accounts.views.language",
    "ascolto.accounts.views.sign_in",
    "ascolto.api.views.description",
    "ascolto.api.views.docs",
    "ascolto.api.views.problem",
    "ascolto.charter.views.outside.our_charter",
    "ascolto.accounts.looks.logo",
    "ascolto.accounts.looks.style",
    "ascolto.contact.views.chat.module",
    "ascolto.contact.views.chat.widget",
    "ascolto.contact.views.form.embed",
    "ascolto.contact.views.form.page",
    "ascolto.config.health.healthz",
    "ascolto.config.health.readyz",
    "ascolto.notifications.installing.background_script",  # an installed app asks before anybody signs in
    "ascolto.notifications.installing.icon",
    "ascolto.notifications.installing.manifest",
    "ascolto.notifications.installing.offline",
}


def _views(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def _place(view: Any) -> str:
    return f"{view.__module__}.{getattr(view, '__qualname__', type(view).__name__)}"


def test_every_view_is_guarded() -> None:
    bare = [
        f"{address} {_place(view)}"
        for address, view in _views(get_resolver())
        if not getattr(view, "guard", "")
    ]
    assert bare == []


def test_every_public_view_is_listed() -> None:
    public = {_place(view) for _, view in _views(get_resolver()) if getattr(view, "guard", "") == "public"}
    assert public - PUBLIC == set(), (
        "public, but not listed: guard it, or list it in tests/house/test_doors.py"
    )
