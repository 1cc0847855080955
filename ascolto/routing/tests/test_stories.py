"""How conversations find people, told as stories through the real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from ascolto.accounts.models import Agent, Role
from ascolto.conversations.actions import add_reply, assign, change_status, snooze
from ascolto.conversations.models import Conversation, Message
from ascolto.events.consumers import feed_all
from ascolto.events.models import Event
from ascolto.kit import clock
from ascolto.routing.actions.bulk import assign_many, preview, rebalance, undo
from ascolto.routing.actions.presence import beat, choose_presence, go_offline
from ascolto.routing.actions.returning import give_back
from ascolto.routing.actions.rules import change_queue, change_rules, change_skills
from ascolto.routing.actions.shifts import add_absence, change_shifts
from ascolto.routing.actions.taking import take_next
from ascolto.routing.models import Assignment, Presence
from ascolto.routing.worker import Following
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer, make_inbox, make_team
from ascolto.understanding.models import Reading, Topic

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=clock.now().tzinfo)  # a Wednesday, 12:00 in Rome


class Day:
    """A day in the office: time passes when it is told, and the router does what there is to do."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.at = cast, NOON
        self._router: Following | None = None
        self._stopped = clock.at(self.at)
        self._stopped.__enter__()

    def begin(self) -> None:
        self._router = Following()
        self.settle()

    def settle(self) -> None:
        """Let the router do everything there is to do, reading included (nobody reads what messages are about)."""
        assert self._router is not None
        for _ in range(50):
            if not self._router.turn():
                return
        raise AssertionError("the router never comes to rest")

    def wait(self, *present: Agent, **span: float) -> None:
        """Let time pass; those who are present keep giving signs of life."""
        until = self.at + timedelta(**span)
        while self.at < until:
            self._stopped.__exit__(None, None, None)
            self.at = min(self.at + timedelta(minutes=1), until)
            self._stopped = clock.at(self.at)
            self._stopped.__enter__()
            for person in present:
                beat(agent=person)
            if self._router is not None:
                self.settle()

    def end(self) -> None:
        self._stopped.__exit__(None, None, None)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def day(cast: Cast) -> Iterator[Day]:
    one = Day(cast)
    yield one
    one.end()


def holder(conversation: Conversation) -> str:
    found = Conversation.objects.select_related("assignee").get(pk=conversation.pk).assignee
    return found.first_name if found else ""


def skills(cast: Cast, agent: Agent, **wanted: Any) -> None:
    given = {"topics": (), "languages": (), "channels": (), "capacity": 100, **wanted}
    change_skills(by=cast.anna, agent=agent, **given)


def someone(
    cast: Cast, name: str, text: str = "My line has been dead since this morning.", **fields: Any
) -> Conversation:
    return cast.writes(text, customer=make_customer(name), **fields)


def understood(conversation: Conversation, **fields: Any) -> None:
    """The understanding part has read the last message."""
    message = Message.objects.filter(conversation=conversation).latest("pk")
    Reading.objects.create(message=message, **{"language": "it", **fields})
    from ascolto.events.log import emit

    reading = Reading.objects.get(message=message)
    emit(
        "message.understood",
        conversation=conversation.pk,
        message=message.pk,
        language=reading.language,
        topic=reading.topic_id,
    )


def test_giulia_writes_and_marco_who_is_there_has_it_with_the_reasons(cast: Cast, day: Day) -> None:
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    day.settle()
    assert holder(conversation) == ""  # what it is about may be known in a moment
    day.wait(seconds=2)
    assert holder(conversation) == "Marco"
    feed_all()
    given = Assignment.objects.get(conversation=conversation)
    assert (given.agent, given.by, given.how, given.ended_at) == (cast.marco, None, "routed", None)
    assert [reason["code"] for reason in given.why] == ["earliest_due", "skills", "only_one"]


def test_nobody_is_given_anything_before_they_are_there(cast: Cast, day: Day) -> None:
    day.begin()
    conversation = cast.writes()
    day.wait(minutes=1)
    assert holder(conversation) == ""
    beat(agent=cast.marco)
    day.settle()
    assert holder(conversation) == "Marco"


def test_switched_off_nothing_is_given_out(cast: Cast, day: Day) -> None:
    change_rules(by=cast.anna, is_on=False)
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    day.wait(cast.marco, minutes=30)
    assert holder(conversation) == ""
    change_rules(by=cast.anna, is_on=True)
    day.settle()
    assert holder(conversation) == "Marco"


