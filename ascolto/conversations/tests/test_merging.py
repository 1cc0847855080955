"""Two conversations of one matter become one, and come apart again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ascolto.conversations import actions
from ascolto.conversations.merging import final_of
from ascolto.conversations.models import (
    Conversation,
    ConversationMerge,
    Follower,
    Message,
    Participant,
    Status,
)
from ascolto.conversations.selectors import list_conversations
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    """Giulia's older matter, and the one about the same that she began by mail."""
    first = cast.writes("The line is dead.", external_id="a-1")
    actions.change_status(agent=cast.marco, conversation=first, status=Status.RESOLVED)
    Conversation.objects.filter(pk=first.pk).update(resolved_at=now() - timedelta(days=20))
    second = cast.writes("Still dead, I write again.", external_id="b-1")
    assert first.pk != second.pk
    first.refresh_from_db()
    actions.change_status(agent=cast.marco, conversation=first, status=Status.OPEN)
    return Conversation.objects.get(pk=first.pk), Conversation.objects.get(pk=second.pk)


def state(*conversations: int) -> dict[str, Any]:
    """Everything that a merge may touch."""
    rows = Conversation.objects.filter(pk__in=conversations).order_by("pk")
    skipped = {"version", "waiting_since", "due_at", "promised_for"}  # clocks: see sla
    return {
        "rows": [{k: v for k, v in row.items() if k not in skipped} for row in rows.values()],
        "messages": sorted(Message.objects.values_list("pk", "conversation_id")),
        "labels": sorted(Conversation.labels.through.objects.values_list("conversation_id", "label_id")),
        "participants": sorted(Participant.objects.values_list("conversation_id", "agent_id")),
        "followers": sorted(Follower.objects.values_list("conversation_id", "agent_id")),
    }


def test_marco_merges_two_and_everything_is_in_one(cast: Cast) -> None:
    first, second = two(cast)
    actions.set_labels(agent=cast.marco, conversation=second, names=["fault"])
    Follower.objects.create(conversation=second, agent=cast.anna)
    actions.merge(agent=cast.marco, source=second, target=first)
    assert [m.text for m in first.messages.order_by("pk")] == [
        "The line is dead.",
        "Still dead, I write again.",
    ]
    second.refresh_from_db()
    assert (second.status, second.merged_into_id) == (Status.RESOLVED, first.pk)
    assert [label.name for label in first.labels.all()] == ["fault"]
    assert first.followers.filter(agent=cast.anna).exists()
    listed = [row["id"] for row in list_conversations(cast.marco, view="all").rows]
    assert listed == [first.pk]
    assert [row["id"] for row in list_conversations(cast.marco, view="resolved").rows] == []
    told = Event.objects.filter(type="conversation.merged").order_by("pk")
    assert [event.conversation_id for event in told] == [second.pk, first.pk]
    assert told[0].data["messages"] == [Message.objects.get(external_id="b-1").pk]


def test_what_giulia_answers_later_follows_to_the_other_one(cast: Cast) -> None:
    first, second = two(cast)
    actions.merge(agent=cast.marco, source=second, target=first)
    by_reference = receive(cast.inbox, "As I said.", customer=cast.giulia, replies_to=["b-1"])
    by_number = receive(
        cast.inbox, "It is about this.", customer=cast.giulia, conversation_token=str(second.pk)
    )
    assert {by_reference.conversation_id, by_number.conversation_id} == {first.pk}
    assert by_reference.in_reply_to is not None
    assert by_number.extra["written_to"] == second.pk


def test_a_thread_of_the_network_follows_as_well(cast: Cast) -> None:
    first = cast.writes("The line is dead.")
    room = receive(cast.inbox, "In the room.", customer=cast.giulia, thread="room-7").conversation
    assert room.pk != first.pk
    actions.merge(agent=cast.marco, source=room, target=first)
    later = receive(cast.inbox, "In the room again.", customer=cast.giulia, thread="room-7")
    assert later.conversation_id == first.pk
    actions.unmerge(agent=cast.marco, source=room)
    later.refresh_from_db()
    assert later.conversation_id == room.pk
    assert receive(cast.inbox, "And again.", customer=cast.giulia, thread="room-7").conversation_id == room.pk


