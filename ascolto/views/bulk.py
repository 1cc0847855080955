"""Do one thing to many conversations: each is done or told why not, and all of it can be taken back for half an hour.

A verb is a way to do it and a way to say what was before; rooms above register theirs (`register_verb`: macros). Who may hand on what is
said by the guarantees at Gate.ASSIGN, as for one conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.views.models import BulkChange

MOST = 500  # conversations of one change
UNDONE_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Offered:
    """How a verb of another room stands in the bar: its words, an icon of the sprite, the name of its value and what may be chosen."""

    label: str | Promise
    icon: str
    name: str
    choices: Callable[[Agent], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to do. `read` makes the arguments of what was sent (raises Refused); `before` says how a conversation stands as far as
    this verb changes it; `act` does it and says whether anything changed; `back` makes it as `before` was. `offered` puts the verb into
    the bar below the list.
    """

    name: str
    read: Callable[[Agent, Mapping[str, Any]], Mapping[str, Any]]
    before: Callable[[Conversation], dict[str, Any]]
    act: Callable[[Agent, Conversation, Mapping[str, Any]], bool]
    back: Callable[[Agent, Conversation, Mapping[str, Any]], None] | None = None
    offered: Offered | None = None


VERBS: dict[str, Verb] = {}


def offered_verbs(agent: Agent) -> list[tuple[str, Offered, Sequence[tuple[str, str]]]]:
    """Verbs of other rooms for the bar, with what this person may choose; one without choices is left out."""
    found = [(verb.name, verb.offered) for verb in VERBS.values() if verb.offered is not None]
    offers = [(name, offered, offered.choices(agent)) for name, offered in found]
    return [offer for offer in offers if offer[2]]


def register_verb(verb: Verb) -> None:
    """Let this be done to many at once."""
    VERBS[verb.name] = verb


@dataclass(frozen=True, slots=True)
class NotChanged:
    """A conversation that stays as it is, and why: a Refused, as plain text of ours."""

    conversation: int
    code: str
    message: str
    fix: str = ""


@dataclass(slots=True)
class Result:
    """What became of it: `batch` takes it back (None: nothing changed); what needed no change is in neither list."""

    batch: BulkChange | None = None
    changed: list[int] = field(default_factory=list)
    not_changed: list[NotChanged] = field(default_factory=list)


def change_many(
    *,
    by: Agent,
    conversations: Sequence[int],
    verb: str,
    values: Mapping[str, Any],
    batch: BulkChange | None = None,
) -> Result:
    """Do `verb` with `values` to each of these. `batch`: the change that this continues, for a screen that goes in steps.

    Raises Refused when `by` may not, for more than MOST, an unknown verb, or arguments that cannot be.
    """
    if not by.may("conversations.bulk"):
        raise Refused("may_not", gettext_noop("You may not change many conversations at once."))
    if len(conversations) + (len(batch.rows) if batch else 0) > MOST:
        raise Refused("too_many", gettext_noop("Choose at most 500 conversations at once."))
    chosen = VERBS.get(verb)
    if chosen is None or (
        batch is not None and (batch.by_id != by.pk or batch.verb != verb or batch.undone_at)
    ):
        raise Refused("unknown_verb", gettext_noop("This cannot be done to many conversations."))
    arguments, result, rows = chosen.read(by, values), Result(batch), []

    def one(row: Conversation) -> None:
        was = chosen.before(row)
        if chosen.act(by, row, arguments):
            row.refresh_from_db()
            rows.append({"conversation": row.pk, "before": was, "after": chosen.before(row)})
            result.changed.append(row.pk)

    with transaction.atomic():
        _each(by, conversations, one, result)
        if rows:
            result.batch = _keep(by, verb, rows, batch)
    return result


def _keep(by: Agent, verb: str, rows: list[dict[str, Any]], batch: BulkChange | None) -> BulkChange:
    if batch is None:
        return BulkChange.objects.create(by=by, verb=verb, rows=rows)
    current = BulkChange.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    current.rows = [*current.rows, *rows]
    current.save(update_fields=["rows"])
    return current


def undo(*, by: Agent, batch: BulkChange) -> Result:
    """Make each as it was before, unless somebody changed it since. Raises Refused when it is too late, or was undone."""
    with transaction.atomic():
        current = BulkChange.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if current.by_id != by.pk or current.undone_at is not None or now() - current.at > UNDONE_WITHIN:
            raise Refused("undone_already", gettext_noop("This cannot be undone any more."))
        verb = VERBS.get(current.verb)
        back = verb.back if verb is not None else None
        if verb is None or back is None:
            raise Refused("cannot_undo", gettext_noop("This cannot be undone here."))
        current.undone_at = now()
        current.save(update_fields=["undone_at"])
        told = {row["conversation"]: row for row in current.rows}
        result = Result(current)

        def one(row: Conversation) -> None:
            if verb.before(row) != told[row.pk]["after"]:
                raise Refused("moved_on", gettext_noop("Somebody changed this conversation since."))
            back(by, row, told[row.pk]["before"])
            result.changed.append(row.pk)

        _each(by, list(told), one, result)
    return result


def _each(
    by: Agent, conversations: Sequence[int], one: Callable[[Conversation], None], result: Result
) -> None:
    """Do it to each in a savepoint of its own, so that a refusal hurts nobody else."""
    among = visible_conversations(by)
    for pk in dict.fromkeys(conversations):
        try:
            with transaction.atomic():
                one(access_conversation(by, pk, to="manage", among=among))
        except Conversation.DoesNotExist:
            result.not_changed.append(NotChanged(pk, "not_found", gettext_noop("It is not there.")))
        except Refused as refused:
            result.not_changed.append(NotChanged(pk, refused.code, refused.message, refused.fix))
