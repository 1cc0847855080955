"""What Twilio posts to us: signed forms, and now and then signed JSON.

The signature is thirty lines. Twilio's own package, which checks ours in the tests, would bring fifty megabytes, aiohttp and requests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from ascolto.channels.protocol import (
    Account,
    AccountNews,
    BadSignature,
    HookAnswer,
    HookRequest,
    Malformed,
)
from ascolto.channels.reading import check_body, object_of, text_of
from ascolto.kit.jsontext import NotJson, read_json

QUERY = ":query"  # the header under which the query of a hook is kept
MOST_FIELDS = 500
_PORTS = {"https": 443, "http": 80}
_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}

Form = Mapping[str, str]


def signature(token: str, url: str, params: Mapping[str, list[str]], algorithm: str = "sha1") -> str:
    """What Twilio writes into X-Twilio-Signature: an HMAC of the address and the sorted, unique fields of the form."""
    signed = url + "".join(name + value for name in sorted(params) for value in sorted(set(params[name])))
    mac = hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), algorithm)
    return base64.b64encode(mac).decode()


def check_delivery(account: Account, request: HookRequest) -> None:
    """Who sent it, over the public address and the body; then its outer shape. Raises Refused.

    A form is signed field by field. JSON is signed by its digest, which stands in the address.
    """
    if request.body[:1] in (b"{", b"["):
        told = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])[0]
        digest = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(digest.encode(), told.encode("utf-8", "replace")):
            raise BadSignature("The signature does not fit this body.")
        _check_signature(account, request, {})
        check_body(request.body)
    else:
        fields = _fields(request.body)
        _check_signature(account, request, fields)
        _check_form({name: values[0] for name, values in fields.items()})


def _check_signature(account: Account, request: HookRequest, fields: Mapping[str, list[str]]) -> None:
    given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
    algorithm = _algorithm(request.headers.get("x-twilio-webhooks-signature-settings", ""))
    fits = [
        hmac.compare_digest(signature(account.config.auth_token, url, fields, algorithm).encode(), given)
        for url in _spellings(request.url)
    ]
    if not any(fits):
        raise BadSignature("The signature is missing or not Twilio's.")


def _algorithm(settings: str) -> str:
    """Which digest signs; accounts with several keys name it in a header of its own. Raises BadSignature."""
    pairs = dict(part.strip().partition("=")[::2] for part in settings[:500].split(","))
    name = pairs.get("algorithm", "").upper() or "HMAC_SHA1"
    if name not in _DIGESTS:
        raise BadSignature("The delivery is signed in a way we do not know.")
    return _DIGESTS[name]


def _spellings(url: str) -> list[str]:
    """The address as it is, with its port and without: Twilio is not of one mind about it."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return [url]
    shown = (
        f"[{host}]"
        if ":" in host
        else parts.netloc.rpartition("@")[2].rsplit(":", 1)[0]
        if port
        else parts.netloc
    )
    bare = _with_netloc(parts, shown)
    return list(
        dict.fromkeys((url, bare, _with_netloc(parts, f"{shown}:{port or _PORTS.get(parts.scheme, 443)}")))
    )


def _with_netloc(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()


def _fields(body: bytes) -> dict[str, list[str]]:
    """Every field of a form with its values. Raises Malformed."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed("The body is not a form.") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _check_form(form: Form) -> None:
    named = any(form.get(name, "").strip() for name in ("MessageSid", "SmsSid", "SmsMessageSid", "CallSid"))
    is_notice = form.get("Sid", "").startswith("NO") and "Payload" in form
    is_about_parts = any(form.get(name) for name in ("ConferenceSid", "QueueSid", "StreamSid", "EventType"))
    if not (named or is_notice or is_about_parts):
        raise Malformed("The form names neither a message nor a call.")


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form as clean texts, whatever the bytes are; of a field that comes twice the first."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(text_of(name, 100), text_of(value, 65_536))
    return found


def read_query(headers: Mapping[str, str]) -> dict[str, str]:
    """The query of a hook's address, as clean texts."""
    return read_form(headers.get(QUERY, "").encode("utf-8", "replace"))


def message_sid(form: Form) -> str:
    """The message a delivery is about; empty when it is about none."""
    names = ("MessageSid", "SmsMessageSid", "SmsSid")
    return next((found for name in names if (found := form.get(name, "").strip()[:64])), "")


def notice_of(form: Form) -> AccountNews | None:
    """What Twilio's debugger tells: what went wrong between Twilio and us; None for another delivery.

    A warning at most: it speaks of everything in the account, also of what is not ours.
    """
    if not (form.get("Sid", "").startswith("NO") and "Payload" in form):
        return None
    try:
        payload = object_of(read_json(form["Payload"].encode()))
    except NotJson:
        payload = {}
    code = text_of(payload.get("error_code"), 10)
    title = f"Twilio reports error {code}." if code else "Twilio reports an error."
    detail = {"code": code, "resource": text_of(payload.get("resource_sid"), 64)}
    is_error = form.get("Level", "").upper() == "ERROR"
    return AccountNews(title=title, level="warning" if is_error else "info", detail=detail)


NOTHING = HookAnswer(
    200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml; charset=utf-8"
)
