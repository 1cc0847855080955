"""Colleagues around a conversation: who can be called by name, who follows it, who was asked in, and what calls somebody."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from ascolto.accounts.models import Agent, Team
from ascolto.collaboration.actions.mentions import who_see
from ascolto.collaboration.models import Mention
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation, Follower, Participant
from ascolto.kit.text import clean, fold

OFFERED = 12
LISTED = 200


@dataclass(frozen=True, slots=True)
class Nameable:
    """Somebody whom a note may call: `token` is what the menu writes after the @."""

    kind: str  # person, team
    id: int
    name: str
    token: str
    sees: bool


def mentionable(conversation: Conversation | None, text: str, by: Agent) -> list[Nameable]:
    """People and teams whose name (or e-mail) has a word that begins with `text`; who sees the conversation first."""
    wanted = fold(clean(text, 80))
    if wanted.startswith("team:"):
        people, wanted = [], wanted.removeprefix("team:").strip()
    else:
        people = [
            one
            for one in Agent.objects.filter(is_active=True).exclude(pk=by.pk)
            if _fits(one.name, one.email, wanted)
        ]
    names = (
        [one.name.casefold() for one in Agent.objects.filter(is_active=True).only("name")] if people else []
    )
    seeing = who_see(conversation, people) if conversation is not None else {one.pk for one in people}
    found = [
        Nameable("person", one.pk, one.name, one.email if names.count(one.name.casefold()) > 1 else one.name, one.pk in seeing)
        for one in people
    ]  # fmt: skip
    found.sort(key=lambda one: (not one.sees, fold(one.name)))
    teams = [one for one in Team.objects.all() if _fits(one.name, "", wanted)]
    return found[:OFFERED] + [
        Nameable("team", one.pk, one.name, f"team:{one.name}", True) for one in teams[:OFFERED]
    ]


def _fits(name: str, email: str, wanted: str) -> bool:
    folded = fold(name)
    return (
        not wanted
        or folded.startswith(wanted)
        or f" {wanted}" in folded
        or (bool(email) and email.casefold().startswith(wanted))
    )


def mentions_of(agent: Agent, *, done: bool | None = False) -> QuerySet[Mention]:
    """What calls the person, the newest first; what they cannot see any more is left out."""
    seen = visible_conversations(agent).filter(pk=OuterRef("conversation"))
    rows = Mention.objects.filter(Exists(seen), person=agent, message__removed_at=None)
    if done is not None:
        rows = rows.filter(done_at__isnull=not done)
    return rows.select_related("message", "by", "conversation__customer").order_by("-at", "-pk")


def count_mentions(agent: Agent) -> int:
    """How many notes call the person and wait."""
    return Mention.objects.filter(person=agent, done_at=None)[:100].count()


def followers_of(conversation: Conversation) -> list[Agent]:
    """Who follows it, by name."""
    ids = Follower.objects.filter(conversation=conversation).values("agent")
    return list(Agent.objects.filter(pk__in=ids, is_active=True)[:LISTED])


def participants_of(conversation: Conversation) -> list[Agent]:
    """Who was asked in, by name."""
    ids = Participant.objects.filter(conversation=conversation).values("agent")
    return list(Agent.objects.filter(pk__in=ids, is_active=True)[:LISTED])


def called_blind(conversation: Conversation) -> list[Agent]:
    """People whom notes call here and who cannot see it: whoever wrote it may ask them in."""
    ids = Mention.objects.filter(conversation=conversation, done_at=None, team="").values("person")
    people = list(Agent.objects.filter(pk__in=ids, is_active=True)[:LISTED])
    if not people:
        return []
    seeing = who_see(conversation, people)
    return [one for one in people if one.pk not in seeing]


def invitable(conversation: Conversation, text: str = "") -> list[Agent]:
    """People who do not see the conversation and could be asked in."""
    people = list(
        Agent.objects.filter(is_active=True).filter(Q(name__icontains=text[:80])).order_by("name")[:LISTED]
    )
    seeing = who_see(conversation, people)
    return [one for one in people if one.pk not in seeing]
