"""The sections of the settings. A new settings screen is one line here; rooms above are known by the name of an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import administrators, colleagues, everybody, leads
from ascolto.ui.shell import shell_context

_NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Section:
    """A settings screen: its key, words, address, icon, and who sees it."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    seen_by: Callable[[Any], bool]


SECTIONS = (
    Section("inboxes", _("Inboxes"), "workspace:inboxes", "inbox", leads),
    Section("dead-letters", _("Dead letters"), "workspace:dead-letters", "triangle-alert", leads),
    Section("saved-replies", _("Saved replies"), "knowledge:replies", "message-square-text", colleagues),
    Section("people", _("People"), "workspace:people", "users", administrators),
    Section("teams", _("Teams"), "workspace:teams", "layers", administrators),
    Section("promises", _("Promises"), "sla:promises", "timer", leads),
    Section("routing", _("Who gets what"), "routing:rules", "split", leads),
    Section("topics", _("Topics"), "understanding:topics", "tags", leads),
    Section("models", _("Models"), "understanding:models", "lightbulb", leads),
    Section("quality", _("How good is it?"), "understanding:quality", "scale", leads),
    Section("charter", _("Charter"), "charter:settings", "scroll-text", leads),
    Section("language-model", _("Language model"), "generation:settings", "bot", administrators),
    Section("company", _("Company"), "workspace:company", "house", administrators),
    Section("audit", _("Log"), "workspace:audit", "scroll-text", administrators),
    Section("tokens", _("API tokens"), "workspace:tokens", "key", colleagues),
    Section("profile", _("Your profile"), "accounts:profile", "user-round", everybody),
)


def sections_for(request: HttpRequest, current: str = "") -> list[dict[str, Any]]:
    """The sections this person may open."""
    return [
        {
            "key": item.key,
            "label": item.label,
            "href": href,
            "icon": item.icon,
            "is_current": item.key == current,
        }
        for item in SECTIONS
        if item.seen_by(request.user) and (href := url_or_none(item.url_name))
    ]


def leave_notice(request: HttpRequest, text: str, *, tone: str = "ok") -> None:
    """Say something on the next settings screen, once. Never a secret: it rests in the session."""
    request.session[_NOTICE] = {"text": str(text), "tone": tone}


def taken_notice(request: HttpRequest) -> dict[str, str]:
    """What the screen before left to say; it is said once."""
    left = request.session.pop(_NOTICE, "")
    return left if isinstance(left, dict) else {"text": left, "tone": "ok"}


def settings_context(request: HttpRequest, section: str, **context: Any) -> dict[str, Any]:
    """The context of `accounts/settings.html`."""
    left = taken_notice(request)
    return {
        **shell_context(request, current="settings"),
        "sections": sections_for(request, section),
        "notice": left["text"],
        "notice_tone": left["tone"],
        **context,
    }
