"""Tokens that we sign, checked by somebody else: the primitives of `cryptography`, not the library that signed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ascolto.channels.protocol import ErrorClass
from ascolto.channels.vendors.googleauth import (
    TOKEN_URL,
    KeyFile,
    UnusableKey,
    pem,
    refused,
    signed,
)
from ascolto.kit.http import Answer


def text_of(key: Any) -> str:
    """A private key as its file holds it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
FILE = json.dumps({"client_email": "a@b.example", "private_key": text_of(RSA), "private_key_id": "k1"})


def test_rs256_is_what_rfc_7515_says() -> None:
    account = KeyFile.read(FILE, subject="anna@telvia.example")
    head, body, seal = account.assertion("scope", TOKEN_URL).split(".")
    RSA.public_key().verify(part(seal), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(part(body))
    assert json.loads(part(head))["alg"] == "RS256"
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("a@b.example", "anna@telvia.example", TOKEN_URL)
    assert claims["exp"] - claims["iat"] == 3600


def test_es256_is_what_rfc_7515_says() -> None:
    head, body, seal = signed("ES256", text_of(EC), {"kid": "k"}, {"a": 1}).split(".")
    raw = part(seal)
    assert len(raw) == 64
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    EC.public_key().verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("spoilt", [" ".join, "\\n".join, "\r\n".join, "\n\n ".join])
def test_a_key_survives_what_forms_do_to_lines(spoilt: Any) -> None:
    assert pem(spoilt(text_of(EC).strip().split("\n"))) == text_of(EC)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"client_email": "a", "private_key": "b"}', FILE.replace("MII", "XXX"), "\ud800"],
)
def test_what_is_no_key_is_told_and_not_repeated(text: str) -> None:
    with pytest.raises(UnusableKey) as refusal:
        KeyFile.read(text)
    assert "BEGIN RSA" not in str(refusal.value)
    assert text_of(RSA)[100:140] not in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (429, {"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded"}, ErrorClass.RETRY_AFTER),
        (429, {"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded, limit: 0"}, ErrorClass.CONFIG),
        (
            429,
            {"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded, limit: 0.5"},
            ErrorClass.RETRY_AFTER,
        ),
        (429, {"status": "RESOURCE_EXHAUSTED", "message": "Quota, limit '0' of service"}, ErrorClass.CONFIG),
        (403, {"status": "PERMISSION_DENIED", "message": "No"}, ErrorClass.CONFIG),
        (401, {"status": "UNAUTHENTICATED", "message": "No"}, ErrorClass.REAUTH),
        (503, {"status": "UNAVAILABLE", "message": "Later"}, ErrorClass.RETRY),
        (404, [], ErrorClass.RECIPIENT_GONE),
    ],
)
def test_errors_of_google_are_named_for_what_they_are(status: int, error: Any, expected: ErrorClass) -> None:
    failure = refused(Answer(status, {}, json.dumps({"error": error}).encode()))
    assert failure is not None
    assert failure.error is expected
    assert failure.reason
