"""What a request is about, for every room with a view beside a conversation: who asks, for a page or a part of it, about which one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from ascolto.accounts.models import Agent
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation
from ascolto.kit.ids import pk_of_reference


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page (never when the browser restores its history)."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def agent_of(request: HttpRequest) -> Agent:
    """The signed-in person; views call it behind a guard."""
    assert isinstance(request.user, Agent)
    return request.user


def conversation_of(
    request: HttpRequest, number: str, *, to: str = "read", among: QuerySet[Conversation] | None = None
) -> Conversation:
    """The conversation with this number. Raises Http404 when it is not there or not visible, Refused when not allowed.

    `among`: see access_conversation.
    """
    pk = pk_of_reference(number)
    if pk is None:
        raise Http404
    try:
        return access_conversation(agent_of(request), pk, to=to, among=among)
    except Conversation.DoesNotExist:
        raise Http404 from None
