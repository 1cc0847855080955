"""Asking Terra, Tripadvisor's API since the Content API was switched off on 2026-08-31. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from ascolto.channels.protocol import Account, ErrorClass, Failure, Polled, SendRefused
from ascolto.channels.reading import iso_moment_of, object_of, objects_of, text_of
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.polling import Item, Page, Rules, look_at_each
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.kit import http
from ascolto.kit.clock import now

_PER_PAGE = 20


def refused(answer: http.Answer) -> Failure | None:
    """problem+json; a 403 "explicit deny" comes from the gateway and means that the key may not do this."""
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    told = [document.get("detail"), document.get("title"), document.get("Message"), document.get("message")]
    reason = next((text for value in told if (text := text_of(value, 250))), "")
    fields = [
        f"{text_of(item.get('field'), 60)} {text_of(item.get('message'), 120)}"
        for item in objects_of(document.get("field_errors"))
    ]
    reason = ": ".join([reason, *fields[:1]]) if fields else reason
    failure = failure_by_status(answer, reason)
    if answer.status in {400, 404}:  # we only ask: a wrong question is a wrong setting
        return replace(failure, error=ErrorClass.CONFIG)
    return failure


def _api(account: Account) -> Rest:
    config = account.config
    return Rest(
        config.api_base,
        {"x-api-key": config.api_key, "accept": "application/json"},
        judge=refused,
        secrets=(config.api_key,),
        trusted=account.trusted,
    )


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new or changed in each location. Raises SendRefused.

    The cheapest plan shows three reviews of a location whatever one asks for: that others are not shown means nothing.
    """
    rules = Rules(
        backfill=timedelta(days=account.config.backfill_days),
        overlap=timedelta(days=3),  # a review is published days after it was written
        sweep_every=24,
        tells_all=False,
    )
    streams: dict[str, Callable[[], Iterator[Page]]] = {
        place: partial(_pages, account, place) for place in account.config.places
    }
    return look_at_each(streams, cursor, rules, now())


def _pages(account: Account, place: str) -> Iterator[Page]:
    api, number = _api(account), 1
    while True:
        document = api.json(
            "GET", f"locations/{place}/reviews", repeatable=True, params=_params(account, number)
        )
        if not isinstance(document.get("data"), list):
            reason = "Tripadvisor answered with something that is not a page of reviews."
            raise SendRefused(Failure(ErrorClass.RETRY, reason))
        found = [_item(review) for review in objects_of(document["data"]) if text_of(review.get("id"))]
        total = text_of(object_of(document.get("pagination")).get("total_pages"), 9)
        is_last = not found or number >= (int(total) if total.isdigit() else 1)
        yield Page(tuple(found), is_last)
        if is_last:
            return
        number += 1


def _params(account: Account, number: int) -> dict[str, str]:
    params = {"page": str(number), "size": str(_PER_PAGE), "sort_by": "MOST_RECENT"}
    return {**params, **({"locale": account.config.locale} if account.config.locale else {})}


def _item(review: Mapping[str, Any]) -> Item:
    names = ("rating", "title", "text", "owner_response", "management_response")
    return Item(
        id=text_of(review.get("id"), reviews.LONGEST_ID),
        at=iso_moment_of(review.get("published_ts") or review.get("published_date"), now()),
        content={"data": [review]},
        print=repr([review.get(name) for name in names]),
    )


def test(account: Account) -> str:
    """Look at every location. Raises SendRefused."""
    total = 0
    for place in account.config.places:
        page = _api(account).json(
            "GET", f"locations/{place}/reviews", repeatable=True, params=_params(account, 1)
        )
        count = text_of(object_of(page.get("pagination")).get("total_elements"), 12)
        total += int(count) if count.isdigit() else 0
    return f"Tripadvisor let us in. Places: {len(account.config.places)}. Reviews that can be read: {total}."
