"""Asking Google Play. It shows the reviews of the last seven days that have words, and takes 200 looks an hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from ascolto.channels.adapters.playstore.parsing import comments_of, modified_at
from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, Polled, SendRefused, Sent
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import googleauth, reviews
from ascolto.channels.vendors.polling import Item, Page, Rules, look
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
LONGEST_REPLY = 350
VISIBLE_FOR = timedelta(days=7)


def _json(
    account: Account, method: str, path: str, *, params: Mapping[str, str] | None = None, json: Any = None
) -> dict[str, Any]:
    """A request; all of them may be repeated, a reply too: it takes the place of the one before. Raises SendRefused."""
    config = account.config
    access = googleauth.Access(
        scope=SCOPE,
        service_account=config.service_account,
        token_url=config.sign_in_url,
        trusted=account.trusted,
    )
    whole = f"androidpublisher/v3/applications/{config.package}/{path}"

    def do(api: Rest) -> dict[str, Any]:
        return api.json(method, whole, repeatable=True, params=params, json=json)

    return googleauth.with_token(access, config.api_base, do)


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new, changed or gone. Raises SendRefused."""
    days = timedelta(days=account.config.backfill_days)
    rules = Rules(backfill=days, sweep_every=6, max_pages=10, visible_for=VISIBLE_FOR)
    return look(_pages(account), cursor, rules, now())


def _params(account: Account) -> dict[str, str]:
    language = account.config.translate_to
    return {"maxResults": "100", **({"translationLanguage": language} if language else {})}


def _pages(account: Account) -> Iterator[Page]:
    params, asked = _params(account), set[str]()
    while True:
        document = _json(account, "GET", "reviews", params=params)
        if not isinstance(document.get("reviews", []), list):
            reason = "Google Play answered with something that is not a page of reviews."
            raise SendRefused(Failure(ErrorClass.RETRY, reason))
        token = text_of(object_of(document.get("tokenPagination")).get("nextPageToken"), 2000)
        found = [
            _item(review) for review in objects_of(document.get("reviews")) if text_of(review.get("reviewId"))
        ]
        is_last = not token or token in asked
        yield Page(tuple(found), is_last)
        if is_last:
            return
        asked.add(token)
        params = {**params, "token": token}


def _item(review: Mapping[str, Any]) -> Item:
    comment, reply = comments_of(review)
    told = [comment.get(name) for name in ("text", "originalText", "starRating", "lastModified")]
    return Item(
        id=text_of(review.get("reviewId"), reviews.LONGEST_ID),
        at=modified_at(comment, now()),
        content={"reviews": [review]},
        print=repr([*told, reply.get("text"), reply.get("lastModified")]),
    )


def publish(account: Account, outgoing: Outgoing) -> Sent:
    """Reply to a review, or put another reply in the place of ours. Raises SendRefused."""
    review_id = reviews.reviewed(outgoing)
    reviews.check_text(outgoing.text, len(outgoing.text), LONGEST_REPLY, "characters")
    path = f"reviews/{quote(review_id, safe='')}:reply"
    try:
        answer = _json(account, "POST", path, json={"replyText": outgoing.text})
    except SendRefused as refusal:
        kinds = {ErrorClass.RECIPIENT_GONE, ErrorClass.CONTENT}
        raise SendRefused(replace(refusal.failure, of_message=refusal.failure.error in kinds)) from refusal
    applied = text_of(object_of(answer.get("result")).get("replyText"), reviews.LONGEST)
    if not applied:
        raise SendRefused(Failure(ErrorClass.RETRY, "Google Play did not confirm the reply."))
    # Play takes marks of HTML out of a reply: its words are those that were applied
    return Sent((reviews.published_id(replace(outgoing, text=applied), review_id),))


def test(account: Account) -> str:
    """Read a page of reviews. Raises SendRefused."""
    page = _json(account, "GET", "reviews", params={**_params(account), "maxResults": "1"})
    found = len(list(objects_of(page.get("reviews"))))
    if not found:
        return "Google Play let us in. There are no reviews of the last seven days."
    return "Google Play let us in."
