"""People whom notes call by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ascolto.accounts.models import Agent, Team
from ascolto.collaboration.actions.following import follow
from ascolto.collaboration.calling import called_in, names_of
from ascolto.collaboration.models import Mention
from ascolto.collaboration.telling import tell
from ascolto.conversations.access import sights_of
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.kit.clock import now


def read_note(note: Message) -> None:
    """Remember whom a note calls; called in the transaction that wrote, changed or removed it. A note without an @ costs nothing."""
    if note.visibility != Visibility.NOTE or (note.edited_at is None and "@" not in note.text):
        if note.removed_at is not None:
            Mention.objects.filter(message=note, done_at=None).delete()
        return
    wanted = _called(note)
    known = set(Mention.objects.filter(message=note).values_list("person_id", flat=True))
    Mention.objects.filter(message=note, done_at=None).exclude(person__in=wanted).delete()
    fresh = {pk: found for pk, found in wanted.items() if pk not in known}
    rows = [
        Mention(message=note, conversation_id=note.conversation_id, person=person, team=team, by=note.agent)
        for person, team in fresh.values()
    ]
    Mention.objects.bulk_create(rows, ignore_conflicts=True)
    seeing = who_see(note.conversation, [person for person, _ in fresh.values()])
    for person, team in fresh.values():
        tell("note.mentioned", note.agent, note.conversation, message=note.pk, person=person.pk, team=team)
        if person.pk in seeing and not team:
            follow(agent=note.agent, conversation=note.conversation, person=person)


def _called(note: Message) -> dict[int, tuple[Agent, str]]:
    """Who is meant, by id, and as one of which team; never the author. Of a team those who may see the conversation."""
    people = {agent.pk: agent for agent in Agent.objects.filter(is_active=True)}
    teams = {team.pk: team for team in Team.objects.all()} if "@team:" in note.text.casefold() else {}
    names = names_of(
        ((one.pk, one.name, one.email) for one in people.values()),
        ((team.pk, team.name) for team in teams.values()),
    )
    found: dict[int, tuple[Agent, str]] = {}
    for place in called_in(note.text, names):
        kind, _, pk = place.key.partition(":")
        if kind == "person":
            found[int(pk)] = (people[int(pk)], "")
        else:
            members = list(teams[int(pk)].members.filter(is_active=True))
            seeing = who_see(note.conversation, members)
            for member in members:
                if member.pk in seeing:
                    found.setdefault(member.pk, (member, teams[int(pk)].name))
    found.pop(note.agent_id or 0, None)
    return found


def who_see(conversation: Conversation, people: Iterable[Agent]) -> set[int]:
    """Which of these may see the conversation."""
    return {
        pk
        for pk, sight in sights_of(people).items()
        if sight.allows(
            conversation=conversation.pk,
            account=conversation.account_id,
            assignee=conversation.assignee_id,
            team=conversation.team_id,
        )
    }


@transaction.atomic
def settle(*, agent: Agent, mentions: Iterable[int], done: bool = True) -> int:
    """Done with these, or not yet after all; only one's own. Returns how many changed."""
    rows = Mention.objects.filter(person=agent, pk__in=list(mentions), done_at__isnull=done)
    return rows.update(done_at=now() if done else None)


@transaction.atomic
def settle_in(*, agent: Agent, conversation: Conversation) -> int:
    """Done with everything that called them in this conversation. Returns how many."""
    rows = Mention.objects.filter(person=agent, conversation=conversation, done_at=None)
    return rows.update(done_at=now())
