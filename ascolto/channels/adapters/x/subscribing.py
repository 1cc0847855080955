"""Telling X where to call us: one hook for the app, and a subscription for each kind of event of the account."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ascolto.channels.adapters.x.errors import judge
from ascolto.channels.adapters.x.people import number_of
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.channels.vendors.tokens import Token, TokenCache

EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
)
TAG = "ascolto"
_KEPT = {ErrorClass.RETRY, ErrorClass.RETRY_AFTER, ErrorClass.UNCERTAIN, ErrorClass.REAUTH}
_tokens = TokenCache()


def app_rest(base: str, key: str, secret: str, *, trusted: bool) -> Rest:
    """X as the app itself sees it, without anybody signed in. Raises SendRefused."""
    pair = base64.b64encode(f"{quote(key, safe='')}:{quote(secret, safe='')}".encode()).decode()

    def ask() -> Token:
        door = Rest(base, {}, judge, (secret,), trusted)
        headers = {"authorization": f"Basic {pair}"}
        data = {"grant_type": "client_credentials"}
        told = door.json("POST", "oauth2/token", repeatable=True, headers=headers, data=data)
        token = text_of(told.get("access_token"), 2000)
        if not token:
            raise SendRefused(door.nonsense(repeatable=True))
        return Token(token, 3600.0)

    token = _tokens.get(ask, base, key, secret)
    return Rest(base, {"authorization": f"Bearer {token}"}, judge, (secret, token), trusted)


def find_hook(app: Rest, hook_url: str = "") -> Mapping[str, Any]:
    """The registered hook with this address, or any when none is given; empty when there is none. Raises SendRefused."""
    known = list(objects_of((app.get("2/webhooks").json_object() or {}).get("data")))
    return next((hook for hook in known if hook.get("url") == hook_url or not hook_url), {})


def register(app: Rest, hook_url: str) -> str:
    """Make our address the app's hook, and valid; its id. X asks us for the secret before it answers. Raises SendRefused."""
    hook = find_hook(app, hook_url)
    if not hook:
        told = app.json("POST", "2/webhooks", repeatable=True, json={"url": hook_url})
        hook = object_of(told.get("data")) or told
    elif hook.get("valid") is not True:
        app.ask("PUT", f"2/webhooks/{number_of(hook.get('id'))}", repeatable=True)
    if not (number := number_of(hook.get("id"))):
        raise SendRefused(app.nonsense(repeatable=True))
    return number


def subscribe(rest: Rest, ours: str, hook_id: str) -> tuple[list[str], list[str]]:
    """Ask for every kind of event; those that will come, and those that X refuses to this app. Raises SendRefused."""
    document = rest.get("2/activity/subscriptions").json_object() or {}
    there = {
        text_of(item.get("event_type"), 60)
        for item in objects_of(document.get("data"))
        if number_of(object_of(item.get("filter")).get("user_id")) == ours
        and number_of(item.get("webhook_id")) in {hook_id, ""}
    }
    wanted = [event for event in EVENTS if event not in there]
    refused = [event for event in wanted if not _asked(rest, event, ours, hook_id)]
    if len(refused) == len(EVENTS):
        reason = "X refuses every kind of event to this app: look at its plan and at the permissions given when signing in."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason))
    return [event for event in EVENTS if event not in refused], refused


def _asked(rest: Rest, event: str, ours: str, hook_id: str) -> bool:
    asked = {"event_type": event, "filter": {"user_id": ours}, "tag": TAG, "webhook_id": hook_id}
    try:
        rest.ask("POST", "2/activity/subscriptions", repeatable=True, json=asked)
    except SendRefused as refusal:
        if refusal.failure.error in _KEPT:
            raise
        return "duplicate" in refusal.failure.reason.lower()
    return True
