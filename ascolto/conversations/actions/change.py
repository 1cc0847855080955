"""Change a conversation: who holds it, where it stands, what it is about. Each verb checks, writes once and says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ascolto.accounts.models import Agent, Team
from ascolto.conversations.access import refuse_merged
from ascolto.conversations.labels import names_allowed
from ascolto.conversations.models import Conversation, Label, Participant, Priority, Status
from ascolto.conversations.promises import end_waiting
from ascolto.events.log import actor_of, emit
from ascolto.gates import Gate, Refused, pass_gate
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.kit.text import clean

_KEEP: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A conversation that is about to change hands: the guarantees at Gate.ASSIGN look at it.

    `agent` does it (None: the product). `how`: assigned, taken, routed, accepted (a hand-off), returned (its owner is gone),
    escalated. `assignee` and `team` are who will have it.
    """

    conversation: Conversation
    agent: Agent | None
    assignee: Agent | None
    team: Team | None
    how: str
    overrides: Mapping[str, str] = field(default_factory=dict)


class StaleVersion(Refused):
    """Somebody changed the conversation meanwhile. `current` is its version now."""

    def __init__(self, current: int) -> None:
        super().__init__(
            "stale_version", "Somebody changed this conversation meanwhile. Look again, then decide."
        )
        self.current = current


def _locked(conversation: Conversation, version: int | None = None) -> Conversation:
    found = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    refuse_merged(found)
    if version is not None and version != found.version:
        raise StaleVersion(found.version)
    return found


def _save(conversation: Conversation, original: Conversation, *fields: str) -> None:
    conversation.version += 1
    conversation.save(update_fields=[*fields, "version"])
    for name in (*fields, "version"):  # the caller's copy tells the truth too
        attribute = Conversation._meta.get_field(name).attname  # type: ignore[union-attr]
        setattr(original, attribute, getattr(conversation, attribute))


def _tell(event_type: str, agent: Agent | None, conversation: Conversation, **data: Any) -> None:
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        **data,
    )


def _check_can_hold(assignee: Agent | None) -> None:
    if assignee is not None and (assignee.is_guest or not assignee.is_active):
        raise Refused("cannot_hold", f"{assignee.name} cannot answer customers.", fix="Choose an agent.")


@transaction.atomic
def assign(
    *,
    agent: Agent | None,
    conversation: Conversation,
    assignee: Agent | None = _KEEP,
    team: Team | None = _KEEP,
    version: int | None = None,
    how: str = "assigned",
    why: Sequence[Mapping[str, Any]] = (),
    overrides: Mapping[str, str] | None = None,
) -> bool:
    """Give the conversation to somebody (None: to nobody) or to a team; what is left out stays. Whether it changed.

    `how`: see Handing; `why`: the reasons, for the log, as plain values. Raises Refused when the assignee cannot answer customers
    or a guarantee says no, StaleVersion.
    """
    current = _locked(conversation, version)
    new_assignee = current.assignee if assignee is _KEEP else assignee
    new_team = current.team if team is _KEEP else team
    if assignee is not _KEEP:
        _check_can_hold(new_assignee)
    before = (current.assignee_id, current.team_id)
    if before == (new_assignee.pk if new_assignee else None, new_team.pk if new_team else None):
        return False
    handing = Handing(
        conversation=current,
        agent=agent,
        assignee=new_assignee,
        team=new_team,
        how=how,
        overrides=overrides or {},
    )
    pass_gate(Gate.ASSIGN, handing)
    current.assignee, current.team = new_assignee, new_team
    current.with_bot = current.with_bot and new_assignee is None
    _save(current, conversation, "assignee", "team", "with_bot")
    _tell_handed(agent, current, before, {"how": how} | ({"why": list(why)} if why else {}))
    return True


def _tell_handed(
    agent: Agent | None, current: Conversation, before: tuple[int | None, int | None], told: dict[str, Any]
) -> None:
    held = {"assignee": current.assignee_id, "team": current.team_id}
    previous = {"previous_assignee": before[0], "previous_team": before[1]}
    _tell("conversation.assigned", agent, current, **held, **previous, **told)


