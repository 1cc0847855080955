"""Find what a request is about, for the person who asks; everything else is a 404."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from ascolto.accounts.models import Agent, Company
from ascolto.channels.models import ChannelAccount
from ascolto.charter.handed import hand_off_limit
from ascolto.conversations.access import visible_condition
from ascolto.conversations.merging import final_of
from ascolto.conversations.models import Conversation, Direction, Message
from ascolto.conversations.opening import agent_of, conversation_of
from ascolto.conversations.selectors import (
    SORTS,
    BadCursor,
    Page,
    count_views,
    keys_of,
    list_conversations,
    sort_of,
    visible_conversations,
)
from ascolto.customers.models import Customer
from ascolto.desk.bubbles import Bubble, Thread, make_bubbles, weave
from ascolto.desk.composer import make_composer
from ascolto.desk.lines import read_lines
from ascolto.desk.mood import Head, head_of
from ascolto.desk.queue import (
    PROMISES,
    SIGNS,
    Asked,
    count_groups,
    group_names,
    handles_of,
    make_rows,
    read_asked,
    shown_count,
    sort_names,
    status_names,
    view_links,
)
from ascolto.desk.reading import Place, Said, newest_messages
from ascolto.desk.summing import LONG_FROM
from ascolto.desk.understood import make_lines
from ascolto.events.log import latest_position
from ascolto.generation.selectors import conversation_tools
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.routing.handing import bounces_of
from ascolto.search.selectors import matching
from ascolto.sla.commitments import bubble_promises
from ascolto.ui.jinja import url_or_none
from ascolto.ui.shell import shell_context
from ascolto.understanding.selectors.mood import mood_line
from ascolto.understanding.selectors.readings import LOOKALIKES_FROM, alike_among, readings_of
from ascolto.views.choices import bar_context
from ascolto.views.counting import count_saved
from ascolto.views.models import SavedView
from ascolto.views.selectors import Shelf, condition_of, may_change, read_until, shelf_of

ROWS = 50
NEWEST, EARLIER = 50, 100  # messages that a conversation opens with, and of each page before them
LATELY = timedelta(hours=1)  # in which many who say the same are news
LEAD = timedelta(seconds=5)  # what happened just before a message belongs to the same page


@dataclass(frozen=True, slots=True)
class Hops:
    """How often a conversation changed hands, and how often it may before a lead decides."""

    count: int
    limit: int


def company_of(request: HttpRequest) -> Company:
    """The company, read once a request."""
    company = getattr(request, "company", None)
    if not isinstance(company, Company):
        company = Company.current()
        request.company = company  # type: ignore[attr-defined]
    return company


def visible_to(request: HttpRequest) -> QuerySet[Conversation]:
    """The conversations the person may see: the rule is looked up once a request."""
    found = getattr(request, "visible_conversations", None)
    if found is None:
        found = visible_conversations(agent_of(request))
        request.visible_conversations = found  # type: ignore[attr-defined]
    return found


def open_conversation(request: HttpRequest, number: str, *, to: str = "read") -> Conversation:
    """The conversation with this number. Raises Http404 when it is not there or not visible, Refused when not allowed."""
    return conversation_of(request, number, to=to, among=visible_to(request))


def open_message(request: HttpRequest, number: str, pk: int, *, to: str = "read") -> Message:
    """A message of a conversation that the person may see. Raises Http404, Refused."""
    conversation = open_conversation(request, number, to=to)
    message = Message.objects.select_related("account", "agent", "identity").filter(
        pk=pk, conversation=conversation
    )
    found = message.first()
    if found is None:
        raise Http404
    found.conversation = conversation
    return found


def shelf_for(request: HttpRequest) -> Shelf:
    """The views of the person, read once a request."""
    found = getattr(request, "shelf", None)
    if not isinstance(found, Shelf):
        found = shelf_of(agent_of(request), list(SIGNS))
        request.shelf = found  # type: ignore[attr-defined]
    return found


def saved_view(request: HttpRequest, asked: Asked) -> SavedView | None:
    """The saved view that the address asks for; None for a built-in one. Raises Http404 for one that is not theirs to open."""
    if asked.view in SIGNS:
        return None
    found = shelf_for(request).saved.get(asked.view)
    if found is None:
        raise Http404
    return found


def asked_rows(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What `list_conversations` and `keys_of` take for this address."""
    saved, agent = saved_view(request, asked), agent_of(request)
    among = _among(agent, asked)
    if saved is not None:
        condition = condition_of(saved, agent)
        among = condition if among is None else among & condition
    sort = asked.sort or (saved.sort if saved is not None else sort_of(asked.view))
    return {
        "view": "all" if saved is not None else asked.view,
        "filters": asked.filters,
        "among": among,
        "sort": sort,
        "visible": sight_for(request),
    }


