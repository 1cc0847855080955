"""What the palette finds: commands, places, conversations, customers, colleagues. Only what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.accounts.sections import sections_for
from ascolto.accounts.selectors import assignable_agents
from ascolto.conversations.opening import agent_of
from ascolto.desk.queue import SIGNS
from ascolto.kit.text import clean, excerpt
from ascolto.search.selectors import Hit, find
from ascolto.ui.commands import ANYWHERE, CONVERSATION, Command, commands
from ascolto.ui.jinja import url_or_none

LONGEST = 200
EACH = 5  # of a kind
FEWEST = 2  # letters from which customers and conversations are looked for


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the palette: it leads to an address, or does what a key does."""

    label: str
    icon: str
    href: str = ""
    key: str = ""
    keys: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    options: list[Option]


def groups_for(request: HttpRequest, text: str, *, in_conversation: bool) -> list[Group]:
    """What fits the words, commands first; without words the commands and the places."""
    wanted, agent = " ".join(clean(text, LONGEST).split()), agent_of(request)
    found = [
        Group(_("This conversation"), _commands(wanted, CONVERSATION) if in_conversation else []),
        Group(_("Do"), _commands(wanted, "list", ANYWHERE)),
        Group(_("Go to"), _places(request, wanted)),
    ]
    if len(wanted) >= FEWEST:
        hits = find(agent, wanted, limit=EACH * 2).hits
        found += [
            Group(_("Conversations"), [_conversation(hit) for hit in hits[:EACH]]),
            Group(_("Customers"), _customers(agent, wanted)),
            Group(_("Colleagues"), _colleagues(agent, wanted)),
        ]
    return [group for group in found if group.options]


def _fits(label: str, wanted: str) -> bool:
    """Whether every word begins a word of the label, in any order and without regard to case."""
    words = label.casefold().replace("’", " ").replace("'", " ").split()
    return all(any(word.startswith(part) for word in words) for part in wanted.casefold().split())


def _commands(wanted: str, *places: str) -> list[Option]:
    return [
        _command(one)
        for one in commands()
        if one.in_palette and one.place in places and _fits(str(one.label), wanted)
    ]


def _command(command: Command) -> Option:
    return Option(str(command.label), command.icon, key=command.key, keys=command.keys)


def _places(request: HttpRequest, wanted: str) -> list[Option]:
    """Views of the desk and, when somebody types, screens of the settings; rooms are read from the page's own navigation."""
    home = reverse("desk:queue")
    views = [Option(str(label), icon, f"{home}?view={key}") for key, (label, icon) in SIGNS.items()]
    screens = (
        [
            Option(str(one["label"]), one["icon"], one["href"], note=_("Settings"))
            for one in sections_for(request)
        ]
        if wanted
        else []
    )
    return _fitting([*views, *screens], wanted)[: EACH + 3]


def _fitting(options: Iterable[Option], wanted: str) -> list[Option]:
    return [option for option in options if _fits(option.label, wanted)]


def _conversation(hit: Hit) -> Option:
    row = hit.row
    return Option(
        label=row["customer__name"] or _("Unknown customer"),
        icon="message-circle",
        href=reverse("desk:thread", args=[row["number"]]),
        note=f"{row['number']} · {excerpt(row['subject'] or row['preview'], 60)}",
    )


def _customers(agent: Agent, wanted: str) -> list[Option]:
    """Customers of conversations that the reader may see, by a name or a handle."""
    quoted = wanted.replace('"', " ")
    seen: dict[int, Option] = {}
    for hit in find(agent, f'from:"{quoted}"', limit=EACH * 3).hits:
        row = hit.row
        href = url_or_none("directory:customer", row["customer_id"]) or reverse(
            "desk:thread", args=[row["number"]]
        )
        seen.setdefault(row["customer_id"], Option(row["customer__name"] or quoted, "user-round", href))
    return list(seen.values())[:EACH]


def _colleagues(agent: Agent, wanted: str) -> list[Option]:
    """Colleagues lead to what they hold."""
    if agent.is_guest:
        return []
    home, named = reverse("desk:queue"), assignable_agents().filter(name__icontains=wanted.split()[0])[:50]
    options = [
        Option(one.name, "user-round", f"{home}?view=all&assignee={one.pk}", note=_("what they hold"))
        for one in named
    ]
    return _fitting(options, wanted)[:EACH]
