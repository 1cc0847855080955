"""What the stand-ins for Twilio share: an account with a token, signed forms, lists in pages, errors in Twilio's words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ascolto.channels.protocol import HookRequest
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Network, Reply, Request
from ascolto.testing.networks.mailman import Mailman

HOOK = "https://care.telvia.example/hooks/kind/token"
FORM = "application/x-www-form-urlencoded"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def seal(token: str, url: str, fields: Sequence[tuple[str, str]] = ()) -> str:
    """What Twilio writes into X-Twilio-Signature."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()


def signed_request(token: str, body: bytes, url: str = HOOK) -> HookRequest:
    """A delivery as Twilio sends it: a form signed field by field, JSON by its digest in the address."""
    content_type, fields = FORM, []
    if body[:1] in (b"{", b"[", b"n", b"7", b'"'):
        url += ("&" if "?" in url else "?") + f"bodySHA256={hashlib.sha256(body).hexdigest()}"
        content_type = "application/json"
    else:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    headers = {"x-twilio-signature": seal(token, url, fields), "content-type": content_type}
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return HookRequest(method="POST", url=url, query=query, headers=headers, body=body)


def error(code: int, message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal in Twilio's words."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(
        {"code": code, "message": message, "more_info": more, "status": status}, status, headers or {}
    )


def stamp(moment: datetime | None) -> str | None:
    """A time as Twilio's API writes it."""
    return format_datetime(moment) if moment else None