@transaction.atomic
def change_status(
    *, agent: Agent | None, conversation: Conversation, status: str, version: int | None = None
) -> bool:
    """Open, pending (the customer owes us), on hold (a department owes us) or resolved. Whether it changed.

    Raises Refused for another status, StaleVersion.
    """
    if status not in Status.values:
        raise Refused(
            "unknown_status", f"{status!r} is not a status.", fix=f"Choose one of {', '.join(Status.values)}."
        )
    current = _locked(conversation, version)
    previous = current.status
    if previous == status:
        return False
    current.status = status
    current.resolved_at = now() if status == Status.RESOLVED else None
    if status == Status.RESOLVED:
        end_waiting(current)
        current.snoozed_until, current.with_bot = None, False
    _save(
        current, conversation, "status", "resolved_at", "waiting_since", "due_at", "snoozed_until", "with_bot"
    )
    _tell("conversation.status_changed", agent, current, status=status, previous=previous)
    return True


@transaction.atomic
def leave_to_people(*, conversation: Conversation, why: str, team: Team | None = None) -> bool:
    """The bot lets go: the conversation waits for a person (of this team). Whether it changed. `why`: see bot.state.HandedOff."""
    current = _locked(conversation)
    if not current.with_bot:
        return False
    current.with_bot = False
    _save(current, conversation, "with_bot")
    _tell("conversation.left_by_bot", None, current, why=why)
    if team is not None and current.team_id is None:
        assign(agent=None, conversation=current, team=team, how="routed")
    return True


@transaction.atomic
def give_to_bot(*, agent: Agent | None, conversation: Conversation, why: str) -> bool:
    """Let the bot hold it (again): nobody is given it meanwhile. Whether it changed."""
    current = _locked(conversation)
    if current.with_bot:
        return False
    current.with_bot = True
    _save(current, conversation, "with_bot")
    _tell("conversation.given_to_bot", agent, current, why=why)
    return True


@transaction.atomic
def change_priority(
    *, agent: Agent | None, conversation: Conversation, priority: int, version: int | None = None
) -> bool:
    """Set the priority (a Priority value). Whether it changed. Raises Refused, StaleVersion."""
    if priority not in Priority.values:
        raise Refused(
            "unknown_priority", "This is not a priority.", fix="Choose low, normal, high or urgent."
        )
    current = _locked(conversation, version)
    previous = current.priority
    if previous == priority:
        return False
    current.priority = priority
    _save(current, conversation, "priority")
    _tell("conversation.priority_changed", agent, current, priority=priority, previous=previous)
    return True


@transaction.atomic
def rename(
    *, agent: Agent | None, conversation: Conversation, subject: str, version: int | None = None
) -> bool:
    """Say what the conversation is about. Whether it changed. Raises StaleVersion."""
    current = _locked(conversation, version)
    previous, subject = current.subject, clean(" ".join(subject.split()), 300)
    if previous == subject:
        return False
    current.subject = subject
    _save(current, conversation, "subject")
    _tell("conversation.renamed", agent, current, subject=subject, previous=previous)
    return True


@transaction.atomic
def set_labels(
    *, agent: Agent | None, conversation: Conversation, names: Iterable[str], version: int | None = None
) -> bool:
    """Make these the conversation's labels. Whether it changed.

    An unknown name becomes a label, where the company lets this person define some; else it is noted as a wish. One of another scope or
    laid aside stays where it is, and is put nowhere new. Raises Refused for a name that is too long, StaleVersion.
    """
    wanted = list(dict.fromkeys(name for name in (clean(" ".join(n.split())) for n in names) if name))
    if any(len(name) > 60 for name in wanted) or len(wanted) > 50:
        raise Refused(
            "label_too_long", "A label has at most 60 characters, a conversation at most 50 labels."
        )
    current = _locked(conversation, version)
    previous = sorted(current.labels.values_list("name", flat=True))
    if previous == sorted(wanted):
        return False
    wanted = _labels_for(agent, current, wanted, previous)
    if previous == sorted(wanted):
        return False
    current.labels.set(Label.objects.filter(name__in=wanted))
    _save(current, conversation)
    _tell("conversation.labelled", agent, current, labels=sorted(wanted), previous=previous)
    return True


