"""The conformance suite on the Matrix adapter, and what each thing that a homeserver tells becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ascolto.channels.adapters.matrix.adapter import adapter
from ascolto.channels.protocol import (
    ConfigError,
    Handle,
    Message,
    Outgoing,
    RawDelivery,
    Reacted,
    ReadUpTo,
    Receipt,
    read_config,
)
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for, describe

VALUES = {
    "homeserver": "https://matrix.example",
    "user_id": "@telvia:matrix.example",
    "access_token": "syt_dGVsdmlh_speaks",
}


class TestMatrix(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "homeserver": base_url}

    # Before a message leaves the room is looked at, and a look may always be repeated.
    expected_failures = {
        **AdapterConformance.expected_failures,
        **dict.fromkeys(("hangs", "breaks off", "nonsense"), AdapterConformance.expected_failures["refuses"]),
    }

    def outgoing(self) -> Outgoing:
        return Outgoing(
            tracker="d-1",
            recipient=(Handle("matrix", "@giulia:piazza.example"),),
            text="Buongiorno Giulia, arriva un tecnico.",
            extra={"room": "!VdW2:piazza.example"},
        )

    def messages(self, name: str) -> list[Message]:
        return [event for event in self.parse(name, self.own_fixtures()[name]) if isinstance(event, Message)]

    def test_what_is_repeated_of_the_message_answered_is_left_out(self) -> None:
        answer = self.messages("texts.json")[1]
        assert (answer.text, answer.html) == ("Da ieri", "<b>Da ieri</b>")
        assert answer.replies_to == ("$our001",)

    def test_a_thread_is_answered_at_its_root_too(self) -> None:
        assert self.messages("texts.json")[3].replies_to == ("$ev002abcDEF-_", "$root01")

    def test_who_wrote_is_known_by_name(self) -> None:
        first = self.messages("texts.json")[0]
        assert first.sender.name == "Giulia Conti"
        assert first.sender.handles == (Handle("matrix", "@giulia:piazza.example"),)
        assert first.extra["url"].startswith("https://matrix.to/#/!VdW2:piazza.example/$")

    def test_a_file_with_words_has_both(self) -> None:
        image = self.messages("files.json")[0]
        assert (image.text, image.attachments[0].name, image.attachments[0].size) == (
            "Il modem",
            "modem.png",
            4711,
        )

    def test_an_encrypted_file_says_so_and_a_strange_address_is_no_file(self) -> None:
        _, _, _, encrypted, _, outside = self.messages("files.json")
        assert encrypted.extra["warnings"] == ["encrypted"]
        assert outside.attachments == ()

    def test_a_place_and_a_poll_can_be_read(self) -> None:
        place, poll = self.messages("places-polls-calls.json")[:2]
        assert place.text == "Via Padova 12\n45.5001, 9.2301"
        assert poll.text == "Quando venite?\n○ Oggi\n○ Mai"

    def test_a_reaction_that_is_taken_back_leaves_nothing(self) -> None:
        events = self.parse("changes.json", self.own_fixtures()["changes.json"])
        given, taken = (event for event in events if isinstance(event, Reacted))
        assert (given.emoji, taken.emoji) == ("🙏", "")
        assert given.external_id == taken.external_id == "$our001"

    def test_our_own_reading_is_no_receipt(self) -> None:
        receipt, mark, _ = self.parse("receipts.json", self.own_fixtures()["receipts.json"])
        assert isinstance(receipt, Receipt)
        assert isinstance(mark, ReadUpTo)
        assert mark.sender.handles[0].value == "@giulia:piazza.example"

    def test_a_room_of_several_is_one_conversation(self) -> None:
        paolo, ours = self.messages("group.json")
        assert paolo.thread == ours.thread == "!VdW2:piazza.example"
        assert (ours.sender.handles, ours.replies_to) == ((), (paolo.external_id,))

    def test_a_room_that_anybody_can_read_is_public(self) -> None:
        assert self.messages("open-room.json")[0].visibility == "public"

    def test_an_answer_given_in_another_client_goes_to_the_customer(self) -> None:
        (ours,) = self.messages("ours.json")
        assert ours.outgoing
        assert ours.sender.handles[0].value == "@giulia:piazza.example"


def test_a_recorded_sync_is_read_in_its_order() -> None:
    body = TestMatrix().shared_fixtures().get("synapse_sync_incremental_full.json")
    if body is None:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    account = account_for(adapter, {**VALUES, "user_id": "@desk:localhost"})
    raw = RawDelivery(body=body, headers={}, received_at=RECEIVED_AT, source="poll")
    assert [found for event in adapter.parse(account, raw) if (found := describe(event)) != "Ignored"] == [
        "Message:text",
        "Message:text outgoing",
        "Edited",
        "Reacted",
        "Message:image",
        "Message:location",
        "Removed",
        "Removed",
        "Receipt:read",
        "ReadUpTo",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"homeserver": "matrix.example"},
        {"user_id": "telvia"},
        {"user_id": "@telvia"},
        {"access_token": "two words"},
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, **wrong})
    assert refusal.value.field in wrong


def test_a_text_that_only_begins_like_a_quotation_is_kept() -> None:
    event = {"type": "m.room.message", "event_id": "$1", "sender": "@g:x.example"}
    event |= {"content": {"msgtype": "m.text", "body": "> 20 euro?"}}
    raw = RawDelivery(body=json.dumps(event).encode(), headers={}, received_at=RECEIVED_AT)
    (message,) = adapter.parse(account_for(adapter, VALUES), raw)
    assert isinstance(message, Message)
    assert message.text == "> 20 euro?"