class FormMailman(Mailman):
    """Delivers forms to the addresses that each was written for. A letter holds its address and its form."""

    def __init__(self, network: TwilioNetwork) -> None:
        super().__init__(lambda body: {})
        self._network = network

    def send(self, url: str, fields: Mapping[str, str], after: float = 0.0) -> None:
        """Deliver a form to `url`; without one, to the hook address, once it is known."""
        self.post(url.encode() + b"\n" + urlencode(fields).encode(), after)

    def take(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """The forms that wait, with their headers; `:url` is the address for which they are signed."""
        return [self._opened(packed) for packed, _ in super().take()]

    def _opened(self, packed: bytes) -> tuple[bytes, dict[str, str]]:
        address, _, body = packed.partition(b"\n")
        url = address.decode() or self.url or HOOK
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return body, {**self._network.headers_for(url, fields), ":url": url}

    def _deliver(self, body: bytes) -> bool:
        form, headers = self._opened(body)
        url = headers.pop(":url")
        try:
            answer = http.request("POST", url, content=form, headers=headers, trusted_origins=[url])
        except http.RequestFailed:
            return False
        return answer.is_success


class TwilioNetwork(Network):
    """Base of the stand-ins for what Twilio sells: the account, its number, and who may ask."""

    people_have_numbers = True

    def __init__(self, *, number: str = "+390212345678", **settings: str) -> None:
        super().__init__()
        self.mailman: FormMailman = FormMailman(self)
        self.account_sid = settings.get("account_sid", f"AC{secrets.token_hex(16)}")
        self.auth_token = settings.get("auth_token", secrets.token_hex(16))
        self.number = number
        self.number_urls: dict[str, str] = {}  # what somebody pasted into the console
        self.patience = 20.0  # seconds until an answer of the company is not waited for
        self._sids = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox that talks to this account."""
        return {
            "account_sid": self.account_sid,
            "auth_token": self.auth_token,
            "number": self.number,
            "api_base": self.url,
        }

    def sid(self, prefix: str) -> str:
        """An id of 34 characters, as Twilio gives them."""
        return f"{prefix}{self._run}{next(self._sids):024x}"

    def keep(self, content: bytes, content_type: str) -> str:
        """Store a file; its id."""
        with self.lock:
            media_id = self.sid("ME")
            self.media[media_id] = (content, content_type)
        return media_id

    # --- hooks ---

    def headers_for(self, url: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The headers of a hook with this form."""
        return {"x-twilio-signature": seal(self.auth_token, url, list(fields.items())), "content-type": FORM}

    def call_hook(self, url: str, fields: Mapping[str, str]) -> http.Answer:
        """Post a form and wait for the answer, as Twilio does. Raises kit.http.RequestFailed."""
        return http.request(
            "POST",
            url,
            content=urlencode(fields).encode(),
            headers={**self.headers_for(url, fields), "i-twilio-idempotency-token": secrets.token_hex(16)},
            trusted_origins=[url],
            read_timeout=self.patience,
        )

    # --- requests ---

    def answer(self, request: Request) -> Reply:
        """Check who asks, then look or act below the account."""
        parts = request.parts
        pair = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        is_file = request.method == "GET" and len(parts) > 4 and parts[-2] == "Media" and "." not in parts[-1]
        if request.headers.get("authorization") != f"Basic {pair}" and not is_file:
            return error(20003, "Authenticate", 401)
        if self.speed.is_too_fast():
            return self.too_fast()
        if parts[:2] != ["2010-04-01", "Accounts"] or len(parts) < 3:
            return self.missing(request.path)
        if parts[2].removesuffix(".json") != self.account_sid:
            return self.missing(request.path)
        if len(parts) == 3:
            return Reply(self._about_account())
        if parts[3:] == ["IncomingPhoneNumbers.json"]:
            return Reply(self._list_numbers(request))
        if parts[3:] == ["IncomingPhoneNumbers", f"{self._number_sid}.json"]:
            return Reply(self._change_number(request))
        return self.below(parts[3:], request)

    def below(self, parts: list[str], request: Request) -> Reply:
        """Answer what is asked below the account."""
        return self.missing(request.path)

    def missing(self, path: str) -> Reply:
        """There is nothing there."""
        return error(20404, f"The requested resource {path} was not found", 404)

    def too_fast(self) -> Reply:
        return error(20429, "Too Many Requests", 429, {"Retry-After": "2"})

    def broken(self) -> Reply:
        return error(20500, "Internal Server Error", 500)

    def _about_account(self) -> dict[str, Any]:
        about = {"sid": self.account_sid, "friendly_name": "Telvia", "status": "active", "type": "Full"}
        dates = {"date_created": stamp(now()), "date_updated": stamp(now())}
        uri = f"/2010-04-01/Accounts/{self.account_sid}.json"
        return {**about, **dates, "owner_account_sid": self.account_sid, "auth_token": None, "uri": uri}

    @property
    def _number_sid(self) -> str:
        return f"PN{self._run}{0:024x}"

    def _list_numbers(self, request: Request) -> dict[str, Any]:
        wanted = request.asked("PhoneNumber", self.number)
        return self.page(request, "incoming_phone_numbers", [self._number()] if wanted == self.number else [])

    def _change_number(self, request: Request) -> dict[str, Any]:
        """Somebody writes addresses into the settings of the number."""
        names = {"SmsUrl": "sms", "VoiceUrl": "voice", "StatusCallback": "status"}
        for name, values in request.form().items():
            if name in names:
                self.number_urls[names[name]] = values[0]
        return self._number()

    def _number(self) -> dict[str, Any]:
        return {
            "sid": self._number_sid,
            "account_sid": self.account_sid,
            "phone_number": self.number,
            "friendly_name": self.number,
            "capabilities": {"voice": True, "SMS": True, "MMS": True},
            "sms_url": self.number_urls.get("sms", ""),
            "voice_url": self.number_urls.get("voice", ""),
            "status_callback": self.number_urls.get("status", ""),
        }

    def page(self, request: Request, name: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """A list as Twilio gives it: a page of it, and where the next one is."""
        size = max(1, min(int(request.asked("PageSize", "50") or 50), 1000))
        number = max(0, int(request.asked("Page", "0") or 0))
        here = items[number * size : (number + 1) * size]

        def uri(which: int) -> str:
            asked = [(key, value) for key, values in request.query.items() for value in values]
            kept = [(key, value) for key, value in asked if key not in {"Page", "PageSize"}]
            return f"{request.path}?{urlencode([*kept, ('PageSize', size), ('Page', which)])}"

        more = len(items) > (number + 1) * size
        return {
            name: list(here),
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(here) - 1, 0),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if more else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }
