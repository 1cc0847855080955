"""Slack's own library agrees: with our signatures, and with the stand-in that our adapter is tested against."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.testing.harness import oracle

slack_sdk = oracle("slack_sdk")

from slack_sdk.errors import SlackApiError  # noqa: E402
from slack_sdk.oauth import AuthorizeUrlGenerator  # noqa: E402
from slack_sdk.signature import SignatureVerifier  # noqa: E402

from ascolto.channels.adapters.slack.adapter import SCOPES, adapter  # noqa: E402
from ascolto.channels.adapters.slack.tests.test_slack import SECRET, VALUES, signed  # noqa: E402
from ascolto.channels.protocol import BadSignature  # noqa: E402
from ascolto.channels.vendors import oauth  # noqa: E402
from ascolto.testing.conformance import account_for  # noqa: E402
from ascolto.testing.networks.city import City  # noqa: E402
from ascolto.testing.networks.slack import SlackNetwork  # noqa: E402


@pytest.fixture
def slack() -> Iterator[SlackNetwork]:
    with City() as city:
        yield city.add(SlackNetwork())


def client(slack: SlackNetwork, token: str = "") -> slack_sdk.WebClient:
    return slack_sdk.WebClient(token=token or slack.bot_token, base_url=f"{slack.url}/api/")


@pytest.mark.parametrize("body", [b"{}", '{"text":"è"}'.encode(), b"payload=%7B%7D", b'{"a": 1}\n'])
def test_slacks_verifier_takes_what_we_take_and_refuses_what_we_refuse(body: bytes) -> None:
    request, account = signed(body), account_for(adapter, VALUES)
    verifier = SignatureVerifier(SECRET)
    named = {name.title(): value for name, value in request.headers.items()}
    assert verifier.is_valid_request(body, named)
    adapter.verify(account, request)
    for changed in (body + b" ", b" " + body):
        assert not verifier.is_valid_request(changed, named)
        forged = type(request)(**{**{n: getattr(request, n) for n in request.__slots__}, "body": changed})
        with pytest.raises(BadSignature):
            adapter.verify(account, forged)


def test_the_stand_in_signs_as_slack_does(slack: SlackNetwork) -> None:
    slack.write(slack.add_person("Sara Neri"), "Il nodo è giù")
    for body, headers in slack.mailman.take():
        named = {name.title(): value for name, value in headers.items()}
        assert SignatureVerifier(slack.signing_secret).is_valid_request(body, named)


def test_slacks_client_writes_reads_and_uploads_at_the_stand_in(slack: SlackNetwork) -> None:
    web, channel = client(slack), slack.default.id
    assert web.auth_test()["team"] == "Telvia"
    root = web.chat_postMessage(channel=channel, text="Il nodo è giù?")
    web.chat_postMessage(channel=channel, text="Qualcuno?", thread_ts=root["ts"])
    texts = [
        message["text"] for message in web.conversations_replies(channel=channel, ts=root["ts"])["messages"]
    ]
    assert texts == ["Il nodo è giù?", "Qualcuno?"]
    assert web.conversations_history(channel=channel)["messages"][0]["reply_count"] == 1
    assert [found["id"] for found in web.users_conversations()["channels"]] == [channel]
    web.files_upload_v2(
        channel=channel, filename="guida.txt", content="Riavvia il modem", thread_ts=root["ts"]
    )
    assert slack.sent[-1].files[0][1] == b"Riavvia il modem"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
def test_slacks_client_understands_each_refusal(
    slack: SlackNetwork, asked: dict[str, str], error: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client(slack).chat_postMessage(**{"channel": slack.default.id, **asked})
    assert refused.value.response["error"] == error


def test_slacks_client_sees_a_foreign_token_and_too_many_requests(slack: SlackNetwork) -> None:
    with pytest.raises(SlackApiError) as refused:
        client(slack, "xoxb-foreign").auth_test()
    assert refused.value.response["error"] == "invalid_auth"
    slack.speed.most, slack.speed.within = 1, 60.0
    web = client(slack)
    web.auth_test()
    with pytest.raises(SlackApiError) as slowed:
        web.auth_test()
    assert slowed.value.response.headers["Retry-After"] == "2"


def test_our_sign_in_address_is_the_one_slacks_library_makes() -> None:
    from urllib.parse import parse_qs, urlsplit

    values = oauth.with_defaults(adapter.Config, {"client_id": "1234.5678"})
    made = oauth.sign_in_address(
        adapter.oauth, values, redirect_uri="https://care.example/back", state="s", verifier="v"
    )
    theirs = AuthorizeUrlGenerator(
        client_id="1234.5678", scopes=list(SCOPES), redirect_uri="https://care.example/back"
    )
    ours, known = urlsplit(made), urlsplit(theirs.generate("s"))
    assert (ours.netloc, ours.path) == (known.netloc, known.path)
    asked = parse_qs(ours.query)
    for name, value in parse_qs(known.query).items():
        assert asked[name] == value


def test_slacks_client_exchanges_the_code_that_the_stand_in_gave(slack: SlackNetwork) -> None:
    slack.codes["c0de"] = "https://care.example/back"
    asked = {"client_id": slack.client_id, "client_secret": slack.client_secret, "code": "c0de"}
    granted = client(slack).oauth_v2_access(redirect_uri="https://care.example/back", **asked)
    assert granted["access_token"] == slack.bot_token
