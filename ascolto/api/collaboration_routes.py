"""The operations of working together: departments, problems, mentions, followers."""

from __future__ import annotations

from msgspec import Struct

from ascolto.api import collaboration_documents as cd
from ascolto.api.endpoints import departments as d
from ascolto.api.endpoints import people_around as p
from ascolto.api.endpoints import shared_problems as s
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE = "conversations:read", "conversations:write"
DEPARTMENTS, PROBLEMS, PEOPLE = "Departments", "Problems", "Working together"


def _get(
    path: str, call: Operation, summary: str, tag: str, answer: type[Struct], query: type[Struct] = Nothing
) -> Route:
    return Route(
        method="GET",
        path=path,
        scope=READ,
        call=call,
        summary=summary,
        tag=tag,
        answer=answer,
        query=query,
        problems=("not-found",) if "{" in path else (),
    )


def _post(
    path: str,
    call: Operation,
    summary: str,
    tag: str,
    answer: type[Struct],
    body: type[Struct] = Nothing,
    status: int = 200,
) -> Route:
    return Route(
        method="POST",
        path=path,
        scope=WRITE,
        call=call,
        summary=summary,
        tag=tag,
        body=body,
        answer=answer,
        status=status,
        problems=(("not-found",) if "{" in path else ()) + ("refused", "not-allowed"),
    )


COLLABORATION = [
    _get("/departments", d.list_departments, "List departments", DEPARTMENTS, cd.DepartmentList),
    _post(
        "/conversations/{id}/requests",
        d.ask_department,
        "Ask a department",
        DEPARTMENTS,
        cd.DepartmentRequest,
        d.NewRequest,
        201,
    ),
    _get(
        "/requests", d.list_requests, "List requests", DEPARTMENTS, cd.DepartmentRequestList, d.RequestQuery
    ),
    _get("/requests/{id}", d.get_request, "Read a request", DEPARTMENTS, cd.DepartmentRequest),
    *(
        _post(f"/requests/{{id}}/{verb}", call, summary, DEPARTMENTS, cd.DepartmentRequest, body)
        for verb, call, summary, body in (
            ("take", d.take_request, "Take a request", Nothing),
            ("answer", d.answer_request, "Answer a request", d.NewAnswer),
            ("return", d.return_request, "Give a request back", d.GivenBack),
            ("question", d.question_request, "Ask a department for more", d.MoreAsked),
            ("withdraw", d.withdraw_request, "Withdraw a request", Nothing),
        )
    ),
    _get("/problems", s.list_problems, "List problems", PROBLEMS, cd.SharedProblemList, s.ProblemQuery),
    _post("/problems", s.open_problem, "Open a problem", PROBLEMS, cd.SharedProblem, s.NewProblem, 201),
    _get("/problems/{id}", s.get_problem, "Read a problem", PROBLEMS, cd.SharedProblem),
    Route(
        method="PATCH",
        path="/problems/{id}",
        scope=WRITE,
        call=s.change_problem,
        summary="Change a problem",
        tag=PROBLEMS,
        body=s.ProblemChange,
        answer=cd.SharedProblem,
        problems=("not-found", "stale", "refused", "not-allowed"),
    ),
    *(
        _post(f"/problems/{{id}}/{verb}", call, summary, PROBLEMS, cd.SharedProblem, s.AffectedConversation)
        for verb, call, summary in (
            ("link", s.link_problem, "Link a conversation to a problem"),
            ("unlink", s.unlink_problem, "Take a conversation from a problem"),
        )
    ),
    _post(
        "/problems/{id}/announce",
        s.announce_problem,
        "Tell everybody about a problem",
        PROBLEMS,
        cd.Announcement,
        s.NewAnnouncement,
        202,
    ),
    _get(
        "/conversations/{id}/people", p.get_around, "List the people around a conversation", PEOPLE, cd.Around
    ),
    *(
        _post(f"/conversations/{{id}}/{verb}", call, summary, PEOPLE, cd.Around, body)
        for verb, call, summary, body in (
            ("follow", p.follow_conversation, "Follow a conversation", Nothing),
            ("unfollow", p.unfollow_conversation, "Follow a conversation no more", Nothing),
            ("ask-in", p.ask_person_in, "Ask somebody into a conversation", p.Person),
            ("let-go", p.let_person_go, "Let somebody go from a conversation", p.Person),
        )
    ),
    _get("/mentions", p.list_mentions, "List notes that call you", PEOPLE, cd.MentionList, p.MentionQuery),
    _post("/mentions/{id}/done", p.settle_mention, "Be done with a mention", PEOPLE, cd.Mention),
]
