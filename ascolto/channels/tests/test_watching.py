"""Who looks after the inboxes tells silence and ending permissions once, and counts every message once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.accounts.models import Company
from ascolto.channels import actions
from ascolto.channels.hours import count_hours, hour_of, prune_hours
from ascolto.channels.keeping import keep_values
from ascolto.channels.models import ChannelAccount, ChannelHealth, ChannelHour
from ascolto.channels.volume import HOUR, WEEK
from ascolto.channels.watching import watch
from ascolto.events.consumers import Reader, feed
from ascolto.events.log import emit
from ascolto.events.models import Cursor, Event
from ascolto.kit.clock import now
from ascolto.testing.factories import make_conversation, make_inbox, receive

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)  # on PostgreSQL a reader only sees what is committed
READER = Reader("channel hours", count_hours)


def feed_all() -> None:
    while feed(READER):
        pass


def told(event_type: str) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(type=event_type).order_by("pk")]


def make_history(inbox: ChannelAccount, *, silent_hours: int = 0, per_hour: int = 6) -> None:
    """Ten weeks of the same traffic day and night, until some hours ago."""
    ChannelHealth.objects.get_or_create(account=inbox)
    this = hour_of(now())
    hours = [this - back * HOUR for back in range(silent_hours + 1, 10 * 168)]
    ChannelHour.objects.bulk_create(
        [ChannelHour(account=inbox, hour=hour, received=per_hour) for hour in hours]
    )


@committed
def test_messages_are_counted_by_the_hour() -> None:
    inbox = make_inbox()
    conversation = make_conversation(inbox)
    receive(inbox, "Still dead.", customer=conversation.customer)
    emit("message.sent", account=inbox.pk, conversation=conversation.pk, message=1, channel="webhook")
    emit("message.received", account=inbox.pk, conversation=conversation.pk, message=2, echo=True)
    emit("message.received", account=9_999, conversation=conversation.pk, message=3)  # an inbox that is gone
    feed_all()
    row = ChannelHour.objects.get()
    assert (row.account_id, row.hour, row.received, row.sent) == (inbox.pk, hour_of(now()), 2, 1)


@committed
def test_a_reader_that_is_interrupted_counts_nothing_twice() -> None:
    inbox = make_inbox()
    make_conversation(inbox)

    def interrupted(events: object) -> None:
        count_hours(events)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feed(Reader("channel hours", interrupted))
    assert not ChannelHour.objects.exists()
    feed_all()
    feed_all()
    assert ChannelHour.objects.get().received == 1
    assert Cursor.objects.get(name="channel hours").event_id > 0


def test_old_history_is_forgotten() -> None:
    inbox = make_inbox()
    for weeks in (1, 9, 11):
        ChannelHour.objects.create(account=inbox, hour=hour_of(now() - weeks * WEEK), received=1)
    emit("message.received", account=inbox.pk, at=now() - 11 * WEEK, message=1)
    feed_all()
    assert prune_hours() == 1
    assert ChannelHour.objects.count() == 2


@committed
def test_silence_is_told_once_and_over_when_customers_write_again() -> None:
    inbox = make_inbox()
    make_history(inbox, silent_hours=6)
    assert watch() == 1
    assert watch() == 0
    assert told("channel.silent") == [
        {"hours": 6, "received": 0, "expected": told("channel.silent")[0]["expected"]}
    ]
    assert told("channel.silent")[0]["expected"] in range(34, 43)
    health = ChannelHealth.objects.get()
    assert health.silent_since == hour_of(now()) - 6 * HOUR
    make_conversation(inbox)
    feed_all()
    assert watch() == 0
    assert watch() == 0
    assert told("channel.heard") == [{}]
    assert ChannelHealth.objects.get().silent_since is None


def test_an_inbox_that_is_switched_off_is_expected_to_be_silent() -> None:
    inbox = make_inbox()
    make_history(inbox, silent_hours=6)
    actions.disable(account=inbox)
    assert watch() == 0
    actions.enable(account=inbox)
    assert watch() == 0  # it was not listening: nothing could come


def test_switching_on_again_begins_anew() -> None:
    inbox = make_inbox()
    make_history(inbox, silent_hours=6)
    watch()
    actions.disable(account=inbox)
    actions.enable(account=inbox)
    assert ChannelHealth.objects.get().silent_since is None


def test_an_end_is_told_at_every_step_once_and_again_after_a_renewal() -> None:
    inbox = make_inbox()
    ChannelHealth.objects.create(account=inbox)
    for days in (20, 13, 12, 3, 1, 1, -1, -2, 60, 10):
        ChannelHealth.objects.update(token_expires_at=now() + timedelta(days=days))
        watch()
    assert [data["days"] for data in told("channel.expiring")] == [14, 3, 1, 0, 14]


def test_an_inbox_whose_package_is_gone_hinders_nobody() -> None:
    inbox, gone = make_inbox(), make_inbox(name="Old")
    make_history(inbox, silent_hours=6)
    make_history(gone, silent_hours=6)
    ChannelHealth.objects.filter(account=gone).update(token_expires_at=now())
    ChannelAccount.objects.filter(pk=gone.pk).update(kind="pigeon")
    assert watch() == 1


def test_the_watch_asks_as_often_for_many_inboxes_as_for_one(django_assert_max_num_queries: object) -> None:
    for number in range(6):
        make_history(make_inbox(name=f"Shop {number}"))
    Company.current()
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        watch()


def test_a_token_that_renews_itself_every_hour_does_not_hide_silence() -> None:
    inbox = make_inbox("webhook")
    make_history(inbox, silent_hours=6)
    keep_values(account=inbox.pk, values={"secret": "a-new-secret"}, expires_at=now() + timedelta(hours=1))
    assert watch() >= 1
    assert ChannelHealth.objects.get().silent_since is not None


def test_of_a_token_that_a_person_wrote_nobody_knows_the_end() -> None:
    inbox = make_inbox("webhook")
    ChannelHealth.objects.create(account=inbox, token_expires_at=now(), expiry_told=0)
    actions.change_settings(account=inbox, values={"id_path": "nr"})
    assert ChannelHealth.objects.get().token_expires_at is not None
    actions.change_settings(account=inbox, values={"secret": "a-new-secret"})
    health = ChannelHealth.objects.get()
    assert (health.token_expires_at, health.expiry_told) == (None, None)
    assert watch() == 0
