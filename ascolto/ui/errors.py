"""Pages for what went wrong: what happened, that nothing was lost, and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not sent from our page (or the page is very old)."""
    return render(request, "ui/error.html", {"status": 403, "what": "csrf"}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "ui/error.html", {"status": 404, "what": "not_found"}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "ui/error.html", {"status": 403, "what": "forbidden"}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/error.html", {"status": 500, "what": "server"}, status=500)
