"""Addresses below `/api/`."""

from __future__ import annotations

from django.urls import path, re_path

from ascolto.api import views

app_name = "api"
PAGES = ("/api/v1/docs", "/api/v1/openapi.json", "/api/problems/")  # for people: with everything pages have
urlpatterns = [
    path("v1/docs", views.docs, name="docs"),
    path("v1/openapi.json", views.description, name="openapi"),
    path("problems/<slug:slug>", views.problem, name="problem"),
    re_path(r"^.*$", views.door, name="door"),
]
