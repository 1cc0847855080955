"""Reads for the screens: flows with where they are used and how often they hand over; inboxes with who answers there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet

from ascolto.bot.flow import Flow, SubFlow
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotFlow, BotPost, Dialogue, FlowVersion
from ascolto.bot.titles import title_of
from ascolto.channels.models import ChannelAccount
from ascolto.kit.clock import now

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow in the list. `handed` of `dialogues` went to a person in the last seven days."""

    flow: BotFlow
    title: str
    latest: int
    running: int
    inboxes: tuple[str, ...]
    callers: tuple[str, ...]
    dialogues: int = 0
    handed: int = 0

    @property
    def handed_share(self) -> float:
        """Of the dialogues, from 0 to 1."""
        return self.handed / self.dialogues if self.dialogues else 0.0


def list_flows(*, archived: bool = False) -> list[FlowLine]:
    """The flows by name."""
    rows = BotFlow.objects.filter(archived_at__isnull=not archived).annotate(
        latest=Max("versions__number"),
        running=Max("versions__number", filter=Q(versions__published_at__isnull=False)),
    )
    running = at_hand().flows_now()
    inboxes, callers, counted = _inboxes(), _callers(running), _dialogues()
    return [
        FlowLine(
            row,
            title_of(row, running),
            row.latest or 0,
            row.running or 0,
            inboxes[row.pk],
            callers[row.slug],
            *counted.get(row.pk, (0, 0)),
        )
        for row in rows
    ]


def _inboxes() -> defaultdict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for flow, name in (
        BotPost.objects.filter(is_enabled=True).order_by("account__name").values_list("flow", "account__name")
    ):
        found[flow] += (name,)
    return found


def _callers(running: Mapping[str, Flow]) -> defaultdict[str, tuple[str, ...]]:
    """By the name of a flow the published ones that run it."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name, flow in sorted(running.items()):
        for called in dict.fromkeys(node.flow for node in flow.nodes.values() if isinstance(node, SubFlow)):
            found[called] += (name,)
    return found


def _dialogues() -> dict[int, tuple[int, int]]:
    """By flow: the dialogues of the last seven days that are over, and how many of them went to a person."""
    over = Dialogue.objects.filter(started_at__gt=now() - A_WEEK).exclude(status=Dialogue.Status.RUNNING)
    rows = over.values("version__flow").annotate(
        all=Count("pk"), handed=Count("pk", filter=Q(status=Dialogue.Status.HANDED))
    )
    return {row["version__flow"]: (row["all"], row["handed"]) for row in rows.order_by()}


def versions_of(flow: BotFlow) -> QuerySet[FlowVersion]:
    """The versions without their texts, the latest first, with who wrote and who published them."""
    return flow.versions.select_related("by", "published_by").defer("text")


def running_number(flow: BotFlow) -> int:
    """The number of the version that runs; 0 where none does."""
    rows = flow.versions.filter(published_at__isnull=False)
    return rows.values_list("number", flat=True).first() or 0


def list_posts() -> list[tuple[ChannelAccount, BotPost | None]]:
    """Every inbox, and who answers there first; those where a flow answers come first."""
    posts = {
        post.account_id: post
        for post in BotPost.objects.select_related("flow", "rival", "rival_version__flow").defer(
            "rival_version__text"
        )
    }
    accounts = ChannelAccount.objects.order_by("name", "pk")
    rows = [(account, posts.get(account.pk)) for account in accounts]
    return sorted(rows, key=lambda row: row[1] is None)


def answering_flows() -> QuerySet[BotFlow]:
    """The flows that may answer at an inbox: published, and no mere part of others."""
    rows = BotFlow.objects.filter(archived_at=None, is_part=False, versions__published_at__isnull=False)
    return rows.distinct()


def rival_versions() -> list[FlowVersion]:
    """Versions that may be compared with what runs: the newest of each flow that is not published."""
    newest = BotFlow.objects.filter(archived_at=None, is_part=False).annotate(latest=Max("versions__number"))
    drafts = (
        FlowVersion.objects.filter(flow__in=newest, published_at=None).select_related("flow").defer("text")
    )
    latest = {row.pk: row.latest for row in newest}
    return [row for row in drafts.order_by("flow__slug") if latest[row.flow_id] == row.number]
