"""Asking Apple: App Store Connect with a key of ours, or the public RSS feed of each country without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from ascolto.channels.adapters.appstore.parsing import entries_of, label_of
from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, Polled, SendRefused, Sent
from ascolto.channels.reading import iso_moment_of, object_of, objects_of, text_of
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.googleauth import UnusableKey, signed
from ascolto.channels.vendors.polling import Item, Page, Rules, look, look_at_each
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.channels.vendors.tokens import Token, TokenCache
from ascolto.kit import http
from ascolto.kit.clock import now

LONGEST_REPLY = 5970
_LASTS = 15 * 60  # seconds of a token; Apple takes at most 20 minutes
_HOURLY_WAIT = 300.0  # seconds; Apple counts requests of an hour and does not say when it goes on
_MOST_FEED_PAGES = 10
_tokens = TokenCache()


def refused(answer: http.Answer) -> Failure | None:
    """`{"errors": [{"status", "code", "title", "detail", "source"}]}`."""
    if answer.is_success:
        return None
    error = next(objects_of((answer.json_object() or {}).get("errors")), {})
    told = [text_of(error.get("title"), 200), text_of(error.get("detail"), 200)]
    code = text_of(error.get("code"), 100)
    failure = failure_by_status(answer, " ".join(text for text in told if text))
    if failure.error is ErrorClass.RETRY_AFTER:
        return replace(failure, code=code or "429", retry_after=answer.retry_after or _HOURLY_WAIT)
    if answer.status == 409:
        return replace(failure, error=ErrorClass.CONTENT, code=code or "409")
    return replace(failure, code=code or failure.code)


def bearer(config: Any) -> str:
    """A token for App Store Connect: ES256, at most 20 minutes. Raises UnusableKey."""
    moment = int(now().timestamp())
    claims: dict[str, Any] = {"aud": "appstoreconnect-v1", "iat": moment, "exp": moment + _LASTS}
    claims |= {"iss": config.issuer_id} if config.issuer_id else {"sub": "user"}  # a key of a single person
    return signed("ES256", config.private_key, {"kid": config.key_id, "typ": "JWT"}, claims)


def _api(account: Account) -> Rest:
    config = account.config

    def ask() -> Token:
        try:
            return Token(bearer(config), _LASTS)
        except UnusableKey as error:
            raise SendRefused(Failure(ErrorClass.CONFIG, str(error))) from error

    token = _tokens.get(ask, config.issuer_id, config.key_id, config.private_key)
    return Rest(
        config.api_base,
        {"authorization": f"Bearer {token}"},
        judge=refused,
        secrets=(token,),
        trusted=account.trusted,
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new, changed or gone. Raises SendRefused."""
    backfill = timedelta(days=account.config.backfill_days)
    if account.config.key_id:
        own = cursor if "since" in cursor else {}
        return look(_pages(account), own, Rules(backfill=backfill, sweep_every=12, max_pages=10), now())
    rules = Rules(backfill=backfill, max_pages=_MOST_FEED_PAGES, tells_all=False, sweep_every=24)
    streams: dict[str, Callable[[], Iterator[Page]]] = {
        country: partial(_feed_pages, account, country) for country in account.config.shops
    }
    return look_at_each(streams, cursor, rules, now())


def _pages(account: Account) -> Iterator[Page]:
    api = _api(account)
    path = f"v1/apps/{account.config.app_id}/customerReviews"
    seen: set[str] = set()
    params: dict[str, str] | None = {"sort": "-createdDate", "limit": "200", "include": "response"}
    while True:
        document = api.json("GET", path, repeatable=True, params=params)
        if not isinstance(document.get("data"), list):
            raise SendRefused(
                Failure(ErrorClass.RETRY, "Apple answered with something that is not a page of reviews.")
            )
        responses = {text_of(item.get("id"), 255): item for item in objects_of(document.get("included"))}
        following = text_of(object_of(document.get("links")).get("next"), 2000)
        found = [
            _item(review, responses) for review in objects_of(document["data"]) if text_of(review.get("id"))
        ]
        is_last = not following or following in seen  # the same page again would never end
        yield Page(tuple(found), is_last)
        if is_last:
            return
        seen.add(following)
        if not api.is_own(following):
            raise SendRefused(Failure(ErrorClass.CONFIG, "Apple names a next page on another server."))
        path, params = following, None


