"""Problems: the list, one of them, and the message to everybody whom it affects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import role_required
from ascolto.accounts.models import Agent
from ascolto.accounts.sections import leave_notice, taken_notice
from ascolto.accounts.selectors import assignable_agents
from ascolto.collaboration.actions import problems as actions
from ascolto.collaboration.actions.announcing import announce
from ascolto.collaboration.affected import Affected, affected, text_for
from ascolto.collaboration.models import Announcement, Problem, Told
from ascolto.collaboration.selectors.problems import conversations_of, counted, problems
from ascolto.collaboration.views.shared import page, words_of
from ascolto.conversations.opening import agent_of
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
LISTED = 100
PREVIEWED = 50


def _problem(pk: int) -> Problem:
    found = counted(Problem.objects.select_related("owner", "topic", "opened_by").filter(pk=pk)).first()
    if found is None:
        raise Http404
    return found


@role_required("agent")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The open ones first, solved ones on request."""
    solved = request.GET.get("solved") == "1"
    rows = list(problems(solved=solved)[:LISTED])
    return page(
        request,
        "collaboration/problems.html",
        "problems",
        rows=rows,
        solved=solved,
        notice=taken_notice(request)["text"],
        may_open=agent_of(request).may("problems.manage"),
    )


@role_required("agent")
@GET_OR_POST
def new(request: HttpRequest) -> HttpResponse:
    """Open one."""
    refused = ""
    if request.method == "POST":
        try:
            made = actions.open_problem(
                agent=agent_of(request),
                title=request.POST.get("title", ""),
                known=request.POST.get("known", ""),
                public_text=request.POST.get("public_text", ""),
                next_update_at=_moment(request.POST.get("next_update_at", "")),
            )
            return redirect("collaboration:problem", made.pk)
        except Refused as error:
            refused = words_of(error)
    return page(
        request,
        "collaboration/problem_new.html",
        "problems",
        422 if refused else 200,
        refused=refused,
        posted=request.POST,
    )


@role_required("agent")
@GET_OR_POST
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known, who is affected, what was told."""
    problem, refused = _problem(pk), ""
    if request.method == "POST":
        try:
            version = _number(request.POST.get("version", ""))
            actions.change_problem(
                agent=agent_of(request), problem=problem, version=version, **_wanted(request)
            )
            leave_notice(request, _("Saved"))
            solved = request.POST.get("state") == "solved" and not problem.is_solved
            return redirect("collaboration:tell" if solved else "collaboration:problem", pk)
        except Refused as error:
            refused = words_of(error)
    context = _about(agent_of(request), problem)
    notice, status = taken_notice(request)["text"], 422 if refused else 200
    return page(
        request, "collaboration/problem.html", "problems", status, refused=refused, notice=notice, **context
    )


def _about(agent: Agent, problem: Problem) -> dict[str, Any]:
    return {
        "problem": problem,
        "conversations": list(conversations_of(agent, problem)[:LISTED]),
        "updates": list(problem.updates.select_related("by")[:LISTED]),
        "announcements": _announcements(problem),
        "people": list(assignable_agents()),
        "states": state_names(),
        "next_update_local": _local(problem.next_update_at),
        "may": agent.may("problems.manage"),
        "at": now(),
    }


def state_names() -> dict[str, str]:
    """States in the reader's language."""
    return {"open": _("Open"), "watching": _("Being watched"), "solved": _("Solved")}


def _wanted(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: request.POST[name]
        for name in ("title", "state", "known", "public_text")
        if name in request.POST
    }
    if "next_update_at" in request.POST:
        found["next_update_at"] = _moment(request.POST["next_update_at"])
    if "owner" in request.POST:
        found["owner"] = Agent.objects.filter(pk=_number(request.POST["owner"]) or 0).first()
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _moment(text: str) -> datetime | None:
    """A time as a field of the page gives it, in the reader's time zone. Raises Refused."""
    if not text.strip():
        return None
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        found = None
    if found is None:
        raise Refused("no_time", "This is not a time.", fix="Choose day and hour.")
    return found if found.tzinfo is not None else timezone.make_aware(found)


def _local(moment: datetime | None) -> str:
    """As a field of the page wants it, in the reader's time zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment is not None else ""


def _announcements(problem: Problem) -> list[dict[str, Any]]:
    """What was sent to everybody, with how many got it and who did not: three queries."""
    made = list(Announcement.objects.filter(problem=problem).select_related("by")[:20])
    rows = Told.objects.filter(announcement__in=made)
    counts: dict[int, dict[str, int]] = {}
    for announcement, state in rows.values_list("announcement_id", "state"):
        here = counts.setdefault(announcement, {"waiting": 0, "sent": 0, "refused": 0})
        here[state] += 1
    refused: dict[int, list[Told]] = {}
    failed = rows.filter(state=Told.State.REFUSED).select_related("conversation__customer")
    for told in failed.order_by("pk")[:LISTED]:
        refused.setdefault(told.announcement_id, []).append(told)
    return [
        {"row": one, **counts.get(one.pk, {}), "total": sum(counts.get(one.pk, {}).values()), "not_told": refused.get(one.pk, [])}
        for one in made
    ]  # fmt: skip


@role_required("agent")
@GET_OR_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to everybody: a text a language, a look at who would get what, then send."""
    problem, refused = _problem(pk), ""
    people = affected(agent_of(request), problem)
    texts = _texts(request, problem, people)
    if request.method == "POST" and request.POST.get("verb") == "send":
        try:
            _send(request, problem, texts)
            leave_notice(request, _("On its way to everybody"))
            return redirect("collaboration:problem", pk)
        except Refused as error:
            refused = words_of(error)
    context = {
        "problem": problem,
        "texts": texts,
        "total": len(people),
        "preview": _preview(people, texts) if request.method == "POST" else [],
        "shut": sum(one.is_shut for one in people),
        "resolves": request.POST.get("resolves") == "1",
        "client_key": request.POST.get("client_key", "") or new_token(),
    }
    status = 422 if refused else 200
    return page(request, "collaboration/tell.html", "problems", status, refused=refused, **context)


def _send(request: HttpRequest, problem: Problem, texts: dict[str, str]) -> None:
    announce(
        agent=agent_of(request),
        problem=problem,
        texts=texts,
        client_key=request.POST.get("client_key", "")[:64] or new_token(),
        resolves=request.POST.get("resolves") == "1",
    )


def _preview(people: list[Affected], texts: dict[str, str]) -> list[tuple[Affected, str]]:
    return [(one, text_for(texts, one.language)) for one in people[:PREVIEWED]]


def _texts(request: HttpRequest, problem: Problem, people: list[Affected]) -> dict[str, str]:
    """What was written, by language; at first what the problem says in public, for the languages of those affected."""
    languages = sorted({one.language.lower().partition("-")[0] for one in people} - {""})[:8]
    if request.method == "POST":
        return {language: request.POST.get(f"text-{language}", "")[:20_000] for language in ["", *languages]}
    return {"": problem.public_text, **dict.fromkeys(languages, "")}