def sight_for(request: HttpRequest) -> Q:
    """What the person may see, looked up once a request."""
    found = getattr(request, "visible_condition", None)
    if found is None:
        found = visible_condition(agent_of(request))
        request.visible_condition = found  # type: ignore[attr-defined]
    return found


def read_page(request: HttpRequest, asked: Asked) -> Page:
    """One page of the list. A cursor that is not ours is a 404."""
    try:
        rows = asked_rows(request, asked)
        return list_conversations(agent_of(request), cursor=asked.cursor, limit=ROWS, **rows)
    except BadCursor as error:
        raise Http404 from error


def groups_of(request: HttpRequest, asked: Asked, page: Page | None = None) -> dict[str, str]:
    """The numbers of the groups of a list that stands in groups; nothing for others. `page`: its first rows, which may be all."""
    rows = asked_rows(request, asked)
    key = SORTS[rows["sort"]][0]
    if key not in PROMISES:
        return {}
    if page is not None and not page.next_cursor:
        return count_groups([row[key] for row in page.rows], now())
    return count_groups(keys_of(agent_of(request), **rows), now())


def _among(agent: Agent, asked: Asked) -> Q | None:
    """What is searched for, and what it has to mean."""
    found = matching(agent, asked.query) if asked.query else None
    meant = asked.meant.condition()
    return found & meant if found is not None and meant is not None else found or meant


def list_context(request: HttpRequest, asked: Asked | None = None) -> dict[str, Any]:
    """The list pane: rows, views, counts, filters."""
    asked = asked or read_asked(request.GET)
    page, at = read_page(request, asked), now()
    saved, agent = saved_view(request, asked), agent_of(request)
    sort = asked_rows(request, asked)["sort"]
    home = reverse("desk:queue")
    more = home + asked.address(cursor=page.next_cursor) if page.next_cursor else ""
    counts = {} if asked.cursor else count_views(agent, visible=sight_for(request))
    if saved is not None and not asked.cursor:
        counts |= count_saved(agent, [saved], budget=0)[0]  # what is known: scripts ask for the rest
    return {
        **around_list(request, asked, counts),
        "rows": make_rows(page.rows, asked, at, agent=agent, sort=sort),
        "more": more,
        "group_counts": {} if asked.cursor else groups_of(request, asked, page),
        "view_count": shown_count(counts.get(asked.view)),
        "status_names": status_names(),
        **(bar_context(agent) if asked.choosing and agent.may("conversations.bulk") else {}),
    }


def around_list(request: HttpRequest, asked: Asked, counts: Mapping[str, int]) -> dict[str, Any]:
    """What stands around the rows: the views, and where the list is."""
    home, shelf, saved = reverse("desk:queue"), shelf_for(request), saved_view(request, asked)
    sort = asked.sort or (saved.sort if saved is not None else sort_of(asked.view))
    return {
        "asked": asked,
        "views": view_links(asked, counts, home, shelf),
        "saved": saved,
        "may_change_view": saved is not None and may_change(agent_of(request), saved),
        "sort": sort,
        "sort_names": sort_names(),
        "density": saved.density if saved is not None and saved.density != "normal" else shelf.density,
        "view_label": saved.name if saved is not None else SIGNS[asked.view][0],
        "group_names": group_names(),
        "here": home + asked.address(),
    }


def queue_context(request: HttpRequest) -> dict[str, Any]:
    """The whole page with the list and no conversation yet."""
    found = list_context(request)
    is_new = (
        not found["rows"] and agent_of(request).may("inboxes.manage") and not ChannelAccount.objects.exists()
    )
    connect = url_or_none("workspace:choose-channel") if is_new else None
    return {**_page_context(request), **found, "current_id": 0, "connect": connect}


