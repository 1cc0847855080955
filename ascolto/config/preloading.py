"""What the parts of the product share: the supervisor loads it before it forks, and what nobody changes afterwards lies in memory once.

A page of memory stays shared until somebody writes to it, and Python writes wherever it looks: it counts who holds an object inside the
object. So not only the code is loaded here; what Django finds out about models, addresses and templates at their first use is found out,
too, or each part would walk through half of the memory to find it, and own what it walked through.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from contextvars import copy_context
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.shortcuts import resolve_url

log = logging.getLogger(__name__)
_SHARED = (
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.loops.uvloop",
    "uvicorn.lifespan.on",
    "uvicorn.middleware.proxy_headers",
    "django.core.handlers.wsgi",
    "django.contrib.auth.backends",
    "django.contrib.sessions.backends.db",
    "django.core.cache.backends.locmem",
    "django.db.models.sql.compiler",
    "django.template.backends.jinja2",
    "a2wsgi",
    "whitenoise",
    "ascolto.config.urls",
    "ascolto.ui.jinja",
    "ascolto.realtime.edge",
    "ascolto.contact.live",
    "ascolto.intake.worker",
    "ascolto.intake.pollers",
    "ascolto.intake.media",
    "ascolto.intake.naming",
    "ascolto.intake.renewing",
    "ascolto.delivery.worker",
    "ascolto.generation.worker",
    "ascolto.notifications.worker",
    "ascolto.routing.worker",
    "ascolto.automation.worker",
    "ascolto.bot.aside",
    "ascolto.bot.worker",
    "ascolto.sla.worker",
    "ascolto.composing.worker",
    "ascolto.events.consumers",
)
_RELATIONS = ("_relation_tree", "fields_map", "_forward_fields_map", "concrete_fields", "related_objects")


def preload() -> None:
    """Load the code that the parts use, so that they share it."""
    from ascolto.bot.live import house_flows
    from ascolto.channels.registry import all_adapters

    for name in _SHARED:
        importlib.import_module(name)
    all_adapters()
    house_flows()
    for model in apps.get_models(include_auto_created=True):
        _relate(model)


def rehearse() -> None:
    """Answer a page to nobody before the web is forked: a third of what a web needs for itself is touched by its first page.

    The tables must be there. A rehearsal that fails is told to the log and hinders nothing; no connection stays open.
    """
    try:
        copy_context().run(_answer_nobody)  # what the page sets (language, time zone) ends with it
    except Exception:
        log.exception("the first page could not be rehearsed")
    finally:
        connections.close_all()


def _answer_nobody() -> None:
    from django.core.handlers.wsgi import WSGIHandler

    importlib.import_module("ascolto.config.asgi")
    asked = {"PATH_INFO": resolve_url(settings.LOGIN_URL)}
    setup_testing_defaults(asked)
    answer = WSGIHandler()(asked, _start)
    try:
        for _ in answer:
            pass
    finally:
        answer.close()


def _start(*_: Any) -> Callable[[bytes], object]:
    """Nobody hears the head."""
    return bytes


def _relate(model: type[Model]) -> None:
    """Let Django find out who points to a model."""
    meta = model._meta
    meta.get_fields()
    for name in _RELATIONS:
        getattr(meta, name)
