"""X's own library talks to our stand-in, and finds in its answers what the description of X's API promises."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.adapters.x.adapter import adapter
from ascolto.channels.protocol import Handle, Outgoing
from ascolto.testing.conformance import account_for
from ascolto.testing.harness import oracle
from ascolto.testing.networks.city import City
from ascolto.testing.networks.x import XNetwork

xdk = oracle("xdk")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


class Lines:
    """The stand-in with Giulia in it, and the library as the app and as the account."""

    def __init__(self, network: XNetwork) -> None:
        self.network, self.giulia = network, network.add_person("Giulia Conti")
        self.app = xdk.Client(base_url=network.url, bearer_token=network.app_token)
        self.us = xdk.Client(base_url=network.url, access_token=network.access_token)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with City() as city:
        yield Lines(city.add(XNetwork()))


def test_the_library_knows_who_it_is(lines) -> None:
    me = lines.us.users.get_me().data
    assert (me.id, me.username) == (lines.network.brand.id, "telvia")


def test_the_library_answers_a_mention_and_both_see_the_same(lines) -> None:
    asked = lines.network.write(lines.giulia, "@telvia la fibra non va", public=True)
    body = {"text": "Arriva un tecnico.", "reply": {"in_reply_to_tweet_id": asked.removeprefix("post:")}}
    made = lines.us.posts.create(body=body).data
    assert lines.network.sent[-1].id == f"post:{made.id}"
    theirs = lines.network.requests[-1]
    outgoing = Outgoing(tracker="1.x", recipient=(), text="Domani.", reply_to=asked, extra={"summoned": True})
    ours = adapter.publish(account_for(adapter, lines.network.settings), outgoing)
    assert lines.network.requests[-1] == theirs
    assert lines.network.sent[-1].id == ours.external_ids[0]
    assert lines.us.posts.delete(made.id).data.deleted


def test_the_library_reads_the_mentions_that_we_read(lines) -> None:
    for number in range(7):
        lines.network.write(lines.giulia, f"@telvia messaggio {number}", public=True)
    found = [
        post
        for page in lines.us.users.get_mentions(lines.network.brand.id, max_results=5)
        for post in page.data
    ]
    texts = [_told(post, "text") for post in found]
    assert texts == [f"@telvia messaggio {number}" for number in reversed(range(7))]


def test_the_library_writes_and_reads_direct_messages(lines) -> None:
    lines.network.write(lines.giulia, "Il mio numero è 4711")
    sent = lines.us.direct_messages.create_by_participant_id(lines.giulia.id, body={"text": "Grazie"}).data
    assert lines.network.sent[-1].id == f"dm:{sent.dm_event_id}"
    assert lines.network.sent[-1].person is lines.giulia
    theirs = lines.network.requests[-1]
    outgoing = Outgoing(tracker="1.x", recipient=(Handle("x", lines.giulia.id),), text="Controlliamo")
    adapter.send(account_for(adapter, lines.network.settings), outgoing)
    assert lines.network.requests[-1] == theirs
    page = next(iter(lines.us.direct_messages.get_events(max_results=100)))
    assert [_told(event, "text") for event in page.data] == ["Controlliamo", "Grazie", "Il mio numero è 4711"]


def test_the_library_hands_a_picture_over_in_the_same_steps(lines) -> None:
    about = {"media_type": "image/png", "total_bytes": len(PNG), "media_category": "tweet_image"}
    number = lines.us.media.initialize_upload(body=about).data.id
    piece = {"segment_index": 0, "media": base64.b64encode(PNG).decode()}
    lines.us.media.append_upload(number, body=piece)
    assert lines.us.media.finalize_upload(number).data.id == number
    assert lines.network.media[number] == (PNG, "image/png")


def test_the_library_moderates_and_likes(lines) -> None:
    post = lines.network.write(lines.giulia, "@telvia ladri", public=True).removeprefix("post:")
    assert lines.us.posts.hide_reply(post, body={"hidden": True}).data.hidden
    assert lines.network.hidden == {post}
    assert lines.us.users.like_post(lines.network.brand.id, body={"tweet_id": post}).data.liked


def test_the_library_finds_the_hook_and_subscribes(lines) -> None:
    lines.network.challenge = lambda url: True  # whoever it is, knows the secret
    made = lines.app.webhooks.create(body={"url": "https://care.telvia.example/h"}).data
    assert made.valid
    found: Any = lines.app.webhooks.get().data
    assert [_told(hook, "id") for hook in found] == [made.id]
    assert lines.app.webhooks.validate(made.id).data.valid
    body = {"event_type": "dm.received", "filter": {"user_id": lines.network.brand.id}, "webhook_id": made.id}
    subscribed = lines.us.activity.create_subscription(body=body).data.subscription
    assert subscribed.event_type == "dm.received"
    job = {"webhook_id": made.id, "from_date": "202601010000", "to_date": "202612312359"}
    assert lines.app.webhooks.create_webhook_replay_job(body=job).data.job_id


def _told(item: Any, name: str) -> Any:
    return item[name] if isinstance(item, dict) else getattr(item, name)
