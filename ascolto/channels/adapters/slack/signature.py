"""Whether a delivery comes from Slack (signing secret, version v0), and what kind of body it has."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import parse_qs

from ascolto.channels.protocol import BadSignature, HookRequest, Malformed
from ascolto.channels.reading import check_body
from ascolto.kit.clock import now
from ascolto.kit.jsontext import NotJson, read_json

SKEW = 300  # seconds that Slack's clock and ours may differ; an older delivery may be somebody's recording


def check_signature(secret: str, request: HookRequest) -> None:
    """Raises BadSignature. The time is part of what is signed."""
    stamp = request.headers.get("x-slack-request-timestamp", "").strip()
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise BadSignature("The time of the request is missing.")
    if abs(now().timestamp() - int(stamp)) > SKEW:
        raise BadSignature("The request is too old.")
    signed = b"v0:" + stamp.encode() + b":" + request.body
    seal = "v0=" + hmac.digest(secret.encode("utf-8", "replace"), signed, "sha256").hex()
    given = request.headers.get("x-slack-signature", "")
    if not hmac.compare_digest(seal.encode(), given.encode("utf-8", "replace")):
        raise BadSignature("The signature is missing or wrong.")


def check_shape(body: bytes) -> None:
    """Events are JSON; buttons and commands are forms. Raises Malformed."""
    if is_form(body):
        read_form(body)
    else:
        check_body(body)


def is_form(body: bytes) -> bool:
    """Whether it is a form, as Slack posts buttons (`payload=…`) and commands (`token=…`)."""
    return body[:1].isalpha() and b"=" in body[:40]


def read_form(body: bytes) -> Any:
    """The document in a form: its `payload`, or the fields themselves. Raises Malformed."""
    try:
        fields = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=100
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed("The body is not a form.") from error
    if "payload" not in fields:
        return {"command": fields.get("command", [""])[0], "form": {k: v[0] for k, v in fields.items()}}
    try:
        return read_json(fields["payload"][0].encode("utf-8", "replace"))
    except NotJson as error:
        raise Malformed("The payload of the form is not valid JSON.") from error
