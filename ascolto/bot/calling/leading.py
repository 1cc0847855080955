"""Flows on the telephone: each thing that a caller does is one turn of a dialogue, kept in its row before the caller hears anything.

The row is locked for a turn, and remembers what was answered: a delivery that comes twice gets the same answer. What a turn wants done
waits in the row until the call's message has been read into a conversation (usually it has been by the second turn), and is done then,
once. Another system is never waited for here: the caller is told to wait, and asks again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from ascolto.bot import engine, live, voicing
from ascolto.bot.calling.doing import attach, conversation_of, do_what_is_due, tell_desk
from ascolto.bot.calling.outcomes import ask_outside, outcome_of
from ascolto.bot.calling.record import Kept, Phase, with_words
from ascolto.bot.calling.situations import caller_of, situation_at
from ascolto.bot.comparing import arm_of
from ascolto.bot.flow import Flow
from ascolto.bot.looking import look_up
from ascolto.bot.models import Dialogue
from ascolto.bot.state import (
    CallWanted,
    HandedOff,
    Heard,
    LookUpWanted,
    Missing,
    Situation,
    Turn,
)
from ascolto.channels.protocol import Account
from ascolto.channels.vendors.calls import CallHeard, CallStep, CallTurn
from ascolto.channels.vendors.ivr_state import Connect, HangUp
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now

PATIENCE_MS = 2_500  # for a lock; our listener waits 4 seconds, Twilio 15
MOST_LOOK_UPS = 10  # in one turn
MOST_LANGUAGE_TRIES = 2
MOST_PLACES = 90  # turns of a call; then a person
Status = Dialogue.Status


def lead(account: Account, heard: CallHeard) -> CallTurn | None:
    """What the caller hears next; None where no flow answers at this inbox, or when the call is over."""
    if heard.step is CallStep.BEGIN:
        return _begin(account, heard)
    with transaction.atomic():
        _be_quick()
        row = _locked(account, heard)
        return _Talk.of(account, heard, row).turn() if row is not None else None


def _be_quick() -> None:
    """Whoever waits for a lock longer than a caller bears silence fails instead: the fixed dialogue then finds a person."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")


def _locked(account: Account, heard: CallHeard) -> Dialogue | None:
    rows = Dialogue.objects.select_for_update(of=("self",)).filter(account=account.id, call=heard.call)
    return rows.first()


def _begin(account: Account, heard: CallHeard) -> CallTurn | None:
    here = live.at_hand()
    post = here.post_of(account.id)
    if post is None or not heard.call:
        return None
    who = caller_of(heard)
    who_calls = who.pk if who is not None else heard.call
    is_rival = bool(post.rival) and arm_of(who_calls, post.account, post.share) == "rival"
    slug, version = (post.rival, post.rival_version) if is_rival else (post.flow, post.version)
    if slug not in here.library_with(version):
        return None
    try:
        with transaction.atomic():
            _be_quick()
            row = Dialogue.objects.create(
                account_id=account.id, version_id=version, is_rival=is_rival, call=heard.call
            )
            return _Talk.of(account, heard, row).greet(slug)
    except IntegrityError:  # told twice at once
        pass
    with transaction.atomic():
        known = _locked(account, heard)
        return _Talk.of(account, heard, known).again() if known is not None else None


