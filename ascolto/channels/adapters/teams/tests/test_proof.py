"""Who may post as Teams: nobody but Microsoft, for us, now, in the name of an address that we know."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from ascolto.channels.adapters.teams.adapter import adapter
from ascolto.channels.adapters.teams.proof import is_known_connector, kept_keys
from ascolto.channels.adapters.teams.tests.test_teams import (
    APP,
    BOT,
    KEY,
    KEYS,
    WEBHOOK,
    from_bot_framework,
    sealed,
    token,
)
from ascolto.channels.protocol import BadSignature, ConfigError, HookRequest, read_config
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook

BODY = json.dumps({"type": "message", "serviceUrl": "https://smba.trafficmanager.net/emea/"}).encode()
NOW = int(now().timestamp())


def refused(request: HookRequest, **values: str) -> str:
    with pytest.raises(BadSignature) as refusal:
        adapter.verify(account_for(adapter, {**BOT, **values}), request)
    return str(refusal.value)


def test_microsofts_token_opens_the_door() -> None:
    adapter.verify(account_for(adapter, BOT), from_bot_framework(BODY))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"iss": "https://sts.windows.net/x/"}, "issuer"),
        ({"aud": "another-app"}, "audience"),
        ({"aud": [APP]}, "audience"),
        ({"exp": NOW - 600}, "end"),
        ({"exp": "tomorrow"}, "end"),
        ({"nbf": NOW + 86_400}, "beginning"),
        ({"serviceurl": "https://smba.trafficmanager.net/amer/"}, "service address"),
        ({"serviceurl": None}, "service address"),
    ],
)
def test_a_token_for_something_else_is_refused(changed: dict[str, Any], named: str) -> None:
    assert named in refused(from_bot_framework(BODY, **changed))


def test_a_token_a_little_late_is_taken() -> None:
    adapter.verify(
        account_for(adapter, BOT), from_bot_framework(BODY, exp=int(now().timestamp()) - 60)
    )  # NOW is when the tests began


def test_a_body_with_another_service_address_is_refused() -> None:
    genuine = from_bot_framework(BODY)
    for url in ("https://evil.example/", "https://smba.trafficmanager.net/amer/", "", None):
        body = json.dumps({"type": "message", "serviceUrl": url}).encode()
        refused(dataclasses.replace(genuine, body=body))


def test_an_address_that_is_not_of_teams_is_refused_even_if_the_token_names_it() -> None:
    body = json.dumps({"type": "message", "serviceUrl": "https://evil.example/"}).encode()
    assert "not one of Teams" in refused(from_bot_framework(body))


def test_tokens_that_nobody_of_microsoft_signed_are_refused() -> None:
    foreign = RSAKey.generate_key(2048, {"kid": KEY.kid, "use": "sig"})
    refused(hook(BODY, {"authorization": f"Bearer {token(BODY, foreign)}"}))
    claims = {"iss": "https://api.botframework.com", "aud": APP, "exp": NOW + 60, "serviceurl": "x"}
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    confused = jwt.encode({"alg": "HS256", "kid": KEY.kid}, claims, public)
    refused(hook(BODY, {"authorization": f"Bearer {confused}"}))
    head = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    refused(hook(BODY, {"authorization": f"Bearer {head}.{token(BODY).split('.')[1]}."}))


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", "Basic abc", "Bearer a.b.c", "Bearer é.è.ì", "Bearer " + "a" * 9000]
)
def test_what_is_no_token_is_refused(given: str) -> None:
    refused(hook(BODY, {"authorization": given}))


def test_a_token_changed_anywhere_is_refused() -> None:
    genuine = token(BODY)
    for place in range(0, len(genuine), 23):
        changed = genuine[:place] + ("A" if genuine[place] != "A" else "B") + genuine[place + 1 :]
        if changed.rstrip("=")[:-1] == genuine.rstrip("=")[:-1]:
            continue  # the last letter holds bits that mean nothing
        refused(hook(BODY, {"authorization": f"Bearer {changed}"}))


def test_without_keys_nobody_comes_in() -> None:
    assert "not known yet" in refused(from_bot_framework(BODY), signing_keys="")


def test_the_seal_of_an_outgoing_webhook_covers_every_byte() -> None:
    account = account_for(adapter, WEBHOOK)
    adapter.verify(account, sealed(BODY))
    with pytest.raises(BadSignature):
        adapter.verify(account, dataclasses.replace(sealed(BODY), body=BODY + b" "))
    answer = adapter.acknowledge(account, sealed(BODY))
    assert answer is not None
    assert json.loads(answer.body)["type"] == "message"


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://SMBA.trafficmanager.net:443/emea/", True),
        ("http://smba.trafficmanager.net/emea/", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://evil.example/?smba.trafficmanager.net", False),
        ("https://smba.trafficmanager.net:8443/", False),
        ("https://smba.trafficmanager.net\\@evil.example/", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_known_services_are_answered(address: str, known: bool) -> None:
    assert is_known_connector(address, ("smba.trafficmanager.net",)) is known


def test_only_keys_that_vouch_for_teams_are_kept() -> None:
    key = KEY.as_dict(private=False)
    document = {
        "keys": [{**key, "endorsements": ["msteams"]}, {**key, "endorsements": ["skype"]}, {"kty": "EC"}, 7]
    }
    assert len(json.loads(kept_keys(document))["keys"]) == 1
    assert kept_keys({"keys": "none"}) == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"app_id": ""}, "app_id"),
        ({"signing_keys": "{"}, "signing_keys"),
        ({"signing_keys": '{"keys":[]}'}, "signing_keys"),
        ({"way": "outgoing webhook", "hook_secret": "not base64!"}, "hook_secret"),
        ({"way": "one way"}, "workflow_url"),
        ({"tenant": "a/b"}, "tenant"),
        ({"service_hosts": "smba/x"}, "service_hosts"),
        ({"login_base": "login"}, "login_base"),
    ],
)
def test_settings_that_cannot_be_used_are_told(changed: dict[str, str], field: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**BOT, "signing_keys": KEYS, **changed})
    assert refusal.value.field == field
