"""The conformance suite on the Mastodon adapter, and what each thing that the server tells becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.adapters.mastodon.adapter import adapter
from ascolto.channels.protocol import (
    ConfigError,
    Edited,
    ErrorClass,
    Handle,
    Message,
    Outgoing,
    RawDelivery,
    read_config,
)
from ascolto.channels.vendors.hypertext import sanitise, to_text
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for, check_event

VALUES = {"instance": "https://mastodon.telvia.example", "access_token": "telvia-speaks-here"}
ACCOUNT = account_for(adapter, VALUES)


class TestMastodon(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False
    not_deliveries = ("cassette_",)  # recorded exchanges in YAML: read below, answer by answer

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "instance": base_url}

    def outgoing(self) -> Outgoing:
        return Outgoing(
            tracker="d-1",
            recipient=(Handle("mastodon", "110000000000000101@mastodon.telvia.example"),),
            text="Buongiorno Giulia, arriva un tecnico.",
            reply_to="115000000000000502",
            extra={"acct": "giulia@piazza.example", "visibility": "direct"},
        )

    def message(self, name: str) -> Message:
        found = self.parse(name, self.own_fixtures()[name])[0]
        assert isinstance(found, Message)
        return found

    def test_a_public_mention_is_public_and_its_links_are_whole(self) -> None:
        message = self.message("mention-public.json")
        assert message.visibility == "public"
        assert message.text == (
            "@telvia la fibra non va da ieri, guardate"
            " https://stato.telvia.example/guasti/milano-nord/via-padova?zona=20127 #fibra\n\nGrazie & saluti"
        )
        (handle,) = message.sender.handles
        assert handle.value == "110000000000000101@mastodon.telvia.example"
        assert (handle.shown, message.sender.name) == ("@giulia@piazza.example", "Giulia Conti 🌻")
        assert message.extra["url"] == "https://piazza.example/@giulia/115000000000000501"

    @pytest.mark.parametrize("name", ["mention-direct.json", "mention-followers-only.json"])
    def test_what_has_chosen_readers_is_private(self, name: str) -> None:
        assert self.message(name).visibility == "private"

    def test_a_status_without_a_known_visibility_is_private(self) -> None:
        (message,) = read({"id": "1", "content": "<p>x</p>", "account": {"id": "2"}, "visibility": "limited"})
        assert message.visibility == "private"

    def test_an_answer_names_what_it_answers(self) -> None:
        assert self.message("mention-direct.json").replies_to == ("115000000000000499",)

    def test_a_content_warning_is_the_title(self) -> None:
        assert self.message("mention-followers-only.json").extra["title"] == "Bolletta"

    def test_files_are_fetched_from_our_own_server_where_it_has_them(self) -> None:
        (image,) = self.message("mention-with-image.json").attachments
        assert image.remote is not None
        assert image.remote["url"] == "https://files.telvia.example/cache/spia.png"
        assert image.content_type == "image/png"

    def test_a_poll_shows_its_options(self) -> None:
        assert self.message("mention-with-poll.json").text.endswith("○ Io\n○ Telvia")

    def test_a_quote_says_what_it_quotes(self) -> None:
        quote = self.message("quote.json")
        assert quote.extra["context"] == quote.extra["post"]["text"] == "Lavori in corso a Milano Nord."

    def test_an_answer_given_in_mastodon_names_the_customer(self) -> None:
        echo = self.message("echo.json")
        assert echo.outgoing
        assert echo.sender.handles[0].value == "110000000000000101@mastodon.telvia.example"
        assert echo.replies_to == ("115000000000000502",)
        assert echo.text == "arriva un tecnico"


def read(document: Any) -> list[Any]:
    import json

    raw = RawDelivery(body=json.dumps(document).encode(), headers={}, received_at=RECEIVED_AT, source="poll")
    return adapter.parse(ACCOUNT, raw)


def test_what_is_no_json_is_kept_as_not_understood() -> None:
    raw = RawDelivery(body=b"<html>", headers={}, received_at=RECEIVED_AT, source="poll")
    assert [type(event).__name__ for event in adapter.parse(ACCOUNT, raw)] == ["Unsupported"]


def test_an_edited_status_carries_its_new_text_and_time() -> None:
    status = {"id": "1", "content": "<p>neu</p>", "account": {"id": "2"}, "edited_at": "2026-11-22T08:40:00Z"}
    (edited,) = read({"event": "status.update", "payload": status})
    assert isinstance(edited, Edited)
    assert (edited.text, edited.occurred_at.hour) == ("neu", 8)


def test_a_suspended_account_stops() -> None:
    warning = {"id": "4", "action": "suspend"}
    (news,) = read({"id": "9", "type": "moderation_warning", "account": {}, "moderation_warning": warning})
    assert news.error is ErrorClass.ABUSE_STOP


# --- recorded answers of a real server ----------------------------------------------------------------------------------


def recorded() -> Iterator[Any]:
    """Every body of the exchanges recorded against a real Mastodon."""
    yaml = pytest.importorskip("yaml")
    place = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "mastodon"
    names = sorted(place.glob("cassette_*.yaml"))
    if not names:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    for path in names:
        for exchange in yaml.safe_load(path.read_text())["interactions"]:
            body = exchange["response"]["body"]["string"]
            yield path.name, exchange["request"]["uri"], body if isinstance(body, bytes) else body.encode()


def test_everything_a_real_server_answered_can_be_read() -> None:
    kinds: dict[str, int] = {}
    for name, address, body in recorded():
        raw = RawDelivery(body=body, headers={}, received_at=RECEIVED_AT, source="poll")
        first = adapter.parse(ACCOUNT, raw)
        assert first == adapter.parse(ACCOUNT, raw)
        assert first, f"{name} {address} yields nothing"
        for event in first:
            check_event(event)
            kinds[type(event).__name__] = kinds.get(type(event).__name__, 0) + 1
    assert kinds["Message"] > 10


@pytest.mark.parametrize(
    "body", [b"{}", b'{"id":"1","account":{"id":"2","acct":"telvia"},"in_reply_to_id":null,"text":"Toot"}']
)
def test_the_answer_to_a_deletion_is_nothing_new(body: bytes) -> None:
    raw = RawDelivery(body=body, headers={}, received_at=RECEIVED_AT, source="poll")
    assert [type(event).__name__ for event in adapter.parse(ACCOUNT, raw)] == ["Ignored"]


def test_a_recorded_mention_becomes_a_message() -> None:
    bodies = [body for name, address, body in recorded() if "mentions_only" in name and "types" in address]
    (message,) = adapter.parse(ACCOUNT, RawDelivery(body=bodies[0], headers={}, received_at=RECEIVED_AT))
    assert isinstance(message, Message)
    assert (message.text, message.external_id) == ("@mastodonpy_test hello!", "117020577157693549")


# --- settings and markup --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"instance": "mastodon.telvia.example"},
        {"instance": "https://mastodon.telvia.example/@telvia"},
        {"access_token": "two words"},
        {"max_characters": "20"},
        {"history_days": "90"},
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, **wrong})
    assert refusal.value.field in wrong


def test_a_server_with_longer_posts_has_a_longer_sheet() -> None:
    assert adapter.capabilities_with({}).max_length == 468
    assert adapter.capabilities_with({"max_characters": "5000"}).max_length == 4968
    assert adapter.capabilities_with({"max_characters": "many"}).max_length == 468


def test_html_of_strangers_holds_nothing_that_acts() -> None:
    html = '<p onclick="x()">a<script>b</script><a href="javascript:c()">d</a><img src=x onerror=e></p>'
    assert sanitise(html) == '<p>a<a target="_blank" rel="noopener noreferrer nofollow">d</a></p>'
    assert to_text(html) == "ad"
    assert to_text("<b>" * 20_000 + "deep") == "deep"
    assert sanitise("<b>" * 100_000) == ""
    assert (
        to_text('<a href="https://other.example/x">telvia.example</a>')
        == "telvia.example <https://other.example/x>"
    )