def test_merging_and_taking_it_back_leaves_everything_as_it_was(cast: Cast) -> None:
    first, second = two(cast)
    actions.set_labels(agent=cast.marco, conversation=first, names=["line"])
    actions.set_labels(agent=cast.marco, conversation=second, names=["line", "fault"])
    Participant.objects.create(conversation=second, agent=cast.viktor)
    actions.snooze(agent=cast.marco, conversation=first, until=now() + timedelta(days=2))
    before = state(first.pk, second.pk)
    actions.merge(agent=cast.marco, source=second, target=first)
    assert state(first.pk, second.pk) != before
    actions.unmerge(agent=cast.marco, source=second)
    assert state(first.pk, second.pk) == before


def test_what_came_after_stays_unless_it_answers_what_goes_back(cast: Cast) -> None:
    first, second = two(cast)
    actions.merge(agent=cast.marco, source=second, target=first)
    answer = receive(cast.inbox, "About the second.", customer=cast.giulia, replies_to=["b-1"])
    other = receive(cast.inbox, "Something else.", customer=cast.giulia)
    assert answer.conversation_id == other.conversation_id == first.pk
    actions.unmerge(agent=cast.marco, source=second)
    answer.refresh_from_db()
    other.refresh_from_db()
    assert (answer.conversation_id, other.conversation_id) == (second.pk, first.pk)
    second.refresh_from_db()
    assert second.preview == "About the second."
    assert second.status == Status.OPEN


def test_chains_lead_to_the_end_and_come_apart_in_any_order(cast: Cast) -> None:
    first, second = two(cast)
    Conversation.objects.filter(pk=first.pk).update(status=Status.RESOLVED, resolved_at=now() - timedelta(30))
    Conversation.objects.filter(pk=second.pk).update(
        status=Status.RESOLVED, resolved_at=now() - timedelta(30)
    )
    third = cast.writes("A third time.", external_id="c-1")
    assert third.pk not in {first.pk, second.pk}
    before = state(first.pk, second.pk, third.pk)
    actions.merge(agent=cast.marco, source=second, target=first)
    actions.merge(agent=cast.marco, source=first, target=third)
    assert final_of([second.pk, first.pk, third.pk]) == dict.fromkeys(
        [second.pk, first.pk, third.pk], third.pk
    )
    assert third.messages.count() == 3
    with pytest.raises(Refused):
        actions.merge(agent=cast.marco, source=third, target=second)
    actions.unmerge(agent=cast.marco, source=second)
    assert (third.messages.count(), second.messages.count()) == (2, 1)
    actions.unmerge(agent=cast.marco, source=first)
    assert state(first.pk, second.pk, third.pk)["messages"] == before["messages"]


def test_different_customers_need_a_yes(cast: Cast) -> None:
    mine = cast.writes("The line is dead.")
    paolo = make_customer("Paolo Conti")
    theirs = cast.writes("My wife's line is dead.", customer=paolo, external_id="p-1")
    with pytest.raises(Refused) as refused:
        actions.merge(agent=cast.marco, source=theirs, target=mine)
    assert refused.value.code == "other_customer"
    actions.merge(agent=cast.marco, source=theirs, target=mine, confirmed=True)
    later = receive(cast.inbox, "Any news?", customer=paolo, replies_to=["p-1"])
    assert later.conversation_id == mine.pk
    alone = receive(cast.inbox, "Hello again.", customer=paolo)
    assert alone.conversation_id == mine.pk
    stranger = make_customer("Rosa Bruni")
    assert receive(cast.inbox, "Me too", customer=stranger, replies_to=["p-1"]).conversation_id != mine.pk


