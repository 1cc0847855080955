"""The doors of the stand-in for X: who gets which token, where it calls, and what somebody subscribed to."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.x_calls import Problem, object_in

if TYPE_CHECKING:
    from ascolto.testing.networks.x import XNetwork

Json = dict[str, Any]


class Doors:
    """Tokens, hooks and subscriptions."""

    def __init__(self, network: XNetwork) -> None:
        self.network = network

    def _basic(self, request: Request) -> tuple[str, str]:
        told = request.headers.get("authorization", "").removeprefix("Basic ")
        try:
            name, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return unquote(name), unquote(secret)

    def app_token(self, request: Request) -> Reply:
        network = self.network
        if self._basic(request) != (network.consumer_key, network.consumer_secret):
            raise Problem(403, "Unable to verify your credentials")
        return Reply({"token_type": "bearer", "access_token": network.app_token})

    def authorize(self, request: Request) -> Reply:
        """The person agrees at once."""
        if (
            request.asked("client_id") != self.network.client_id
            or request.asked("code_challenge_method") != "S256"
        ):
            raise Problem(400, "Something went wrong. You weren't able to give access to the App.")
        code = secrets.token_urlsafe(12)
        asked = ("redirect_uri", "code_challenge")
        self.network.codes[code] = {name: request.asked(name) for name in asked}
        back = urlencode({"state": request.asked("state"), "code": code})
        return Reply(b"", 302, {"Location": f"{request.asked('redirect_uri')}?{back}"}, "text/html")

    def user_token(self, request: Request) -> Reply:
        """A code or a refresh token, each good for once."""
        network = self.network
        if self._basic(request) != (network.client_id, network.client_secret):
            return _no("invalid_client", "Missing valid authorization header", 401)
        form = {name: values[0] for name, values in request.form().items()}
        if form.get("grant_type") == "authorization_code":
            agreed = network.codes.pop(form.get("code", ""), None)
            if agreed is None or not _fits(form, agreed):
                return _no("invalid_request", "Value passed for the authorization code was invalid.")
        elif form.get("refresh_token") in network.refresh_tokens:
            network.refresh_tokens.remove(form["refresh_token"])
        else:
            return _no("invalid_request", "Value passed for the token was invalid.")
        access, refresh = network.grant()
        told = {"token_type": "bearer", "expires_in": 7200, "access_token": access, "refresh_token": refresh}
        return Reply({**told, "scope": "tweet.read users.read dm.read offline.access"})

    # --- hooks ---

    def list_hooks(self, request: Request) -> Reply:
        hooks = list(self.network.webhooks.values())
        return Reply({"data": hooks, "meta": {"result_count": len(hooks)}})

    def add_hook(self, request: Request) -> Reply:
        url = str(object_in(request).get("url", ""))
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise Problem(400, "The url must be https and have no port.", "invalid-request")
        if any(hook["url"] == url for hook in self.network.webhooks.values()):
            raise Problem(409, "DuplicateUrlFound: a webhook with this url exists already.")
        if not self.network.challenge(url):
            raise Problem(
                400, "CrcValidationFailed: the url did not answer the challenge.", "invalid-request"
            )
        self.network.mailman.url = url
        return Reply({"data": self.network.add_hook(url)}, 201)

    def check_hook(self, request: Request, number: str) -> Reply:
        hook = self._hook(number)
        hook["valid"] = self.network.challenge(hook["url"])
        return Reply({"data": {"valid": hook["valid"]}})

    def drop_hook(self, request: Request, number: str) -> Reply:
        del self.network.webhooks[self._hook(number)["id"]]
        self.network.mailman.url = ""
        return Reply({"data": {"deleted": True}})

    def _hook(self, number: str) -> Json:
        if number not in self.network.webhooks:
            raise Problem(404, "No webhook with this id.", "resource-not-found")
        return self.network.webhooks[number]

    def replay(self, request: Request) -> Reply:
        """Deliver once more what was told in a time (`YYYYMMDDhhmm`, both ends included)."""
        asked = object_in(request)
        begin, end = (_minute(asked.get(name)) for name in ("from_date", "to_date"))
        self._hook(str(asked.get("webhook_id", "")))
        again = [body for at, body in self.network.past if begin <= _minute_of(at) <= end]
        for body in again:
            self.network.mailman.post(body)
        return Reply({"data": {"job_id": self.network.next_number(), "created_at": now().isoformat()}})

    def list_subscriptions(self, request: Request) -> Reply:
        return Reply({"data": self.network.subscriptions, "meta": {}})

    def subscribe(self, request: Request) -> Reply:
        asked = object_in(request)
        event = str(asked.get("event_type", ""))
        if event in self.network.refused_events:
            raise Problem(403, f"Your app may not subscribe to {event}.", "client-forbidden")
        if asked.get("filter", {}).get("user_id") != self.network.brand.id:
            raise Problem(403, "You may only subscribe to events of the user who signed in.")
        if any(known["event_type"] == event for known in self.network.subscriptions):
            raise Problem(400, "DuplicateSubscriptionFailed", "invalid-request")
        told = {**asked, "subscription_id": self.network.next_number()}
        self.network.subscriptions.append(told)
        return Reply({"data": {"subscription": told}, "meta": {"total_subscriptions": 1}})


def _fits(form: Mapping[str, str], agreed: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return challenge == agreed["code_challenge"] and form.get("redirect_uri") == agreed["redirect_uri"]


def _no(error: str, description: str, status: int = 400) -> Reply:
    return Reply({"error": error, "error_description": description}, status)


def _minute(value: Any) -> str:
    text = str(value or "")
    if not re.fullmatch(r"\d{12}", text):
        raise Problem(400, "A date is written YYYYMMDDhhmm.", "invalid-request")
    return text


def _minute_of(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M")
