"""A file of people, looked at before anything is made: which column is what, and what is wrong with which line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.actions.checks import checked_email, checked_name
from ascolto.accounts.actions.importing import NewPerson
from ascolto.accounts.actions.invitations import name_from
from ascolto.accounts.actions.roles import CUSTOM
from ascolto.accounts.models import Agent, CustomRole, Role
from ascolto.accounts.permissions import of_role
from ascolto.kit.tables import Table
from ascolto.kit.text import fold

FIELDS: dict[str, str | Promise] = {
    "email": gettext_lazy("E-mail"),
    "name": gettext_lazy("Name"),
    "surname": gettext_lazy("Surname"),
    "role": gettext_lazy("Role"),
    "teams": gettext_lazy("Teams"),
    "languages": gettext_lazy("Languages"),
}
# what columns are called in other systems' files, folded; the first field that matches takes the column
_CALLED = {
    "email": ("email", "e mail", "e-mail", "mail", "posta", "indirizzo", "address", "login", "username"),
    "surname": ("surname", "last name", "lastname", "cognome", "family name"),
    "name": (
        "name",
        "full name",
        "nome",
        "nome completo",
        "first name",
        "firstname",
        "agent",
        "display name",
    ),
    "role": ("role", "ruolo", "profile", "profilo", "permission", "type"),
    "teams": (
        "team",
        "teams",
        "squadra",
        "squadre",
        "gruppo",
        "gruppi",
        "group",
        "groups",
        "department",
        "reparto",
    ),
    "languages": ("language", "languages", "lingua", "lingue", "skill", "skills", "competenze"),
}
_ROLES = {
    Role.ADMINISTRATOR: ("administrator", "admin", "amministratore", "amministratrice", "owner"),
    Role.LEAD: ("lead", "supervisor", "manager", "responsabile", "team lead", "light manager"),
    Role.AGENT: ("", "agent", "agente", "operatore", "operatrice", "user", "utente", "member"),
    Role.GUEST: ("guest", "ospite", "collaborator", "light agent"),
}
_SPLIT = re.compile(r"[;,|/]")
MOST_TEAMS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it would be made, or why it cannot be."""

    number: int
    email: str
    name: str
    role: str
    teams: tuple[str, ...]
    languages: tuple[str, ...]
    errors: tuple[str, ...] = ()

    def person(self) -> NewPerson:
        return NewPerson(self.email, self.name, self.role, self.teams)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every line, and what would be made besides the people."""

    lines: tuple[Line, ...]
    new_teams: tuple[str, ...]

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if not line.errors]

    @property
    def bad(self) -> list[Line]:
        return [line for line in self.lines if line.errors]


def guessed(heading: tuple[str, ...]) -> dict[str, int]:
    """The column of each field, by what it is called."""
    found: dict[str, int] = {}
    for place, title in enumerate(heading):
        bare = " ".join(re.sub(r"[_\W]+", " ", fold(title)).split())
        for field, names in _CALLED.items():
            if field not in found and bare in {" ".join(name.replace("-", " ").split()) for name in names}:
                found[field] = place
                break
    return found


class Reader:
    """Lines against what is there already: asked once, whatever the number of lines."""

    def __init__(self, by: Agent, teams: Mapping[str, str]) -> None:
        self._taken = set(Agent.objects.values_list("email", flat=True))
        self._teams = teams  # by their names without case
        roles = {fold(role.name): role for role in CustomRole.objects.filter(is_archived=False)}
        self._roles = {name: f"{CUSTOM}{role.pk}" for name, role in roles.items()}
        granted = by.granted
        self._may_give = {f"{CUSTOM}{role.pk}": role.granted <= granted for role in roles.values()}
        self._may_give |= {str(role): of_role(role) <= granted for role in Role.values}
        self._seen: dict[str, int] = {}

    def plan(self, table: Table, columns: Mapping[str, int]) -> Plan:
        """What would be made of a table. `columns`: field to place."""
        lines = tuple(
            self._line(
                number, {field: cells[place] for field, place in columns.items() if place < len(cells)}
            )
            for number, cells in zip(table.numbers, table.lines, strict=True)
        )
        named = {team.casefold(): team for line in lines if not line.errors for team in line.teams}
        return Plan(lines, tuple(team for key, team in named.items() if key not in self._teams))

    def _line(self, number: int, told: Mapping[str, str]) -> Line:
        errors: list[str] = []
        email = told.get("email", "")
        try:
            email = checked_email(email)
        except ValidationError as refusal:
            errors += refusal.messages
        else:
            if email in self._taken:
                errors.append(_("A colleague with this e-mail address exists already."))
            elif email in self._seen:
                errors.append(_("The same address is in line %(line)s.") % {"line": self._seen[email]})
            self._seen.setdefault(email, number)
        name = " ".join(filter(None, (told.get("name", ""), told.get("surname", "")))) or name_from(email)
        teams = tuple(
            dict.fromkeys(part.strip() for part in _SPLIT.split(told.get("teams", "")) if part.strip())
        )
        try:
            name = checked_name(name)
            teams = tuple(checked_name(team, limit=80) for team in teams)
        except ValidationError as refusal:
            errors += refusal.messages
        if len(teams) > MOST_TEAMS:
            errors.append(_("At most %(limit)s teams.") % {"limit": MOST_TEAMS})
        role = self._role(told.get("role", ""), errors)
        languages = tuple(
            part.strip().lower() for part in _SPLIT.split(told.get("languages", "")) if part.strip()
        )
        if any(not (part.isascii() and part.isalpha() and len(part) in {2, 3}) for part in languages):
            errors.append(_("Name a language by its two letters, for example it or en."))
        shown = tuple(self._teams.get(team.casefold(), team) for team in teams)
        return Line(number, email, name, role, shown, languages[:20], tuple(errors))

    def _role(self, text: str, errors: list[str]) -> str:
        wanted = fold(text)
        role = self._roles.get(wanted) or next(
            (str(value) for value, names in _ROLES.items() if wanted in names), ""
        )
        if not role:
            errors.append(_("There is no role “%(role)s”.") % {"role": text[:60]})
            return str(Role.AGENT)
        if not self._may_give[role]:
            errors.append(_("You cannot give this role: it may do more than you."))
        return role


def role_names() -> dict[str, str]:
    """Custom roles as plans name them, by their value."""
    return {f"{CUSTOM}{role.pk}": role.name for role in CustomRole.objects.all()}
