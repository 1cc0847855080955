"""A flow on real first messages of the past: asked for, watched, stopped, read, taken away as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice
from ascolto.bot.actions.trials import DAYS, start_trial, stop_trial
from ascolto.bot.landing import AT_ONCE, CLARIFIED, HANDED, KINDS, MENU, WENT
from ascolto.bot.models import BotFlow, TrialRun
from ascolto.bot.transcript import place_words
from ascolto.bot.views.parts import flow_of, framed, may_write, refusal_words, version_of
from ascolto.bot.whys import why_words
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused

OPEN = (TrialRun.State.WAITING, TrialRun.State.RUNNING)
SHOWN = 5  # examples of a node
KIND_NAMES = {
    AT_ONCE: (
        gettext_lazy("Understood at once"),
        gettext_lazy("The first words chose an option: no question was needed."),
    ),
    CLARIFIED: (
        gettext_lazy("Asked which one is meant"),
        gettext_lazy("Two or three options fitted: one short question decides."),
    ),
    MENU: (gettext_lazy("Shown the menu"), gettext_lazy("The first words did not say what it is about.")),
    WENT: (
        gettext_lazy("Somewhere else"),
        gettext_lazy("A question, an answer or the end, without any menu."),
    ),
    HANDED: (gettext_lazy("To a person"), gettext_lazy("A person would have gone on at once.")),
}


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node where first messages came to, with conversations that the reader may see."""

    name: str
    words: str
    count: int
    share: float
    handed: int
    resolved: int
    examples: tuple[Conversation, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("bot.see", "bot.manage")
def trials(request: HttpRequest, slug: str) -> HttpResponse:
    """The trials of a flow; posted, one more of a version (the newest unless told)."""
    flow = flow_of(slug)
    if request.method == "POST":
        days = request.POST.get("days", "30")
        version = version_of(flow, request.POST.get("version", ""))
        try:
            made = start_trial(
                by=request.user, version=version, days=int(days) if days in map(str, DAYS) else 30
            )
            return redirect("bot:trial", slug, made.pk)
        except Refused as refused:
            leave_notice(request, refusal_words(refused), tone="bad")
            return redirect("bot:trials", slug)
    rows = TrialRun.objects.filter(version__flow=flow).select_related("version", "by")[:20]
    context = {"trials": list(rows), "days": DAYS}
    return render(request, "bot/trials.html", framed(request, flow, "bot:trials", **context))


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("bot.see", "bot.manage")
def trial(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One trial: how far it is, or what it found; posted, it is stopped."""
    flow, row = _found(slug, pk)
    if request.method == "POST":
        try:
            stop_trial(by=request.user, trial=row)
        except Refused as refused:
            leave_notice(request, refusal_words(refused), tone="bad")
        return redirect("bot:trial", slug, pk)
    context = _told(request, row)
    if request.headers.get("HX-Request"):
        return render(
            request, "bot/trial_found.html", {**context, "flow": flow, "may_write": may_write(request)}
        )
    return render(request, "bot/trial.html", framed(request, flow, "bot:trials", **context))


def _found(slug: str, pk: int) -> tuple[BotFlow, TrialRun]:
    flow = flow_of(slug)
    rows = TrialRun.objects.filter(version__flow=flow).select_related("version__flow", "by")
    return flow, get_object_or_404(rows, pk=pk)


def _told(request: HttpRequest, row: TrialRun) -> dict[str, Any]:
    found = row.found
    tried = found.get("tried", 0)
    kinds = found.get("kinds", {})
    return {
        "trial": row,
        "is_open": row.state in OPEN,
        "tried": tried,
        "kinds": [
            (*KIND_NAMES[kind], kinds.get(kind, 0), _share(kinds.get(kind, 0), tried)) for kind in KINDS
        ],
        "why": [(why_words(why), count) for why, count in _most(found.get("why", {}))],
        "options": _most(found.get("options", {}))[:30],
        "nodes": _nodes(request, row),
        "judged": found.get("judged", 0),
        "right": found.get("right", 0),
        "error": found.get("error", ""),
    }


def _nodes(request: HttpRequest, row: TrialRun) -> list[NodeLine]:
    nodes, tried = row.found.get("nodes", {}), row.found.get("tried", 0)
    wanted = {pk for node in nodes.values() for pk in node["examples"]}
    shown = (
        visible_conversations(request.user).filter(pk__in=wanted).select_related("customer").in_bulk()
        if wanted
        else {}
    )
    lines = [
        NodeLine(
            name,
            place_words(name) if "/" not in name else name,
            node["count"],
            _share(node["count"], tried),
            node["handed"],
            node["resolved"],
            tuple(shown[pk] for pk in node["examples"] if pk in shown)[:SHOWN],
        )
        for name, node in nodes.items()
    ]
    return sorted(lines, key=lambda line: (-line.count, line.name))


def _most(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


@require_safe
@permitted("bot.see", "bot.manage")
def trial_csv(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """The table by node, without any words of customers."""
    flow, row = _found(slug, pk)
    lines = _nodes(request, row)
    writer: Any = csv.writer(_Echo())

    def rows() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(
            ["node", "first_messages", "share", "to_a_person", "resolved_today", "examples"]
        )
        for line in lines:
            examples = " ".join(one.number for one in line.examples)
            yield writer.writerow(
                [line.name, line.count, round(line.share, 4), line.handed, line.resolved, examples]
            )

    answer = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{flow.slug}-trial-{row.pk}.csv"'
    return answer
