"""Text messages through Twilio, in both directions: what every channel does that can send one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from ascolto.channels.protocol import (
    Account,
    ErrorClass,
    Failure,
    Handle,
    Ignored,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    SendRefused,
    Sent,
    Unsupported,
)
from ascolto.channels.reading import objects_of, text_of
from ascolto.channels.vendors import twilio, twilio_hooks
from ascolto.kit import http
from ascolto.kit.clock import now

LONGEST = 1600  # characters of a Body
TRACKER = "tracker"  # in the query of the status callback
STATUSES: Mapping[str, ReceiptStatus | None] = {
    # None: Twilio has it, nobody else; that much we know from its answer
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "partially_delivered": ReceiptStatus.SENT,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.FAILED,
    "failed": ReceiptStatus.FAILED,
    "canceled": ReceiptStatus.FAILED,
}
_OVERLAP = timedelta(hours=1)  # looked at again each time: what Twilio writes down late
_PAGE, _MOST_PAGES = "200", 50


def receipt_of(
    sid: str, status: str, code: str, at: datetime, *, words: str = "", tracker: str = ""
) -> Receipt | None:
    """News of a message of ours; None for a state that says nothing new, or that nobody knows."""
    known = STATUSES.get(status.lower())
    if known is None or not sid:
        return None
    failed = known is ReceiptStatus.FAILED
    failure = twilio.failure_of(code, words) if failed else None
    return Receipt(external_id=sid, status=known, occurred_at=at, tracker=tracker, failure=failure)


def read_status(form: twilio_hooks.Form, sid: str, raw: RawDelivery) -> Inbound:
    """What became of a message of ours, as a hook tells it."""
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").strip().lower()
    if status not in STATUSES:
        return Unsupported(what=f"message status: {status[:40]}")
    tracker = twilio_hooks.read_query(raw.headers).get(TRACKER, "")[:200]
    words = form.get("ErrorMessage", "").strip()[:300] or form.get("ChannelStatusMessage", "").strip()[:300]
    code = form.get("ErrorCode", "")
    receipt = receipt_of(sid, status, code, raw.received_at, words=words, tracker=tracker)
    return receipt or Ignored(what=f"message status: {status}")


def send(account: Account, outgoing: Outgoing, to: str, sender: Mapping[str, str]) -> Sent:
    """Hand a text to Twilio. `sender` is `From` or `MessagingServiceSid`. Raises SendRefused.

    Twilio takes no idempotency key. Our own mark travels in the address of the status callback and comes back with it.
    """
    text = outgoing.text
    if not text.strip():
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    if outgoing.files:
        raise SendRefused(Failure(ErrorClass.CONTENT, "Text messages leave without files."))
    if len(text) > LONGEST:
        words = f"The text has {len(text)} characters; Twilio takes {LONGEST}."
        raise SendRefused(Failure(ErrorClass.CONTENT, words))
    form = {"To": to, **sender, "Body": text}
    if can_be_called(account):
        form["StatusCallback"] = f"{account.hook_url}?{urlencode({TRACKER: outgoing.tracker})}"
    rest = twilio.api(account)
    answer = rest.json("POST", twilio.path(account, "Messages.json"), repeatable=False, data=form)
    sid = text_of(answer.get("sid"), 64).strip()
    if not sid:
        raise SendRefused(rest.nonsense(repeatable=False))
    return Sent((sid,))


def can_be_called(account: Account) -> bool:
    """Whether Twilio can reach our hook address; it refuses messages with a callback that nobody could call.

    A stand-in on this machine can call this machine.
    """
    return bool(account.hook_url) and (is_public(account.hook_url) or not is_public(account.config.api_base))


def is_public(url: str) -> bool:
    """Whether an address may be on the internet, as far as it can be told without asking."""
    host = "localhost"
    try:
        host = urlsplit(url).hostname or host
        return http.is_public(host)
    except ValueError:  # a name
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))


def number_of(recipient: tuple[Handle, ...]) -> str:
    """The number of a customer; empty when none is known."""
    return next((handle.value for handle in recipient if handle.namespace == "phone"), "")


# --- the sweep ---------------------------------------------------------------------------------------------------------


def sweep(account: Account, cursor: Mapping[str, Any], number: str) -> Iterator[Polled]:
    """What came to and left from `number` since the last look, oldest first; the first look only begins. Raises SendRefused.

    Also what we sent ourselves: so an answer whose fate was unknown is found again.
    """
    begun, since = now(), since_of(cursor)
    if since is not None:
        found = [text for end in ("To", "From") for text in changed_since(account, {end: number}, since)]
        found.reverse()  # Twilio lists the newest first, and writes whole seconds
        for resource in sorted(found, key=_age):
            yield Polled(raw=json.dumps(resource).encode(), cursor=dict(cursor))
    yield Polled(raw=None, cursor={"since": begun.isoformat()})


def since_of(cursor: Mapping[str, Any]) -> datetime | None:
    """From when on a sweep looks, a little before its last look; None at the first."""
    try:
        found = datetime.fromisoformat(str(cursor.get("since", "")))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) - _OVERLAP


def changed_since(account: Account, params: Mapping[str, str], since: datetime) -> Iterator[dict[str, Any]]:
    """Messages that changed since then, newest first. Raises SendRefused."""
    asked = {**params, "DateSent>": since.strftime("%Y-%m-%d"), "PageSize": _PAGE}
    for resource in pages(account, "Messages.json", "messages", asked):
        if twilio.moment_of(resource.get("date_updated"), now()) >= since:
            yield _with_media(account, resource)


def pages(account: Account, name: str, what: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every element of a list of Twilio's, page by page. Raises SendRefused."""
    rest, where = twilio.api(account), twilio.path(account, name)
    asked: Mapping[str, str] | None = params
    for _ in range(_MOST_PAGES):
        page = rest.json("GET", where, repeatable=True, params=asked)
        yield from objects_of(page.get(what))
        where, asked = text_of(page.get("next_page_uri"), 2000), None
        if not where.startswith(f"/{twilio.VERSION}/"):
            return


def _with_media(account: Account, resource: dict[str, Any]) -> dict[str, Any]:
    """A message names only how many files it has; which they are stands in a list of their own."""
    sid = text_of(resource.get("sid"), 64)
    if text_of(resource.get("num_media"), 4) in {"", "0"} or not sid.isalnum():
        return resource
    files = pages(account, f"Messages/{sid}/Media.json", "media_list", {"PageSize": "50"})
    return {**resource, "media_list": list(files)}


def _age(resource: Mapping[str, Any]) -> datetime:
    return twilio.moment_of(resource.get("date_created"), now())
