"""The conformance suite on the Bluesky adapter, what each thing that the network tells becomes, and marks by byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ascolto.channels.adapters.bluesky.adapter import adapter
from ascolto.channels.adapters.bluesky.richtext import facets, whole_text
from ascolto.channels.adapters.bluesky.sending import key_of
from ascolto.channels.protocol import (
    ConfigError,
    ErrorClass,
    Handle,
    Message,
    Outgoing,
    RawDelivery,
    Reacted,
    read_config,
)
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for, describe

VALUES = {"identifier": "telvia.bsky.example", "app_password": "abcd-efgh-ijkl-mnop"}


class TestBluesky(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False
    not_deliveries = ("interop_",)  # lists of good and bad names: read below

    # Before anything leaves, a session is begun, and that may always be repeated.
    expected_failures = {
        **AdapterConformance.expected_failures,
        **dict.fromkeys(("hangs", "breaks off", "nonsense"), ErrorClass.RETRY),
    }

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "service": base_url}

    def outgoing(self) -> Outgoing:
        return Outgoing(
            tracker="d-1",
            recipient=(Handle("bluesky", "did:plc:giulia2222222222222222ab"),),
            text="Buongiorno Giulia, arriva un tecnico.",
            extra={"convo": "3mconvo222222"},
        )

    def first(self, name: str) -> Message:
        found = self.parse(name, self.own_fixtures()[name])[0]
        assert isinstance(found, Message)
        return found

    def test_a_mention_is_public_and_its_links_are_whole(self) -> None:
        message = self.first("mention.json")
        assert message.visibility == "public"
        assert message.text == (
            "@telvia.bsky.example la città è senza linea 😡 guardate https://stato.telvia.example/guasti/via-padova"
        )
        (handle,) = message.sender.handles
        assert (handle.value, handle.shown) == ("did:plc:giulia2222222222222222ab", "@giulia.bsky.example")
        assert (message.sender.name, message.sender.language) == ("Giulia Conti", "it")
        url = "https://bsky.app/profile/did:plc:giulia2222222222222222ab/post/3lgiulia22222"
        assert message.extra["url"] == url

    def test_a_reply_says_what_it_answers_and_what_that_was_about(self) -> None:
        message = self.first("reply-with-pictures.json")
        assert [uri[-13:] for uri in message.replies_to] == ["3ltelvia22223", "3ltelvia22222"]
        assert message.extra["context"] == "Lavori in corso a Milano Nord"
        assert message.extra["root"]["uri"].endswith("3ltelvia22222")

    def test_pictures_are_named_by_what_they_are_and_nothing_else_is_fetched(self) -> None:
        images = self.first("reply-with-pictures.json").attachments
        assert [image.remote["cid"][:10] for image in images if image.remote] == ["bafkreiaaa", "bafkreizzz"]

    def test_a_link_card_is_part_of_the_text(self) -> None:
        assert self.first("quote-with-link.json").text == "Anche voi?\nhttps://giornale.example/fibra"

    def test_an_answer_given_in_the_app_goes_to_the_customer(self) -> None:
        echo = self.first("echo.json")
        assert (echo.outgoing, echo.sender.name) == (True, "Giulia Conti")
        assert echo.replies_to == ("at://did:plc:giulia2222222222222222ab/app.bsky.feed.post/3lgiulia22222",)

    def test_direct_messages_are_private_and_people_are_the_same_as_in_public(self) -> None:
        heard, ours, given_, taken, shared, *_ = self.parse("chat.json", self.own_fixtures()["chat.json"])
        assert isinstance(heard, Message)
        assert (heard.visibility, heard.external_id) == ("private", "3mconvo222222/3mmsg22222222")
        assert heard.sender.handles == self.first("mention.json").sender.handles
        assert isinstance(ours, Message)
        assert (ours.outgoing, ours.sender, ours.replies_to) == (True, heard.sender, (heard.external_id,))
        assert isinstance(given_, Reacted)
        assert isinstance(taken, Reacted)
        assert (given_.emoji, taken.emoji) == ("🙏", "")
        assert isinstance(shared, Message)
        assert shared.text.startswith("Questo\nhttps://bsky.app/profile/did:plc:telvia")

    def test_a_group_is_one_conversation(self) -> None:
        message = self.first("chat-group.json")
        assert message.thread == "3mconvo222222"


def collected(name: str) -> bytes:
    body = TestBluesky().shared_fixtures().get(name)
    if body is None:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    return body


def test_recorded_notifications_are_told_apart() -> None:
    raw = RawDelivery(body=collected("devnet_list_notifications.json"), headers={}, received_at=RECEIVED_AT)
    found = [describe(event) for event in adapter.parse(account_for(adapter, VALUES), raw)]
    assert found.count("Message:text") == 3
    assert found.count("Message:image") == 1
    assert set(found) == {"Message:text", "Message:image", "Ignored"}


@pytest.mark.parametrize("kind", ["did", "handle"])
def test_every_name_that_the_protocol_allows_is_taken(kind: str) -> None:
    place = TestBluesky()
    place.not_deliveries = ("devnet_",)  # type: ignore[misc]
    body = place.shared_fixtures().get(f"interop_{kind}_syntax_valid.txt")
    if body is None:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    names = [line for line in body.decode().splitlines() if line.strip() and not line.startswith("#")]
    for name in names:
        if (len(name) < 240 and "." in name) or name.startswith("did:"):
            read_config(adapter.Config, {**VALUES, "identifier": name})


def test_addresses_that_the_protocol_forbids_are_no_posts() -> None:
    place = TestBluesky()
    place.not_deliveries = ("devnet_",)  # type: ignore[misc]
    body = place.shared_fixtures().get("interop_aturi_syntax_invalid.txt")
    if body is None:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    from ascolto.channels.adapters.bluesky.posts import permalink

    for line in body.decode().splitlines():
        if line.strip() and not line.startswith("#"):
            assert permalink(line) == "", line


@pytest.mark.parametrize(
    "wrong",
    [
        {"identifier": "telvia"},
        {"identifier": "telvia bsky"},
        {"service": "bsky.social"},
        {"pictures": "ftp://x"},
        {"history_days": "99"},
        {"direct_messages": "perhaps"},
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, **wrong})
    assert refusal.value.field in wrong


def test_without_direct_messages_everything_is_public() -> None:
    sheet = adapter.capabilities_with({"direct_messages": "no"})
    assert (sheet.private, sheet.private_reply, sheet.max_length) == (False, "", 300)
    assert adapter.capabilities_with({}).max_length == 1000


# --- keys and marks -------------------------------------------------------------------------------------------------


def test_the_key_of_a_post_is_a_tid_and_always_the_same() -> None:
    keys = {key_of(f"{number}.abc") for number in range(2000)}
    assert len(keys) == 2000
    assert key_of("1.abc") == key_of("1.abc")
    for key in keys:
        assert len(key) == 13
        assert key[0] in "234567abcdefghij"
        assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")


def test_marks_are_counted_in_bytes() -> None:
    text = "È già pronto 😀 @giulia.bsky.example: https://telvia.example/stato). #fibra"
    found = facets(text, lambda handle: f"did:plc:{handle.partition('.')[0]}")
    content = text.encode()
    shown = [content[mark["index"]["byteStart"] : mark["index"]["byteEnd"]].decode() for mark in found]
    assert shown == ["@giulia.bsky.example", "https://telvia.example/stato", "#fibra"]
    assert found[0]["features"][0]["did"] == "did:plc:giulia"


def test_addresses_of_mail_and_names_of_nobody_get_no_mark() -> None:
    assert facets("info@telvia.example e @nessuno.bsky.example", lambda handle: "") == []


def test_a_name_within_an_address_is_part_of_the_address() -> None:
    (mark,) = facets("https://bsky.app/@giulia.bsky.example#x", lambda handle: "did:plc:x")
    assert mark["features"][0]["$type"].endswith("#link")


@given(some.text(max_size=200))
def test_marks_of_any_text_lie_within_it(text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    for mark in facets(text, lambda handle: "did:plc:x"):
        assert 0 <= mark["index"]["byteStart"] < mark["index"]["byteEnd"] <= size


@given(some.text(max_size=60), some.integers(-5, 80), some.integers(-5, 80))
def test_marks_of_strangers_that_lie_anywhere_do_no_harm(text: str, start: int, end: int) -> None:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://telvia.example/x"}
    index = {"byteStart": start, "byteEnd": end}
    assert isinstance(whole_text({"text": text, "facets": [{"index": index, "features": [link]}]}), str)
