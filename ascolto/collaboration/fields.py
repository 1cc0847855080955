"""What views and rules can ask about departments and problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import OPEN, Department, DepartmentRequest, Problem, ProblemLink
from ascolto.conversations.fields import Asker, Choice, Field, Referred, YesNo, register_field
from ascolto.conversations.models import Status

GROUP = _("Working together")
OFFERED = 200


def _waits(operator: str, value: Any, asker: Asker) -> Q:
    found = Q(Exists(DepartmentRequest.objects.filter(conversation=OuterRef("pk"), state__in=OPEN)))
    return found if operator == "yes" else ~found


def waits_for_a_department() -> Q:
    """Conversations that are not over and in which a department owes an answer: what the built-in view holds."""
    owed = DepartmentRequest.objects.filter(state__in=OPEN).order_by()
    return Q(pk__in=owed.values("conversation")) & ~Q(status=Status.RESOLVED)


def _asked(operator: str, value: tuple[int | str, ...], asker: Asker) -> Q:
    rows = DepartmentRequest.objects.filter(
        conversation=OuterRef("pk"),
        state__in=OPEN,
        department__in=[pk for pk in value if isinstance(pk, int)],
    )
    return Q(Exists(rows)) if operator == "is" else ~Q(Exists(rows))


def _problem(operator: str, value: Any, asker: Asker) -> Q:
    unsolved = ~Q(problem__state=Problem.State.SOLVED)
    found = Q(Exists(ProblemLink.objects.filter(unsolved, conversation=OuterRef("pk"))))
    return found if operator == "yes" else ~found


def _choices(agent: Agent | None) -> Iterable[Choice]:
    if agent is not None:
        for pk, name in Department.objects.filter(is_archived=False).values_list("pk", "name")[:OFFERED]:
            yield Choice(pk, name)


def _named(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Department.objects.filter(pk__in=ids).values_list("pk", "name"))


def register() -> None:
    """Called at the start."""
    yes_no = (
        (
            "department_owes",
            _("Waits for a department"),
            {"yes": _("wait for a department"), "no": _("wait for no department")},
            _waits,
        ),
        (
            "problem",
            _("Linked problem"),
            {"yes": _("are about a problem that is not solved"), "no": _("are about no known problem")},
            _problem,
        ),
    )
    for name, label, clauses, condition in yes_no:
        register_field(Field(name, label, YesNo(), clauses, condition, GROUP))
    register_field(
        Field(
            "department",
            _("Department"),
            Referred(),
            {"is": _("wait for %(values)s"), "is_not": _("do not wait for %(values)s")},
            _asked,
            GROUP,
            _choices,
            _named,
        )
    )
