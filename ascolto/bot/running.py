"""One turn of a real conversation: what the customer wrote goes into the engine, what comes out is written and done, in one transaction.

A dialogue remembers the last message that it heard: hearing it again changes nothing. What there is to say is thought of before anything
is locked, and written where all is still as it was. What another system is asked (`CallWanted`) is asked outside; until it answers the
dialogue awaits, and `resume` goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import InterfaceError, OperationalError, connection, transaction

from ascolto.accounts.models import Agent
from ascolto.bot import engine
from ascolto.bot.flow import Flow, Slot
from ascolto.bot.gathering import Gathered, last_dialogues, locked
from ascolto.bot.looking import look_up
from ascolto.bot.models import Dialogue
from ascolto.bot.performing import perform
from ascolto.bot.posting import lately
from ascolto.bot.putting import Wording, plain_instead, wording_of
from ascolto.bot.situations import situation_of
from ascolto.bot.speaking import speak
from ascolto.bot.state import CallWanted, HandedOff, Heard, LookUpWanted, Outcome, Said, State, Turn
from ascolto.bot.thinking import Held, Thought, is_ours, think
from ascolto.bot.wording import phrase
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_bot_replies, leave_to_people
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.kit import bulk
from ascolto.kit.clock import now

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Another system has to be asked before this dialogue goes on, or a language model for other words."""

    dialogue: int
    call: CallWanted | Wording


def hear(conversation_id: int, messages: Sequence[int]) -> Wanted | None:
    """Let the bot answer these messages of a customer, if the conversation is its own. What is to be asked elsewhere, if anything."""
    return next(iter(hear_together({conversation_id: messages})), None)


def hear_together(heard: Mapping[int, Sequence[int]]) -> list[Wanted]:
    """The same in several conversations (messages by the ids of conversations). What is to be asked elsewhere.

    What the bot would say is found out before anything is locked, and written in one transaction where all is still as it was. Where it
    is not, or more is to be done than to speak, it is found out again with the lock. A conversation at which the bot fails is a
    person's, and holds up no other.
    """
    thoughts = _thoughts(Gathered.of(heard))
    with transaction.atomic():
        written = _written_plain(thoughts) if thoughts else set()
        left = {pk: messages for pk, messages in heard.items() if pk not in written}
        gathered = Gathered.of(left, lock=True)
        turns = [
            _guarded(conversation, lambda one=conversation: _do(think(one, gathered)))  # type: ignore[misc]
            for conversation in gathered.conversations.values()
        ]
    return [wanted for wanted in turns if wanted is not None]


def _thoughts(gathered: Gathered) -> dict[int, Thought]:
    """What there is to say, by conversations, where nothing else is to be done."""
    found = {}
    for conversation in gathered.conversations.values():
        try:
            thought = think(conversation, gathered)
            if thought.speak():
                found[conversation.pk] = thought
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # once more with the lock: there it is told, and a person goes on
            log.debug("to be thought over: %s", error, extra={"conversation": conversation.pk})
    return found


def _written_plain(thoughts: Mapping[int, Thought]) -> set[int]:
    """As `_write_plain`; where that fails, each is thought over with the lock, and only the one that spoils it is given up."""
    try:
        with transaction.atomic():
            return _write_plain(thoughts)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("answers could not be written together")
        return set()


def _write_plain(thoughts: Mapping[int, Thought]) -> set[int]:
    """Write what was thought of conversations that are as they were. Which ones."""
    there, dialogues = locked(thoughts), last_dialogues(thoughts)
    right = [
        thought
        for pk, thought in thoughts.items()
        if pk in there and thought.is_still_right(there[pk], dialogues.get(pk))
    ]
    add_bot_replies([reply for thought in right for reply in thought.replies])
    _keep([thought.held.dialogue for thought in right if thought.held is not None])
    return {thought.conversation.pk for thought in right}


def _keep(dialogues: Sequence[Dialogue]) -> None:
    known = [dialogue for dialogue in dialogues if dialogue.pk is not None]
    bulk.insert(connection, [dialogue for dialogue in dialogues if dialogue.pk is None])
    bulk.update(connection, known, _CHANGED)


_CHANGED = ("state", "status", "why", "heard_up_to", "turns", "changed_at", "ended_at")


def _guarded(conversation: Conversation, work: Callable[[], Wanted | None]) -> Wanted | None:
    """Do it; a conversation at which the bot fails is a person's, and is not tried again."""
    try:
        with transaction.atomic():
            return work()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception(
            "the bot failed at a conversation; a person goes on", extra={"conversation": conversation.pk}
        )
        give_up(conversation.pk, "broken")
        return None


def _do(thought: Thought) -> Wanted | None:
    silence(thought.silenced)
    if thought.why:
        leave_to_people(conversation=thought.conversation, why=thought.why)
    if thought.held is None or thought.turn is None:
        return None
    return _write(thought.held, thought.turn)


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
    held = Held(conversation, dialogue, library, library[flow], situation)
    _write(held, engine.begin(library, flow, Heard(), situation))
    return dialogue


