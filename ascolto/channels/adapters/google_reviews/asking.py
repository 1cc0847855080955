"""Asking Google: reviews page by page, a reply put in its place, a place looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from ascolto.channels.adapters.google_reviews.parsing import items, rejection
from ascolto.channels.lengths import Counting, measured_length
from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, Polled, SendRefused, Sent
from ascolto.channels.reading import iso_moment_of, text_of
from ascolto.channels.vendors import googleauth, reviews
from ascolto.channels.vendors.polling import Item, Page, Rules, look_at_each
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now

SCOPE = "https://www.googleapis.com/auth/business.manage"
LONGEST_REPLY = 4096  # bytes of UTF-8
_PER_PAGE = "50"
_NAME = re.compile(
    r"accounts/[A-Za-z0-9_-]{1,60}/locations/[A-Za-z0-9_-]{1,60}/reviews/[A-Za-z0-9_=-]{1,220}"
)
_OF_A_PAGE = {"averageRating", "totalReviewCount", "nextPageToken"}
_BROKEN_PAGE = "Google answered with something that is not a page of reviews."


def _access(account: Account) -> googleauth.Access:
    config = account.config
    return googleauth.Access(
        scope=SCOPE,
        service_account=config.service_account,
        subject=config.subject,
        client_id=config.client_id,
        client_secret=config.client_secret,
        refresh_token=config.refresh_token,
        token_url=config.sign_in_url,
        trusted=account.trusted,
    )


def _json(
    account: Account, method: str, path: str, *, params: Mapping[str, str] | None = None, json: Any = None
) -> dict[str, Any]:
    """A request; all of them may be repeated, a reply too: it is put in its place. Raises SendRefused."""

    def do(api: Rest) -> dict[str, Any]:
        return api.json(method, f"v4/{path}", repeatable=True, params=params, json=json)

    return googleauth.with_token(_access(account), account.config.api_base, do)


# --- reading ----------------------------------------------------------------------------------------------------------


def rules(account: Account) -> Rules:
    """Edits move a review to the front (it is sorted by its update); a deletion shows in a walk to the end, every hour."""
    return Rules(backfill=timedelta(days=account.config.backfill_days), sweep_every=12)


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new, changed or gone in each place. Raises SendRefused."""
    streams: dict[str, Callable[[], Iterator[Page]]] = {
        place: partial(_pages, account, place) for place in account.config.places
    }
    return look_at_each(streams, cursor, rules(account), now())


def _pages(account: Account, place: str) -> Iterator[Page]:
    params = {"pageSize": _PER_PAGE, "orderBy": "updateTime desc"}
    asked: set[str] = set()
    while True:
        document = _json(account, "GET", f"{place}/reviews", params=params)
        is_other = "reviews" not in document and document.keys() - _OF_A_PAGE  # a place without reviews is {}
        if is_other or not isinstance(document.get("reviews", []), list):
            raise SendRefused(Failure(ErrorClass.RETRY, _BROKEN_PAGE))
        found = tuple(_item(review) for review in items(document))
        token = text_of(document.get("nextPageToken"), 2000)
        yield Page(found, is_last=not token)
        if not token or token in asked:  # the same token again would never end
            return
        asked.add(token)
        params = {**params, "pageToken": token}


def _item(review: Mapping[str, Any]) -> Item:
    return Item(
        id=text_of(review.get("reviewId"), reviews.LONGEST_ID),
        at=iso_moment_of(review.get("updateTime") or review.get("createTime"), now()),
        content={"reviews": [review]},
        print=repr([review.get(name) for name in ("starRating", "comment", "updateTime", "reviewReply")]),
    )


# --- replying ---------------------------------------------------------------------------------------------------------


def publish(account: Account, outgoing: Outgoing) -> Sent:
    """Put the reply under its review; Google shows it once it has looked at it. Raises SendRefused."""
    review_id = reviews.reviewed(outgoing)
    length = measured_length(outgoing.text, Counting.BYTES)
    reviews.check_text(outgoing.text, length, LONGEST_REPLY, "bytes")
    name = (
        text_of(outgoing.extra.get("name"), 500) or f"{next(iter(account.config.places))}/reviews/{review_id}"
    )
    if not _NAME.fullmatch(name):
        raise SendRefused(Failure(ErrorClass.CONTENT, "This is not the name of a review.", of_message=True))
    try:
        answer = _json(account, "PUT", f"{name}/reply", json={"comment": outgoing.text})
    except SendRefused as refusal:
        raise SendRefused(_of_reply(refusal.failure)) from refusal
    if text_of(answer.get("reviewReplyState"), 40) == "REJECTED":
        raise SendRefused(Failure(ErrorClass.CONTENT, rejection(answer), code="REJECTED", of_message=True))
    if "comment" not in answer:
        raise SendRefused(Failure(ErrorClass.RETRY, "Google did not confirm the reply."))
    return Sent((reviews.published_id(outgoing, review_id),))


def _of_reply(failure: Failure) -> Failure:
    """A review that is gone, or a text that is refused, says nothing of the inbox."""
    of_message = failure.error in {ErrorClass.RECIPIENT_GONE, ErrorClass.CONTENT}
    return replace(failure, of_message=of_message)


def test(account: Account) -> str:
    """Read one review of each place; how many there are. Raises SendRefused."""
    total = 0
    for place in account.config.places:
        page = _json(account, "GET", f"{place}/reviews", params={"pageSize": "1"})
        count = text_of(page.get("totalReviewCount"), 12)
        total += int(count) if count.isdigit() else 0
    return f"Google let us in. Places: {len(account.config.places)}. Reviews: {total}."
