"""The flows that run, parsed and in memory; read again only when the stamp says that something was published or posted elsewhere.

live = at_hand()          # one small query while nothing changed: once a batch, not once a message
live.flows_now()["bills"], live.post_of(account_id), live.library_with(dialogue.version_id)
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from types import MappingProxyType

from ascolto.bot.flow import Flow
from ascolto.bot.models import BotPost, FlowStamp, FlowVersion
from ascolto.bot.reading import read_flow

log = logging.getLogger(__name__)
AWAY = "away"
READY_MADE = Path(__file__).parent / "flows"
MOST_KEPT = 300  # parsed versions, also those that are not published any more but with which dialogues go on


@dataclass(frozen=True, slots=True)
class Running:
    """The version of a flow that runs."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Post:
    """Which flow answers at an inbox. The rival, for `share` percent of the dialogues, is a version of its own or a published flow."""

    account: int
    flow: str
    version: int
    rival: str = ""
    rival_version: int = 0
    share: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """Everything that runs, as it was when it was read."""

    stamp: str
    flows: Mapping[str, Flow]
    running: Mapping[str, Running]
    posts: Mapping[int, Post]

    def flows_now(self) -> Mapping[str, Flow]:
        """The published flows and the house's own, by name."""
        return self.flows

    def version_of(self, slug: str) -> Running | None:
        """The version of a flow that runs; None for the house's own and for what is not published."""
        return self.running.get(slug)

    def library_with(self, version: int) -> Mapping[str, Flow]:
        """The flows for a dialogue that began with this version: it goes on with it, whatever was published since."""
        flow = _flow_of(version)
        if flow is None or self.flows.get(flow.slug) is flow:
            return self.flows
        return {**self.flows, flow.slug: flow}

    def post_of(self, account: int) -> Post | None:
        """Who answers at an inbox; None where it goes to people at once."""
        return self.posts.get(account)


_read: list[Live] = []
_parsed: OrderedDict[int, tuple[datetime, Flow | None]] = OrderedDict()
_lock = Lock()


def at_hand() -> Live:
    """What runs now: one query when nothing changed."""
    stamp = FlowStamp.objects.values_list("stamp", flat=True).first()
    if _read and _read[0].stamp == (stamp or ""):
        return _read[0]
    found = _load(stamp or "")
    _read[:] = [found]
    return found


@cache
def house_flows() -> Mapping[str, Flow]:
    """The house's own flows, which are always there."""
    flow, _ = read_flow((READY_MADE / f"{AWAY}.yaml").read_text("utf-8"))
    return MappingProxyType({AWAY: flow} if flow else {})


def _load(stamp: str) -> Live:
    published = published_versions()
    _forget_all_but({version.pk: version.created_at for version in published})
    flows, running = dict(house_flows()), {}
    for version in published:
        flow = _flow_of(version.pk)
        if flow is not None:
            flows[version.flow.slug], running[version.flow.slug] = flow, Running(version.pk, version.number)
    return Live(stamp, flows, running, _posts(running))


def published_versions() -> list[FlowVersion]:
    """The version of each flow that runs (the published one with the highest number), without its text."""
    rows = FlowVersion.objects.filter(published_at__isnull=False, flow__archived_at=None)
    latest = {row.flow_id: row for row in rows.select_related("flow").defer("text").order_by("number")}
    return sorted(latest.values(), key=lambda row: row.flow.slug)


def _posts(running: Mapping[str, Running]) -> dict[int, Post]:
    """Where the bot answers: only with a flow that is published."""
    rows = BotPost.objects.filter(is_enabled=True, flow__slug__in=running)
    told = rows.values_list(
        "account",
        "flow__slug",
        "share",
        "stopped_why",
        "rival__slug",
        "rival_version",
        "rival_version__flow__slug",
    )
    found = {}
    for account, slug, share, stopped_why, rival, version, version_slug in told:
        found[account] = post = Post(account, slug, running[slug].id)
        if not share or stopped_why:
            continue
        if version:
            found[account] = replace(post, rival=version_slug, rival_version=version, share=share)
        elif rival in running:
            found[account] = replace(post, rival=rival, rival_version=running[rival].id, share=share)
    return found


def _forget_all_but(made: Mapping[int, datetime]) -> None:
    """Of what was parsed only these are kept: a restored backup may know other texts by the same ids."""
    with _lock:
        for pk in [pk for pk, (at, _) in _parsed.items() if made.get(pk) != at]:
            del _parsed[pk]


def _flow_of(version: int) -> Flow | None:
    """A version, parsed; None where there is none or it cannot be read any more. Versions never change."""
    with _lock:
        if version in _parsed:
            _parsed.move_to_end(version)
            return _parsed[version][1]
    row = FlowVersion.objects.filter(pk=version).values_list("created_at", "text").first()
    if row is None:
        return None
    flow, _ = read_flow(row[1])
    if flow is None:
        log.warning("version %s of a flow cannot be read: it does not run", version)
    with _lock:
        _parsed[version] = (row[0], flow)
        while len(_parsed) > MOST_KEPT:
            _parsed.popitem(last=False)
    return flow
