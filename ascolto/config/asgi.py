"""The application that the server runs: the edge before Django, put together here."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from ascolto.realtime.edge import Edge
from ascolto.realtime.streams import Chat

THREADS = 4  # more never helped: one writer, one interpreter


def with_static_files(django: Any) -> WhiteNoise:
    """Django behind its static files; their address holds a digest of their content, so browsers may keep them for ever."""
    application = WhiteNoise(django, immutable_file_test=lambda path, url: True)
    for folder in sorted(settings.PACKAGE.glob("*/static")):
        application.add_files(str(folder), prefix=settings.STATIC_URL)
    return application


def make_application() -> Edge:
    """A fresh application: one for each serving process."""
    django = get_wsgi_application()
    from ascolto.contact.live import messages_after, visitor_of

    return Edge(
        WSGIMiddleware(with_static_files(django), workers=THREADS),
        chat=Chat(visitor_of=visitor_of, messages_after=messages_after),
        base_url=settings.BASE_URL,
        max_bytes=settings.HOOK_MAX_BYTES,
    )


application = make_application()
