"""The way back: answers posted to the company's own system, signed as it signs to us."""

from __future__ import annotations

import json
from typing import Any

from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.kit import http, signature
from ascolto.kit.clock import now

NO_WAY_BACK = (
    "This webhook has no way back: write an address for replies in the settings of the inbox, "
    "or answer on another channel."
)


def post(account: Account, outgoing: Outgoing) -> Sent:
    """Post one answer. The tracker is its webhook-id, so that a repeated one is recognised. Raises SendRefused."""
    _deliver(account, outgoing.tracker, _payload(outgoing))
    return Sent((outgoing.tracker,))


def _payload(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "id": outgoing.tracker,
        "type": "message.created",
        "occurred_at": now().isoformat(),
        "data": {
            "text": outgoing.text,
            "subject": outgoing.subject,
            "visibility": outgoing.visibility,
            "author": outgoing.author_name,
            "automatic": outgoing.automatic,
            "language": outgoing.language,
            "in_reply_to": outgoing.reply_to,
            "conversation": outgoing.conversation_token,
            "recipient": [
                {"namespace": handle.namespace.partition(":")[0], "value": handle.value}
                for handle in outgoing.recipient
            ],
        },
    }


def ping(account: Account) -> str:
    """Post a message of type `ping`, which a receiver only has to accept. Raises SendRefused."""
    at = now()
    payload = {"id": f"ping-{int(at.timestamp())}", "type": "ping", "occurred_at": at.isoformat(), "data": {}}
    status = _deliver(account, payload["id"], payload)
    return f"The address for replies accepted a signed test message (HTTP {status})."


def _deliver(account: Account, message_id: Any, payload: dict[str, Any]) -> int:
    if not account.config.reply_url:
        raise SendRefused(Failure(ErrorClass.CONFIG, NO_WAY_BACK))
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    signed = signature.sign(account.config.secret, str(message_id), now(), body)
    try:
        answer = http.request(
            "POST",
            account.config.reply_url,
            headers={"content-type": "application/json", **signed},
            content=body,
            max_bytes=64 * 1024,
            # what a browser wrote was public then: its name may lead elsewhere by now
            trusted_origins=[account.config.reply_url] if account.trusted else [],
        )
    except http.AddressRefused as error:
        raise SendRefused(Failure(ErrorClass.CONFIG, str(error))) from error
    except http.NotSent as error:
        raise SendRefused(Failure(ErrorClass.RETRY, str(error))) from error
    except http.OutcomeUnknown as error:
        raise SendRefused(Failure(ErrorClass.UNCERTAIN, str(error))) from error
    if not answer.is_success:
        raise SendRefused(_failure(answer))
    if (
        answer.body.lstrip()[:1] == b"<"
    ):  # a parked domain says 200 to everything, and the customer gets nothing
        reason = "The address for replies answered with a web page: is it the right one?"
        raise SendRefused(Failure(ErrorClass.UNCERTAIN, reason, str(answer.status)))
    return answer.status


def _failure(answer: http.Answer) -> Failure:
    """What an answer that is no 2xx means. The receiver's words are shown to the agent, shortened."""
    said = " ".join(answer.text[:200].split())
    reason = f"The address for replies answered {answer.status}" + (f": {said}" if said else ".")
    code = str(answer.status)
    if answer.status == 429:
        return Failure(ErrorClass.RETRY_AFTER, reason, code, answer.retry_after or 30.0)
    if answer.status >= 500 or answer.status in {408, 425}:
        if answer.retry_after:
            return Failure(ErrorClass.RETRY_AFTER, reason, code, answer.retry_after)
        return Failure(ErrorClass.RETRY, reason, code)
    if answer.status in {401, 403}:
        return Failure(ErrorClass.REAUTH, reason, code)
    if answer.status == 410:
        return Failure(ErrorClass.RECIPIENT_GONE, reason, code)
    if answer.status in {413, 415, 422}:
        return Failure(ErrorClass.CONTENT, reason, code)
    return Failure(ErrorClass.CONFIG, reason, code)
