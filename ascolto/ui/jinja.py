"""The Jinja2 environment of every screen."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Autoescaping templates with `url()`, `static()`, `_()` and `ngettext()`."""
    env = Environment(**options)  # noqa: S701 - autoescape is among the options
    env.globals.update({"url": _url, "static": static, "_": gettext, "gettext": gettext, "ngettext": ngettext})
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)
