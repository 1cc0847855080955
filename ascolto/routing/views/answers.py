"""Answers that carry a message for the person, with "Undo" where it can be undone; and conversations as addresses name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from ascolto.accounts.models import Agent
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit.ids import pk_of_reference
from ascolto.ui.reasons import in_own_language


def told(
    response: HttpResponse, text: str, *, undo: str = "", fields: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Let the page show `text`; "Undo" posts `fields` to the address `undo`."""
    said: dict[str, Any] = {"text": text}
    if undo:
        said |= {"undo": undo, "fields": dict(fields or {})}
    response.headers["HX-Trigger"] = json.dumps({"toast": said})
    return response


def refusal_words(refused: Refused) -> str:
    """Why something is not done and what to do instead, in the reader's language."""
    return f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()


def agent_of(request: HttpRequest) -> Agent:
    """The signed-in person; views call it behind a guard."""
    assert isinstance(request.user, Agent)
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def open_conversation(request: HttpRequest, number: str, *, to: str = "read") -> Conversation:
    """The conversation with this number. Raises Http404 when it is not there or not visible, Refused when not allowed."""
    pk = pk_of_reference(number)
    if pk is None:
        raise Http404
    try:
        return access_conversation(agent_of(request), pk, to=to)
    except Conversation.DoesNotExist:
        raise Http404 from None