def _item(review: Mapping[str, Any], responses: Mapping[str, Mapping[str, Any]]) -> Item:
    named = object_of(object_of(object_of(review.get("relationships")).get("response")).get("data"))
    response = responses.get(text_of(named.get("id"), 255))
    told = object_of(review.get("attributes"))
    content: dict[str, Any] = {"data": [review]}
    if response is not None:
        content["included"] = [response]
    return Item(
        id=text_of(review.get("id"), reviews.LONGEST_ID),
        at=iso_moment_of(told.get("createdDate"), now()),
        content=content,
        print=repr([told, object_of(response).get("attributes")]),
    )


def _feed_pages(account: Account, country: str) -> Iterator[Page]:
    config = account.config
    api = Rest(config.feed_base, {}, trusted=account.trusted)
    for number in range(1, _MOST_FEED_PAGES + 1):
        path = f"{country}/rss/customerreviews/page={number}/id={config.app_id}/sortBy=mostRecent/json"
        document = api.json("GET", path, repeatable=True, max_redirects=2)
        if not isinstance(document.get("feed"), dict):
            raise SendRefused(
                Failure(ErrorClass.RETRY, "Apple answered with something that is not a feed of reviews.")
            )
        found = [
            _feed_item(entry, country)
            for entry in entries_of(document["feed"])
            if "im:rating" in entry and label_of(entry, "id")
        ]
        is_last = not found or number == _MOST_FEED_PAGES
        yield Page(tuple(found), is_last)
        if is_last:
            return


def _feed_item(entry: Mapping[str, Any], country: str) -> Item:
    told = [label_of(entry, name) for name in ("im:rating", "title", "content", "updated")]
    return Item(
        id=label_of(entry, "id")[: reviews.LONGEST_ID],
        at=iso_moment_of(label_of(entry, "updated"), now()),
        content={"feed": {"entry": entry}, "country": country},
        print=repr(told),
    )


# --- replying ---------------------------------------------------------------------------------------------------------


def publish(account: Account, outgoing: Outgoing) -> Sent:
    """Reply to a review; a reply that stands there is overwritten, so that the same once more changes nothing. Raises SendRefused."""
    if not account.config.key_id:
        raise SendRefused(Failure(ErrorClass.CONFIG, "Replies need a key of App Store Connect."))
    review_id = reviews.reviewed(outgoing)
    reviews.check_text(outgoing.text, len(outgoing.text), LONGEST_REPLY, "characters")
    named = {"review": {"data": {"type": "customerReviews", "id": review_id}}}
    data = {"type": "customerReviewResponses", "attributes": {"responseBody": outgoing.text}}
    try:
        answer = _api(account).json(
            "POST",
            "v1/customerReviewResponses",
            repeatable=True,
            json={"data": {**data, "relationships": named}},
        )
    except SendRefused as refusal:
        kinds = {ErrorClass.RECIPIENT_GONE, ErrorClass.CONTENT}
        of_message = refusal.failure.error in kinds
        raise SendRefused(replace(refusal.failure, of_message=of_message)) from refusal
    if not text_of(object_of(answer.get("data")).get("id")):
        raise SendRefused(Failure(ErrorClass.RETRY, "Apple did not confirm the reply."))
    return Sent((reviews.published_id(outgoing, review_id),))


def test(account: Account) -> str:
    """Read one review. Raises SendRefused."""
    if not account.config.key_id:
        for country in account.config.shops:
            next(_feed_pages(account, country))
        return "Apple's public feed can be read. Replies need a key of App Store Connect."
    path = f"v1/apps/{account.config.app_id}/customerReviews"
    page = _api(account).json("GET", path, repeatable=True, params={"limit": "1"})
    total = text_of(object_of(object_of(page.get("meta")).get("paging")).get("total"), 12) or "0"
    return f"Apple let us in. Reviews that can be read and answered: {total}."
