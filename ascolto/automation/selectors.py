"""Reads: the macros somebody may use, rules with what they did, and the lines of their log."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.automation.models import Macro, MacroRun, Rule, RuleRun
from ascolto.conversations.access import visible_conversations
from ascolto.kit.clock import now
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import clean

MOST_OFFERED = 200
A_WEEK = timedelta(days=7)


def visible_macros(agent: Agent) -> QuerySet[Macro]:
    """Their own, those of their teams and of everybody; who writes for everybody sees those of all teams."""
    if not agent.may("conversations.manage"):
        return Macro.objects.none()
    mine = Q(scope=Macro.Scope.PERSONAL, owner=agent) | Q(scope=Macro.Scope.EVERYBODY)
    if agent.may("replies.share"):
        return Macro.objects.filter(mine | Q(scope=Macro.Scope.TEAM))
    return Macro.objects.filter(mine | Q(scope=Macro.Scope.TEAM, team__in=agent.teams.values("pk")))


def list_macros(agent: Agent, *, words: str = "", archived: bool = False) -> QuerySet[Macro]:
    """The macros in whose name or shortcut every word is found."""
    rows = visible_macros(agent).filter(archived_at__isnull=not archived)
    for word in clean(words, 200).split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(shortcut__icontains=word.lstrip("/") or word))
    return rows.select_related("team", "owner")


def last_run(agent: Agent, conversation: int) -> MacroRun | None:
    """What this person's last macro did here, while it can be undone."""
    rows = MacroRun.objects.filter(agent=agent, conversation=conversation, undone_at=None)
    return rows.select_related("macro").order_by("-pk").first()


def list_rules(*, archived: bool = False) -> QuerySet[Rule]:
    """Rules in their order, with what they did in the last seven days: `acted`, `not_done` and `last_at`."""
    since = Q(runs__at__gt=now() - A_WEEK)
    went = Q(runs__outcome__in=[RuleRun.Outcome.FAILED, RuleRun.Outcome.REFUSED, RuleRun.Outcome.HELD])
    return (
        Rule.objects.filter(archived_at__isnull=not archived)
        .select_related("version", "version__by")
        .annotate(
            acted=Count("runs", filter=since & ~went),
            not_done=Count("runs", filter=since & went),
            last_at=Max("runs__at", filter=since),
        )
    )


def runs_of(agent: Agent, rule: Rule, *, number: str = "", outcome: str = "") -> QuerySet[RuleRun]:
    """What a rule did, the last first, in conversations that this person may see; `number` of one of them."""
    rows = RuleRun.objects.filter(rule=rule).select_related("conversation__customer", "version")
    if number:
        rows = rows.filter(conversation=pk_of_reference(number) or 0)
    if outcome in RuleRun.Outcome.values:
        rows = rows.filter(outcome=outcome)
    if not agent.is_lead:
        rows = rows.filter(conversation__in=visible_conversations(agent).values("pk"))
    return rows.order_by("-at", "-pk")


def rule_names(ids: set[int]) -> dict[int, str]:
    """What rules are called, by their id: for lines that tell who did something."""
    return dict(Rule.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
