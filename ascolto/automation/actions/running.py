"""A rule acts on one event: its mark and its effects are one transaction, so that a kill leaves both or none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Company
from ascolto.automation.guarding import AN_HOUR, Moment, verdict
from ascolto.automation.live import Live
from ascolto.automation.matching import holding
from ascolto.automation.models import Rule, RuleRun
from ascolto.automation.steps import Planned, Scene
from ascolto.conversations.models import Conversation
from ascolto.events.log import Actor, acting_as, emit
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

log = logging.getLogger(__name__)
Outcome = RuleRun.Outcome
FAILURES = 5  # one after the other, then a rule is paused
TOO_OFTEN = gettext_noop("It acted more often in an hour than it may.")
FAILED_OFTEN = gettext_noop("It failed five times one after the other.")
WHOLE_CONVERSATION = ("customer", "account", "assignee", "team")


@dataclass(frozen=True, slots=True)
class Cause:
    """An event with its distance from the person who began it all."""

    event: Event
    depth: int

    def moment(self) -> Moment:
        return Moment(self.event.type, self.event.actor_kind, self.depth)


class Fault(Exception):
    """A step failed for a reason of its own: everything that its rule did to this event is undone. The cause is `__cause__`."""


def run_rule(rule: Live, cause: Cause, *, again: bool = False) -> RuleRun | None:
    """Let a rule act on an event that is for it. `again`: ask its conditions once more, something changed since they were asked.

    Returns what was written down; None where the rule had acted on this event, or the event is not for it any more. Raises
    OperationalError and InterfaceError, when the database is away.
    """
    try:
        return _run(rule, cause, again)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        reason = error.__cause__ if isinstance(error, Fault) and error.__cause__ else error
        log.exception("a rule failed", extra={"rule": rule.id, "event": cause.event.pk})
        return _note_fault(rule, cause, f"{type(reason).__name__}: {reason}")


@transaction.atomic
def _run(rule: Live, cause: Cause, again: bool) -> RuleRun | None:
    event, at = cause.event, now()
    rows = Conversation.objects.select_for_update(of=("self",)).select_related(*WHOLE_CONVERSATION)
    conversation = rows.filter(pk=event.conversation_id or 0).first()
    if conversation is None or RuleRun.objects.filter(rule=rule.id, event=event.pk).exists():
        return None
    if again and not holding(rule.saying, [conversation.pk], at):
        return None
    if not _may_still(rule, at):
        return None
    why = verdict(cause.moment(), _last(rule, conversation.pk), at, writes=rule.saying.writes)
    if why:
        return _write(rule, cause, Outcome.HELD, why=why)
    with acting_as(Actor("rule", rule.id)) as events:
        scene = Scene(conversation, None, at, cause=rule.name, key=f"rule-{rule.id}-{event.pk}")
        told = _do(rule.saying.steps, scene)
    refused = any(step["outcome"] == "refused" for step in told)
    ids = [written.pk for written in events]
    Rule.objects.filter(pk=rule.id, failures__gt=0).update(failures=0)
    return _write(
        rule,
        cause,
        Outcome.REFUSED if refused else Outcome.DONE,
        steps=told,
        first_event=min(ids, default=None),
        last_event=max(ids, default=None),
    )


def _may_still(rule: Live, at: datetime) -> bool:
    """Whether the rule is on, and did not act too often; one that did is paused here."""
    if not Rule.objects.filter(pk=rule.id, is_enabled=True, paused_at=None, version=rule.version).exists():
        return False
    if rule.saying.steps and rule.most_per_hour:
        acted = RuleRun.objects.filter(rule=rule.id, at__gt=at - AN_HOUR).exclude(outcome=Outcome.HELD)
        if acted[: rule.most_per_hour].count() >= rule.most_per_hour:
            pause(rule.id, rule.name, TOO_OFTEN)
            return False
    return True


def _last(rule: Live, conversation: int) -> datetime | None:
    runs = RuleRun.objects.filter(
        rule=rule.id, conversation=conversation, outcome__in=[Outcome.DONE, Outcome.REFUSED]
    )
    return runs.order_by("-at").values_list("at", flat=True).first()


def _do(steps: Sequence[Planned], scene: Scene) -> list[dict[str, Any]]:
    """Every step by itself: what is refused leaves the others alone. Raises Fault for anything else."""
    told = []
    with translation.override(Company.current().language):
        for number, planned in enumerate(steps):
            scene.key = f"{scene.key.split('#')[0]}#{number}"
            line: dict[str, Any] = {"kind": planned.step.kind}
            try:
                with transaction.atomic():
                    done = planned.step.apply(scene, planned.given)
                line["outcome"] = "done" if done.changed else "nothing"
            except Refused as refused:
                line |= {"outcome": "refused", "code": refused.code, "message": clean(refused.message, 300)}
                line["guarantee"] = refused.guarantee
                _tell_refused(scene, planned, refused)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                raise Fault(str(error)) from error
            told.append(line)
    return told


def _tell_refused(scene: Scene, planned: Planned, refused: Refused) -> None:
    conversation = scene.conversation
    conversation.refresh_from_db()
    emit(
        "rule.refused",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        rule=int(scene.key.split("-")[1]),
        name=scene.cause,
        step=planned.step.kind,
        code=refused.code,
        reason=clean(refused.message, 300),
    )


def _write(rule: Live, cause: Cause, outcome: str, **fields: Any) -> RuleRun:
    return RuleRun.objects.create(
        rule_id=rule.id,
        version_id=rule.version,
        conversation_id=cause.event.conversation_id or 0,
        event=cause.event.pk,
        depth=cause.depth,
        outcome=outcome,
        at=now(),
        **fields,
    )


@transaction.atomic
def _note_fault(rule: Live, cause: Cause, error: str) -> RuleRun | None:
    """Write the fault down; after several one after the other the rule is paused."""
    if RuleRun.objects.filter(rule=rule.id, event=cause.event.pk).exists():
        return None
    run = _write(rule, cause, Outcome.FAILED, why=clean(error, 300))
    row = Rule.objects.select_for_update().get(pk=rule.id)
    row.failures += 1
    row.save(update_fields=["failures"])
    emit("rule.failed", rule=rule.id, name=rule.name, error=clean(error, 300))
    if row.failures >= FAILURES:
        pause(rule.id, rule.name, FAILED_OFTEN)
    return run


def pause(rule: int, name: str, why: str) -> bool:
    """Stop a rule until somebody looks at it. Whether it ran."""
    changed = Rule.objects.filter(pk=rule, paused_at=None).update(paused_at=now(), paused_why=why)
    if changed:
        emit("rule.paused", rule=rule, name=name, reason=why)
    return bool(changed)