def wanted_by_task(conversation_id: int) -> Wanted | None:
    """What the task that a person just gave wants to be asked elsewhere, if it begins with that: only the bot's own process asks."""
    rows = Dialogue.objects.filter(conversation=conversation_id, status=Dialogue.Status.RUNNING)
    dialogue = (
        rows.filter(task_by__isnull=False, turns=0)
        .select_related("account", "conversation__customer")
        .first()
    )
    if dialogue is None or dialogue.conversation is None:
        return None
    state = State.from_json(dialogue.state)
    held = Held.of(dialogue.conversation, dialogue, state)
    call = engine.called(held.library, state, held.situation)
    return Wanted(dialogue.pk, call) if call is not None else None


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
        return _guarded(conversation, lambda: _resume(dialogue_id, conversation, outcome))


def _resume(dialogue_id: int, conversation: Conversation, outcome: Outcome) -> Wanted | None:
    dialogue = Dialogue.objects.get(pk=dialogue_id)
    if dialogue.status != Dialogue.Status.RUNNING or not is_ours(conversation, dialogue):
        silence(dialogue)
        return None
    state = State.from_json(dialogue.state)
    held = Held.of(conversation, dialogue, state)
    outcome = plain_instead(conversation, state, outcome)
    return _write(held, engine.resume(held.library, state, outcome, held.situation))


def give_up(conversation_id: int, why: str) -> None:
    """The bot lets go of a conversation, whatever state it is in: a person goes on."""
    with transaction.atomic():
        conversation = _locked(conversation_id)
        dialogue = Dialogue.objects.filter(conversation=conversation, status=Dialogue.Status.RUNNING).first()
        if dialogue is not None:
            _tell_what_was_learnt(conversation, dialogue, why)
            _close(dialogue, Dialogue.Status.HANDED, why)
        leave_to_people(conversation=conversation, why=why)


def _tell_what_was_learnt(conversation: Conversation, dialogue: Dialogue, why: str) -> None:
    """That nobody can read what is kept of it must not keep it with the bot."""
    try:
        with transaction.atomic():
            state = State.from_json(dialogue.state)
            if not state.handed:
                slots = _slots(lately.now().library_with(dialogue.version_id))
                perform(dialogue, conversation, [HandedOff(why)], state, slots)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a dialogue cannot be read", extra={"conversation": conversation.pk})


def silence(dialogue: Dialogue | None) -> None:
    """A person has it: the bot says nothing more."""
    if dialogue is not None and dialogue.status == Dialogue.Status.RUNNING:
        _close(dialogue, Dialogue.Status.SILENCED, "person")


def _close(dialogue: Dialogue, status: str, why: str) -> None:
    dialogue.status, dialogue.why, dialogue.ended_at = status, why, now()
    dialogue.save(update_fields=["status", "why", "ended_at"])


def _locked(conversation_id: int) -> Conversation:
    """Raises KeyError where there is none."""
    return locked([conversation_id])[conversation_id]


# --- one turn ----------------------------------------------------------------------------------------------------------------


def _write(held: Held, turn: Turn) -> Wanted | None:
    """Say and do what the turn tells; look up what is here; what is elsewhere is wanted."""
    for _ in range(10):  # look-ups one after the other in one turn
        _say_and_do(held, turn)
        if not isinstance(turn.wanted, LookUpWanted):
            break
        found = look_up(held.conversation, turn.wanted)
        if wording := wording_of(held.dialogue, held.conversation, turn.wanted, found):
            held.note(turn.state)
            held.dialogue.save()
            return Wanted(held.dialogue.pk, wording)
        turn = engine.resume(held.library, turn.state, found, held.situation)
    held.note(turn.state)
    held.dialogue.save()
    return Wanted(held.dialogue.pk, turn.wanted) if isinstance(turn.wanted, CallWanted) else None


def _say_and_do(held: Held, turn: Turn) -> None:
    dialogue, conversation, state, slots = held.dialogue, held.conversation, turn.state, _slots(held.library)
    try:
        with transaction.atomic():
            add_bot_replies(speak(conversation, dialogue, turn))
    except Refused as refused:
        log.info("the bot may not say this", extra={"code": refused.code, "dialogue": dialogue.pk})
        if not state.handed:
            state.handed, state.done = "refused", True
            _say_who_goes_on(held, turn)
            perform(dialogue, conversation, [HandedOff("refused")], state, slots)
    perform(dialogue, conversation, turn.effects, state, slots)


def _say_who_goes_on(held: Held, turn: Turn) -> None:
    """What was to be said may not be: the customer hears at least that a person has it now, and who says so."""
    if held.dialogue.task_by_id is not None:
        return
    language, company = turn.state.language, held.situation.company
    words = [phrase("handing", language)]
    if held.dialogue.pk is None:
        words.insert(0, phrase("disclosure", language, company=company))
    said = replace(turn, says=(Said("\n\n".join(words), turn.state.node),), choices=(), wanted=None)
    try:
        with transaction.atomic():
            add_bot_replies(speak(held.conversation, held.dialogue, said))
    except Refused as refused:
        log.info("nor may it say this", extra={"code": refused.code, "dialogue": held.dialogue.pk})


def _slots(library: Mapping[str, Flow]) -> dict[str, Slot]:
    return {name: slot for flow in library.values() for name, slot in flow.slots.items()}
