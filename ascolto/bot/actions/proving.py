"""What is wrong with a flow as the house is now: its form, its graph, and the flows that call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from ascolto.accounts.models import Company, Team
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow, SubFlow
from ascolto.bot.graph import World, check
from ascolto.bot.live import at_hand
from ascolto.bot.models import BotAction, BotPost, FlowVersion
from ascolto.bot.reading import read_flow
from ascolto.bot.selling import sells
from ascolto.collaboration.models import Department
from ascolto.sla.models import BusinessCalendar, PromiseSettings
from ascolto.sla.packs import AGCOM

# Asked before a version is published, in this order; each raises Refused. Rehearsals that were kept are one of them.
before_publishing: list[Callable[[FlowVersion], None]] = []


def findings_of(text: str) -> list[Finding]:
    """Everything that is wrong with a text, in the order of its lines, beside the flows that run and what the company has."""
    return check(text, at_hand().flows_now(), world_now())[1]


def notes_of(text: str) -> list[Finding]:
    """What is no defect but worth a look: teams, departments and systems that are not there. The bot then does without them."""
    teams, departments = _names(Team.objects.all()), _names(Department.objects.filter(is_archived=False))
    actions = BotAction.objects.filter(is_enabled=True).values_list("name", "sends")
    library, world = at_hand().flows_now(), world_now()
    wider = replace(
        world, teams=teams, departments=departments, actions={name: sends or None for name, sends in actions}
    )
    wrong = set(check(text, library, world)[1])
    return [one for one in check(text, library, wider)[1] if one not in wrong]


def world_now() -> World:
    """What flows may name, as the company has it. Not asked for is what hurts nobody where it is missing."""
    return World(
        calendars=_names(BusinessCalendar.objects.all()),
        posted=set(BotPost.objects.filter(is_enabled=True).values_list("flow__slug", flat=True)),
        company=Company.current().name,
        agcom=PromiseSettings.current().pack == AGCOM.id,
        is_commercial=sells,
    )


def _names(rows: QuerySet[Any]) -> list[str]:
    return list(rows.values_list("name", flat=True))


def callers_of(slug: str) -> list[str]:
    """The names of the published flows that run this one as a part of theirs."""
    flows = at_hand().flows_now()
    return sorted(name for name, flow in flows.items() if name != slug and calls(flow, slug))


def callers_hurt_by(version: FlowVersion) -> list[str]:
    """The names of the published flows that would not be right any more beside this version of one of their parts."""
    flow, _findings = read_flow(version.text)
    callers = callers_of(version.flow.slug)
    if flow is None or not callers:
        return []
    live, world = at_hand(), world_now()
    ids = {slug: running.id for slug in callers if (running := live.version_of(slug))}
    texts = dict(FlowVersion.objects.filter(pk__in=ids.values()).values_list("pk", "text"))
    library = {**live.flows_now(), flow.slug: flow}
    return [slug for slug, pk in ids.items() if check(texts[pk], library, world)[1]]


def calls(flow: Flow, slug: str) -> bool:
    """Whether a flow runs another as a part of its own."""
    return any(isinstance(node, SubFlow) and node.flow == slug for node in flow.nodes.values())