def test_marco_speaks_only_italian_and_elena_german_as_well(cast: Cast, day: Day) -> None:
    elena = make_agent("Elena Rossi", teams=[cast.care])
    skills(cast, cast.marco, languages=["it"])
    skills(cast, elena, languages=["it", "de"])
    for person in (cast.marco, elena):
        beat(agent=person)
    day.begin()
    german = someone(cast, "Heike Braun", "Meine Leitung ist tot.")
    understood(german, language="de")
    day.settle()
    assert holder(german) == "Elena"
    choose_presence(agent=elena, state="busy")
    another, italian = someone(cast, "Jonas Wolf", "Hallo?"), someone(cast, "Luca Greco")
    understood(another, language="de")
    understood(italian)
    day.settle()
    assert (holder(another), holder(italian)) == ("", "Marco")


def test_viktor_never_gets_what_he_may_not_see(cast: Cast, day: Day) -> None:
    open_to_all = make_inbox("email")
    beat(agent=cast.viktor)
    day.begin()
    conversation = cast.writes()
    day.wait(cast.viktor, minutes=40)  # late: every team helps
    assert holder(conversation) == ""
    everybodys = someone(cast, "Luca Greco", inbox=open_to_all)
    day.wait(cast.viktor, minutes=1)
    assert holder(everybodys) == "Viktor"


def test_a_call_takes_all_of_marco(cast: Cast, day: Day) -> None:
    calls = make_inbox("telephone", teams=[cast.care])
    beat(agent=cast.marco)
    day.begin()
    call = someone(cast, "Paola Riva", inbox=calls)
    day.wait(seconds=3)
    assert holder(call) == "Marco"
    mail = someone(cast, "Luca Greco")
    day.wait(cast.marco, minutes=2)
    assert holder(mail) == ""
    change_status(agent=cast.marco, conversation=call, status="resolved")
    day.settle()
    assert holder(mail) == "Marco"


def test_five_messages_are_enough_and_the_earliest_promise_comes_first(cast: Cast, day: Day) -> None:
    day.begin()
    waiting = [someone(cast, f"Customer {number} Test") for number in range(7)]
    Conversation.objects.filter(pk=waiting[6].pk).update(due_at=NOON + timedelta(minutes=1))
    day.wait(seconds=30)
    beat(agent=cast.marco)
    day.settle()
    mine = set(Conversation.objects.filter(assignee=cast.marco).values_list("pk", flat=True))
    assert mine == {waiting[6].pk, *(one.pk for one in waiting[:4])}
    add_reply(agent=cast.marco, conversation=waiting[0], text="Ci penso io.")
    day.settle()
    assert holder(waiting[4]) == "Marco"


def test_the_end_of_a_shift_gives_back_what_waits_with_its_clock(cast: Cast, day: Day) -> None:
    from datetime import time

    change_shifts(by=cast.anna, agent=cast.marco, shifts=[(2, time(8), time(13))])
    beat(agent=cast.marco)
    day.begin()
    waits, answered = cast.writes(), someone(cast, "Luca Greco")
    day.wait(seconds=5)
    assert (holder(waits), holder(answered)) == ("Marco", "Marco")
    add_reply(agent=cast.marco, conversation=answered, text="È risolto?")
    before = Conversation.objects.values_list("waiting_since", "due_at").get(pk=waits.pk)
    day.wait(cast.marco, minutes=61)
    assert holder(waits) == ""
    assert holder(answered) == "Marco"  # nobody waits there: it stays until the customer writes
    assert Conversation.objects.values_list("waiting_since", "due_at").get(pk=waits.pk) == before
    returned = Event.objects.get(type="routing.returned")
    assert (returned.conversation_id, returned.data["reason"]) == (waits.pk, "off_shift")
    elena = make_agent("Elena Rossi", teams=[cast.care])
    beat(agent=elena)
    day.settle()
    assert holder(waits) == "Elena"
    feed_all()
    assert [one.agent for one in Assignment.objects.filter(conversation=waits).order_by("pk")] == [
        cast.marco,
        elena,
    ]


def test_the_owner_is_gone_and_the_customer_writes_again(cast: Cast, day: Day) -> None:
    elena = make_agent("Elena Rossi", teams=[cast.care])
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    day.wait(seconds=3)
    add_reply(agent=cast.marco, conversation=conversation, text="Riavvii il modem.")
    go_offline(agent=cast.marco)
    beat(agent=elena)
    day.wait(elena, minutes=5)
    assert holder(conversation) == "Marco"
    cast.writes("It did not help.")
    day.wait(elena, minutes=1)
    assert holder(conversation) == "Elena"


def test_on_a_short_break_the_owner_keeps_it_until_the_promise_is_in_danger(cast: Cast, day: Day) -> None:
    elena = make_agent("Elena Rossi", teams=[cast.care])
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    day.wait(seconds=3)
    choose_presence(agent=cast.marco, state="away")
    beat(agent=elena)
    day.wait(elena, minutes=10)
    assert holder(conversation) == "Marco"
    day.wait(elena, minutes=3)  # three quarters of fifteen minutes are over
    assert holder(conversation) == "Elena"


