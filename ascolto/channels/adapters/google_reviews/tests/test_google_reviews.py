"""The conformance suite on Google reviews, and what only Google does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.adapters.google_reviews.adapter import adapter
from ascolto.channels.adapters.google_reviews.parsing import split_translation
from ascolto.channels.protocol import (
    BadSignature,
    ConfigError,
    ErrorClass,
    HookRequest,
    Message,
    OAuth,
    Receipt,
    ReceiptStatus,
    SendRefused,
    read_config,
)
from ascolto.channels.vendors.reviews import reply_id
from ascolto.kit import http
from ascolto.testing.conformance import AdapterConformance, account_for, hook
from ascolto.testing.networks.city import City
from ascolto.testing.networks.google_reviews import GoogleReviewsNetwork
from ascolto.testing.polling import PollingDesk, handle_of, reply_to

PLACE = "accounts/111/locations/222"
VALUES = {"locations": f"{PLACE}=Telvia Milano", "client_id": "telvia", "push_secret": "s3cr3t-push"}


class TestGoogleReviews(AdapterConformance):
    adapter = adapter
    values = VALUES
    signed = False  # the secret in the address is the credential: see pushes.py

    def genuine(self, body: bytes) -> HookRequest:
        return hook(body, query={"token": "s3cr3t-push"})


@pytest.fixture
def google() -> Iterator[GoogleReviewsNetwork]:
    with City() as city:
        yield city.add(GoogleReviewsNetwork())


@pytest.fixture
def desk(google: GoogleReviewsNetwork) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, google.settings))


def test_giulia_writes_and_everybody_reads_it(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    google.write(google.add_person("Giulia Conti"), "La linea cade ogni sera", rating=2)
    said = desk.messages()[0]
    assert (said.text, said.visibility, said.kind, said.extra["rating"]) == (
        "La linea cade ogni sera",
        "public",
        "review",
        2,
    )
    assert said.sender.name == "Giulia Conti"
    assert said.extra["context"] == "Telvia Milano"
    assert not said.automatic
    assert desk.messages() == []


def test_marco_replies_and_google_shows_it_after_a_look(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    google.shows_replies_at_once = False
    review_id = google.write(google.add_person("Giulia Conti"), "La linea cade", rating=2)
    said = desk.messages()[0]
    sent = adapter.publish(desk.account, reply_to(said, "Buongiorno Giulia, la richiamiamo oggi."))
    assert google.sent[-1].text == "Buongiorno Giulia, la richiamiamo oggi."
    waiting = desk.receipts()
    assert [(r.external_id, r.status) for r in waiting] == [(sent.external_ids[0], ReceiptStatus.SENT)]
    google.approve(review_id)
    shown = desk.receipts()
    assert [(r.external_id, r.status) for r in shown] == [(sent.external_ids[0], ReceiptStatus.DELIVERED)]


def test_a_rejected_reply_is_told_with_its_reason(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    google.shows_replies_at_once = False
    review_id = google.write(google.add_person("Paolo"), "Male", rating=1)
    sent = adapter.publish(desk.account, reply_to(desk.messages()[0], "Chiami il 555"))
    google.reject(review_id, "PRIVATE_INFORMATION")
    [receipt] = desk.receipts()
    assert (receipt.external_id, receipt.status) == (sent.external_ids[0], ReceiptStatus.FAILED)
    assert receipt.failure is not None
    assert receipt.failure.reason == "Google rejected the reply: private information."


def test_a_reply_written_on_google_itself_is_ours(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    review_id = google.write(google.add_person("Giulia"), "Bene", rating=5)
    google.reply_elsewhere(review_id, "Grazie Giulia!")
    echo = next(event for event in desk.poll() if isinstance(event, Message) and event.outgoing)
    assert (echo.text, echo.replies_to, echo.visibility) == ("Grazie Giulia!", (review_id,), "public")


def test_an_edited_review_keeps_its_id_and_says_when(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    review_id = google.write(google.add_person("Giulia"), "Male", rating=1)
    first = desk.messages()[0]
    google.edit(review_id, "Ora va bene", rating=4)
    second = desk.messages()[0]
    assert second.external_id == first.external_id == review_id
    assert second.revised_at is not None
    assert first.revised_at is not None
    assert second.revised_at > first.revised_at
    assert second.occurred_at == first.occurred_at


def test_a_review_that_was_taken_away_disappears(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    giulia = google.add_person("Giulia")
    gone, kept = google.write(giulia, "Male"), google.write(giulia, "Bene")
    desk.poll()
    google.remove(gone)
    assert desk.removed(14) == [gone]
    assert kept in google.reviews


def test_pages_that_move_while_they_are_read_lose_and_double_nothing(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    giulia = google.add_person("Giulia")
    ids = [google.write(giulia, f"Numero {number}") for number in range(120)]
    google.before_page = lambda page: (
        ids.append(google.write(giulia, "Nel mezzo")) if page in {1, 2} else None
    )
    found = [message.external_id for _ in range(2) for message in desk.messages()]
    assert sorted(found) == sorted(ids)
    assert len(ids) == 122


def test_stars_without_words_are_a_review_too(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    google.write(google.add_person("Anna", anonymous=True), "", rating=1)
    said = desk.messages()[0]
    assert (said.text, said.extra["rating"], said.sender.name) == ("", 1, "")
    assert handle_of(said).namespace == "google_review"


def test_no_permission_is_an_error_and_never_no_reviews(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    google.has_permission = False
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.CONFIG
    assert refusal.value.failure.code == "PERMISSION_DENIED"


def test_a_quota_of_zero_is_a_matter_of_settings_and_a_used_one_of_waiting(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    google.quota_is_zero = True
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.CONFIG
    google.quota_is_zero, google.quota = False, 0
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.RETRY_AFTER


def test_a_token_that_ended_is_renewed_without_a_word(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    desk.poll()
    google.door.revoke()
    desk.poll()
    assert google.door.given == 2


def test_a_person_may_sign_in_instead_of_a_service_account(google: GoogleReviewsNetwork) -> None:
    values = {**google.settings, "service_account": "", "client_id": google.door.client_id}
    values |= {"client_secret": google.door.client_secret, "refresh_token": "1//stand-in-refresh"}
    google.write(google.add_person("Giulia"), "Bene")
    assert PollingDesk(adapter, account_for(adapter, values)).messages()
    with pytest.raises(SendRefused) as refusal:
        PollingDesk(adapter, account_for(adapter, {**values, "refresh_token": "revoked"})).poll()
    assert refusal.value.failure.error is ErrorClass.REAUTH
    with pytest.raises(SendRefused, match="Nobody has signed in"):
        PollingDesk(adapter, account_for(adapter, {**values, "refresh_token": ""})).poll()
    assert isinstance(adapter.oauth, OAuth)


def test_a_reply_that_was_lost_on_its_way_is_put_again_and_is_one(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    google.write(google.add_person("Giulia"), "Male", rating=1)
    answer = reply_to(desk.messages()[0], "Ci dispiace, la chiamiamo.")
    google.suffer("lost", on="/reply")
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, answer)
    assert refusal.value.failure.error is ErrorClass.RETRY
    sent = adapter.publish(desk.account, answer)
    echo = next(event for event in desk.poll() if isinstance(event, Message) and event.outgoing)
    assert echo.external_id == sent.external_ids[0]


@pytest.mark.parametrize(
    ("chaos", "error"),
    [
        ("limit", ErrorClass.RETRY_AFTER),
        ("fail", ErrorClass.RETRY),
        ("gateway", ErrorClass.RETRY),
        ("hang", ErrorClass.RETRY),
    ]
    + [("garbage", ErrorClass.RETRY), ("half", ErrorClass.RETRY), ("reset", ErrorClass.RETRY)],
)
def test_an_outage_while_replying_is_named_for_what_it_is(
    google: GoogleReviewsNetwork, desk: PollingDesk, chaos: str, error: ErrorClass
) -> None:
    google.write(google.add_person("Giulia"), "Male")
    answer = reply_to(desk.messages()[0], "Ci dispiace.")
    google.suffer(chaos, on="/reply")
    with http.settings(read_timeout=0.3), pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, answer)
    assert refusal.value.failure.error is error


def test_what_is_too_long_or_empty_or_gone_concerns_this_reply_only(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    review_id = google.write(google.add_person("Giulia"), "Male")
    said = desk.messages()[0]
    refused = []
    for text in ("è" * 2049, "   "):
        with pytest.raises(SendRefused) as refusal:
            adapter.publish(desk.account, reply_to(said, text))
        refused.append(refusal.value.failure)
    google.remove(review_id)
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    refused.append(refusal.value.failure)
    assert [failure.error for failure in refused] == [
        ErrorClass.CONTENT,
        ErrorClass.CONTENT,
        ErrorClass.RECIPIENT_GONE,
    ]
    assert all(failure.of_message for failure in refused)


def test_nothing_private_can_leave_here(desk: PollingDesk, google: GoogleReviewsNetwork) -> None:
    google.write(google.add_person("Giulia"), "Male")
    answer = reply_to(desk.messages()[0], "Solo per lei", visibility="private")
    with pytest.raises(SendRefused):
        adapter.send(desk.account, answer)
    assert google.sent == []


def test_a_second_reply_with_the_same_words_has_an_id_of_its_own(
    google: GoogleReviewsNetwork, desk: PollingDesk
) -> None:
    google.write(google.add_person("Giulia"), "Male")
    said = desk.messages()[0]
    first = adapter.publish(desk.account, reply_to(said, "Grazie")).external_ids[0]
    again = reply_to(said, "Grazie", "d-2", references=(said.external_id, first))
    assert adapter.publish(desk.account, again).external_ids[0] not in {first, ""}


def test_the_test_button_counts_what_it_sees(google: GoogleReviewsNetwork, desk: PollingDesk) -> None:
    google.write(google.add_person("Giulia"), "Male")
    assert adapter.test(desk.account) == "Google let us in. Places: 1. Reviews: 1."


def test_a_push_is_taken_with_the_secret_and_the_right_audience_only(google: GoogleReviewsNetwork) -> None:
    account = account_for(adapter, {**VALUES, "push_audience": "https://care.telvia.example"})
    body = google.push("NEW_REVIEW", "r1")

    def token(**claims: object) -> dict[str, str]:
        claims = {"iss": "https://accounts.google.com", "aud": "https://care.telvia.example", **claims}
        middle = base64.urlsafe_b64encode(json.dumps({"exp": 4_000_000_000, **claims}).encode()).decode()
        return {"authorization": f"Bearer e30.{middle.rstrip('=')}.c2ln"}

    query = {"token": "s3cr3t-push"}
    adapter.verify(account, hook(body, token(), query=query))
    refused = [hook(body, token()), hook(body, query=query), hook(body, token(aud="x"), query=query)]
    refused += [hook(body, token(exp=1000), query=query), hook(body, token(iss="evil"), query=query)]
    refused += [
        hook(body, {"authorization": "Bearer a.b.c"}, query=query),
        hook(body, token(), query={"token": "no"}),
    ]
    for request in refused:
        with pytest.raises(BadSignature):
            adapter.verify(account, request)


def test_without_a_push_secret_nothing_is_taken() -> None:
    account = account_for(adapter, {**VALUES, "push_secret": ""})
    with pytest.raises(BadSignature):
        adapter.verify(account, hook(b"{}", query={"token": ""}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("locations", "Milano"),
        ("locations", "accounts/1/locations/2/../3"),
        ("client_id", ""),
        ("service_account", "{}"),
        (
            "service_account",
            '{"client_email": "a@b", "private_key": "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----"}',
        ),
        ("backfill_days", "-1"),
        ("api_base", "ftp://x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name


def test_several_places_are_told_apart() -> None:
    text = "accounts/1/locations/2=Milano, Duomo; accounts/1/locations/3 accounts/1/locations/4=Roma"
    config = read_config(adapter.Config, {**VALUES, "locations": text})
    assert config.places == {
        "accounts/1/locations/2": "Milano, Duomo",
        "accounts/1/locations/3": "",
        "accounts/1/locations/4": "Roma",
    }


def test_what_google_translated_is_told_apart_from_what_was_written() -> None:
    assert split_translation("(Translated by Google) Fine\n\n(Original)\nBene") == ("Bene", "Fine")
    assert split_translation("Bene\n\n(Translated by Google)\nFine") == ("Bene", "Fine")
    assert split_translation("(Translated by Google) Fine") == ("Fine", "")


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_id_of_a_reply_depends_on_its_words_not_on_its_spaces(one: str, other: str) -> None:
    assert reply_id("r", f"{one} {other}") == reply_id("r", f" {one}\n\n{other} ")
    assert len(reply_id("r" * 500, one)) <= 255


def test_a_reply_without_a_state_was_shown() -> None:
    test = TestGoogleReviews()
    events = test.parse("x", test.own_fixtures()["reply_before_moderation.json"])
    assert [event.status for event in events if isinstance(event, Receipt)] == [ReceiptStatus.DELIVERED]
