"""What stands beside a conversation: its problem, the departments that were asked, who follows it and who was asked in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Agent
from ascolto.collaboration.actions import following, participants, problems, requests
from ascolto.collaboration.actions.mentions import settle_in
from ascolto.collaboration.models import OPEN, Department, DepartmentRequest, Problem
from ascolto.collaboration.selectors.meanwhile import changed_since
from ascolto.collaboration.selectors.people import called_blind, followers_of, invitable, participants_of
from ascolto.collaboration.selectors.problems import (
    problem_of_number,
    problems_linked,
    suggested,
    topic_of,
)
from ascolto.collaboration.selectors.requests import departments, requests_of
from ascolto.collaboration.views.shared import part, told, words_of
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.kit.text import excerpt
from ascolto.ui.jinja import url_or_none
from ascolto.understanding.models import Topic

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
OFFERED_MESSAGES = 30


@signed_in
@require_safe
def together(request: HttpRequest, number: str) -> HttpResponse:
    """The whole part; what called the reader here is read now."""
    conversation = conversation_of(request, number)
    return _together(request, conversation)


def _together(
    request: HttpRequest, conversation: Conversation, *, refused: str = "", status: int = 200
) -> HttpResponse:
    return part(
        request,
        "collaboration/_together.html",
        title=_("Working together"),
        back=_thread(conversation),
        status=status,
        refused=refused,
        **_around(agent_of(request), conversation),
    )


def _around(agent: Agent, conversation: Conversation) -> dict[str, Any]:
    """What the part shows: a constant number of queries."""
    followers = followers_of(conversation)
    return {
        "conversation": conversation,
        "number": conversation.number,
        "base": f"/c/{conversation.number}/",
        "problems": problems_linked(conversation),
        "requests": requests_of(conversation),
        "open_states": OPEN,
        "followers": followers,
        "follows": any(one.pk == agent.pk for one in followers),
        "participants": participants_of(conversation),
        "blind": [] if agent.is_guest else called_blind(conversation),
        "may": not agent.is_guest,
        "may_ask": agent.may("departments.ask"),
        "at": now(),
    }


def _thread(conversation: Conversation) -> str:
    return url_or_none("desk:thread", conversation.number) or "/"


def _done(request: HttpRequest, conversation: Conversation, text: str) -> HttpResponse:
    if not is_fragment(request):
        return redirect(_thread(conversation))
    return told(_together(request, conversation), text)


@role_required("agent")
@GET_OR_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a department: which, what, and what of the conversation it may read."""
    conversation = conversation_of(request, number, to="manage")
    if request.method != "POST":
        return _ask_form(request, conversation)
    try:
        requests.ask(
            agent=agent_of(request),
            conversation=conversation,
            department=_department(request.POST.get("department", "")),
            question=request.POST.get("question", ""),
            shares=_ids(request.POST.getlist("share")),
            hold=request.POST.get("hold") == "1",
            client_key=request.POST.get("client_key", "")[:64] or None,
        )
    except Refused as refused:
        return _ask_form(request, conversation, refused)
    return _done(request, conversation, _("Asked. You keep the customer."))


def _ask_form(
    request: HttpRequest, conversation: Conversation, refused: Refused | None = None
) -> HttpResponse:
    return part(
        request,
        "collaboration/_ask.html",
        title=_("Ask a department"),
        back=_thread(conversation),
        status=422 if refused else 200,
        number=conversation.number,
        departments=list(departments()),
        said=_offered(conversation),
        chosen=_ids(request.POST.getlist("share")),
        department=request.POST.get("department", ""),
        question=request.POST.get("question", ""),
        client_key=request.POST.get("client_key", "") or new_token(),
        is_open=conversation.status == "open",
        refused=words_of(refused) if refused else "",
    )


def _offered(conversation: Conversation) -> list[dict[str, Any]]:
    """What could be shared with a department: the newest messages and notes, oldest first."""
    said = Message.objects.filter(conversation=conversation, removed_at=None).select_related("agent")
    return [
        {
            "id": one.pk,
            "who": one.agent.name if one.agent else conversation.customer.name or _("Customer"),
            "text": excerpt(one.text, 120) or _("File"),
            "at": one.occurred_at,
            "is_note": one.visibility == Visibility.NOTE,
        }
        for one in reversed(said.order_by("-occurred_at", "-pk")[:OFFERED_MESSAGES])
    ]


def _department(text: str) -> Department:
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    found = Department.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("no_department", "Choose a department.", fix="")
    return found


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts[:500] if text.isascii() and text.isdigit() and len(text) < 19]


