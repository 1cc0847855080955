"""One turn of a real conversation: what the customer wrote goes into the engine, what comes out is written and done, in one transaction.

A dialogue is locked while it is worked on, and remembers the last message that it heard: hearing it again changes nothing. What another
system is asked (`CallWanted`) is asked outside; until it answers the dialogue awaits, and `resume` goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.bot import engine
from ascolto.bot.comparing import arm_of
from ascolto.bot.flow import Flow, Slot
from ascolto.bot.looking import look_up
from ascolto.bot.models import Dialogue
from ascolto.bot.performing import perform
from ascolto.bot.posting import lately
from ascolto.bot.putting import Wording, plain_instead, wording_of
from ascolto.bot.situations import situation_of
from ascolto.bot.speaking import speak
from ascolto.bot.state import (
    CallWanted,
    HandedOff,
    Heard,
    LookUpWanted,
    Outcome,
    Situation,
    State,
    Turn,
    Understood,
)
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import leave_to_people
from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.understanding.models import Intent, Reading
from ascolto.understanding.selectors.readings import readings_of
from ascolto.understanding.written import own_words

log = logging.getLogger(__name__)
NOTHING_TO_ANSWER = frozenset({Intent.THANKS, Intent.SPAM, Intent.PRAISE})
DISCLOSED_FOR = timedelta(hours=12)  # in the same conversation it is not said again so soon


@dataclass(frozen=True, slots=True)
class Wanted:
    """Another system has to be asked before this dialogue goes on, or a language model for other words."""

    dialogue: int
    call: CallWanted | Wording


def hear(conversation_id: int, messages: Sequence[int]) -> Wanted | None:
    """Let the bot answer these messages of a customer, if the conversation is its own. What is to be asked elsewhere, if anything."""
    with transaction.atomic():
        conversation = _locked(conversation_id)
        last = (
            Dialogue.objects.filter(conversation=conversation, call=None)  # calls are led while they ring
            .select_related("account")
            .order_by("-pk")
            .first()
        )
        running = last if last is not None and last.status == Dialogue.Status.RUNNING else None
        if not _is_ours(conversation, running):
            silence(running)
            return None
        fresh = _messages(conversation, messages, last.heard_up_to if last is not None else 0)
        if not fresh:
            return None
        return _go_on(conversation, running, fresh) if running else _begin(conversation, last, fresh)


def begin_task(
    conversation_id: int, flow: str, version: int, account: ChannelAccount, agent: Agent
) -> Dialogue:
    """A person lets the bot do a part: it begins at once. Call it in a transaction."""
    conversation = _locked(conversation_id)
    here = lately.now()
    library = here.library_with(version)
    dialogue = Dialogue(conversation=conversation, account=account, version_id=version, task_by=agent)
    dialogue.heard_up_to = _last_message(conversation)
    situation = situation_of(conversation, account.kind, library[flow])
    held = _Held(conversation, dialogue, library, library[flow], situation)
    held.write(engine.begin(library, flow, Heard(), situation))
    return dialogue


def _last_message(conversation: Conversation) -> int:
    rows = Message.objects.filter(conversation=conversation).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def resume(dialogue_id: int, outcome: Outcome) -> Wanted | None:
    """Another system answered, or did not."""
    with transaction.atomic():
        found = Dialogue.objects.filter(pk=dialogue_id, conversation__isnull=False).values_list(
            "conversation"
        )
        if not found:
            return None
        conversation = _locked(found[0][0])
        dialogue = Dialogue.objects.get(pk=dialogue_id)
        if dialogue.status != Dialogue.Status.RUNNING or not _is_ours(conversation, dialogue):
            silence(dialogue)
            return None
        state = State.from_json(dialogue.state)
        held = _Held.of(conversation, dialogue, state)
        outcome = plain_instead(conversation, state, outcome)
        return held.write(engine.resume(held.library, state, outcome, held.situation))


def give_up(conversation_id: int, why: str) -> None:
    """The bot lets go of a conversation, whatever state it is in: a person goes on."""
    with transaction.atomic():
        conversation = _locked(conversation_id)
        dialogue = Dialogue.objects.filter(conversation=conversation, status=Dialogue.Status.RUNNING).first()
        if dialogue is None:
            leave_to_people(conversation=conversation, why=why)
            return
        state = State.from_json(dialogue.state)
        slots = _slots(lately.now().library_with(dialogue.version_id))
        if not state.handed:
            perform(dialogue, conversation, [HandedOff(why)], state, slots)
        leave_to_people(conversation=conversation, why=why)
        _close(dialogue, Dialogue.Status.HANDED, why)


def silence(dialogue: Dialogue | None) -> None:
    """A person has it: the bot says nothing more."""
    if dialogue is not None and dialogue.status == Dialogue.Status.RUNNING:
        _close(dialogue, Dialogue.Status.SILENCED, "person")


def _close(dialogue: Dialogue, status: str, why: str) -> None:
    dialogue.status, dialogue.why, dialogue.ended_at = status, why, now()
    dialogue.save(update_fields=["status", "why", "ended_at"])


def _locked(conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.get(pk=conversation_id)


def _is_ours(conversation: Conversation, dialogue: Dialogue | None) -> bool:
    """Whether the bot may speak: nobody has it, or who has it gave the bot a task. After the hand-over it still helps while nobody is
    there (call-back, e-mail)."""
    holder = dialogue.task_by_id if dialogue is not None else None
    if conversation.assignee_id != holder or conversation.is_spam or conversation.merged_into_id is not None:
        return False
    if conversation.with_bot:
        return True
    if dialogue is None or dialogue.task_by_id is not None or not dialogue.state.get("handed"):
        return False
    return not _was_answered(conversation, dialogue)


def _was_answered(conversation: Conversation, dialogue: Dialogue) -> bool:
    people = Message.objects.filter(
        conversation=conversation, author_kind=Author.AGENT, direction=Direction.OUT
    )
    return people.filter(occurred_at__gte=dialogue.started_at).exclude(visibility=Visibility.NOTE).exists()


def _messages(conversation: Conversation, messages: Sequence[int], after: int) -> list[Message]:
    rows = Message.objects.filter(
        pk__in=messages,
        pk__gt=after,
        conversation=conversation,
        direction=Direction.IN,
        visibility=Visibility.PRIVATE,
        is_automatic=False,
        removed_at=None,
    ).exclude(kind="call")
    return list(rows.select_related("account").order_by("pk"))


# --- what was heard --------------------------------------------------------------------------------------------------------


def heard_in(messages: Sequence[Message], readings: Mapping[int, Reading]) -> Heard:
    """What a customer did, by one message or by several that came together."""
    texts = [own_words(message.text, message.extra or {}) for message in messages]
    last = messages[-1]
    return Heard(
        text="\n".join(text for text in texts if text),
        choice=_choice_in(last),
        files=sum(message.attachments.count() for message in messages if message.kind != "text"),
        understood=_understood([readings[message.pk] for message in messages if message.pk in readings]),
    )


def _choice_in(message: Message) -> str:
    payload = (message.extra or {}).get("payload")
    return payload[:200] if isinstance(payload, str) else ""


def _understood(readings: Sequence[Reading]) -> Understood:
    """Of several messages the last one tells the matter, the angriest one the feeling."""
    if not readings:
        return Understood()
    last = next((one for one in reversed(readings) if one.topic is not None), readings[-1])
    sure = last.probabilities or {}
    return Understood(
        language=last.language,
        language_probability=last.language_probability,
        topic=last.topic.name if last.topic else "",
        topic_probability=float(sure.get("topic", 0.0)) if last.topic else 0.0,
        intent=last.intent,
        sentiment=last.sentiment,
        anger=max(one.anger for one in readings),
    )


def _needs_no_answer(messages: Sequence[Message], readings: Mapping[int, Reading]) -> bool:
    """Mere thanks, and the like: no dialogue begins with that."""
    told = [readings[message.pk] for message in messages if message.pk in readings]
    return len(told) == len(messages) and all(
        not one.needs_answer or one.intent in NOTHING_TO_ANSWER for one in told
    )


# --- one turn ----------------------------------------------------------------------------------------------------------------


def _begin(conversation: Conversation, last: Dialogue | None, messages: Sequence[Message]) -> Wanted | None:
    readings = readings_of([message.pk for message in messages])
    if _needs_no_answer(messages, readings):
        leave_to_people(conversation=conversation, why="nothing_asked")
        return None
    held = _Held.begin(conversation, messages[-1])
    if held is None:
        leave_to_people(conversation=conversation, why="no_flow")
        return None
    disclosed = last is not None and last.started_at >= now() - DISCLOSED_FOR
    heard = heard_in(messages, readings)
    return held.write(engine.begin(held.library, held.flow.slug, heard, held.situation, disclosed=disclosed))


def _go_on(conversation: Conversation, dialogue: Dialogue, messages: Sequence[Message]) -> Wanted | None:
    state = State.from_json(dialogue.state)
    held = _Held.of(conversation, dialogue, state)
    dialogue.turns += 1
    dialogue.heard_up_to = messages[-1].pk
    heard = heard_in(messages, readings_of([message.pk for message in messages]))
    return held.write(engine.hear(held.library, state, heard, held.situation))


@dataclass(slots=True)
class _Held:
    """A conversation while the bot makes a turn of it."""

    conversation: Conversation
    dialogue: Dialogue
    library: Mapping[str, Flow]
    flow: Flow
    situation: Situation

    @classmethod
    def begin(cls, conversation: Conversation, message: Message) -> _Held | None:
        """A new dialogue; None where no flow is posted any more."""
        here = lately.now()
        post = here.post_of(message.account_id or 0)
        if post is None or message.account is None:
            return None
        is_rival = bool(post.rival) and arm_of(conversation.customer_id, post.account, post.share) == "rival"
        slug, version = (post.rival, post.rival_version) if is_rival else (post.flow, post.version)
        library = here.library_with(version)
        flow = library.get(slug)
        if flow is None:
            return None
        dialogue = Dialogue(
            conversation=conversation,
            account=message.account,
            version_id=version,
            is_rival=is_rival,
            heard_up_to=message.pk,
        )
        situation = situation_of(conversation, message.account.kind, flow)
        return cls(conversation, dialogue, library, flow, situation)

    @classmethod
    def of(cls, conversation: Conversation, dialogue: Dialogue, state: State) -> _Held:
        """A dialogue that goes on."""
        library = lately.now().library_with(dialogue.version_id)
        flow = library.get(state.flow) or next(iter(library.values()))
        situation = situation_of(conversation, dialogue.account.kind, flow, state.language)
        return cls(conversation, dialogue, library, flow, situation)

    def write(self, turn: Turn) -> Wanted | None:
        """Say and do what the turn tells; look up what is here; what is elsewhere is wanted."""
        for _ in range(10):  # look-ups one after the other in one turn
            self._say_and_do(turn)
            if not isinstance(turn.wanted, LookUpWanted):
                break
            found = look_up(self.conversation, turn.wanted)
            if wording := wording_of(self.dialogue, self.conversation, turn.wanted, found):
                self._keep(turn.state)
                return Wanted(self.dialogue.pk, wording)
            turn = engine.resume(self.library, turn.state, found, self.situation)
        self._keep(turn.state)
        return Wanted(self.dialogue.pk, turn.wanted) if isinstance(turn.wanted, CallWanted) else None

    def _say_and_do(self, turn: Turn) -> None:
        state = turn.state
        try:
            with transaction.atomic():
                speak(self.conversation, self.dialogue, turn)
        except Refused as refused:
            log.info("the bot may not say this", extra={"code": refused.code, "dialogue": self.dialogue.pk})
            if not state.handed:
                state.handed, state.done = "refused", True
                perform(self.dialogue, self.conversation, [HandedOff("refused")], state, _slots(self.library))
        perform(self.dialogue, self.conversation, turn.effects, state, _slots(self.library))

    def _keep(self, state: State) -> None:
        dialogue = self.dialogue
        dialogue.state, dialogue.changed_at = state.to_json(), now()
        if state.done:
            dialogue.status = Dialogue.Status.HANDED if state.handed else Dialogue.Status.ENDED
            dialogue.why, dialogue.ended_at = state.handed or "ended", dialogue.changed_at
        dialogue.save()


def _slots(library: Mapping[str, Flow]) -> dict[str, Slot]:
    return {name: slot for flow in library.values() for name, slot in flow.slots.items()}