def test_who_knows_the_customer_gets_them_again(cast: Cast, day: Day) -> None:
    elena = make_agent("Elena Rossi", teams=[cast.care])
    for person in (cast.marco, elena):
        beat(agent=person)
    day.begin()
    first = cast.writes()
    add_reply(agent=elena, conversation=first, text="Fatto.")
    change_status(agent=elena, conversation=first, status="resolved")
    Conversation.objects.filter(pk=first.pk).update(resolved_at=NOON - timedelta(days=20))
    second = cast.writes("And now the television.")
    assert second.pk != first.pk
    day.wait(seconds=3)
    assert holder(second) == "Elena"
    feed_all()
    codes = [reason["code"] for reason in Assignment.objects.get(conversation=second).why]
    assert "same_person" in codes


def test_a_silent_screen_is_away_and_nothing_new_comes(cast: Cast, day: Day) -> None:
    beat(agent=cast.marco)
    day.begin()
    day.wait(minutes=6)
    assert Presence.objects.get(agent=cast.marco).state == "away"
    conversation = cast.writes()
    day.wait(minutes=1)
    assert holder(conversation) == ""
    beat(agent=cast.marco)
    day.settle()
    assert holder(conversation) == "Marco"


def test_an_absence_begins_and_a_closed_account_ends(cast: Cast, day: Day) -> None:
    from ascolto.accounts.actions import deactivate_agent

    elena = make_agent("Elena Rossi", teams=[cast.care])
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    day.wait(seconds=3)
    add_absence(
        by=cast.anna,
        agent=cast.marco,
        starts_at=NOON + timedelta(minutes=5),
        ends_at=NOON + timedelta(days=5),
    )
    beat(agent=elena)
    day.wait(cast.marco, elena, minutes=6)
    assert holder(conversation) == "Elena"
    deactivate_agent(by=cast.anna, agent=elena)
    day.settle()
    assert holder(conversation) == ""


def test_what_is_put_aside_comes_back_in_its_time(cast: Cast, day: Day) -> None:
    beat(agent=cast.marco)
    day.begin()
    conversation = cast.writes()
    snooze(agent=cast.anna, conversation=conversation, until=NOON + timedelta(minutes=10))
    day.wait(cast.marco, minutes=9)
    assert holder(conversation) == ""
    day.wait(cast.marco, minutes=2)
    assert holder(conversation) == "Marco"


def test_a_rule_brings_a_topic_to_its_team(cast: Cast, day: Day) -> None:
    billing, money = Topic.objects.create(name="Bills"), make_team("Billing")
    bianca = make_agent("Bianca Sala", teams=[money])
    change_queue(by=cast.anna, team=money, topics=[billing], languages=(), channels=(), overflow=None)
    for person in (cast.marco, bianca):
        beat(agent=person)
    day.begin()
    conversation = cast.writes("The bill is wrong.")
    understood(conversation, topic=billing)
    day.settle()
    assert holder(conversation) == "Bianca"
    go_offline(agent=bianca)
    other = someone(cast, "Luca Greco", "My bill, please.")
    understood(other, topic=billing)
    day.settle()
    other.refresh_from_db()
    assert (other.team, other.assignee) == (money, None)


def test_marco_takes_the_next_one_gives_it_back_and_does_not_get_it_again(cast: Cast, day: Day) -> None:
    later, sooner = cast.writes(), someone(cast, "Luca Greco")
    Conversation.objects.filter(pk=sooner.pk).update(due_at=NOON + timedelta(minutes=1))
    taken = take_next(agent=cast.marco)
    assert taken is not None
    assert taken.conversation == sooner
    assert {reason["code"] for reason in taken.why} >= {"earliest_due", "asked_for_next"}
    give_back(agent=cast.marco, conversation=taken.conversation, reason="It is about my own bill.")
    again = take_next(agent=cast.marco)
    assert again is not None
    assert again.conversation == later
    assert take_next(agent=cast.marco) is None
    assert take_next(agent=cast.viktor) is None
    feed_all()
    row = Assignment.objects.get(conversation=sooner)
    assert (row.how, row.by) == ("taken", cast.marco)
    assert row.ended_at is not None
    beat(agent=cast.marco)
    day.begin()
    day.wait(cast.marco, minutes=1)
    assert holder(sooner) == ""


def test_marco_takes_none_that_he_cannot_do(cast: Cast, day: Day) -> None:
    skills(cast, cast.marco, languages=["it"])
    german, italian = someone(cast, "Heike Braun"), someone(cast, "Luca Greco")
    understood(german, language="de")
    understood(italian)
    taken = take_next(agent=cast.marco)
    assert taken is not None
    assert taken.conversation == italian


