"""Ascolto as an app on a telephone or a desktop: its manifest, its icons, its service worker, and the page for when the network is away."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import public
from ascolto.accounts.models import Company
from ascolto.ui.jinja import url_or_none

STATIC = Path(__file__).parent / "static" / "notifications"
SIZES = (192, 512)
PAPER, INK = (
    "#e1ecf6",
    "#2d6696",
)  # --sidebar and --carta of tokens.css: a manifest knows no custom properties


@public
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The W3C web app manifest."""
    company = Company.current()
    icons = [
        {
            "src": reverse("notifications:icon", args=[size]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in SIZES
        for purpose in ("any", "maskable")
    ]
    shortcuts = [
        {"name": str(name), "url": address}
        for name, address in (
            (_("To answer"), url_or_none("desk:queue")),
            (_("Notifications"), reverse("notifications:list")),
        )
        if address
    ]
    told = {
        "id": "/",
        "name": f"{company.name} · Ascolto" if company.name else "Ascolto",
        "short_name": company.name[:12] or "Ascolto",
        "description": _("Customer care on every channel."),
        "lang": get_language() or "en",
        "start_url": url_or_none("desk:queue") or "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK,
        "icons": icons,
        "shortcuts": shortcuts,
    }
    return JsonResponse(told, content_type="application/manifest+json")


@public
@require_safe
def background_script(request: HttpRequest) -> HttpResponse:
    """The app's service worker, at the root so that it serves every page."""
    script = (STATIC / "service-worker.js").read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def icon(request: HttpRequest, size: int) -> FileResponse:
    """The app's icon, at an address that never changes."""
    if size not in SIZES:
        raise Http404
    response = FileResponse((STATIC / f"app-{size}.png").open("rb"), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown while the network is away; kept by the service worker."""
    return render(request, "notifications/offline.html")
