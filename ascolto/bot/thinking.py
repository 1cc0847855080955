"""What the bot would say and do in a conversation, before anything is written: so it can be found out without holding a lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ascolto.bot import engine
from ascolto.bot.comparing import arm_of
from ascolto.bot.flow import Flow
from ascolto.bot.gathering import Gathered
from ascolto.bot.heard import heard_in, needs_no_answer
from ascolto.bot.models import Dialogue
from ascolto.bot.posting import lately
from ascolto.bot.situations import situation_of
from ascolto.bot.speaking import speak
from ascolto.bot.state import Situation, State, Turn
from ascolto.conversations.actions import BotReply
from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.kit.clock import now
from ascolto.understanding.models import Reading

DISCLOSED_FOR = timedelta(hours=12)  # in the same conversation it is not said again so soon


@dataclass(slots=True)
class Held:
    """A conversation while the bot makes a turn of it."""

    conversation: Conversation
    dialogue: Dialogue
    library: Mapping[str, Flow]
    flow: Flow
    situation: Situation

    @classmethod
    def begin(cls, conversation: Conversation, message: Message) -> Held | None:
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
    def of(cls, conversation: Conversation, dialogue: Dialogue, state: State) -> Held:
        """A dialogue that goes on."""
        library = lately.now().library_with(dialogue.version_id)
        flow = library.get(state.flow) or next(iter(library.values()))
        situation = situation_of(conversation, dialogue.account.kind, flow, state.language)
        return cls(conversation, dialogue, library, flow, situation)

    def note(self, state: State) -> None:
        """Put into the dialogue how it stands after a turn; nothing is saved."""
        dialogue = self.dialogue
        dialogue.state, dialogue.changed_at = state.to_json(), now()
        if state.done:
            dialogue.status = Dialogue.Status.HANDED if state.handed else Dialogue.Status.ENDED
            dialogue.why, dialogue.ended_at = state.handed or "ended", dialogue.changed_at


@dataclass(slots=True)
class Thought:
    """A turn that would be made; or `why` the conversation is for people; or the dialogue that falls silent; or nothing at all.

    `replies`: what the turn says, where nothing else is to be done.
    """

    conversation: Conversation
    last: Dialogue | None
    held: Held | None = None
    turn: Turn | None = None
    why: str = ""
    silenced: Dialogue | None = None
    replies: Sequence[BotReply] = ()
    stood: tuple[object, ...] = field(init=False)  # how the dialogue stood

    def __post_init__(self) -> None:
        self.stood = _standing(self.last)

    def speak(self) -> bool:
        """Find out the replies. Whether they are everything that is to be done. Raises Refused when a guarantee says no."""
        if self.held is None or self.turn is None or self.turn.effects or self.turn.wanted is not None:
            return False
        self.replies = speak(self.conversation, self.held.dialogue, self.turn)
        self.held.note(self.turn.state)
        return True

    def is_still_right(self, conversation: Conversation, last: Dialogue | None) -> bool:
        """Whether nothing happened meanwhile to what it was thought of."""
        same = all(getattr(self.conversation, name) == getattr(conversation, name) for name in _DECISIVE)
        return same and self.stood == _standing(last)


_DECISIVE = ("version", "with_bot", "assignee_id", "is_spam", "merged_into_id", "status")


def _standing(dialogue: Dialogue | None) -> tuple[object, ...]:
    if dialogue is None:
        return ()
    return dialogue.pk, dialogue.status, dialogue.turns, dialogue.heard_up_to, dialogue.changed_at


def think(conversation: Conversation, gathered: Gathered) -> Thought:
    """What the bot would do about what was heard in this conversation."""
    last = gathered.dialogues.get(conversation.pk)
    thought = Thought(conversation, last)
    running = last if last is not None and last.status == Dialogue.Status.RUNNING else None
    if not is_ours(conversation, running):
        thought.silenced = running
        return thought
    heard_up_to = last.heard_up_to if last is not None else 0
    fresh = [message for message in gathered.messages[conversation.pk] if message.pk > heard_up_to]
    if fresh and running is not None:
        _go_on(thought, running, fresh, gathered.readings)
    elif fresh:
        _begin(thought, fresh, gathered.readings)
    return thought


def _begin(thought: Thought, messages: Sequence[Message], readings: Mapping[int, Reading]) -> None:
    if needs_no_answer(messages, readings, is_first=thought.last is None):
        thought.why = "nothing_asked"
        return
    held = Held.begin(thought.conversation, messages[-1])
    if held is None:
        thought.why = "no_flow"
        return
    disclosed = thought.last is not None and thought.last.started_at >= now() - DISCLOSED_FOR
    heard = heard_in(messages, readings)
    thought.held = held
    thought.turn = engine.begin(held.library, held.flow.slug, heard, held.situation, disclosed=disclosed)


def _go_on(
    thought: Thought, dialogue: Dialogue, messages: Sequence[Message], readings: Mapping[int, Reading]
) -> None:
    state = State.from_json(dialogue.state)
    thought.held = Held.of(thought.conversation, dialogue, state)
    dialogue.turns += 1
    dialogue.heard_up_to = messages[-1].pk
    heard = heard_in(messages, readings)
    thought.turn = engine.hear(thought.held.library, state, heard, thought.held.situation)


def is_ours(conversation: Conversation, dialogue: Dialogue | None) -> bool:
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
