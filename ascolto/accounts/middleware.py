"""The signed-in person's language, theme and time zone, for the length of a request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from ascolto.accounts.models import Company

_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


def _language(request: HttpRequest) -> str:
    if request.user.is_authenticated and request.user.language in _LANGUAGES:
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in _LANGUAGES else translation.get_language_from_request(request)


class Preferences:
    """Language: profile, then cookie, then browser. Time zone: profile, then company."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language(request)
        with translation.override(language), timezone.override(self._zone(request)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        return response

    def _zone(self, request: HttpRequest) -> zoneinfo.ZoneInfo | None:
        name = (
            (request.user.time_zone or Company.current().time_zone) if request.user.is_authenticated else ""
        )
        try:
            return zoneinfo.ZoneInfo(name) if name else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return None
