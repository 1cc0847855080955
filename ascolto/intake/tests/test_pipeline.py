"""From a stored delivery to a conversation, with an adapter that says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels import registry
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import (
    Account,
    Adapter,
    Edited,
    Handle,
    Inbound,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.protocol import (
    Message as Said,
)
from ascolto.conversations.models import Conversation, EarlyNews, Message
from ascolto.customers.models import Customer
from ascolto.events.models import Event
from ascolto.intake import journal
from ascolto.intake.actions import dismiss, replay
from ascolto.intake.models import RawEvent
from ascolto.intake.worker import process_waiting

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class _Config:
    pass


class Telegraph(Adapter):
    """Says what its JSON body lists; falls over where it is told to."""

    kind, label, Config, capabilities = "telegraph", "Telegraph", _Config, Capabilities()

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return [self._piece(piece) for piece in json.loads(raw.body)]

    def _piece(self, piece: Mapping[str, Any]) -> Inbound:
        at = NOON + timedelta(minutes=piece.get("minute", 0))
        external = piece.get("id", "")
        match piece["what"]:
            case "message":
                sender = Sender((Handle("phone", piece.get("from", "+391")),), piece.get("name", "Giulia"))
                return Said(
                    external_id=external, sender=sender, occurred_at=at, text=piece.get("text", "ciao")
                )
            case "edited":
                return Edited(external_id=external, occurred_at=at, text=piece["text"])
            case "removed":
                return Removed(external_id=external, occurred_at=at)
            case "receipt":
                return Receipt(external_id=external, status=ReceiptStatus(piece["status"]), occurred_at=at)
            case "poison":  # passes the adapter, spoils the steps
                return Said(
                    external_id=external, sender=Sender((Handle("phone", "+39"),)), occurred_at="never"
                )  # type: ignore[arg-type]
            case "crash":
                raise ZeroDivisionError("the adapter fell over")
        return Unsupported(what=piece["what"])


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChannelAccount]:
    monkeypatch.setattr(registry, "all_adapters", lambda: {"telegraph": Telegraph()})
    account = ChannelAccount.objects.create(kind="telegraph", name="Line")
    ChannelHealth.objects.create(account=account)
    return account


def deliver(line: ChannelAccount, *pieces: dict[str, Any]) -> bool:
    return journal.store_now(account=line, body=json.dumps(pieces).encode(), headers={})


def message(external: str, **more: Any) -> dict[str, Any]:
    return {"what": "message", "id": external, **more}


def test_giulia_writes_and_a_conversation_waits_for_an_answer(line: ChannelAccount) -> None:
    deliver(line, message("m1", text="Il router lampeggia rosso"))
    process_waiting()
    conversation = Conversation.objects.get()
    assert (conversation.customer.name, conversation.preview) == ("Giulia", "Il router lampeggia rosso")
    assert conversation.waiting_since == NOON
    assert conversation.due_at is not None
    assert RawEvent.objects.get().state == RawEvent.State.DONE
    assert set(Event.objects.values_list("type", flat=True)) == {"conversation.created", "message.received"}
    assert ChannelHealth.objects.get().last_in_at is not None


def test_the_same_delivery_three_times_is_one_message(line: ChannelAccount) -> None:
    assert [deliver(line, message("m1")) for _ in range(3)] == [True, False, False]
    deliver(line, message("m1"), message("m2"))  # the network packs the first again with a second
    process_waiting()
    assert sorted(Message.objects.values_list("external_id", flat=True)) == ["m1", "m2"]
    assert Conversation.objects.count() == Customer.objects.count() == 1


def test_a_poisonous_delivery_is_set_aside_alone_and_can_be_replayed(line: ChannelAccount) -> None:
    deliver(line, message("m1"))
    deliver(line, {"what": "poison", "id": "bad"})
    deliver(line, {"what": "crash"})
    deliver(line, message("m2"))
    process_waiting()
    assert sorted(Message.objects.values_list("external_id", flat=True)) == ["m1", "m2"]
    dead = RawEvent.objects.filter(state=RawEvent.State.DEAD)
    assert dead.all().count() == 2
    assert all(row.error and bytes(row.body) for row in dead.all())
    assert Event.objects.filter(type="raw_event.dead").count() == 2
    assert replay(raw_events=[row.pk for row in dead.all()]) == 2
    process_waiting()
    assert dead.all().count() == 2  # still poisonous, still kept
    assert dismiss(raw_events=[dead.all()[0].pk]) == 1
    assert dead.all().count() == 1


def test_replaying_what_was_processed_already_changes_nothing(line: ChannelAccount) -> None:
    deliver(line, message("m1"))
    process_waiting()
    RawEvent.objects.update(state=RawEvent.State.NEW)
    process_waiting()
    assert Message.objects.count() == 1
    assert Event.objects.filter(type="message.received").count() == 1


def test_a_kind_nobody_knows_is_kept_and_counted(line: ChannelAccount) -> None:
    deliver(line, {"what": "hologram"}, message("m1"))
    process_waiting()
    raw = RawEvent.objects.get()
    assert (raw.state, raw.unsupported) == (RawEvent.State.DONE, "hologram")
    assert Message.objects.count() == 1


def test_an_inbox_that_cannot_be_opened_buries_its_deliveries_with_the_reason(line: ChannelAccount) -> None:
    deliver(line, message("m1"))
    ChannelAccount.objects.filter(pk=line.pk).update(kind="carrier pigeon")
    process_waiting()
    assert "carrier pigeon" in RawEvent.objects.get(state=RawEvent.State.DEAD).error


STORY = [
    message("m1", minute=0, text="first"),
    {"what": "edited", "id": "m1", "minute": 2, "text": "second"},
    {"what": "edited", "id": "m1", "minute": 3, "text": "third"},
    message("m2", minute=4, text="bye"),
    {"what": "removed", "id": "m2", "minute": 5},
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(STORY))),
    packed=st.lists(st.booleans(), min_size=5, max_size=5),
    again=st.integers(0, 4),
)
def test_in_whatever_order_news_arrives_the_end_is_the_same(
    line: ChannelAccount, order: list[int], packed: list[bool], again: int
) -> None:
    for model in (Message, EarlyNews, RawEvent, Conversation, Customer):
        model.objects.all().delete()
    bundle: list[dict[str, Any]] = []
    for place, join in zip([*order, again], [*packed, False], strict=True):
        bundle.append(STORY[place])
        if not join:
            deliver(line, *bundle)
            process_waiting()
            bundle = []
    first, second = Message.objects.order_by("external_id")
    assert (first.text, first.removed_at) == ("third", None)
    assert (second.text, second.removed_at is not None) == ("", True)
    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()