def test_who_does_not_see_both_may_not_merge_nor_may_a_guest(cast: Cast) -> None:
    first, second = two(cast)
    with pytest.raises(Refused):
        actions.merge(agent=cast.viktor, source=second, target=first)
    with pytest.raises(Refused):
        actions.unmerge(agent=cast.marco, source=second)
    actions.merge(agent=cast.marco, source=second, target=first)
    with pytest.raises(Refused):
        actions.unmerge(agent=cast.viktor, source=second)
    with pytest.raises(Refused):
        actions.merge(agent=cast.marco, source=second, target=first)


def test_what_was_merged_changes_no_more_and_comes_apart_for_thirty_days(cast: Cast) -> None:
    first, second = two(cast)
    actions.merge(agent=cast.marco, source=second, target=first)
    for act in (
        lambda: actions.change_status(agent=cast.marco, conversation=second, status=Status.OPEN),
        lambda: actions.add_note(agent=cast.marco, conversation=second, text="Nobody reads it"),
        lambda: actions.add_reply(agent=cast.marco, conversation=second, text="Nobody sends it"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "merged"
    ConversationMerge.objects.update(at=now() - timedelta(days=31))
    with pytest.raises(Refused) as refused:
        actions.unmerge(agent=cast.marco, source=second)
    assert refused.value.code == "too_long_ago"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["writes", "answers", "thread", "merge", "unmerge", "chain", "note"]),
        st.integers(0, 2),
    ),
    min_size=2,
    max_size=14,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("merge", 2), ("merge", 0), ("thread", 2)])
def test_in_whatever_order_people_write_and_merge_nothing_is_lost(steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        _live_through(make_cast(), steps)
        transaction.set_rollback(True)


def _live_through(cast: Cast, steps: list[tuple[str, int]]) -> None:
    made: list[Conversation] = []
    for number in range(3):
        room = receive(cast.inbox, f"Room {number}", customer=cast.giulia, thread=f"t-{number}")
        made.append(room.conversation)
    said = {f"Room {number}" for number in range(3)}
    for place, (step, which) in enumerate(steps):
        text = f"{step} {place}"
        try:
            if step == "writes":
                receive(cast.inbox, text, customer=cast.giulia)
            elif step == "answers":
                ids = (
                    Message.objects.filter(account=cast.inbox)
                    .order_by("pk")
                    .values_list("external_id", flat=True)
                )
                receive(cast.inbox, text, customer=cast.giulia, replies_to=[ids[which % len(ids)] or ""])
            elif step == "thread":
                receive(cast.inbox, text, customer=cast.giulia, thread=f"t-{which}")
            elif step == "note":
                actions.add_note(agent=cast.marco, conversation=made[which], text=text)
            elif step == "unmerge":
                actions.unmerge(agent=cast.marco, source=Conversation.objects.get(pk=made[which].pk))
                continue
            else:
                other = made[(which + (1 if step == "merge" else 2)) % 3]
                actions.merge(
                    agent=cast.marco, source=Conversation.objects.get(pk=made[which].pk), target=other
                )
                continue
            said.add(text)
        except Refused:
            continue
    mine = Message.objects.filter(conversation__customer=cast.giulia)
    assert set(mine.values_list("text", flat=True)) == said
    assert mine.filter(conversation__merged_into__isnull=False).count() == 0
    for conversation in made:
        while ConversationMerge.objects.filter(source=conversation, undone_at=None).exists():
            actions.unmerge(agent=cast.marco, source=Conversation.objects.get(pk=conversation.pk))
    for number, conversation in enumerate(made):
        assert Message.objects.get(conversation=conversation, text=f"Room {number}")
    for place, (step, which) in enumerate(steps):
        if step == "thread":
            row = mine.get(text=f"thread {place}")
            assert row.conversation_id == made[which].pk
