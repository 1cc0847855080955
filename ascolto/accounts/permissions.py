"""What people may do, on one page. Each role has some of it; a view or an action asks for one by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

_ADMINISTRATORS = frozenset({"administrator"})
_LEADS = _ADMINISTRATORS | {"lead"}
_COLLEAGUES = _LEADS | {"agent"}


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that somebody may do: its words, and the built-in roles that have it."""

    name: str
    label: str | Promise
    roles: frozenset[str]

    @property
    def about(self) -> str:
        """The thing it is about: the first part of its name."""
        return self.name.partition(".")[0]


PERMISSIONS: dict[str, Permission] = {
    permission.name: permission
    for permission in (
        Permission("conversations.see_all", _("See every conversation"), _LEADS),
        Permission("conversations.reply", _("Answer customers"), _COLLEAGUES),
        Permission("conversations.manage", _("Assign, resolve, label, snooze"), _COLLEAGUES),
        Permission("conversations.merge", _("Merge and split conversations"), _COLLEAGUES),
        Permission("conversations.bulk", _("Change many conversations at once"), _COLLEAGUES),
        Permission("conversations.approve", _("Approve other people's answers"), _LEADS),
        Permission("customers.see", _("Open customers' pages"), _COLLEAGUES),
        Permission("customers.change", _("Change what is known about customers"), _COLLEAGUES),
        Permission("customers.merge", _("Merge customers"), _COLLEAGUES),
        Permission("customers.block", _("Block customers"), _COLLEAGUES),
        Permission("customers.export", _("Export a customer's data"), _LEADS),
        Permission("customers.erase", _("Erase a customer's data"), _ADMINISTRATORS),
        Permission("customers.fields", _("Define fields of customers"), _LEADS),
        Permission("departments.ask", _("Ask departments"), _COLLEAGUES),
        Permission("departments.manage", _("Define departments"), _LEADS),
        Permission("problems.manage", _("Open and close problems"), _COLLEAGUES),
        Permission("labels.manage", _("Define labels"), _LEADS),
        Permission("replies.write", _("Write saved replies and macros of one's teams"), _COLLEAGUES),
        Permission("replies.share", _("Write saved replies and macros for everybody"), _LEADS),
        Permission("views.share", _("Share views"), _LEADS),
        Permission("rules.manage", _("Write automation rules"), _LEADS),
        Permission("bot.see", _("See the bot's flows and what they do"), _LEADS),
        Permission("bot.manage", _("Write and publish the bot's flows"), _ADMINISTRATORS),
        Permission("promises.manage", _("Define promises and hours"), _LEADS),
        Permission("routing.manage", _("Define who gets what"), _LEADS),
        Permission("inboxes.see", _("See inboxes and their health"), _LEADS),
        Permission("inboxes.manage", _("Connect and change inboxes"), _ADMINISTRATORS),
        Permission("people.manage", _("Manage people, teams and roles"), _ADMINISTRATORS),
        Permission("company.manage", _("Change the company and its appearance"), _ADMINISTRATORS),
        Permission("models.see", _("See topics, models and how good they are"), _LEADS),
        Permission(
            "models.manage", _("Define topics, choose models and the language model"), _ADMINISTRATORS
        ),
        Permission("charter.see", _("See the Charter's settings"), _LEADS),
        Permission("charter.manage", _("Change the Charter's settings"), _ADMINISTRATORS),
        Permission("log.see", _("Read the log"), _ADMINISTRATORS),
        Permission("tokens.make", _("Make API tokens"), _COLLEAGUES),
    )
}

GROUPS: dict[str, str | Promise] = {  # what the names begin with, as the matrix of roles calls it
    "conversations": gettext_lazy("Conversations"),
    "customers": gettext_lazy("Customers"),
    "departments": gettext_lazy("Departments"),
    "problems": gettext_lazy("Problems"),
    "labels": gettext_lazy("Labels"),
    "replies": gettext_lazy("Saved replies and macros"),
    "views": gettext_lazy("Views"),
    "rules": gettext_lazy("Automation"),
    "bot": gettext_lazy("Bot"),
    "promises": gettext_lazy("Promises"),
    "routing": gettext_lazy("Who gets what"),
    "inboxes": gettext_lazy("Inboxes"),
    "people": gettext_lazy("People"),
    "company": gettext_lazy("Company"),
    "models": gettext_lazy("Understanding"),
    "charter": gettext_lazy("Charter"),
    "log": gettext_lazy("Log"),
    "tokens": gettext_lazy("API tokens"),
}


def of_role(role: str) -> frozenset[str]:
    """The names of everything that a built-in role may do."""
    return frozenset(name for name, permission in PERMISSIONS.items() if role in permission.roles)


def written(permissions: Collection[str]) -> str:
    """Names as an agent's row keeps them, each between spaces so that a query can look for one. Unknown ones are dropped."""
    return "".join(f" {name} " for name in PERMISSIONS if name in permissions)


def read(kept: str) -> frozenset[str]:
    """What `written` wrote; a permission of a later version that is not known here is not granted."""
    return frozenset(kept.split()) & PERMISSIONS.keys()


def rank_of(base: str, permissions: Collection[str]) -> str:
    """The built-in role whose doors a custom role opens. Never administrator: nobody is one by a role made by hand."""
    if "conversations.see_all" in permissions:
        return "lead"
    return "guest" if base == "guest" else "agent"


def sentence(permissions: Collection[str]) -> str:
    """A role in words: "May answer customers, …; may not merge customers, …"."""
    may = [_small(p.label) for p in PERMISSIONS.values() if p.name in permissions]
    not_may = [_small(p.label) for p in PERMISSIONS.values() if p.name not in permissions]
    if not not_may:
        return gettext("May do everything.")
    if not may:
        return gettext("May only read and leave notes where they are asked.")
    return gettext("May: %(may)s. May not: %(not_may)s.") % {"may": _listed(may), "not_may": _listed(not_may)}


def _small(label: str | Promise) -> str:
    text = str(label)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)
