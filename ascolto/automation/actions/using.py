"""Use a macro: look at what it would do, do it, take it back. On one conversation, or on many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.automation.models import Macro, MacroRun
from ascolto.automation.selectors import visible_macros
from ascolto.automation.steps import Effect, Known, Planned, Scene, stored_steps
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

MOST = 500  # conversations at once


@dataclass(frozen=True, slots=True)
class Tried:
    """What one step would do here."""

    planned: Planned
    effect: Effect


@dataclass(slots=True)
class Ran:
    """What a macro did to one conversation: `run` takes it back (None: nothing was done), `draft` is for the composer."""

    macro: Macro
    run: MacroRun | None = None
    done: list[dict[str, Any]] = field(default_factory=list)
    draft: dict[str, Any] | None = None

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [line for line in self.done if line["outcome"] == "refused"]

    @property
    def can_undo(self) -> bool:
        return any(line.get("kept") is not None for line in self.done)


@dataclass(frozen=True, slots=True)
class NotRun:
    """A conversation that stays as it is, and why."""

    conversation: int
    code: str
    message: str
    fix: str = ""


@dataclass(slots=True)
class ManyRan:
    """What a macro did to many: `runs` take it back. Drafts are nobody's here: what should be read first is not written."""

    runs: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    not_run: list[NotRun] = field(default_factory=list)
    refused_steps: int = 0
    drafts: int = 0


def check_may(agent: Agent, macro: Macro) -> None:
    """Raises Refused for who may not use it, Macro.DoesNotExist where they may not even see it."""
    if not visible_macros(agent).filter(pk=macro.pk).exists():
        raise Macro.DoesNotExist
    if macro.archived_at is not None:
        raise Refused("archived", gettext_noop("This macro was put away."))


def preview_macro(*, agent: Agent, macro: Macro, conversation: Conversation) -> list[Tried]:
    """What each step would do here, what is refused first. Nothing is changed. Raises Macro.DoesNotExist, Refused."""
    check_may(agent, macro)
    scene = Scene(conversation, agent, now(), cause=macro.name)
    tried = [
        Tried(planned, planned.step.preview(scene, planned.given)) for planned in stored_steps(macro.steps)
    ]
    return sorted(tried, key=lambda one: one.effect.refused is None)


def run_macro(
    *, agent: Agent, macro: Macro, conversation: Conversation, confirmed: bool = False, key: str = ""
) -> Ran:
    """Do every step; one that is refused leaves the others alone, a fault undoes all.

    `confirmed`: the person read in the preview what would be sent; without it a step that sends puts its text into the composer.
    `key` makes the call idempotent as far as messages go. Raises Macro.DoesNotExist, Refused.
    """
    check_may(agent, macro)
    with transaction.atomic():
        ran = _do(agent, macro, conversation, confirmed, key)
        _count(macro, 1 if ran.run else 0)
    return ran


def _do(agent: Agent, macro: Macro, conversation: Conversation, confirmed: bool, key: str) -> Ran:
    scene = Scene(conversation, agent, now(), cause=macro.name)
    ran = Ran(macro)
    for number, planned in enumerate(stored_steps(macro.steps)):
        scene.key = f"macro-{key}-{number}" if key else ""
        _step(scene, planned, ran, confirmed)
    if not any(line["outcome"] == "done" for line in ran.done) and ran.draft is None:
        return ran
    ran.run = MacroRun.objects.create(
        macro=macro, conversation=conversation, agent=agent, at=scene.at, done=ran.done
    )
    emit(
        "macro.used",
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        macro=macro.pk,
        name=macro.name,
        done=[line["kind"] for line in ran.done if line["outcome"] == "done"],
        refused=[line["kind"] for line in ran.refused],
    )
    return ran


def _step(scene: Scene, planned: Planned, ran: Ran, confirmed: bool) -> None:
    given = planned.given
    if planned.step.writes and not confirmed:
        given = {**given, "send": False}  # nobody read it: it waits in the composer
    line: dict[str, Any] = {"kind": planned.step.kind, "outcome": "nothing"}
    try:
        with transaction.atomic():
            done = planned.step.apply(scene, given)
    except Refused as refused:
        line |= {"outcome": "refused", "code": refused.code, "message": clean(refused.message, 300)}
        line |= {"fix": clean(refused.fix, 300), "guarantee": refused.guarantee}
        scene.conversation.refresh_from_db()
    else:
        if done.draft is not None:
            ran.draft, line["outcome"] = done.draft, "draft"
        elif done.changed:
            line |= {"outcome": "done", "kept": done.kept, "after": done.after}
    ran.done.append(line)


def _count(macro: Macro, times: int) -> None:
    if times:
        Macro.objects.filter(pk=macro.pk).update(times_used=F("times_used") + times, last_used_at=now())


def run_macro_on(
    agent: Agent, macro: Macro, conversations: Sequence[int], *, confirmed: bool = False
) -> ManyRan:
    """Use a macro on many conversations (ids): each is done or told why not. A text that should be read first is left out.

    Raises Refused for more than MOST, Macro.DoesNotExist.
    """
    check_may(agent, macro)
    if len(conversations) > MOST:
        raise Refused("too_many", gettext_noop("Choose at most 500 conversations at once."))
    result, among = ManyRan(), visible_conversations(agent)
    for pk in dict.fromkeys(conversations):
        try:
            with transaction.atomic():
                row = access_conversation(agent, pk, to="manage", among=among)
                ran = _do(agent, macro, row, confirmed, "")
        except Conversation.DoesNotExist:
            result.not_run.append(NotRun(pk, "not_found", gettext_noop("It is not there.")))
            continue
        except Refused as refused:
            result.not_run.append(NotRun(pk, refused.code, refused.message, refused.fix))
            continue
        _add(result, pk, ran)
    _count(macro, len(result.runs))
    return result


def _add(result: ManyRan, pk: int, ran: Ran) -> None:
    result.drafts += ran.draft is not None
    result.refused_steps += len(ran.refused)
    if ran.run is not None:
        result.runs.append(ran.run.pk)
    if any(line["outcome"] == "done" for line in ran.done):
        result.changed.append(pk)
    elif ran.refused:
        first = ran.refused[0]
        result.not_run.append(NotRun(pk, first["code"], first["message"], first.get("fix", "")))


@transaction.atomic
def undo_macro(*, agent: Agent, run: MacroRun) -> int:
    """Take back what can be taken back, the last step first; what somebody changed since stays. Returns how many steps were.

    Raises Refused when it was undone already, or another person did it.
    """
    current = MacroRun.objects.select_for_update(of=("self",)).select_related("macro").get(pk=run.pk)
    if current.undone_at is not None:
        raise Refused("undone_already", gettext_noop("This was undone already."))
    if current.agent_id != agent.pk:
        raise Refused("not_yours", gettext_noop("Only who did it takes it back here."))
    conversation = access_conversation(agent, current.conversation_id, to="manage")
    scene = Scene(conversation, agent, now(), cause=current.macro.name, known=Known())
    count = 0
    plans = {planned.step.kind: planned.step for planned in stored_steps(current.done)}
    for line in reversed(current.done):
        step = plans.get(line["kind"])
        if step is None or line.get("kept") is None:
            continue
        try:
            with transaction.atomic():
                count += step.undo(scene, line["kept"], line.get("after"))
        except Refused:  # a guarantee says no to the way back: the rest is taken back all the same
            conversation.refresh_from_db()
    current.undone_at = now()
    current.save(update_fields=["undone_at"])
    emit(
        "macro.undone",
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        macro=current.macro_id,
        name=current.macro.name,
    )
    return count