def thread_page_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The whole page with a conversation; its list comes in a second request, so that reading begins at once."""
    around = around_list(request, read_asked(request.GET), {})
    return {**_page_context(request), **around, **conversation_context(request, conversation)}


def _page_context(request: HttpRequest) -> dict[str, Any]:
    company_of(request)
    live_after = latest_position()  # before anything is read: what happens meanwhile comes by the stream
    return {**shell_context(request, current="desk"), "live_after": live_after}


def bubbles_of(request: HttpRequest, said: Iterable[Said], conversation: Conversation) -> list[Bubble]:
    """The messages as this person sees them."""
    said = list(said)
    heard = [one.row["id"] for one in said if one.row["direction"] == Direction.IN]
    spoken = [one.row["id"] for one in said if one.row["direction"] == Direction.OUT]
    return make_bubbles(
        said,
        conversation,
        company_of(request).name,
        may_moderate=not agent_of(request).is_guest,
        readings=make_lines(readings_of(heard)),
        promises=bubble_promises(spoken) if spoken else {},
    )


def thread_of(request: HttpRequest, conversation: Conversation, before: Place | None = None) -> Thread:
    """The newest messages (of those `before` a place) with what happened meanwhile."""
    most = EARLIER if before else NEWEST
    said = newest_messages(conversation, most + 1, before=before)
    is_more, said = len(said) > most, said[-most:]
    lines = read_lines(
        conversation,
        since=said[0].row["occurred_at"] - LEAD if is_more else None,
        until=before[0] - LEAD if before else None,
    )
    thread = weave(bubbles_of(request, said, conversation), lines)
    thread.earlier = said[0].row["id"] if is_more else 0
    return thread


def part_context(request: HttpRequest, conversation: Conversation, said: list[Said]) -> dict[str, Any]:
    """These messages alone, for the live thread."""
    bubbles = bubbles_of(request, said, conversation)
    base = reverse("desk:thread", args=[conversation.number])
    return {
        "number": conversation.number,
        "base": base,
        "tools": conversation_tools(agent_of(request), conversation),
        "may_manage": not agent_of(request).is_guest,
        "thread": Thread(items=list(bubbles)),
    }


def conversation_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """Head, thread, composer and card of one conversation."""
    agent, thread = agent_of(request), thread_of(request, conversation)
    return {
        **head_context(request, conversation),
        "thread": thread,
        "is_long": thread.count_said() >= LONG_FROM,
        "composer": make_composer(agent, conversation),
        "tools": conversation_tools(agent, conversation),
        "client_key": new_token(12),
        "current_id": conversation.pk,
        "read_until": read_until(agent, conversation),
    }


def head_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """What the head of a conversation shows."""
    return {
        "conversation": conversation,
        "called": _called(conversation.customer),
        "number": conversation.number,
        "base": reverse("desk:thread", args=[conversation.number]),
        "may_manage": not agent_of(request).is_guest,
        "status_names": status_names(),
        "list_query": read_asked(request.GET).address(),
        "read_mood": lambda: _mood_of(request, conversation),  # asked for where it is drawn
        "at": now(),
        "read_hops": lambda: Hops(bounces_of(conversation), hand_off_limit()),
        "went_to": lambda one: _went_to(request, one),
    }


def _went_to(request: HttpRequest, conversation: Conversation) -> str:
    """The number of what a merged conversation became part of; empty for whoever does not see it."""
    end = final_of([conversation.pk])[conversation.pk]
    found = visible_to(request).filter(pk=end).first()
    return found.number if found is not None and end != conversation.pk else ""


def _mood_of(request: HttpRequest, conversation: Conversation) -> Head | None:
    """The mood of the head, and how many say the same now."""
    line = mood_line(conversation.pk)
    if line is None or line.now.lookalike is None or line.now.people_alike < LOOKALIKES_FROM:
        return head_of(line)
    found = alike_among(visible_to(request), since=now() - LATELY, group=line.now.lookalike)
    return head_of(line, alike=found[0] if found else None)


def _called(customer: Customer) -> str:
    """What people call them: their name, or the handle they write with; empty when there is neither."""
    return customer.name or handles_of({customer.pk}).get(customer.pk, "")
