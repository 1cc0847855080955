"""What the signed-in shell needs to know about the reader and where they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import ITEMS, Item, alerts_for, in_foot, scripts, waiting_for


def shell_context(request: HttpRequest, *, current: str) -> dict[str, Any]:
    """The context of `ui/app.html`; `current` is the key of the navigation item that is open."""
    waiting = waiting_for(request.user)
    foot = in_foot(request.user)
    return {
        "foot_parts": [template for _name, template, _content in foot],
        **{name: content for name, _template, content in foot},
        "scripts": scripts(),
        "waiting": waiting,
        "alerts": alerts_for(request.user),
        "company": getattr(request, "company", None),
        "navigation": _places(request, current),
        "home": url_or_none("desk:queue") or "/",
        "search_url": url_or_none("desk:search"),
        "palette_url": url_or_none("desk:palette"),
        "preferences_url": url_or_none("accounts:preferences"),
        "sign_out_url": url_or_none("accounts:sign-out"),
    }


def _places(request: HttpRequest, current: str) -> dict[str, list[dict[str, Any]]]:
    places: dict[str, list[dict[str, Any]]] = {"main": [], "foot": []}
    for item in ITEMS:
        href = url_or_none(item.url_name)
        if href and item.seen_by(request.user):
            places[item.place].append(_place(item, href, request, current))
    return places


def _place(item: Item, href: str, request: HttpRequest, current: str) -> dict[str, Any]:
    return {
        "key": item.key,
        "label": item.label,
        "href": href,
        "icon": item.icon,
        "go": item.go,
        "is_tab": item.is_tab,
        "is_current": item.key == current,
        "is_page": href == request.path,
    }
