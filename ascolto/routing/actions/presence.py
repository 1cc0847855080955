"""Who is there: what people say of themselves, and what their screens say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from ascolto.accounts.actions.profile import change_preferences
from ascolto.accounts.models import Agent
from ascolto.events.log import Actor, actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.models import Presence

State = Presence.State
CHOICES = (State.AVAILABLE, State.BUSY, State.AWAY)  # what people can say; offline is what happens


def beat(*, agent: Agent) -> str:
    """A screen of this person is open; returns how they stand now. Whoever was offline or timed out is back as they left."""
    if agent.is_guest:
        return State.OFFLINE
    if Presence.objects.filter(agent=agent, state=F("chosen")).update(seen_at=now()):
        return Presence.objects.values_list("state", flat=True).get(agent=agent)
    return _come_back(agent)


@transaction.atomic
def _come_back(agent: Agent) -> str:
    presence = _locked(agent)
    presence.seen_at = now()
    _become(presence, presence.chosen, actor_of(agent))
    return presence.state


@transaction.atomic
def choose_presence(*, agent: Agent, state: str) -> bool:
    """Say how one stands: available, busy (there, but takes nothing new) or away. Whether it changed. Raises Refused."""
    if state not in CHOICES or agent.is_guest:
        raise Refused(
            "unknown_presence",
            gettext_noop("Choose available, busy or away."),
            fix=gettext_noop("Who is offline has no screen open."),
        )
    presence = _locked(agent)
    before = (presence.state, presence.chosen)
    presence.chosen, presence.seen_at = state, now()
    change_preferences(agent=agent, is_available=state != State.AWAY)
    _become(presence, state, actor_of(agent))
    return before != (presence.state, presence.chosen)


@transaction.atomic
def go_offline(*, agent: Agent) -> bool:
    """The person signed out, or has no account any more. Whether it changed."""
    presence = Presence.objects.select_for_update().filter(agent=agent).first()
    return presence is not None and _become(presence, State.OFFLINE, actor_of(agent))


def note_signed_out(user: object = None, **_: object) -> None:
    """The signal of signing out."""
    if isinstance(user, Agent):
        go_offline(agent=user)


@transaction.atomic
def go_offline_all(agents: Collection[int]) -> None:
    """These people have no account any more."""
    for presence in Presence.objects.select_for_update().filter(agent__in=agents).order_by("agent_id"):
        _become(presence, State.OFFLINE, actor_of(None))


@transaction.atomic
def note_silence(*, agents: Iterable[int], since: datetime) -> list[int]:
    """No screen of these people gave a sign of life since then: those who were there are away. Returns who."""
    rows = Presence.objects.select_for_update().filter(
        Q(seen_at__lt=since) | Q(seen_at__isnull=True),
        agent__in=list(agents),
        state__in=[State.AVAILABLE, State.BUSY],
    )
    silent = list(rows.order_by("agent_id"))
    for presence in silent:
        _become(presence, State.AWAY, actor_of(None))
    return [presence.agent_id for presence in silent]


@transaction.atomic
def follow_preferences(*, agents: Collection[int]) -> None:
    """The switch among the preferences (`is_available`) moved: presence says the same."""
    rows = Presence.objects.select_for_update(of=("self",)).filter(agent__in=agents).select_related("agent")
    for presence in rows.order_by("agent_id"):
        if presence.agent.is_available == (presence.chosen != State.AWAY):
            continue
        presence.chosen = State.AVAILABLE if presence.agent.is_available else State.AWAY
        state = presence.state if presence.state == State.OFFLINE else presence.chosen
        _become(presence, state, actor_of(presence.agent))


def _locked(agent: Agent) -> Presence:
    chosen = State.AVAILABLE if agent.is_available else State.AWAY
    Presence.objects.get_or_create(agent=agent, defaults={"chosen": chosen})
    return Presence.objects.select_for_update().get(agent=agent)


def _become(presence: Presence, state: str, actor: Actor) -> bool:
    """Write the row; tell the log when the state is another one."""
    previous = presence.state
    if previous != state:
        presence.state, presence.since = state, now()
    presence.save(update_fields=["state", "chosen", "since", "seen_at"])
    if previous != state:
        emit(
            "agent.presence_changed",
            actor=actor,
            agent=presence.agent_id,
            state=presence.state,
            previous=previous,
        )
    return previous != state
