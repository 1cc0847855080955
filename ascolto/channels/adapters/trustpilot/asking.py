"""Asking Trustpilot: reviews page by page, the public reply, and the private question who somebody is ("Find reviewer")."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, Polled, SendRefused, Sent
from ascolto.channels.reading import iso_moment_of, object_of, objects_of, text_of
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.polling import Item, Page, Rules, look
from ascolto.channels.vendors.rest import USUAL_WAIT, Rest, failure_by_status
from ascolto.channels.vendors.tokens import Token, TokenCache
from ascolto.kit import http
from ascolto.kit.clock import now

LONGEST_REPLY = 4000
_PER_PAGE = 100
_MOST_PAGES = 1000  # Trustpilot gives no more
_tokens = TokenCache()
Found = TypeVar("Found")


def refused(answer: http.Answer) -> Failure | None:
    """Errors of the API (`message`) and of the gateway before it (`fault`)."""
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    fault = object_of(document.get("fault"))
    code = text_of(object_of(fault.get("detail")).get("errorcode"), 80)
    reason = text_of(fault.get("faultstring"), 300) or text_of(document.get("message"), 300)
    failure = failure_by_status(answer, reason)
    if "ratelimit" in code.lower() or "quota" in code.lower():
        wait = answer.retry_after or USUAL_WAIT
        return Failure(ErrorClass.RETRY_AFTER, failure.reason, code=code, retry_after=wait)
    if "invalid_access_token" in code or "access_token_expired" in code:
        return Failure(ErrorClass.REAUTH, failure.reason, code=code)
    return replace(failure, code=code or failure.code)


def _secrets(account: Account) -> tuple[str, ...]:
    config = account.config
    return (config.api_base, config.api_key, config.api_secret)


def _token(account: Account) -> str:
    """A token for the company's own user (client credentials). Raises SendRefused."""
    config = account.config

    def ask() -> Token:
        basic = base64.b64encode(f"{config.api_key}:{config.api_secret}".encode()).decode()
        api = Rest(
            config.api_base,
            {"authorization": f"Basic {basic}"},
            judge=refused,
            secrets=(basic, config.api_secret),
            trusted=account.trusted,
        )
        path = "v1/oauth/oauth-business-users-for-applications/accesstoken"
        answer = api.json("POST", path, repeatable=True, data={"grant_type": "client_credentials"})
        token, lasts = text_of(answer.get("access_token"), 4096), text_of(answer.get("expires_in"), 12)
        if not token:
            raise SendRefused(api.nonsense(repeatable=True))
        return Token(token, float(lasts) if lasts.isdigit() else 3600.0)

    return _tokens.get(ask, *_secrets(account))


def _private(account: Account, do: Callable[[Rest], Found]) -> Found:
    """Do something as the company's user; once more with a new token when the one we had is refused."""
    for is_last in (False, True):
        token = _token(account)
        api = Rest(
            account.config.api_base,
            {"authorization": f"Bearer {token}"},
            judge=refused,
            secrets=(token,),
            trusted=account.trusted,
        )
        try:
            return do(api)
        except SendRefused as refusal:
            if is_last or refusal.failure.error is not ErrorClass.REAUTH:
                raise
            _tokens.forget(*_secrets(account))
    raise AssertionError("unreachable")


# --- reading ----------------------------------------------------------------------------------------------------------