@role_required("agent")
@require_POST
def settle_request(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Ask for more, or withdraw the question."""
    conversation = conversation_of(request, number, to="manage")
    found = DepartmentRequest.objects.filter(pk=pk, conversation=conversation).first()
    if found is None:
        raise Http404
    try:
        if request.POST.get("verb") == "withdraw":
            requests.withdraw(agent=agent_of(request), request=found)
            text = _("Question withdrawn")
        else:
            key = request.POST.get("client_key", "")[:64] or None
            requests.question_again(
                agent=agent_of(request), request=found, text=request.POST.get("text", ""), client_key=key
            )
            text = _("Asked again")
    except Refused as refused:
        return _together(request, conversation, refused=words_of(refused), status=422)
    return _done(request, conversation, text)


@role_required("agent")
@GET_OR_POST
def problem(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the problem that this conversation is about, open one, or take the link away."""
    conversation = conversation_of(request, number, to="manage")
    if request.method != "POST":
        return _problem_form(request, conversation)
    try:
        text = _change_problem(request, conversation)
    except Refused as refused:
        return _problem_form(request, conversation, refused)
    return _done(request, conversation, text)


def _change_problem(request: HttpRequest, conversation: Conversation) -> str:
    agent = agent_of(request)
    if request.POST.get("verb") == "open":
        topic = Topic.objects.filter(pk=topic_of(conversation) or 0).first()
        title = request.POST.get("title", "")[:1000]
        made = problems.open_problem(agent=agent, title=title, topic=topic, conversation=conversation)
        return _("%(number)s opened and linked") % {"number": made.number}
    pk = problem_of_number(request.POST.get("problem", "")[:40])
    found = Problem.objects.filter(pk=pk or 0).first()
    if found is None:
        raise Refused("no_problem", "There is no such problem.", fix="Write its number, such as PRB-12.")
    if request.POST.get("verb") == "unlink":
        problems.unlink(agent=agent, problem=found, conversation=conversation)
        return _("Not about %(number)s") % {"number": found.number}
    problems.link(agent=agent, problem=found, conversation=conversation)
    return _("Linked to %(number)s") % {"number": found.number}


def _problem_form(
    request: HttpRequest, conversation: Conversation, refused: Refused | None = None
) -> HttpResponse:
    return part(
        request,
        "collaboration/_problem.html",
        title=_("Linked problem"),
        back=_thread(conversation),
        status=422 if refused else 200,
        number=conversation.number,
        suggested=suggested(conversation),
        title_written=request.POST.get("title", "") or conversation.subject,
        may_open=agent_of(request).may("problems.manage"),
        refused=words_of(refused) if refused else "",
    )


@signed_in
@require_POST
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Follow the conversation, or not any more."""
    conversation, agent = conversation_of(request, number), agent_of(request)
    if request.POST.get("verb") == "unfollow":
        following.unfollow(agent=agent, conversation=conversation, person=agent)
        return _done(request, conversation, _("You follow it no more"))
    following.follow(agent=agent, conversation=conversation, person=agent)
    return _done(request, conversation, _("You follow it"))


@signed_in
@GET_OR_POST
def people(request: HttpRequest, number: str) -> HttpResponse:
    """Ask somebody into this conversation, or let them go."""
    conversation, agent = conversation_of(request, number), agent_of(request)
    if request.method != "POST":
        return part(
            request,
            "collaboration/_people.html",
            title=_("Ask somebody in"),
            back=_thread(conversation),
            number=conversation.number,
            people=[] if agent.is_guest else invitable(conversation, request.GET.get("q", "")),
        )
    pk = _ids([request.POST.get("person", "")])
    person = Agent.objects.filter(pk__in=pk).first()
    if person is None:
        raise Http404
    leaves = request.POST.get("verb") == "remove"
    try:
        act = participants.let_go if leaves else participants.ask_in
        act(agent=agent, conversation=conversation, person=person)
    except Refused as refused:
        return _together(request, conversation, refused=words_of(refused), status=422)
    if leaves and person == agent:
        return redirect(reverse("desk:queue"))
    words = _("%(name)s is not here any more") if leaves else _("%(name)s can see it now")
    return _done(request, conversation, words % {"name": person.name})


@signed_in
@require_POST
def read(request: HttpRequest, number: str) -> HttpResponse:
    """Done with everything that called the reader here."""
    conversation = conversation_of(request, number)
    settle_in(agent=agent_of(request), conversation=conversation)
    return _done(request, conversation, _("Done"))


@signed_in
@require_safe
def changed(request: HttpRequest, number: str) -> HttpResponse:
    """What is new since the message `seen`."""
    conversation = conversation_of(request, number)
    seen = (_ids([request.GET.get("seen", "")]) or [0])[0]
    return part(
        request,
        "collaboration/_changed_since.html",
        title=_("What is new"),
        back=_thread(conversation),
        number=conversation.number,
        changes=changed_since(agent_of(request), conversation, seen),
    )