def _labels_for(
    agent: Agent | None, current: Conversation, wanted: Sequence[str], previous: Sequence[str]
) -> list[str]:
    """Of the names those that this person may put on; new ones are made."""
    known = {label.name: label for label in Label.objects.filter(name__in=wanted)}
    fresh, _wished = names_allowed(agent, current.pk, [name for name in wanted if name not in known])
    Label.objects.bulk_create([Label(name=name) for name in fresh], ignore_conflicts=True)
    fit = {
        name
        for name, label in known.items()
        if name in previous or (label.archived_at is None and label.scope != Label.Scope.CUSTOMERS)
    }
    return [name for name in wanted if name in fit or name in fresh]


@transaction.atomic
def snooze(
    *, agent: Agent | None, conversation: Conversation, until: datetime | None, version: int | None = None
) -> bool:
    """Out of the queue until then (None: back now). A message of the customer brings it back earlier.

    Raises Refused for a time that has passed, StaleVersion.
    """
    if until is not None and until <= now():
        raise Refused("in_the_past", "This time has passed.", fix="Choose a time in the future.")
    current = _locked(conversation, version)
    if current.snoozed_until == until:
        return False
    current.snoozed_until = until
    _save(current, conversation, "snoozed_until")
    _tell("conversation.snoozed", agent, current, until=until.isoformat() if until else None)
    return True


@transaction.atomic
def mark_spam(*, agent: Agent | None, conversation: Conversation, spam: bool = True) -> bool:
    """Spam leaves every queue and resolves the conversation. Whether it changed."""
    current = _locked(conversation)
    if current.is_spam == spam:
        return False
    current.is_spam = spam
    current.status, current.resolved_at = (Status.RESOLVED, now()) if spam else (Status.OPEN, None)
    if spam:
        end_waiting(current)
    _save(current, conversation, "is_spam", "status", "resolved_at", "waiting_since", "due_at")
    _tell("conversation.spam_marked", agent, current, spam=spam)
    return True


@transaction.atomic
def add_participant(
    *, agent: Agent | None, conversation: Conversation, person: Agent, at: datetime | None = None
) -> bool:
    """Ask a colleague or a department's guest into this one conversation (`at`: since when). Whether they are new to it."""
    _, made = Participant.objects.get_or_create(
        conversation=conversation, agent=person, defaults={"added_at": at or now()}
    )
    if made:
        _tell("conversation.participant_added", agent, conversation, person=person.pk)
    return made


@transaction.atomic
def remove_participants(*, agent: Agent | None, conversation: Conversation, people: Iterable[Agent]) -> int:
    """Those who were asked into this conversation and have no business there any more. Returns how many left."""
    rows = Participant.objects.filter(conversation=conversation, agent__in=list(people))
    gone = list(rows.order_by("agent_id").values_list("agent_id", flat=True))
    rows.delete()
    for person in gone:
        _tell("conversation.participant_removed", agent, conversation, person=person)
    return len(gone)


@transaction.atomic
def keep_promises(promises: Mapping[int, tuple[datetime | None, datetime | None, datetime | None]]) -> int:
    """What the clocks say, by conversation: since when the customer waits, the next promise, the next dated one. Returns how many
    differed. The version stays: nobody decided anything.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=promises).order_by("pk")
    changed = []
    for row in rows.only("pk", "waiting_since", "due_at", "promised_for"):
        wanted = promises[row.pk]
        if (row.waiting_since, row.due_at, row.promised_for) != wanted:
            row.waiting_since, row.due_at, row.promised_for = wanted
            changed.append(row)
    bulk.update(connection, changed, ["waiting_since", "due_at", "promised_for"])
    return len(changed)
