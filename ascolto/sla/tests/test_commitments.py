"""Dated promises as people live them: found, confirmed, kept by a colleague, broken, handed over, moved and withdrawn."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_note, add_reply, assign, note_delivery
from ascolto.conversations.models import Conversation, Delivery, Message
from ascolto.events.consumers import Reader, feed
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import at
from ascolto.sla.actions import commitments, verdicts
from ascolto.sla.commitments import (
    Asked,
    BadCursor,
    bubble_promises,
    commitments_of_customer,
    list_commitments,
    next_promised,
    promises_in,
)
from ascolto.sla.keeping import READER, follow
from ascolto.sla.models import Commitment
from ascolto.sla.tests.office import Office, rome, shown
from ascolto.testing.factories import Cast, make_agent

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log shows what is committed
NEWS_OR_NOT = "La squadra è sul posto: ti scrivo entro le 18, anche senza novità."
NO_OFFER = {"right-timing": "It promises to write and sells nothing"}  # another room judges that; not here
DAY = "2026-06-11 "  # a Thursday


class Stage(Office):
    """The office, with people who promise."""

    def says(
        self, when: str, talk: Conversation, text: str, *, who: Agent | None = None, **fields: Any
    ) -> Message:
        """Somebody writes to Giulia."""
        with self.moment(DAY + when):
            return add_reply(
                agent=who or self.cast.marco, conversation=talk, text=text, overrides=NO_OFFER, **fields
            )

    def follows(self, when: str) -> None:
        """The log is read up to this moment, and what is due is rung for."""
        with self.moment(DAY + when):
            while feed(Reader(READER, follow)):
                pass
            verdicts.ring()

    def promised(self, talk: Conversation, text: str = NEWS_OR_NOT, when: str = "14:30") -> Commitment:
        """Marco promises in a message and confirms it with the key."""
        message = self.says(when, talk, text)
        with self.moment(DAY + when):
            found = promises_in(text, message.occurred_at)[0]
            made = commitments.confirm_sent(
                message,
                {"promise": "1", "promise_due": found.due_at.isoformat(), "promise_words": found.words},
            )
        assert made is not None
        return made


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(cast)


@pytest.fixture
def talk(stage: Stage) -> Conversation:
    return stage.writes(DAY + "14:00")


def now_is(row: Commitment) -> Commitment:
    return Commitment.objects.get(pk=row.pk)


def told(prefix: str = "commitment.") -> list[str]:
    rows = Event.objects.filter(type__startswith=prefix).order_by("pk")
    return [name.removeprefix(prefix) for name in rows.values_list("type", flat=True)]


def test_a_promise_that_nobody_confirmed_is_asked_about(stage: Stage, talk: Conversation) -> None:
    message = stage.says("14:30", talk, NEWS_OR_NOT)
    stage.follows("14:31")
    stage.follows("14:32")
    row = Commitment.objects.get()
    assert (row.state, row.message, row.owner) == ("proposed", message, stage.cast.marco)
    assert shown(row.due_at) == DAY + "18:00"
    assert row.words == "ti scrivo entro le 18"
    assert Conversation.objects.get(pk=talk.pk).promised_for is None
    assert told() == ["proposed"]
    assert bubble_promises([message.pk]) == {message.pk: [row]}


def test_a_confirmed_promise_shows_in_the_queue_at_once(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    held = Conversation.objects.get(pk=talk.pk)
    assert shown(held.promised_for) == shown(held.due_at) == DAY + "18:00"
    assert next_promised([talk.pk]) == {talk.pk: row.due_at}
    stage.follows("14:31")
    assert Commitment.objects.get() == row
    assert told() == ["made"]


def test_the_reader_may_be_faster_than_the_key(stage: Stage, talk: Conversation) -> None:
    message = stage.says("14:30", talk, NEWS_OR_NOT)
    stage.follows("14:30")
    due = Commitment.objects.get().due_at.isoformat()
    with stage.moment(DAY + "14:30"):
        commitments.confirm_sent(message, {"promise": "on", "promise_due": due, "promise_words": ""})
    assert Commitment.objects.get().state == "open"
    assert told() == ["proposed", "made"]


def test_in_two_hours_counts_from_the_sending(stage: Stage, talk: Conversation) -> None:
    text = "Le scrivo entro 2 ore."
    with stage.moment(DAY + "14:27"):
        draft = promises_in(text, rome(DAY + "14:27"))[0]
    message = stage.says("14:30", talk, text)
    posted = {"promise": "1", "promise_due": draft.due_at.isoformat(), "promise_words": draft.words}
    row = commitments.confirm_sent(message, posted)
    assert row is not None
    assert shown(row.due_at) == DAY + "16:30"


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"promise": "1"},
        {"promise": "1", "promise_due": "soon", "promise_words": "x" * 100_000},
        {"promise": "1", "promise_due": "2026-06-11T18:00", "promise_words": "\x00\ud800"},
        {"promise": "1", "promise_due": "2026-13-45T99:99:99Z"},
        {"promise": "1", "promise_due": "2020-01-01T00:00:00Z"},
        {"promise": "", "promise_due": "2026-06-11T16:00:00+00:00"},
    ],
)
def test_whatever_is_posted_makes_no_promise_that_was_not_sent(
    stage: Stage, talk: Conversation, posted: dict[str, str]
) -> None:
    message = stage.says("14:30", talk, NEWS_OR_NOT)
    assert commitments.confirm_sent(message, posted) is None
    assert not Commitment.objects.exists()


def test_the_message_that_promises_keeps_nothing_of_itself(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    stage.follows("17:00")
    assert now_is(row).state == "open"


def test_still_nothing_keeps_the_promise_and_makes_the_next(stage: Stage, talk: Conversation) -> None:
    first = stage.promised(talk)
    second = stage.promised(talk, "Ancora niente: ti scrivo domani entro le 12.", "17:50")
    first = now_is(first)
    assert (first.state, first.kept_by, shown(first.settled_at)) == ("kept", second.message, DAY + "17:50")
    assert second.state == "open"
    assert shown(Conversation.objects.get(pk=talk.pk).promised_for) == "2026-06-12 12:00"
    assert told() == ["made", "kept", "made"]
    assert Event.objects.get(type="commitment.kept").data["late_by"] == 0


def test_a_colleague_keeps_it_too(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    lucia = make_agent("Lucia Sala", teams=[stage.cast.care])
    stage.says("17:00", talk, "Sono Lucia: la linea è tornata.", who=lucia)
    stage.follows("17:01")
    assert now_is(row).state == "kept"


def test_notes_machines_and_the_customer_keep_nothing(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    with stage.moment(DAY + "15:00"):
        add_note(agent=stage.cast.marco, conversation=talk, text="Ho chiamato la centrale.")
        add_reply(agent=None, conversation=talk, text="Risposta automatica.")
        add_reply(agent=None, author="bot", conversation=talk, text="Ti rispondo alle 16.")
        stage.cast.writes("Allora?")
    stage.follows("15:01")
    assert now_is(row).state == "open"


def test_nobody_wrote_and_the_promise_breaks_to_the_second(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    with at(rome(DAY + "18:00") - timedelta(seconds=1)):
        assert verdicts.next_at() is not None
        verdicts.ring()
    assert now_is(row).state == "open"
    assert verdicts.next_at() == row.due_at
    stage.follows("18:00")
    stage.follows("18:00")
    assert now_is(row).state == "broken"
    assert told() == ["made", "due", "broken"]
    assert Conversation.objects.get(pk=talk.pk).promised_for is None
    assert verdicts.next_at() is None


def test_writing_too_late_stays_broken_and_says_when(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    stage.follows("18:00")
    late = stage.says("18:20", talk, "Scusa il ritardo.")
    stage.follows("18:21")
    row = now_is(row)
    assert (row.state, row.kept_by, shown(row.settled_at)) == ("broken", late, DAY + "18:20")
    assert Event.objects.get(type="commitment.kept").data["late_by"] == 20 * 60


def test_a_reader_that_comes_late_breaks_nothing_that_was_kept(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    stage.says("17:59", talk, "Eccomi: ancora nessuna novità.")
    with stage.moment(DAY + "18:30"):
        verdicts.ring()  # before the log was read
    assert now_is(row).state == "kept"
    stage.follows("18:31")
    assert told() == ["made", "kept"]


def test_an_answer_that_failed_kept_nothing(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    message = stage.says("17:00", talk, "La linea è tornata.")
    stage.follows("17:01")
    assert now_is(row).state == "kept"
    with stage.moment(DAY + "17:05"):
        note_delivery(message=message, state=Delivery.FAILED, reason="The network refused it.")
    stage.follows("17:06")
    assert (now_is(row).state, now_is(row).kept_by) == ("open", None)
    assert shown(Conversation.objects.get(pk=talk.pk).promised_for) == DAY + "18:00"
    stage.follows("18:00")
    assert now_is(row).state == "broken"


def test_marco_is_reminded_a_quarter_of_an_hour_before_once(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    assert verdicts.next_at() == rome(DAY + "17:45")
    stage.follows("17:44")
    assert told() == ["made"]
    stage.follows("17:45")
    stage.follows("17:46")
    assert told() == ["made", "due"]
    assert Event.objects.get(type="commitment.due").data["owner"] == stage.cast.marco.pk
    assert now_is(row).warned_at == rome(DAY + "17:45")


def test_of_a_short_promise_he_is_reminded_at_its_last_quarter(stage: Stage, talk: Conversation) -> None:
    stage.promised(talk, "Ti richiamo tra 20 minuti.")
    assert verdicts.next_at() == rome(DAY + "14:45")


def test_who_takes_the_conversation_takes_the_promise(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    with stage.moment(DAY + "15:00"):
        assign(agent=stage.cast.anna, conversation=talk, assignee=stage.cast.anna)
    stage.follows("15:01")
    assert now_is(row).owner == stage.cast.anna
    with stage.moment(DAY + "15:10"):
        assign(agent=stage.cast.anna, conversation=talk, assignee=None)
    stage.follows("15:11")
    assert now_is(row).owner == stage.cast.anna


def test_a_promise_on_the_telephone_needs_no_message(stage: Stage, talk: Conversation) -> None:
    with stage.moment(DAY + "15:00"):
        row = commitments.make(
            agent=stage.cast.anna, conversation=talk, due_at=rome(DAY + "16:00"), words="Richiamo io"
        )
    stage.says("15:30", talk, "Ecco la risposta.")
    stage.follows("15:31")
    assert (now_is(row).state, row.owner, row.message) == ("kept", stage.cast.anna, None)


def test_a_time_that_has_passed_or_is_years_away_is_refused(stage: Stage, talk: Conversation) -> None:
    with stage.moment(DAY + "15:00"):
        for when in (rome(DAY + "15:00"), rome("2028-01-01 12:00")):
            with pytest.raises(Refused):
                commitments.make(agent=stage.cast.marco, conversation=talk, due_at=when, words="x")
    assert not Commitment.objects.exists()


def test_a_proposal_is_confirmed_declined_and_taken_back(stage: Stage, talk: Conversation) -> None:
    stage.says("14:30", talk, NEWS_OR_NOT)
    stage.follows("14:31")
    row, marco = Commitment.objects.get(), stage.cast.marco
    with stage.moment(DAY + "14:40"):
        assert commitments.decline(agent=marco, commitment=row)
        assert not commitments.decline(agent=marco, commitment=row)
        assert bubble_promises([row.message_id or 0]) == {}
        assert commitments.undo(agent=marco, commitment=row, state="proposed")
        assert commitments.confirm(agent=marco, commitment=row).state == "open"
        assert commitments.undo(agent=marco, commitment=row, state="proposed")
        assert Conversation.objects.get(pk=talk.pk).promised_for is None
        commitments.confirm(agent=marco, commitment=row)
        assert not commitments.undo(agent=marco, commitment=row, state="kept")
    stage.follows("14:41")
    assert Commitment.objects.count() == 1


def test_a_declined_proposal_is_not_asked_about_again(stage: Stage, talk: Conversation) -> None:
    message = stage.says("14:30", talk, NEWS_OR_NOT)
    stage.follows("14:31")
    commitments.decline(agent=stage.cast.marco, commitment=Commitment.objects.get())
    commitments.propose([message])
    assert Commitment.objects.get().state == "withdrawn"


def test_a_proposal_confirmed_too_late_is_judged_by_what_was_written(
    stage: Stage, talk: Conversation
) -> None:
    stage.says("14:30", talk, NEWS_OR_NOT)
    stage.follows("14:31")
    stage.says("17:00", talk, "Ecco le novità.")
    with stage.moment(DAY + "19:00"):
        row = commitments.confirm(agent=stage.cast.marco, commitment=Commitment.objects.get())
    assert (row.state, shown(row.settled_at)) == ("kept", DAY + "17:00")


def test_moving_and_withdrawing_need_a_reason(stage: Stage, talk: Conversation) -> None:
    row, marco = stage.promised(talk), stage.cast.marco
    with stage.moment(DAY + "15:00"):
        for reason in ("", "   "):
            with pytest.raises(Refused):
                commitments.change_date(
                    agent=marco, commitment=row, due_at=rome(DAY + "20:00"), reason=reason
                )
            with pytest.raises(Refused):
                commitments.withdraw(agent=marco, commitment=row, reason=reason)
        assert commitments.change_date(
            agent=marco, commitment=row, due_at=rome(DAY + "20:00"), reason="Giulia asked for the evening"
        )
        assert shown(Conversation.objects.get(pk=talk.pk).promised_for) == DAY + "20:00"
        assert commitments.withdraw(agent=marco, commitment=row, reason="The line is back")
    assert Conversation.objects.get(pk=talk.pk).promised_for is None
    changed = Event.objects.get(type="commitment.changed")
    assert changed.data["reason"] == "Giulia asked for the evening"
    assert changed.data["previous"] == row.due_at.isoformat()
    with stage.moment(DAY + "15:05"):
        assert commitments.undo(agent=marco, commitment=row, state="open")
    assert now_is(row).state == "open"


def test_a_broken_promise_cannot_be_moved_or_withdrawn(stage: Stage, talk: Conversation) -> None:
    row = stage.promised(talk)
    stage.follows("18:00")
    with stage.moment(DAY + "18:30"):
        with pytest.raises(Refused):
            commitments.withdraw(agent=stage.cast.marco, commitment=row, reason="Nobody noticed")
        with pytest.raises(Refused):
            commitments.change_date(
                agent=stage.cast.marco, commitment=row, due_at=rome(DAY + "20:00"), reason="Later"
            )
    assert now_is(row).state == "broken"


def test_viktor_sees_no_promise(stage: Stage, talk: Conversation) -> None:
    row, cast = stage.promised(talk), stage.cast
    assert commitments_of_customer(cast.marco, cast.giulia.pk) == [row]
    assert commitments_of_customer(cast.viktor, cast.giulia.pk) == []
    assert list_commitments(cast.viktor, Asked(), "", 50) == ([], "")


def test_a_list_goes_on_where_it_stopped(stage: Stage, talk: Conversation) -> None:
    with stage.moment(DAY + "15:00"):
        rows = [
            commitments.make(
                agent=stage.cast.marco, conversation=talk, due_at=rome(DAY + f"{hour}:00"), words=str(hour)
            )
            for hour in range(16, 21)
        ]
    seen: list[Commitment] = []
    cursor = ""
    while True:
        page, cursor = list_commitments(stage.cast.marco, Asked(states=["open"]), cursor, 2)
        seen += page
        if not cursor:
            break
    assert seen == rows
    for bad in ("x", "2026-01-01_1", "_", "2026-01-01T00:00:00+00:00_x"):
        with pytest.raises(BadCursor):
            list_commitments(stage.cast.marco, Asked(), bad, 2)


def test_a_kill_in_the_middle_repeats_nothing(
    stage: Stage, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stage.promised(talk)

    def dies(*_: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, stage.moment(DAY + "18:00"):
        patched.setattr(verdicts, "show_promises", dies)
        with pytest.raises(KeyboardInterrupt):
            verdicts.ring()
    assert now_is(row).state == "open"
    assert told() == ["made"]
    stage.follows("18:00")
    assert told() == ["made", "broken"]


def test_two_processes_break_a_promise_once(stage: Stage, talk: Conversation) -> None:
    stage.promised(talk)
    counts: list[int] = []

    def rings() -> None:
        counts.append(verdicts.ring(rome(DAY + "18:00")))
        connection.close()

    with stage.moment(DAY + "18:00"):
        threads = [threading.Thread(target=rings) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert told().count("broken") == 1


def test_a_batch_of_the_log_costs_the_same_number_of_queries(
    stage: Stage, django_assert_max_num_queries: Any
) -> None:
    talks = [stage.writes(DAY + "14:00", text=f"{i}", customer=None) for i in range(3)]
    for talk in talks:
        for minute in range(10, 30):
            stage.says(f"14:{minute}", talk, "Ci sto guardando.")
    with django_assert_max_num_queries(20), stage.moment(DAY + "15:00"):
        feed(Reader(READER, follow))
