"""The application that the server runs: the edge before Django, put together here."""

from __future__ import annotations

import os
from typing import Any

THREADS = 4  # more never helped: one writer, one interpreter


def with_static_files(django: Any) -> Any:
    """Django behind its static files; their address holds a digest of their content, so browsers may keep them for ever."""
    from django.conf import settings
    from whitenoise import WhiteNoise

    application = WhiteNoise(django, immutable_file_test=lambda path, url: True)
    for folder in sorted(settings.PACKAGE.glob("*/static")):
        application.add_files(str(folder), prefix=settings.STATIC_URL)
    return application


def make_application() -> Any:
    """A fresh application: one for each serving process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    from django.core.wsgi import get_wsgi_application

    django = get_wsgi_application()  # models can be imported from here on
    from a2wsgi import WSGIMiddleware
    from django.conf import settings

    from ascolto.contact.live import messages_after, visitor_of
    from ascolto.realtime.edge import Edge
    from ascolto.realtime.streams import Chat

    in_threads: Any = WSGIMiddleware(with_static_files(django), workers=THREADS)
    return Edge(
        in_threads,
        chat=Chat(visitor_of=visitor_of, messages_after=messages_after),
        base_url=settings.BASE_URL,
        max_bytes=settings.HOOK_MAX_BYTES,
    )


application = make_application()
