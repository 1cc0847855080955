"""Problems, whom they affect, and which one a conversation may be about."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, QuerySet

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import Problem, ProblemLink
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation, Direction
from ascolto.understanding.models import Reading

SUGGESTED = 5


def problems(*, solved: bool | None = False) -> QuerySet[Problem]:
    """The open ones, the newest first (`solved` True: those, None: all), each with `customers`, the number of people affected."""
    rows = Problem.objects.select_related("owner", "topic")
    if solved is not None:
        rows = rows.filter(state=Problem.State.SOLVED) if solved else rows.exclude(state=Problem.State.SOLVED)
    return counted(rows).order_by("-pk")


def counted(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    """The same with `customers`."""
    return rows.annotate(customers=Count("links__conversation__customer", distinct=True))


def problem_of_number(text: str) -> int | None:
    """The id behind "PRB-214" or "214"; None where it is no such number."""
    digits = text.strip().upper().removeprefix("PRB-").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def problems_linked(conversation: Conversation) -> list[Problem]:
    """What this conversation is about: open problems first."""
    linked = ProblemLink.objects.filter(conversation=conversation).values("problem")
    found = list(counted(Problem.objects.filter(pk__in=linked).select_related("owner")).order_by("-pk"))
    return sorted(found, key=lambda one: one.is_solved)


def problem_marks(conversations: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Number and title of the unsolved problems of each conversation, for the rows of a list: one query."""
    links = ProblemLink.objects.filter(conversation__in=list(conversations))
    rows = links.exclude(problem__state=Problem.State.SOLVED).select_related("problem").order_by("pk")
    found: dict[int, list[tuple[str, str]]] = {}
    for link in rows:
        found.setdefault(link.conversation_id, []).append((link.problem.number, link.problem.title))
    return found


def suggested(conversation: Conversation) -> list[Problem]:
    """Unsolved problems this conversation may be about: of its look-alikes first, of its topic then, the newest of all last."""
    linked = ProblemLink.objects.filter(conversation=conversation).values("problem")
    rows = counted(Problem.objects.exclude(state=Problem.State.SOLVED).exclude(pk__in=linked))
    readings = Reading.objects.filter(
        message__conversation=conversation, message__direction=Direction.IN
    ).order_by("-message_id")[:20]
    meant = list(readings.values_list("topic_id", "lookalike_id"))
    topics = {topic for topic, _ in meant if topic}
    groups = {group for _, group in meant if group}
    alike = _of_lookalikes(groups)
    found = list(rows.order_by("-pk")[:50])
    found.sort(key=lambda one: (one.pk not in alike, one.topic_id not in topics, -one.pk))
    return found[:SUGGESTED]


def _of_lookalikes(groups: set[int]) -> set[int]:
    if not groups:
        return set()
    alike = Reading.objects.filter(lookalike__in=groups, message__conversation=OuterRef("conversation"))
    return set(ProblemLink.objects.filter(Exists(alike)).values_list("problem_id", flat=True)[:200])


def topic_of(conversation: Conversation) -> int | None:
    """The topic of the customer's newest message that has one."""
    rows = Reading.objects.filter(message__conversation=conversation, topic__isnull=False)
    return rows.order_by("-message_id").values_list("topic_id", flat=True).first()


def conversations_of(agent: Agent, problem: Problem) -> QuerySet[Conversation]:
    """The linked conversations that the person may see, the newest activity first."""
    linked = ProblemLink.objects.filter(problem=problem).values("conversation")
    rows = visible_conversations(agent).filter(pk__in=linked)
    return rows.select_related("customer").order_by("-last_message_at", "-pk")
