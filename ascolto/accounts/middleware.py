"""What every request of a signed-in person carries: company, language, time zone; and the end of a forgotten session."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from ascolto.accounts.models import Company
from ascolto.kit.clock import now

IDLE_LIMIT = timedelta(hours=24)  # a screen that nobody touched for a day is closed
_NOTED_EVERY = timedelta(minutes=5)
_SEEN = "seen_at"


def _spoken() -> frozenset[str]:
    """The languages of the interface; asked each time, so that a further one is a line of the settings and a catalogue."""
    return frozenset(code for code, _ in settings.LANGUAGES)


def _language(request: HttpRequest) -> str:
    if request.user.is_authenticated and request.user.language in _spoken():
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in _spoken() else translation.get_language_from_request(request)


class Preferences:
    """Language: profile, then cookie, then browser. Time zone: profile, then company."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.company = SimpleLazyObject(Company.current)  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            end_idle_session(request)
        language = _language(request)
        with translation.override(language), timezone.override(self._zone(request)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        return response

    def _zone(self, request: HttpRequest) -> zoneinfo.ZoneInfo | None:
        if not request.user.is_authenticated:
            return None
        try:
            return zoneinfo.ZoneInfo(request.user.time_zone or request.company.time_zone)  # type: ignore[attr-defined]
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return None


def end_idle_session(request: HttpRequest) -> None:
    """Sign out who did nothing for a day; else note, every few minutes, that they are here."""
    moment = int(now().timestamp())
    seen = request.session.get(_SEEN)
    if isinstance(seen, int) and moment - seen > IDLE_LIMIT.total_seconds():
        logout(request)
    elif not isinstance(seen, int) or moment - seen > _NOTED_EVERY.total_seconds():
        request.session[_SEEN] = moment
