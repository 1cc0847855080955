"""What was found, put into words that fit the question: where a flow wants it, an administrator allowed it, and the sources say all of it.

    wording = wording_of(dialogue, conversation, wanted, found)     # in the transaction of a turn; None: the found text stands
    pending = start(wording)                                        # after it: a thread asks
    running.resume(dialogue, pending.result())                      # worded, or as it was found, or Missing: never nothing

Nothing is lost by a model that is off, late, wrong, or gone with our process: then the found text goes out, word for word.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from ascolto.bot.grounding import faults
from ascolto.bot.looking import look_up
from ascolto.bot.models import Dialogue
from ascolto.bot.selling import sells
from ascolto.bot.situations import has_problem
from ascolto.bot.state import Failed, Found, LookUpWanted, Missing, Outcome, State
from ascolto.conversations.models import Conversation
from ascolto.generation.answering import Passage, Worded, ask_to_word, seconds_to_word
from ascolto.understanding.engine.offers import selling_sentence

log = logging.getLogger(__name__)
AT_ONCE = 4  # threads; how many requests leave at once is the server's setting
PATIENCE = 0.3  # seconds beyond the deadline before a thread that hangs is given up
WORDED, REFUSED, UNGROUNDED, SELLING = (
    "worded",
    "refused",
    "ungrounded",
    "selling",
)  # or an Outcome of the model


@dataclass(frozen=True, slots=True)
class Wording:
    """What a model is asked to put into words, until when (monotonic)."""

    conversation: int
    customer: int
    accounts: tuple[int, ...]
    question: str
    language: str
    found: Found
    deadline: float


def wording_of(
    dialogue: Dialogue, conversation: Conversation, wanted: LookUpWanted, found: Found | Missing
) -> Wording | None:
    """What there is to ask a model; None where the found text stands as it is. A part that a person gave the bot is done without."""
    if not wanted.is_worded or not isinstance(found, Found) or dialogue.task_by_id is not None:
        return None
    accounts = tuple({dialogue.account_id, conversation.account_id})
    seconds = seconds_to_word(accounts)
    if seconds is None:
        return None
    return Wording(
        conversation.pk,
        conversation.customer_id,
        accounts,
        wanted.question,
        wanted.language,
        found,
        time.monotonic() + seconds,
    )


def plain_instead(conversation: Conversation, state: State, outcome: Outcome) -> Outcome:
    """The found text in place of a wording that got lost with the process that asked for it."""
    if state.awaiting != "look_up" or not isinstance(outcome, Failed):
        return outcome
    return look_up(conversation, LookUpWanted(state.last_words, state.language))


# --- asking ------------------------------------------------------------------------------------------------------------------


class Pending:
    """An answer that is being worded, for a loop that looks whether it is `done`: it is at the deadline, whatever becomes of the thread."""

    def __init__(self, wording: Wording, asked: Future[Outcome]) -> None:
        self._wording, self._asked = wording, asked

    def done(self) -> bool:
        """Whether `result` gives something at once."""
        return self._asked.done() or self._left() <= 0

    def result(self) -> Outcome:
        """What is to be said. Waits for it until the deadline."""
        try:
            return self._asked.result(max(0.0, self._left()))
        except (TimeoutError, CancelledError):
            return _plain(self._wording.found, "late")

    def _left(self) -> float:
        return self._wording.deadline + PATIENCE - time.monotonic()


_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bot-words")


def start(wording: Wording) -> Pending:
    """Ask, beside this thread. Call it after the transaction in which it was wanted."""
    return Pending(wording, _threads.submit(_asked, wording))


def _asked(wording: Wording) -> Outcome:
    """In a thread of its own; whatever goes wrong, the found text goes out."""
    try:
        return put_into_words(wording)
    except Exception:
        log.exception("an answer could not be worded", extra={"conversation": wording.conversation})
        return _plain(wording.found, "internal")
    finally:
        connection.close()


def put_into_words(wording: Wording) -> Outcome:
    """Ask the model and judge what it wrote. Blocks until the deadline at most."""
    found = wording.found
    title = found.sources[0].title if found.sources else ""
    worded = ask_to_word(
        wording.conversation,
        question=wording.question,
        passages=[Passage(title, found.text)],
        language=wording.language,
        accounts=wording.accounts,
        deadline=wording.deadline,
    )
    if worded.is_refusal:
        return Missing()
    if not worded.text:
        return _plain(found, worded.why, worded)
    wrong = [*worded.notes, *faults(worded.text, [found.text], title=title, language=wording.language)]
    if wrong:
        log.info("a worded answer was not sent", extra={"faults": wrong, "generated": worded.generated})
        return _plain(found, UNGROUNDED, worded, wrong)
    if _may_not_sell(worded.text, wording):
        return _plain(found, SELLING, worded)
    return replace(found, text=worded.text, wording=_told(WORDED, worded))


def _may_not_sell(text: str, wording: Wording) -> bool:
    """An answer sells only where the published one does, and then only to who has no open problem."""
    if not sells(text, wording.language) and selling_sentence(text) is None:
        return False
    source = wording.found.text
    is_published = sells(source, wording.language) or selling_sentence(source) is not None
    return not is_published or has_problem(wording.customer)


def _plain(found: Found, why: str, worded: Worded | None = None, wrong: Sequence[str] = ()) -> Found:
    """The found text, with what kept it from being worded."""
    return replace(found, wording=_told(why, worded, wrong))


def _told(outcome: str, worded: Worded | None, wrong: Sequence[str] = ()) -> Mapping[str, Any]:
    """What the message keeps of it, as plain values."""
    told: dict[str, Any] = {"outcome": str(outcome), "is_grounded": outcome == WORDED}
    if worded is not None and worded.generated:
        told |= {
            "model": worded.model,
            "server": worded.server,
            "prompt": worded.prompt,
            "generated": worded.generated,
        }
    return {**told, "faults": list(wrong)} if wrong else told
