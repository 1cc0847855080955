"""A short cut: what machines ask needs none of the pages' machinery (sessions, form tokens, languages, pages' policy)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ascolto.api import door
from ascolto.api.urls import PAGES


class ShortCut:
    """First in the list of middleware: answers requests of the API before anything else is done for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith("/api/") and not path.startswith(PAGES):
            return door.answer(request)
        return self.get_response(request)