@dataclass(slots=True)
class _Talk:
    """One call while a turn of it is made."""

    account: Account
    heard: CallHeard
    row: Dialogue
    kept: Kept
    library: Mapping[str, Flow]
    conversation: Conversation | None

    @classmethod
    def of(cls, account: Account, heard: CallHeard, row: Dialogue) -> _Talk:
        conversation = conversation_of(row)
        library = live.at_hand().library_with(row.version_id)
        return cls(account, heard, row, Kept.of(row.state), library, conversation)

    def again(self) -> CallTurn | None:
        """What was answered last."""
        return self.kept.turn

    # --- the beginning -----------------------------------------------------------------------------------------------------

    def greet(self, slug: str) -> CallTurn:
        """The first thing that the caller hears."""
        flow, kept = self.library[slug], self.kept
        kept.slug = slug
        kept.languages = [one for one in self.heard.languages if one in flow.languages] or list(
            flow.languages
        )
        who = caller_of(self.heard)
        if who is not None and who.language in kept.languages:
            kept.languages = [who.language]
        if len(kept.languages) == 1:
            return self._open(kept.languages[0], Heard(), is_disclosed=False)
        return self._ask_language()

    def _ask_language(self) -> CallTurn:
        kept = self.kept
        kept.phase = Phase.LANGUAGE
        situation = self._situation(kept.languages[0])
        turn = voicing.ask_language(
            self.library, kept.slug, kept.languages, situation, place=kept.next_place()
        )
        return self._write(turn)

    def _open(self, language: str, heard: Heard, *, is_disclosed: bool) -> CallTurn:
        self.kept.phase = Phase.TALK
        situation = self._situation(language)
        turn = engine.begin(self.library, self.kept.slug, heard, situation, disclosed=is_disclosed)
        return self._answer(turn, situation, discloses=not is_disclosed and turn.state.disclosed)

    # --- what the caller did -------------------------------------------------------------------------------------------------

    def turn(self) -> CallTurn | None:
        """What follows."""
        kept, heard = self.kept, self.heard
        if heard.step is CallStep.ENDED:
            self._hung_up()
            return None
        if heard.place != kept.place or kept.phase is Phase.OVER:
            return self.again()
        self.row.turns += 1
        if kept.phase is Phase.LANGUAGE:
            return self._hear_language()
        if heard.step is CallStep.RUNG or kept.phase is Phase.RING:
            return self._after_ringing()
        situation = self._situation(kept.state.language)
        if self.row.status == Status.SILENCED or kept.place > MOST_PLACES:
            return self._answer(voicing.to_person(self.library, kept.state, situation, "asked"), situation)
        return self._hear(situation)

    def _hear_language(self) -> CallTurn:
        kept, heard = self.kept, self.heard
        words = voicing.heard_words(heard, None, kept.languages[0])
        self._note_caller(words)
        if words.digits == "0":
            return self._open(kept.languages[0], words, is_disclosed=True)
        language = voicing.language_heard(heard, kept.languages)
        kept.tries += 1
        if not language and kept.tries < MOST_LANGUAGE_TRIES:
            return self._ask_language()
        return self._open(language or kept.languages[0], Heard(), is_disclosed=True)

    def _hear(self, situation: Situation) -> CallTurn:
        kept = self.kept
        state = kept.state
        slot = voicing.slot_asked(state, self.library)
        words = voicing.heard_words(self.heard, slot, state.language)
        if not state.awaiting:
            self._note_caller(words)
            return self._answer(engine.hear(self.library, state, words, situation), situation)
        if words.digits == "0":
            self._note_caller(words)
            return self._answer(voicing.to_person(self.library, state, situation, "asked"), situation)
        outcome = outcome_of(kept, now())
        if outcome is None:
            return self._write(kept.waiting_again())
        kept.outcome, kept.asked_until = None, None
        return self._answer(engine.resume(self.library, state, outcome, situation), situation)

    def _after_ringing(self) -> CallTurn:
        situation = self._situation(self.kept.state.language)
        if self.heard.taken:
            self._close(Status.HANDED, self.kept.state.handed or "asked")
            return self._write(CallTurn((), HangUp(), self.kept.next_place(), self.kept.state.language))
        turn = voicing.nobody_came(self.library, self.kept.state, situation)
        self.kept.phase = Phase.TALK
        return self._answer(turn, situation)

    def _hung_up(self) -> None:
        """The call is over. What the flow did not finish is for people."""
        kept = self.kept
        if kept.phase is Phase.OVER:
            return
        if not kept.state.handed:
            kept.state.handed = "silent"
            kept.due.append(HandedOff("silent"))
        self.row.turns += 1
        self._close(Status.HANDED, "hung_up" if kept.state.handed == "silent" else kept.state.handed)
        self._save()

    # --- what follows --------------------------------------------------------------------------------------------------------

    def _answer(self, turn: Turn, situation: Situation, *, discloses: bool = False) -> CallTurn:
        """Look up what is here, ask elsewhere for what is not, and write what is said."""
        says, effects = list(turn.says), list(turn.effects)
        for _ in range(MOST_LOOK_UPS):
            if not isinstance(turn.wanted, LookUpWanted):
                break
            found = look_up(self.conversation, turn.wanted) if self.conversation else Missing()
            turn = engine.resume(self.library, turn.state, found, situation)
            says += turn.says
            effects += turn.effects
        turn = Turn(turn.state, tuple(says), turn.choices, tuple(effects), turn.wanted, turn.asks)
        self.kept.state = turn.state
        self.kept.due += effects
        self.kept.note(turn.says, now())
        said = voicing.voiced(
            turn, self.library, self.heard, place=self.kept.next_place(), discloses=discloses
        )
        if isinstance(turn.wanted, CallWanted):
            said = self._ask_outside(turn.wanted, said)
        if isinstance(said.then, Connect):
            self.kept.phase = Phase.RING
        elif isinstance(said.then, HangUp):
            state = turn.state
            self._close(Status.HANDED if state.handed else Status.ENDED, state.handed or "ended")
        return self._write(said)

    def _ask_outside(self, wanted: CallWanted, said: CallTurn) -> CallTurn:
        self.kept.asked_until = now() + wanted.timeout + timedelta(seconds=3)
        ask_outside(self.row.pk, said.place, wanted)
        return said if said.says else with_words(said, voicing.words("hold", said.language))

    def _write(self, turn: CallTurn) -> CallTurn:
        self.kept.turn = turn
        self._save()
        return turn

    def _save(self) -> None:
        """Do what is due, tell the desk, and keep where the dialogue is."""
        row, kept = self.row, self.kept
        attach(row, self.conversation)
        do_what_is_due(row, self.conversation, kept, self.library)
        row.state, row.said, row.changed_at = kept.to_json(), [*row.said, *kept.fresh()], now()
        row.save()
        tell_desk(self.account, row, kept)

    def _close(self, status: str, why: str) -> None:
        self.kept.phase = Phase.OVER
        if self.row.status == Status.RUNNING:
            self.row.status, self.row.why, self.row.ended_at = status, why[:40], now()

    def _note_caller(self, words: Heard) -> None:
        self.kept.note_caller(words.text or words.digits, now())

    def _situation(self, language: str) -> Situation:
        flow = self.library[self.kept.slug]
        return situation_at(self.account, self.heard, flow, language, self.conversation)
