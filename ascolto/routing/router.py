"""The router: what is in memory while conversations find people. It is told events and times, writes decisions, and can be made anew
from the database at any moment.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from ascolto.routing.actions.assigning import AT_ONCE, give, give_to_teams
from ascolto.routing.actions.presence import note_silence
from ascolto.routing.actions.returning import return_to_queue
from ascolto.routing.cases import Case, all_that_matter, cases, cases_of
from ascolto.routing.crew import Crew, Member, State
from ascolto.routing.hands import Hands
from ascolto.routing.matching import Board, Decision
from ascolto.routing.needs import Known, group_names, in_danger_at, look_at, need_of, only_waiting
from ascolto.routing.timers import Timers

log = logging.getLogger(__name__)
READ_WITHIN = timedelta(seconds=2)  # what is understood of a new message is waited for so long
TRY_AGAIN = timedelta(seconds=60)  # after a guarantee refused
A_FEW = 500  # conversations looked at together


class Router:
    """One run. `at` is the present moment everywhere."""

    def __init__(self, at: datetime) -> None:
        self.crew = Crew()
        self.board = Board(self.crew.as_rules(group_names()))
        self.hands, self.timers = Hands(), Timers()
        self.unread: dict[
            int, datetime
        ] = {}  # new messages nobody has read yet, and until when that is waited for
        self._knows: dict[int, tuple[int, ...]] = {}  # by waiting conversation: who knows its customer
        self._to_team: dict[int, tuple[int, str, str]] = {}
        self._load(at)

    @property
    def is_on(self) -> bool:
        """Whether the company lets conversations find people by themselves."""
        return self.crew.rules.is_on

    def sleeps(self, at: datetime) -> bool:
        """Whether there is nobody to give anything to: then nothing about conversations needs to be known."""
        return not self.is_on or not self.crew.anybody_here(at)

    # --- told ---

    def _load(self, at: datetime) -> None:
        for member in self.crew.members.values():
            self._arm(member, at)
        self._watch_silence()
        if not self.is_on:
            return
        rows = all_that_matter(at)
        found = cases(rows)
        known = look_at(only_waiting(rows).values("pk"), [case for case in found if _may_wait(case)])
        self._see(found, known, at)
        self._tell_people(self.crew.members, at)

    def look(self, conversations: Collection[int], at: datetime) -> None:
        """Something happened to these."""
        numbers = sorted(conversations)
        for start in range(0, len(numbers), A_FEW):
            chunk = numbers[start : start + A_FEW]
            found = cases_of(chunk)
            waiting = [case for case in found if _may_wait(case)]
            changed = self._drop(set(chunk) - {case.id for case in found})
            known = look_at([case.id for case in waiting], waiting)
            changed |= self._see(found, known, at)
            self._tell_people(changed, at)

    def meet(self, people: Collection[int], at: datetime) -> None:
        """Something happened to these people: what they have and what they could have is looked at again."""
        self.crew.meet(people)
        for person in people:
            member = self.crew.members.get(person)
            if member is not None:
                self._arm(member, at)
        self._watch_silence()
        if self.is_on:
            self._tell_people(people, at)
            self.look(self._touched_by(set(people)), at)

    def _touched_by(self, people: set[int]) -> set[int]:
        owned = {case.id for case in self.hands.cases.values() if case.assignee in people}
        return owned | {pk for pk, knows in self._knows.items() if not people.isdisjoint(knows)}

    def ring(self, at: datetime) -> None:
        """What was to be looked at by now."""
        conversations, people, silence = set(), set(), False
        for kind, number in self.timers.due(at):
            if kind == "conversation":
                conversations.add(number)
            elif kind == "person":
                people.add(number)
            else:
                silence = True
        if silence:
            people |= self._hear_silence(at)
        if people:
            self.meet(people, at)
        if conversations and self.is_on:
            self.look(conversations, at)

    def _hear_silence(self, at: datetime) -> set[int]:
        here = {m.id for m in self.crew.members.values() if m.state in {State.AVAILABLE, State.BUSY}}
        silent = note_silence(agents=here, since=at - self._patience)
        self.crew.meet(here)  # signs of life are not told one by one
        self._watch_silence()
        return set(silent)

    def _watch_silence(self) -> None:
        there = [m for m in self.crew.members.values() if m.state in {State.AVAILABLE, State.BUSY}]
        seen = [m.seen_at or m.since for m in there]
        first = min((moment for moment in seen if moment is not None), default=None)
        # a moment later: the row is silent when its sign of life is older, not as old
        due = first + self._patience + timedelta(milliseconds=10) if first else None
        self.timers.set("silence", 0, due)

    @property
    def _patience(self) -> timedelta:
        return timedelta(minutes=max(1, self.crew.rules.away_after_minutes))

    def _arm(self, member: Member, at: datetime) -> None:
        self.timers.set("person", member.id, member.plan.next_change(at))

    def _tell_people(self, people: Iterable[int], at: datetime) -> None:
        for person in people:
            member = self.crew.members.get(person)
            if member is None:
                self.board.without(person)
            else:
                self.board.person(member.as_person(self.hands.load(person, member.capacity), at))

    # --- conversations ---

    def _see(self, found: Collection[Case], known: dict[int, Known], at: datetime) -> set[int]:
        """How these stand; returns the people whose load that changed."""
        changed: set[int] = set()
        gone: dict[int, tuple[int, str]] = {}
        for case in found:
            if not case.is_open:
                changed |= self._drop({case.id})
                continue
            changed |= self.hands.see(case, self.crew, at)
            again = [case.turns_at(at)]
            if case.assignee is not None:
                self._off_board(case.id)
                reason, later = self._why_without(case, known.get(case.id), at)
                again.append(later)
                if reason:
                    gone[case.id] = (case.assignee, reason)
            elif case.is_waiting(at):
                again.append(self._put(case, known.get(case.id) or Known(), at))
            else:
                self._off_board(case.id)
            self.timers.set("conversation", case.id, min((t for t in again if t), default=None))
        return changed | self._take_back(gone, known, at)

    def _put(self, case: Case, known: Known, at: datetime) -> datetime | None:
        """Onto the board, unless what is understood of it is still to come: then the time until which that is waited for."""
        until = self.unread.get(case.id)
        if until is not None and until > at and case.id not in self.board:
            return until
        self.unread.pop(case.id, None)
        need = need_of(case, known, self.crew, at)
        self._knows[case.id] = need.knows
        self.board.put(need.waiting)
        if need.by_rule and need.waiting.team is not None:
            value = str(getattr(need.waiting, need.by_rule))
            self._to_team[case.id] = (need.waiting.team, need.by_rule, value)
        return None

    def _why_without(self, case: Case, known: Known | None, at: datetime) -> tuple[str, datetime | None]:
        """Why its owner cannot keep what waits for them; empty, with the time to ask again, while they can."""
        if not case.is_waiting(at) or case.assignee is None:
            return "", None
        member = self.crew.members.get(case.assignee)
        if member is None:
            return "inactive", None
        reason = member.why_gone(at)
        if reason:
            limit = (case.waiting_since or at) + timedelta(minutes=self.crew.rules.continuity_minutes)
            back = member.plan.back_at(at) if member.is_back_by(limit, at) else None
            return ("", back) if back else (reason, None)
        danger = in_danger_at(case, known or Known(), self.crew)
        if member.state != State.AWAY or danger is None:
            return "", None
        is_in_danger = danger <= at or (known is not None and known.warned)
        return ("in_danger", None) if is_in_danger else ("", danger)

    def _take_back(self, gone: dict[int, tuple[int, str]], known: dict[int, Known], at: datetime) -> set[int]:
        """Nobody has these any more: they wait on the board like all others."""
        if not gone:
            return set()
        returned = return_to_queue(gone)
        for pk in gone.keys() - set(returned):
            self.timers.set("conversation", pk, at + TRY_AGAIN)
        free = [replace(self.hands.cases[pk], assignee=None) for pk in returned]
        return self._see(free, known, at) if free else set()

    def _drop(self, conversations: Iterable[int]) -> set[int]:
        changed: set[int] = set()
        for pk in conversations:
            changed |= self.hands.lose(pk)
            self.timers.set("conversation", pk, None)
            self._off_board(pk)
        return changed

    def _off_board(self, conversation: int) -> None:
        self.board.take(conversation)
        self._knows.pop(conversation, None)
        self._to_team.pop(conversation, None)
        self.unread.pop(conversation, None)

    # --- decided ---

    def note_unread(self, conversation: int, received_at: datetime) -> None:
        """A customer wrote: what it is about may be known in a moment."""
        if settings.ENVIRONMENT.understanding:
            self.unread[conversation] = received_at + READ_WITHIN

    def note_read(self, conversation: int) -> None:
        """It is known now."""
        self.unread.pop(conversation, None)

    def decide(self, at: datetime) -> int:
        """Give what can be given; returns how many decisions were written."""
        due = self.board.next_change(at)
        if due is None or due > at or not self.is_on:
            return 0
        decisions = self.board.decide(at)
        for start in range(0, len(decisions), AT_ONCE):
            self._write(decisions[start : start + AT_ONCE], at)
        return len(decisions)

    def _write(self, decisions: list[Decision], at: datetime) -> None:
        pks = [one.conversation for one in decisions]
        teams = {pk: self._to_team[pk][0] for pk in pks if pk in self._to_team}
        outcome = give(decisions, self.crew, teams)
        for one in outcome.given:
            case = self.hands.cases[one.conversation]
            self.hands.see(replace(case, assignee=one.person), self.crew, at)
            self._off_board(case.id)
            self.crew.note_given(one.person, at)
        for one in outcome.refused:
            log.info("a guarantee refuses an assignment", extra={"conversation": one.conversation})
            self.timers.set("conversation", one.conversation, at + TRY_AGAIN)
        self._tell_people([one.person for one in outcome.refused], at)
        if amiss := outcome.void:
            self._look_again(amiss, at)

    def _look_again(self, amiss: list[Decision], at: datetime) -> None:
        """The database knows more than what was heard so far: about these people, what they have, and these conversations."""
        people = {one.person for one in amiss}
        self.crew.meet(people)
        held = all_that_matter(at).filter(assignee__in=people).values_list("pk", flat=True)
        self.look({*held, *(one.conversation for one in amiss)}, at)
        self._tell_people(people, at)

    def sort_into_teams(self) -> int:
        """Write down to which team some of those that still wait belong; returns how many."""
        some = dict(list(self._to_team.items())[:AT_ONCE])
        for pk in some:
            del self._to_team[pk]
        if some:
            give_to_teams(some)
        return len(some)


def _may_wait(case: Case) -> bool:
    return case.is_open and (case.waiting_since is not None or case.promised_for is not None)
