"""What the API tells of departments, problems, mentions and the colleagues around a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference

RequestState = Literal["asked", "overdue", "answered", "returned", "withdrawn"]
ProblemState = Literal["open", "watching", "solved"]


class Department(Struct, frozen=True):
    """People elsewhere in the company who can be asked. `minutes` of open time are what they promise to need."""

    id: int
    name: str
    about: str
    minutes: int


class DepartmentList(Struct, frozen=True):
    data: list[Department]
    meta: Meta


class RequestWord(Struct, frozen=True):
    """Something that was said in a request after the question."""

    message_id: int
    author: Reference | None
    text: str
    is_answer: bool
    said_at: datetime


class DepartmentRequest(Struct, frozen=True):
    """A question to a department. `overdue`: asked, and its promise has passed. `conversation_id` is null for who may not see it.

    `shared` are the ids of the messages that the department may read; `said` is only in the answer about one request.
    """

    id: int
    conversation_id: int | None
    department: Reference
    state: RequestState
    question: str
    asked_by: Reference | None
    asked_at: datetime
    due_at: datetime | None
    taken_by: Reference | None
    settled_at: datetime | None
    reason: str
    shared: list[int]
    said: list[RequestWord]


class DepartmentRequestList(Struct, frozen=True):
    data: list[DepartmentRequest]
    meta: Meta


class SharedProblem(Struct, frozen=True):
    """One fault that many customers have. `known` is for colleagues, `public_text` what customers may be told; `customers` counts them."""

    id: int
    number: str
    title: str
    state: ProblemState
    owner: Reference | None
    known: str
    public_text: str
    next_update_at: datetime | None
    opened_at: datetime
    solved_at: datetime | None
    customers: int
    version: int


class SharedProblemList(Struct, frozen=True):
    data: list[SharedProblem]
    meta: Meta


class Announcement(Struct, frozen=True):
    """A message to everybody whom a problem affects, and how far it has come."""

    id: int
    problem_id: int
    sent: int
    waiting: int
    refused: int
    made_at: datetime
    done_at: datetime | None


class Mention(Struct, frozen=True):
    """A note that calls you. `team`: you were called as one of it."""

    id: int
    conversation_id: int
    message_id: int
    by: Reference | None
    team: str
    text: str
    at: datetime
    is_done: bool


class MentionList(Struct, frozen=True):
    data: list[Mention]
    meta: Meta


class Present(Struct, frozen=True):
    """Somebody who has the conversation open."""

    agent: Reference
    state: Literal["reading", "writing"]
    heard_at: datetime


class Around(Struct, frozen=True):
    """The colleagues around a conversation: who follows it, who was asked in, who is there now."""

    followers: list[Reference]
    participants: list[Reference]
    present: list[Present]
