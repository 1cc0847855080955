"""What a step is: something that a macro or a rule does to a conversation. One small file each beside this one, listed in `__init__.py`.

Values of a step are plain (they are stored as JSON): its form reads and checks them, nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.utils.functional import Promise

from ascolto.accounts.models import Agent, Team
from ascolto.collaboration.models import Department, Problem
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.knowledge.models import SavedReply
from ascolto.ui.forms import PlainForm

Values = Mapping[str, Any]


class Known:
    """The names behind the ids in steps, read once for a page however many steps it shows."""

    @cached_property
    def agents(self) -> dict[int, str]:
        return dict(Agent.objects.values_list("pk", "name"))

    @cached_property
    def teams(self) -> dict[int, str]:
        return dict(Team.objects.values_list("pk", "name"))

    @cached_property
    def replies(self) -> dict[int, str]:
        return dict(SavedReply.objects.values_list("pk", "title"))

    @cached_property
    def departments(self) -> dict[int, str]:
        return dict(Department.objects.values_list("pk", "name"))

    @cached_property
    def problems(self) -> dict[int, str]:
        return dict(Problem.objects.values_list("pk", "title"))


@dataclass(slots=True)
class Scene:
    """Where a step is done: the conversation, who does it (None: a rule), when, and the name of the macro or rule."""

    conversation: Conversation
    agent: Agent | None
    at: datetime
    cause: str = ""
    key: str = ""  # of this run: makes what is written once be written once
    known: Known = field(default_factory=Known)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step would do here: in words, whether that changes anything, and who would say no."""

    words: str
    changes: bool = True
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did. `kept` takes it back (None: it cannot be taken back); `after`: what must still hold for that;
    `draft` is a text for the composer: {text, visibility, reply}."""

    changed: bool
    kept: dict[str, Any] | None = None
    after: Any = None
    draft: dict[str, Any] | None = None


class Step:
    """One thing that can be done. Subclasses say how it is asked for, told, tried, done and taken back."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "corner-down-right"
    Form: ClassVar[type[PlainForm]] = PlainForm
    for_rules: ClassVar[bool] = True
    for_macros: ClassVar[bool] = True
    writes: ClassVar[bool] = False  # to the customer

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The checked fields of the form as plain values."""
        return dict(cleaned)

    def initial(self, values: Values) -> dict[str, Any]:
        """Plain values as the form shows them."""
        return dict(values)

    def wrong_for_rules(self, values: Values) -> str:
        """Why a rule cannot do this (nobody is there to be "me"); empty where it can."""
        return ""

    def sentence(self, values: Values, known: Known) -> str:
        """ "assign it to Marco", without a full stop: it stands in a list."""
        raise NotImplementedError

    def preview(self, scene: Scene, values: Values) -> Effect:
        """What it would do here, without doing it."""
        raise NotImplementedError

    def apply(self, scene: Scene, values: Values) -> Outcome:
        """Do it through the verbs of the house. Raises Refused."""
        raise NotImplementedError

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        """Take it back where nobody changed the same since; whether it was."""
        return False

    def waits_for(self, values: Values) -> Sequence[tuple[str, Any]]:
        """What its effect may start: (kind of occasion, detail), for telling a rule that starts itself."""
        return ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with its values."""

    step: Step
    given: Values

    def sentence(self, known: Known) -> str:
        return self.step.sentence(self.given, known)

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {"kind": self.step.kind, **self.given}


def refused_or_none(ask: Any) -> Refused | None:
    """What `ask` would refuse with; None where it would not."""
    try:
        ask()
    except Refused as refused:
        return refused
    return None
