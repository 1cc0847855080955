"""By when somebody must have answered: asked of the room that keeps promises (`sla`), which lies above this one.

What is written here at once is the promise as it stands when a message arrives, so that no list ever waits for it. The room of promises
follows the log, computes every clock from everything that happened, and puts right what differs (`keep_promise`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.conversations.models import Conversation


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer began to wait: in this conversation, since then, on this kind of channel. `is_first`: nobody has answered yet."""

    conversation: Conversation
    since: datetime
    channel: str
    is_first: bool


Promise = Callable[[Sequence[Asked]], Sequence[datetime | None]]


def _nothing_promised(asked: Sequence[Asked]) -> Sequence[datetime | None]:
    raise RuntimeError("No room keeps promises: ascolto.sla registers itself when the product starts.")


_promise: list[Promise] = [_nothing_promised]


def register_promise(promise: Promise) -> None:
    """Let `promise` say by when each must have an answer (None: nothing is promised)."""
    _promise[0] = promise


def promise_answers(asked: Sequence[Asked]) -> None:
    """Write the promise of each into its conversation, unsaved."""
    if not asked:
        return
    for one, due_at in zip(asked, _promise[0](asked), strict=True):
        dates = [date for date in (due_at, one.conversation.promised_for) if date is not None]
        one.conversation.waiting_since, one.conversation.due_at = one.since, min(dates, default=None)


def promise_answer(conversation: Conversation, since: datetime, *, is_first: bool = False) -> None:
    """The same for one conversation, on the channel it used last."""
    channel = conversation.channels.split(",")[0]
    promise_answers([Asked(conversation, since, channel, is_first)])


def end_waiting(conversation: Conversation) -> None:
    """Nobody waits any more, unsaved: what is left to keep is the date that somebody promised, if there is one."""
    conversation.waiting_since, conversation.due_at = None, conversation.promised_for
