"""Many people say the same: counted once each, told at the right sizes, shown to those who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.conversations.models import Message
from ascolto.events.log import emit
from ascolto.events.models import Cursor, Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, receive
from ascolto.understanding import following, worker
from ascolto.understanding.following import Following
from ascolto.understanding.lookalikes import told_at
from ascolto.understanding.models import Lookalike, Reading

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log tells only of what is settled

PLACES = ["Bari", "Torino", "Lecce", "Roma", "Napoli", "Pisa", "Genova", "Como", "Udine", "Trento", "Siena"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def following_log(reader: Any) -> Following:
    return Following(reader.encoder)


def report(cast: Cast, number: int, **fields: Any) -> Message:
    """Customer `number` says that there is no internet where they live."""
    place = PLACES[number % len(PLACES)]
    text = f"Da stamattina non funziona internet a {place}, ordine {4000 + number}"
    inbox = fields.pop("inbox", cast.inbox)
    return receive(
        inbox, fields.pop("text", text), customer=make_customer(f"Persona {place} {number}"), **fields
    )


def catch_up(reader: Any, follower: Following) -> None:
    """Everything in the log is read and followed."""
    worker.read_waiting(reader)
    if not Cursor.objects.filter(name=following.CURSOR).exists():
        Cursor.objects.create(name=following.CURSOR)
    while follower.follow():
        continue


def grown() -> list[int]:
    """The sizes that were told."""
    return [event.data["size"] for event in Event.objects.filter(type="lookalike.grown").order_by("pk")]


def test_customers_who_say_the_same_are_one_group(cast: Cast, reader: Any, following_log: Following) -> None:
    messages = [report(cast, number) for number in range(4)]
    other = receive(
        cast.inbox, "Vorrei cambiare il mio indirizzo di fatturazione", customer=make_customer("Lia Sole")
    )
    catch_up(reader, following_log)
    group = Lookalike.objects.get()
    assert group.size == 4
    assert group.first_id == messages[0].pk
    assert set(group.readings.values_list("message_id", flat=True)) == {message.pk for message in messages}
    assert Reading.objects.get(message=other).lookalike is None


def test_who_writes_twice_counts_once(cast: Cast, reader: Any, following_log: Following) -> None:
    report(cast, 1)
    report(cast, 1)
    catch_up(reader, following_log)
    assert not Lookalike.objects.exists()
    report(cast, 2)
    catch_up(reader, following_log)
    assert Lookalike.objects.get().size == 2


def test_growth_is_told_at_three_five_ten(cast: Cast, reader: Any, following_log: Following) -> None:
    for number in range(11):
        report(cast, number)
        catch_up(reader, following_log)
    assert grown() == [3, 5, 10]
    assert [size for size in range(1, 1001) if told_at(size)] == [3, 5, 10, 20, 50, 100, 200, 500, 1000]


def test_thanks_never_group(cast: Cast, reader: Any, following_log: Following) -> None:
    for name in ("Ada Uno", "Bea Due", "Cia Tre"):
        receive(cast.inbox, "Grazie mille a tutti!", customer=make_customer(name))
    catch_up(reader, following_log)
    assert not Lookalike.objects.exists()


def test_after_a_kill_nobody_is_counted_twice_and_nothing_is_told_twice(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    for number in range(4):
        report(cast, number)
    catch_up(reader, following_log)
    Cursor.objects.filter(name=following.CURSOR).update(xid=0, event_id=0)
    again = Following(reader.encoder)
    again.start()
    catch_up(reader, again)
    assert Lookalike.objects.get().size == 4
    assert grown() == [3]
    report(cast, 4)
    catch_up(reader, again)
    assert Lookalike.objects.get().size == 5
    assert grown() == [3, 5]


def test_what_is_edited_or_taken_back_leaves_its_group(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    messages = [report(cast, number) for number in range(4)]
    catch_up(reader, following_log)
    Message.objects.filter(pk=messages[1].pk).update(
        text="Ora vorrei sapere quanto costa il trasloco della linea"
    )
    emit(
        "message.edited",
        conversation=messages[1].conversation_id,
        account=cast.inbox.pk,
        message=messages[1].pk,
    )
    catch_up(reader, following_log)
    assert Lookalike.objects.get().size == 3
    Message.objects.filter(pk=messages[2].pk).update(text="", removed_at=now())
    emit(
        "message.removed",
        conversation=messages[2].conversation_id,
        account=cast.inbox.pk,
        message=messages[2].pk,
    )
    catch_up(reader, following_log)
    assert Lookalike.objects.get().size == 2


def test_a_group_that_was_quiet_for_a_day_begins_anew(
    cast: Cast, reader: Any, following_log: Following
) -> None:
    for number in range(2):
        report(cast, number)
    catch_up(reader, following_log)
    Message.objects.update(created_at=now() - timedelta(hours=25))
    Lookalike.objects.update(last_at=now() - timedelta(hours=25))
    again = Following(reader.encoder)
    again.start()
    for number in range(2, 4):
        report(cast, number)
    catch_up(reader, again)
    assert sorted(Lookalike.objects.values_list("size", flat=True)) == [2, 2]