def rules(account: Account) -> Rules:
    """The list is sorted by when reviews were written: a change shows in a walk over everything known, some times a day."""
    return Rules(backfill=timedelta(days=account.config.backfill_days), sweep_every=12, max_pages=10)


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new, changed or gone. Raises SendRefused."""
    return look(_pages(account), cursor, rules(account), now())


def _pages(account: Account) -> Iterator[Page]:
    for number in range(1, _MOST_PAGES + 1):
        document = _page(
            account, {"page": str(number), "perPage": str(_PER_PAGE), "orderBy": "createdat.desc"}
        )
        if not isinstance(document.get("reviews"), list):
            reason = "Trustpilot answered with something that is not a page of reviews."
            raise SendRefused(Failure(ErrorClass.RETRY, reason))
        found = [_item(review) for review in objects_of(document["reviews"]) if text_of(review.get("id"))]
        is_last = len(document["reviews"]) < _PER_PAGE
        yield Page(tuple(found), is_last)
        if is_last:
            return


def _page(account: Account, params: Mapping[str, str]) -> dict[str, Any]:
    """A page of reviews: as the company sees them, or with the key alone as everybody does."""
    config = account.config
    if config.api_secret:
        path = f"v1/private/business-units/{config.business_unit_id}/reviews"
        return _private(account, lambda api: api.json("GET", path, repeatable=True, params=params))
    api = Rest(
        config.api_base,
        {"apikey": config.api_key},
        judge=refused,
        secrets=(config.api_key,),
        trusted=account.trusted,
    )
    path = f"v1/business-units/{config.business_unit_id}/reviews"
    return api.json("GET", path, repeatable=True, params=params)


def _item(review: Mapping[str, Any]) -> Item:
    reply = object_of(review.get("companyReply"))
    names = ("stars", "title", "text", "updatedAt", "status", "referenceId")
    return Item(
        id=text_of(review.get("id"), reviews.LONGEST_ID),
        at=iso_moment_of(review.get("createdAt"), now()),
        content={"reviews": [review]},
        print=repr([review.get(name) for name in names] + [reply.get("text")]),
    )


# --- answering --------------------------------------------------------------------------------------------------------


def publish(account: Account, outgoing: Outgoing) -> Sent:
    """The public reply under the review. Raises SendRefused."""
    config = account.config
    review_id = reviews.reviewed(outgoing)
    reviews.check_text(outgoing.text, len(outgoing.text), LONGEST_REPLY, "characters")
    if not (config.api_secret and config.business_user_id):
        reason = "Replies need the API secret and the id of a user of Trustpilot Business."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason))
    body = {"authorBusinessUserId": config.business_user_id, "message": outgoing.text}
    _post(account, review_id, "reply", body)
    return Sent((reviews.published_id(outgoing, review_id),))


def ask_who(account: Account, outgoing: Outgoing) -> Sent:
    """Ask the reviewer, in private and once, who they are. Raises SendRefused."""
    if not outgoing.from_public:
        raise reviews.no_private_side()
    if not account.config.api_secret:
        raise SendRefused(Failure(ErrorClass.CONFIG, "Asking a reviewer needs the API secret."))
    review_id = reviews.reviewed(outgoing)
    reviews.check_text(outgoing.text, len(outgoing.text), LONGEST_REPLY, "characters")
    _post(account, review_id, "find-reviewer", {"message": outgoing.text})
    return Sent((f"{review_id}/find-reviewer",))


def _post(account: Account, review_id: str, what: str, body: Mapping[str, Any]) -> None:
    path = f"v1/private/reviews/{quote(review_id, safe='')}/{what}"
    try:
        _private(account, lambda api: api.ask("POST", path, repeatable=False, json=body))
    except SendRefused as refusal:
        raise SendRefused(_of_reply(refusal.failure)) from refusal


def _of_reply(failure: Failure) -> Failure:
    """A review that is gone, has a reply already, or takes no question says nothing of the inbox."""
    if failure.code == "409":
        return replace(failure, error=ErrorClass.CONTENT, of_message=True)
    of_message = failure.error in {ErrorClass.RECIPIENT_GONE, ErrorClass.CONTENT}
    return replace(failure, of_message=of_message)


def test(account: Account) -> str:
    """Read one review; what we may do. Raises SendRefused."""
    _page(account, {"page": "1", "perPage": "1", "orderBy": "createdat.desc"})
    if account.config.api_secret and account.config.business_user_id:
        return "Trustpilot let us in. Reviews can be read and answered."
    return "Trustpilot let us in. Reviews can be read only."