def test_anna_gives_many_and_takes_all_of_it_back(cast: Cast, day: Day) -> None:
    from ascolto.gates import Refused

    chosen = [someone(cast, f"Customer {number} Test") for number in range(4)]
    assign(agent=cast.anna, conversation=chosen[0], assignee=cast.anna)
    result = assign_many(
        by=cast.anna, conversations=[one.pk for one in chosen] + [999_999], assignee=cast.marco
    )
    assert len(result.moved) == 4
    assert [(one.conversation, one.code) for one in result.not_moved] == [(999_999, "not_found")]
    assign(agent=cast.marco, conversation=chosen[3], assignee=None)
    assert result.batch is not None
    back = undo(by=cast.anna, batch=result.batch)
    assert [holder(one) for one in chosen] == ["Anna", "", "", ""]
    assert [one.code for one in back.not_moved] == ["moved_on"]
    with pytest.raises(Refused):
        undo(by=cast.anna, batch=result.batch)
    with pytest.raises(Refused):
        assign_many(by=cast.marco, conversations=[chosen[0].pk], assignee=cast.marco)


def test_anna_spreads_what_waits_and_nobody_loses_a_customer_they_answered(cast: Cast, day: Day) -> None:
    elena = make_agent("Elena Rossi", teams=[cast.care])
    for person in (cast.marco, elena):
        beat(agent=person)
    held = [someone(cast, f"Customer {number} Test") for number in range(6)]
    for conversation in held:
        assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    add_reply(agent=cast.marco, conversation=held[5], text="Un attimo.")
    cast.writes("I am waiting.", customer=held[5].customer)
    moves = preview(by=cast.anna)
    assert {move.to for move in moves} == {elena.pk}
    assert held[5].pk not in {move.conversation for move in moves}
    assert {holder(one) for one in held} == {"Marco"}  # a preview moves nothing
    result = rebalance(by=cast.anna, only=[move.conversation for move in moves])
    assert sorted(holder(one) for one in held) == ["Elena"] * len(moves) + ["Marco"] * (6 - len(moves))
    assert 2 <= len(moves) <= 3
    assert result.batch is not None
    undo(by=cast.anna, batch=result.batch)
    assert {holder(one) for one in held} == {"Marco"}


def test_leads_are_given_work_only_when_they_have_capacity(cast: Cast, day: Day) -> None:
    beat(agent=cast.anna)
    day.begin()
    conversation = cast.writes()
    day.wait(cast.anna, minutes=1)
    assert holder(conversation) == ""
    skills(cast, cast.anna)
    day.settle()
    assert holder(conversation) == "Anna"
    assert cast.anna.role == Role.LEAD


def test_what_the_log_has_not_told_yet_is_seen_before_anything_is_written(cast: Cast, day: Day) -> None:
    day.begin()
    waiting = [someone(cast, f"Customer {number} Test") for number in range(7)]
    beat(agent=cast.marco)
    day.wait(seconds=1)
    router = Following().router  # knows all of this, and hears nothing of what follows
    for conversation in waiting[:4]:
        assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    at = clock.now() + timedelta(seconds=5)
    for _ in range(3):
        router.decide(at)
    assert Conversation.objects.filter(assignee=cast.marco).count() == 5
    assert router.decide(at) == 0


def test_a_date_that_was_promised_and_nobody_has(cast: Cast, day: Day) -> None:
    beat(agent=cast.marco)
    conversation = cast.writes()
    add_reply(agent=cast.anna, conversation=conversation, text="I will write by two.")
    assign(agent=cast.anna, conversation=conversation, assignee=None)
    promised = NOON + timedelta(hours=2)
    Conversation.objects.filter(pk=conversation.pk).update(promised_for=promised, due_at=promised)
    day.begin()
    day.wait(cast.marco, minutes=100)
    assert holder(conversation) == ""
    day.wait(cast.marco, minutes=6)  # a quarter of an hour before
    assert holder(conversation) == "Marco"


def test_two_routers_decide_at_once_and_each_conversation_is_given_once(cast: Cast, day: Day) -> None:
    first, second = Following(), Following()
    waiting = [someone(cast, f"Customer {number} Test") for number in range(8)]
    day.wait(seconds=5)
    beat(agent=cast.marco)
    for _ in range(5):
        first.turn()
        second.turn()
    assert Conversation.objects.filter(assignee=cast.marco).count() == 5
    told = Event.objects.filter(type="conversation.assigned").values_list("conversation_id", flat=True)
    assert len(told) == len(set(told)) == 5
    assert set(told) < {one.pk for one in waiting}
