"""The conformance suite on the App Store, and what only Apple does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from ascolto.channels.adapters.appstore import asking
from ascolto.channels.adapters.appstore.adapter import adapter
from ascolto.channels.protocol import (
    ConfigError,
    ErrorClass,
    Message,
    ReceiptStatus,
    SendRefused,
    read_config,
)
from ascolto.testing.conformance import AdapterConformance, account_for
from ascolto.testing.networks.appstore import AppStoreNetwork
from ascolto.testing.networks.city import City
from ascolto.testing.polling import PollingDesk, reply_to

KEY = ECKey.generate_key("P-256")
PEM = KEY.as_pem(private=True).decode()
VALUES = {"app_id": "1234567890", "issuer_id": "57246542-96fe", "key_id": "2X9R4HXF34", "private_key": PEM}


class TestAppStore(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False


@pytest.fixture
def appstore() -> Iterator[AppStoreNetwork]:
    with City() as city:
        yield city.add(AppStoreNetwork())


@pytest.fixture
def desk(appstore: AppStoreNetwork) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, appstore.settings))


def test_giulia_writes_and_marco_replies(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    appstore.shows_replies_at_once = False
    review_id = appstore.write(appstore.add_person("giulia_c"), "Si chiude subito", rating=2, title="No")
    said = desk.messages()[0]
    assert (said.text, said.extra["title"], said.extra["rating"], said.extra["country"]) == (
        "Si chiude subito",
        "No",
        2,
        "ITA",
    )
    sent = adapter.publish(desk.account, reply_to(said, "Buongiorno, la 3.2 lo risolve."))
    assert appstore.sent[-1].text == "Buongiorno, la 3.2 lo risolve."
    assert [(r.external_id, r.status) for r in desk.receipts()] == [
        (sent.external_ids[0], ReceiptStatus.SENT)
    ]
    appstore.approve(review_id)
    assert [(r.external_id, r.status) for r in desk.receipts()] == [
        (sent.external_ids[0], ReceiptStatus.DELIVERED)
    ]


def test_the_token_is_what_apple_wants() -> None:
    config = read_config(adapter.Config, VALUES)
    token = jwt.decode(asking.bearer(config), KEY, algorithms=["ES256"])
    assert token.header["kid"] == "2X9R4HXF34"
    assert (token.claims["iss"], token.claims["aud"]) == ("57246542-96fe", "appstoreconnect-v1")
    assert 0 < token.claims["exp"] - token.claims["iat"] <= 1200
    alone = read_config(adapter.Config, {**VALUES, "issuer_id": ""})
    claims = jwt.decode(asking.bearer(alone), KEY, algorithms=["ES256"]).claims
    assert claims["sub"] == "user"
    assert "iss" not in claims


@pytest.mark.parametrize(
    "broken", [PEM.replace("\n", " "), PEM.replace("\n", "\\n"), PEM.replace("\n", "\r\n")]
)
def test_a_key_is_read_whatever_a_form_made_of_its_lines(broken: str) -> None:
    token = asking.bearer(read_config(adapter.Config, {**VALUES, "private_key": broken}))
    assert jwt.decode(token, KEY, algorithms=["ES256"]).claims


def test_following_pages_are_read_by_their_links(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    appstore.page_size = 4
    giulia = appstore.add_person("giulia_c")
    ids = [appstore.write(giulia, f"Numero {number}") for number in range(10)]
    appstore.before_page = lambda page: ids.append(appstore.write(giulia, "Nel mezzo")) if page == 1 else None
    found = [message.external_id for _ in range(2) for message in desk.messages()]
    assert sorted(found) == sorted(ids)


def test_a_change_moves_the_review_and_keeps_its_id(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    review_id = appstore.write(appstore.add_person("giulia_c"), "Male", rating=1)
    first = desk.messages()[0]
    appstore.edit(review_id, "Bene", rating=5)
    second = desk.messages()[0]
    assert first.external_id == second.external_id
    assert second.revised_at is not None
    assert first.revised_at is not None
    assert second.revised_at > first.revised_at


def test_a_review_that_was_taken_away_disappears(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    review_id = appstore.write(appstore.add_person("giulia_c"), "Male", rating=1)
    desk.poll()
    appstore.remove(review_id)
    assert desk.removed(16) == [review_id]


def test_without_a_key_the_public_feed_is_read_only(appstore: AppStoreNetwork) -> None:
    values = appstore.settings_without_key
    desk = PollingDesk(adapter, account_for(adapter, values))
    assert desk.messages() == []
    giulia = appstore.add_person("giulia_c")
    appstore.write(giulia, "Una sola", rating=2)
    said = desk.messages()[0]
    assert (said.text, said.extra["version"], said.extra["country"]) == ("Una sola", "3.1", "IT")
    assert (
        said.sender.handles[0].namespace == "appstore"
    )  # the feed names its people, App Store Connect does not
    for number in range(60):
        appstore.write(giulia, f"Numero {number}")
    assert len(desk.messages()) == 60
    assert not adapter.capabilities_with(values).answers
    assert adapter.capabilities_with(VALUES).answers
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    assert refusal.value.failure.error is ErrorClass.CONFIG
    assert "public feed" in adapter.test(desk.account)


def test_errors_are_named_for_what_they_are(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    review_id = appstore.write(appstore.add_person("giulia_c"), "Male")
    said = desk.messages()[0]
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "una riga\x0bun'altra"))
    assert refusal.value.failure.error is ErrorClass.CONTENT
    assert refusal.value.failure.of_message
    assert refusal.value.failure.code == "ENTITY_ERROR.ATTRIBUTE.INVALID"
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "x" * 5971))
    assert refusal.value.failure.error is ErrorClass.CONTENT
    appstore.remove(review_id)
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE
    appstore.remaining = 0
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.RETRY_AFTER
    other = account_for(adapter, {**VALUES, "api_base": appstore.url})
    with pytest.raises(SendRefused) as refusal:
        PollingDesk(adapter, other).poll()
    assert refusal.value.failure.error is ErrorClass.REAUTH


@pytest.mark.parametrize("chaos", ["gateway", "lost", "half", "garbage", "fail"])
def test_a_reply_whose_answer_was_lost_is_put_again_and_is_one(
    appstore: AppStoreNetwork, desk: PollingDesk, chaos: str
) -> None:
    appstore.write(appstore.add_person("giulia_c"), "Male")
    answer = reply_to(desk.messages()[0], "Ci dispiace.")
    appstore.suffer(chaos, on="customerReviewResponses")
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, answer)
    assert refusal.value.failure.error is ErrorClass.RETRY
    sent = adapter.publish(desk.account, answer)
    echo = next(event for event in desk.poll() if isinstance(event, Message) and event.outgoing)
    assert echo.external_id == sent.external_ids[0]


def test_nothing_private_can_leave_here(appstore: AppStoreNetwork, desk: PollingDesk) -> None:
    appstore.write(appstore.add_person("giulia_c"), "Male")
    with pytest.raises(SendRefused):
        adapter.send(desk.account, reply_to(desk.messages()[0], "Ciao", visibility="private"))
    assert appstore.sent == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("app_id", "telvia"),
        ("issuer_id", "a b"),
        ("key_id", "a-b"),
        ("private_key", ""),
        ("private_key", "garbage"),
        ("private_key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        ("private_key", RSAKey.generate_key(2048).as_pem(private=True).decode()),
        ("api_base", "x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name


def test_countries_are_two_letters() -> None:
    assert read_config(adapter.Config, {"app_id": "1", "countries": "IT, de us"}).shops == ("it", "de", "us")
    with pytest.raises(ConfigError):
        read_config(adapter.Config, {"app_id": "1", "countries": "../x"})
