"""The form of the route table: what each address takes and gives. The door and the OpenAPI description both read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.http import HttpRequest

from ascolto.accounts.models import Agent
from ascolto.api.tokens import Credential
from ascolto.bot.models import ExternalBot

BASE = "/api/v1"


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters, or an empty body."""


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request with everything it brought, read and checked."""

    request: HttpRequest
    credential: Credential
    path: Mapping[str, str]
    query: Any
    body: Any

    @property
    def agent(self) -> Agent:
        return self.credential.agent


@dataclass(frozen=True, slots=True)
class BotCall:
    """One request of an external bot, read and checked."""

    request: HttpRequest
    bot: ExternalBot
    path: Mapping[str, str]
    query: Any
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a document, and headers besides the usual ones."""

    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)


Operation = Callable[[Call], Any]
BotOperation = Callable[[BotCall], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation. `call` gets a Call and returns an Answer, or an HttpResponse where the answer is a file.

    `body` is None where none is taken; `upload` marks the operation whose body is a file, `waits` the one that
    asks other people's servers (the network's, a name server) and therefore must not hold a transaction. `problems` are the kinds that
    this operation has besides those that every one has.
    """

    method: str
    path: str
    scope: str
    call: Operation
    summary: str
    tag: str
    answer: type[msgspec.Struct] | None
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    status: int = 200
    upload: bool = False
    waits: bool = False
    problems: tuple[str, ...] = ()
    by_bot: BotOperation | None = None  # what it does for the token of an external bot, where that is taken

    @property
    def name(self) -> str:
        """The name of the operation: that of the function behind it, as generated clients will call it."""
        return self.call.__name__

    @property
    def parameters(self) -> list[str]:
        """The names in braces."""
        return re.findall(r"{(\w+)}", self.path)


class Table:
    """Finds the operations behind a path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._plain: dict[str, dict[str, Route]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            if not route.parameters:
                self._plain.setdefault(route.path, {})[route.method] = route
                continue
            pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]{1,64})", route.path))
            self._patterns.setdefault(route.path, (pattern, {}))[1][route.method] = route

    def find(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        """The operations at `path` by method, and the values in it; both empty when there is nothing."""
        if path in self._plain:
            return self._plain[path], {}
        for pattern, methods in self._patterns.values():
            if match := pattern.fullmatch(path):
                return methods, match.groupdict()
        return {}, {}
