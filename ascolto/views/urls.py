"""Addresses of saved views, and of what is done to many conversations at once."""

from __future__ import annotations

from django.urls import path

from ascolto.views.views import arranging, building, bulk

app_name = "views"
urlpatterns = [
    path("views/", arranging.arrange, name="arrange"),
    path("views/new/", building.new, name="new"),
    path("views/build/", building.build, name="build"),
    path("views/density/", arranging.density, name="density"),
    path("views/seen/", arranging.seen, name="seen"),
    path("views/bulk/", bulk.change, name="bulk"),
    path("views/bulk/bar/", bulk.bar, name="bulk-bar"),
    path("views/bulk/<int:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("views/<int:pk>/", building.edit, name="edit"),
    path("views/<int:pk>/copy/", arranging.copy, name="copy"),
    path("views/<int:pk>/remove/", arranging.remove, name="remove"),
    path("views/<int:pk>/restore/", arranging.restore, name="restore"),
]
