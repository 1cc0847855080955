"""The sections of the settings. A new settings screen is one line here; rooms above are known by the name of an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ascolto.ui.jinja import url_or_none
from ascolto.ui.navigation import colleagues, everybody, who_may
from ascolto.ui.shell import shell_context

_NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Section:
    """A settings screen: its key, words, address, icon, and who sees it.

    `group` is one of GROUPS; `words` is what else people call it, in each language, for the search.
    """

    key: str
    label: str | Promise
    url_name: str
    icon: str
    seen_by: Callable[[Any], bool]
    group: str = "automation"
    words: str | Promise = ""


GROUPS: dict[str, str | Promise] = {
    "channels": _("Channels"),
    "people": _("People"),
    "promises": _("Promises and who gets what"),
    "answers": _("Answers"),
    "automation": _("Automation"),
    "understanding": _("Understanding"),
    "look": _("Company and appearance"),
    "security": _("Security and log"),
    "you": _("You"),
}

SECTIONS = (
    Section(
        "inboxes",
        _("Inboxes"),
        "workspace:inboxes",
        "inbox",
        who_may("inboxes.see", "inboxes.manage"),
        "channels",
        _("channels, WhatsApp, e-mail, Facebook, Instagram, chat, telephone, accounts"),
    ),
    Section(
        "dead-letters",
        _("Dead letters"),
        "workspace:dead-letters",
        "triangle-alert",
        who_may("inboxes.see", "inboxes.manage"),
        "channels",
        _("failed deliveries, errors, what was set aside"),
    ),
    Section(
        "saved-replies",
        _("Saved replies"),
        "knowledge:replies",
        "message-square-text",
        colleagues,
        "answers",
        _("canned responses, text modules, templates, macros, shortcuts"),
    ),
    Section(
        "macros",
        _("Macros"),
        "automation:macros",
        "zap",
        who_may("conversations.manage"),
        "answers",
        _("several steps at once, shortcuts, quick actions"),
    ),
    Section(
        "rules",
        _("Rules"),
        "automation:rules",
        "repeat-2",
        who_may("rules.manage"),
        "automation",
        _("automation, triggers, workflows, when this then that"),
    ),
    Section(
        "bot",
        _("Bot"),
        "bot:flows",
        "bot",
        who_may("bot.see", "bot.manage"),
        "automation",
        _("chatbot, IVR, flows, telephone menu, dialogue, automatic answers, inboxes"),
    ),
    Section(
        "people",
        _("People"),
        "workspace:people",
        "users",
        who_may("people.manage"),
        "people",
        _("colleagues, agents, users, invite, import, accounts"),
    ),
    Section(
        "teams",
        _("Teams"),
        "workspace:teams",
        "layers",
        who_may("people.manage"),
        "people",
        _("groups of colleagues, departments, members"),
    ),
    Section(
        "roles",
        _("Roles"),
        "workspace:roles",
        "shield-check",
        who_may("people.manage"),
        "people",
        _("permissions, rights, access, who may do what"),
    ),
    Section(
        "departments",
        _("Departments"),
        "collaboration:departments",
        "split",
        who_may("departments.manage"),
        "people",
        _("other departments, guests, requests, internal questions"),
    ),
    Section(
        "promises",
        _("Promises"),
        "sla:promises",
        "timer",
        who_may("promises.manage"),
        "promises",
        _("SLA, deadlines, response times, opening hours, holidays, closing days, calendars, escalation"),
    ),
    Section(
        "routing",
        _("Who gets what"),
        "routing:rules",
        "split",
        who_may("routing.manage"),
        "promises",
        _("assignment, distribution, skills, shifts, absences, capacity, VIP customers"),
    ),
    Section(
        "labels",
        _("Labels"),
        "workspace:labels",
        "tag",
        who_may("labels.manage"),
        "answers",
        _("tags, categories, taxonomy, colours"),
    ),
    Section(
        "approvals",
        _("Approvals"),
        "composing:rules",
        "shield-check",
        who_may("inboxes.manage"),
        "answers",
        _("four eyes, approve answers, new colleagues, review before sending"),
    ),
    Section(
        "blocked",
        _("Blocked people"),
        "workspace:blocked",
        "shield-alert",
        who_may("customers.block"),
        "security",
        _("spam, senders, refused, unblock"),
    ),
    Section(
        "topics",
        _("Topics"),
        "understanding:topics",
        "tags",
        who_may("models.see"),
        "understanding",
        _("categories, subjects, intents"),
    ),
    Section(
        "models",
        _("Models"),
        "understanding:models",
        "lightbulb",
        who_may("models.see"),
        "understanding",
        _("artificial intelligence, versions, learning"),
    ),
    Section(
        "quality",
        _("How good is it?"),
        "understanding:quality",
        "scale",
        who_may("models.see"),
        "understanding",
        _("accuracy, errors, bias, how often it is right"),
    ),
    Section(
        "charter",
        _("Charter"),
        "charter:settings",
        "scroll-text",
        who_may("charter.see", "charter.manage"),
        "promises",
        _("guarantees, thresholds, signatures, public page"),
    ),
    Section(
        "language-model",
        _("Language model"),
        "generation:settings",
        "bot",
        who_may("models.manage"),
        "understanding",
        _("AI, artificial intelligence, LLM, server, key, translation, suggestions"),
    ),
    Section(
        "customer-fields",
        _("Customer fields"),
        "directory:field-settings",
        "list-filter",
        who_may("customers.fields"),
        "people",
        _("custom fields, attributes, contract, customer data"),
    ),
    Section(
        "appearance",
        _("Appearance"),
        "workspace:appearance",
        "image",
        who_may("company.manage"),
        "look",
        _("logo, colours, brand, accent, favicon"),
    ),
    Section(
        "company",
        _("Company"),
        "workspace:company",
        "house",
        who_may("company.manage"),
        "look",
        _("name, language, time zone, reopening"),
    ),
    Section(
        "audit",
        _("Log"),
        "workspace:audit",
        "scroll-text",
        who_may("log.see"),
        "security",
        _("audit, history, who changed what, export"),
    ),
    Section(
        "tokens",
        _("API tokens"),
        "workspace:tokens",
        "key",
        who_may("tokens.make"),
        "security",
        _("keys, API, integrations, machines"),
    ),
    Section(
        "notifications",
        _("Notifications"),
        "notifications:wishes",
        "bell",
        everybody,
        "you",
        _("alerts, push, digest, quiet hours, do not disturb"),
    ),
    Section(
        "profile",
        _("Your profile"),
        "accounts:profile",
        "user-round",
        everybody,
        "you",
        _("password, language, theme, dark, keyboard shortcuts, signature, sound, time zone"),
    ),
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


def grouped_sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections this person may open, by group, in the order of GROUPS; empty groups are left out."""
    of = {item.key: item.group for item in SECTIONS}
    mine = sections_for(request)
    return [
        {"key": key, "label": label, "sections": those}
        for key, label in GROUPS.items()
        if (those := [section for section in mine if of[section["key"]] == key])
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
        "overview_open": section == "overview",
        "notice": left["text"],
        "notice_tone": left["tone"],
        **context,
    }
