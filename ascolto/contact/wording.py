"""In which language a door speaks to somebody who has no account here."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


def reader_language(request: HttpRequest, fallback: str) -> str:
    """The address's own `?language=`, else the browser's, else the inbox's."""
    asked = request.GET.get("language", "")[:2].lower()
    if asked in LANGUAGES:
        return asked
    if request.headers.get("Accept-Language"):
        return get_language_from_request(request)
    return fallback if fallback in LANGUAGES else settings.LANGUAGE_CODE
