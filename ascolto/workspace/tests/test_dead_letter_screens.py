"""What could not be read: Anna looks at it, lets it be tried again, or dismisses it."""

from __future__ import annotations

import json
import os

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.models import ChannelAccount
from ascolto.events.models import Event
from ascolto.intake.models import RawEvent
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.workspace.raw import HIDDEN, SHOWN, readable, shown_headers

SECRET = "a-shared-secret"
State = RawEvent.State


def dead(inbox: ChannelAccount, body: bytes = b"{}", **fields: object) -> RawEvent:
    values = {"error": "CannotRead: KeyError: 'entry'", "state": State.DEAD, "attempts": 3, **fields}
    return RawEvent.objects.create(account=inbox, digest=os.urandom(32), body=body, **values)


@pytest.fixture
def inbox(db: None) -> ChannelAccount:
    return make_inbox("webhook", "Shop", secret=SECRET)


def test_the_list_shows_inbox_reason_and_attempts(desk: Client, inbox: ChannelAccount) -> None:
    dead(inbox)
    dead(inbox, state=State.DONE, error="never shown")
    page = desk.get("/settings/set-aside/").content.decode()
    assert "KeyError" in page
    assert "Shop" in page
    assert "3 attempts" in page
    assert "never shown" not in page


def test_a_delivery_is_shown_readable_and_without_secrets(desk: Client, inbox: ChannelAccount) -> None:
    body = {"entry": [{"text": "Città", "access_token": "t0p-secret-token"}], "note": f"leaked {SECRET} here"}
    row = dead(
        inbox,
        json.dumps(body).encode(),
        headers={"x-hub-signature-256": "sha256=abc", "content-type": "application/json"},
    )
    page = desk.get(f"/settings/set-aside/{row.pk}/").content.decode()
    assert "Città" in page
    assert "application/json" in page
    for hidden in ("t0p-secret-token", SECRET, "sha256=abc"):
        assert hidden not in page
    assert HIDDEN in page


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        b"{" * 100_000,
        b"<script>alert(1)</script>",
        b"[" + b"1," * 90_000 + b"1]",
        "ありがとう".encode("utf-16"),
    ],
)
def test_a_hostile_body_is_only_text(desk: Client, inbox: ChannelAccount, body: bytes) -> None:
    row = dead(inbox, body)
    page = desk.get(f"/settings/set-aside/{row.pk}/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@given(st.binary(max_size=400))
def test_every_body_can_be_shown(body: bytes) -> None:
    text, _ = readable(body, [SECRET])
    assert len(text) <= SHOWN
    assert "\x00" not in text
    assert SECRET not in text


def test_headers_that_open_doors_are_blacked_out() -> None:
    shown = dict(shown_headers({"Authorization": "Bearer x", "X-Signature": "y", "webhook-id": "z"}))
    assert shown == {"Authorization": HIDDEN, "X-Signature": HIDDEN, "webhook-id": "z"}


def test_anna_lets_one_be_tried_again_and_dismisses_another(desk: Client, inbox: ChannelAccount) -> None:
    one, two, three = dead(inbox), dead(inbox), dead(inbox)
    desk.post("/settings/set-aside/decide/", {"do": "replay", "letter": [str(one.pk)]})
    desk.post("/settings/set-aside/decide/", {"do": "dismiss", "letter": [str(two.pk)]})
    states = dict(RawEvent.objects.values_list("pk", "state"))
    assert states == {one.pk: State.NEW, two.pk: State.DISMISSED, three.pk: State.DEAD}
    assert Event.objects.filter(type__in=["raw_event.replayed", "raw_event.dismissed"]).count() == 2


def test_all_of_one_inbox_are_tried_again(desk: Client, inbox: ChannelAccount) -> None:
    other = make_inbox("webhook", "Other")
    dead(inbox)
    kept = dead(other)
    desk.post("/settings/set-aside/decide/", {"do": "replay_all", "inbox": str(inbox.pk)})
    assert list(RawEvent.objects.filter(state=State.DEAD)) == [kept]
    desk.post("/settings/set-aside/decide/", {"do": "replay_all", "inbox": ""})
    assert not RawEvent.objects.filter(state=State.DEAD).exists()


def test_a_delivery_that_is_fine_is_neither_shown_nor_replayed(desk: Client, inbox: ChannelAccount) -> None:
    fine = dead(inbox, state=State.DONE)
    assert desk.get(f"/settings/set-aside/{fine.pk}/").status_code == 404
    desk.post("/settings/set-aside/decide/", {"do": "replay", "letter": [str(fine.pk), "x", "9" * 40]})
    fine.refresh_from_db()
    assert fine.state == State.DONE
    assert desk.post("/settings/set-aside/decide/", {"do": "explode"}).status_code == 404


def test_a_long_list_goes_on_on_the_next_page(desk: Client, inbox: ChannelAccount) -> None:
    rows = [dead(inbox) for _ in range(51)]
    first = desk.get("/settings/set-aside/").content.decode()
    assert f'name="letter" value="{rows[0].pk}"' not in first
    assert f"before={rows[1].pk}" in first
    assert (
        f'name="letter" value="{rows[0].pk}"'
        in desk.get(f"/settings/set-aside/?before={rows[1].pk}").content.decode()
    )


def test_what_is_set_aside_shows_wherever_a_lead_is(desk: Client, inbox: ChannelAccount) -> None:
    assert "deliveries set aside" not in desk.get("/").content.decode()
    for _ in range(2):
        dead(inbox)
    for address in ("/", "/settings/profile/", "/counts/"):
        assert '2<span class="sr"> deliveries set aside</span>' in desk.get(address).content.decode(), address
    dead(inbox, error="CannotRead: A message without a sender: nobody could be answered.")
    assert ">A message without a sender" in desk.get("/settings/set-aside/").content.decode()


def test_who_cannot_look_at_it_is_not_told(inbox: ChannelAccount) -> None:
    dead(inbox)
    for name, role in (("Marco Villa", "agent"), ("Viktor Hahn", "guest")):
        client = Client()
        client.force_login(make_agent(name, role=role))
        for address in ("/", "/counts/"):
            assert "deliveries set aside" not in client.get(address).content.decode()


def test_a_flood_of_them_is_counted_to_a_hundred_only(desk: Client, inbox: ChannelAccount) -> None:
    values = {"account": inbox, "body": b"{}", "state": State.DEAD}
    RawEvent.objects.bulk_create(RawEvent(digest=os.urandom(32), **values) for _ in range(140))
    assert "99+<span" in desk.get("/counts/").content.decode()
