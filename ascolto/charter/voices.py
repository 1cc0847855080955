"""Who spoke in public conversations, and whether somebody did beside their owner: between two answers of different people the
conversation must have been handed over, or given to the second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from ascolto.charter.answers import answers_in
from ascolto.charter.guarantee import Breach, Breaches, Period
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.routing.models import Assignment, HandOff

MOST = 2_000  # conversations with several people in them that one day is searched for
_PUBLIC = Q(visibility=Visibility.PUBLIC)


@dataclass(frozen=True, slots=True)
class SecondVoice:
    """An answer of somebody else than the one before it, without a hand-over between them."""

    message: int
    conversation: int
    channel: str
    at: datetime
    agent: int | None  # None: outside of Ascolto


def spoken_in(period: Period) -> dict[str, int]:
    """Conversations that people answered in public, by kind of channel."""
    rows = answers_in(period).filter(_PUBLIC).values("conversation__account__kind")
    found = rows.annotate(n=Count("conversation", distinct=True)).order_by()
    return {row["conversation__account__kind"]: row["n"] for row in found}


def second_voices(
    period: Period, *, among: QuerySet[Conversation] | None = None
) -> Mapping[int, SecondVoice]:
    """The last second voice of the period in each conversation that had one."""
    spoken = seen_by(answers_in(period).filter(_PUBLIC), among)
    several = _with_several_voices(spoken)
    if not several:
        return {}
    handed = _handed(several)
    found: dict[int, SecondVoice] = {}
    before: dict[int, tuple[int | None, datetime]] = {}
    for pk, conversation, kind, agent, at in _public_answers(several):
        last = before.get(conversation)
        before[conversation] = (agent, at)
        if last is None or last[0] == agent or not period.begins <= at < period.ends:
            continue
        if not any(
            who in (agent, None) and last[1] <= when <= at for who, when in handed.get(conversation, ())
        ):
            found[conversation] = SecondVoice(pk, conversation, kind or "", at, agent)
    return found


def _with_several_voices(spoken: QuerySet[Message]) -> list[int]:
    """Conversations in which more than one person answered in public, ever; whoever is outside counts as one."""
    rows = (
        Message.objects.filter(
            _PUBLIC,
            conversation__in=spoken.values("conversation"),
            direction=Direction.OUT,
            author_kind=Author.AGENT,
        )
        .values("conversation_id")
        .annotate(people=Count("agent", distinct=True), outside=Count("pk", filter=Q(agent=None)))
        .filter(Q(people__gt=1) | Q(people=1, outside__gt=0))
        .order_by("-conversation_id")
    )
    return list(rows.values_list("conversation_id", flat=True)[:MOST])


def _public_answers(conversations: list[int]) -> list[tuple[int, int, str, int | None, datetime]]:
    rows = Message.objects.filter(
        _PUBLIC, conversation__in=conversations, direction=Direction.OUT, author_kind=Author.AGENT
    )
    return list(
        rows.order_by("conversation_id", "occurred_at", "pk").values_list(
            "pk", "conversation_id", "conversation__account__kind", "agent_id", "occurred_at"
        )
    )


def _handed(conversations: list[int]) -> dict[int, list[tuple[int | None, datetime]]]:
    """To whom each was handed, and when; None: to a team."""
    found: dict[int, list[tuple[int | None, datetime]]] = {}
    accepted = HandOff.objects.filter(conversation__in=conversations, state=HandOff.State.ACCEPTED)
    for pk, agent, at in accepted.values_list("conversation_id", "settled_by_id", "settled_at"):
        if at is not None:
            found.setdefault(pk, []).append((agent, at))
    given = Assignment.objects.filter(conversation__in=conversations).exclude(how=Assignment.How.ANSWERED)
    for pk, holder, began in given.values_list("conversation_id", "agent_id", "began_at"):
        found.setdefault(pk, []).append((holder, began))
    return found


def two_voices_in(
    period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int
) -> Breaches:
    """Conversations in which somebody answered beside the owner, the latest first."""
    voices = sorted(
        second_voices(period, among=among).values(), key=lambda one: (one.at, one.message), reverse=True
    )
    if place := read_cursor(after):
        voices = [one for one in voices if (one.at, one.message) < place]
    page = voices[:limit]
    rows = Conversation.objects.select_related("customer", "account", "assignee").in_bulk(
        [one.conversation for one in page]
    )
    names = dict(
        Message.objects.filter(pk__in=[one.message for one in page]).values_list("pk", "agent__name")
    )
    more = written(page[-1].at, page[-1].message) if len(voices) > limit else ""
    return Breaches([_breach(one, rows[one.conversation], names.get(one.message)) for one in page], more)


def _breach(voice: SecondVoice, conversation: Conversation, name: str | None) -> Breach:
    if voice.agent is None:
        what = gettext("Answered on the network's own page, beside the owner")
    else:
        what = gettext("%(name)s answered beside the owner") % {"name": name or gettext("Somebody")}
    owner = conversation.assignee
    done = gettext("It is with %(name)s") % {"name": owner.name} if owner else gettext("Nobody has it")
    return Breach(f"message-{voice.message}", voice.at, what, conversation, voice.channel, done=done)
