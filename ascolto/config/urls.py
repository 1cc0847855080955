"""Every address of the product that Django answers. `/hooks/` and the live streams are answered by the edge before it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("ascolto.api.urls")),
    path("", include("ascolto.config.health")),
    path("", include("ascolto.accounts.urls")),
    path("", include("ascolto.charter.urls")),
    path("", include("ascolto.contact.urls")),
    path("", include("ascolto.desk.urls")),
    path("", include("ascolto.knowledge.urls")),
    path("", include("ascolto.routing.urls")),
    path("", include("ascolto.generation.urls")),
    path("", include("ascolto.sla.urls")),
    path("", include("ascolto.routing.hand_off_urls")),
    path("", include("ascolto.understanding.urls")),
    path("", include("ascolto.wall.urls")),
    path("", include("ascolto.automation.urls")),
    path("", include("ascolto.bot.urls")),
    path("", include("ascolto.bot.beside_urls")),
    path("", include("ascolto.collaboration.urls")),
    path("", include("ascolto.composing.urls")),
    path("", include("ascolto.directory.urls")),
    path("", include("ascolto.notifications.urls")),
    path("", include("ascolto.views.urls")),
    path("", include("ascolto.workspace.urls")),
]

handler403 = "ascolto.ui.errors.forbidden"
handler404 = "ascolto.ui.errors.not_found"
handler500 = "ascolto.ui.errors.server_error"
