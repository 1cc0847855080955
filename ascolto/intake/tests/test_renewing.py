"""Permissions are renewed before they end, by one process at a time, and whoever changes them meanwhile wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ascolto.channels import registry
from ascolto.channels.actions import change_settings, connect, disable
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import Account, Adapter, ErrorClass, Failure, Renewed, SendRefused, setting
from ascolto.events.exclusive import exclusively
from ascolto.events.models import Event
from ascolto.intake import renewing
from ascolto.intake.models import Renewal
from ascolto.intake.renewing import due_accounts, plan_renewal, renew_account
from ascolto.kit.clock import at, now

pytestmark = pytest.mark.django_db(transaction=True)


def make_config() -> type[Any]:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Config:
        token: str = setting("Token", secret=True)
        refresh_token: str = setting("Refresh token", secret=True, default="")

    return Config


class Lease(Adapter):
    """A network whose tokens last an hour; `next` is what it says."""

    kind = "lease"
    label = "Lease"
    Config = make_config()
    capabilities = Capabilities()
    renews_every = timedelta(minutes=30)

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.next: Callable[[Account], Renewed | None] = self.rotate

    def rotate(self, account: Account) -> Renewed:
        number = len(self.seen)
        values = {"token": f"token-{number}", "refresh_token": f"refresh-{number}"}
        return Renewed(values=values, expires_at=now() + timedelta(hours=1))

    def renew(self, account: Account) -> Renewed | None:
        self.seen.append(account.config.refresh_token)
        return self.next(account)


@pytest.fixture
def lease(monkeypatch: pytest.MonkeyPatch) -> Lease:
    adapter = Lease()
    known = {**registry.all_adapters(), "lease": adapter}
    monkeypatch.setattr(registry, "all_adapters", lambda: known)
    return adapter


@pytest.fixture
def inbox(lease: Lease) -> ChannelAccount:
    return connect(kind="lease", name="Lease", values={"token": "first", "refresh_token": "first-refresh"})


def refuses(error: ErrorClass, **more: Any) -> Callable[[Account], None]:
    def refuse(account: Account) -> None:
        raise SendRefused(Failure(error, "The network says no.", **more))

    return refuse


def values_of(inbox: ChannelAccount) -> dict[str, str]:
    return ChannelAccount.objects.get(pk=inbox.pk).values()


def test_a_new_inbox_is_renewed_at_once_and_then_in_time(lease, inbox) -> None:
    assert due_accounts() == [inbox.pk]
    assert renew_account(inbox.pk)
    assert values_of(inbox) == {"token": "token-1", "refresh_token": "refresh-1"}
    assert due_accounts() == []
    with at(now() + timedelta(minutes=31)):
        assert due_accounts() == [inbox.pk]
        renew_account(inbox.pk)
    assert lease.seen == ["first-refresh", "refresh-1"]


def test_the_end_is_noted_and_a_short_one_is_not_waited_for(lease, inbox) -> None:
    lease.next = lambda account: Renewed(values={"token": "short"}, expires_at=now() + timedelta(minutes=8))
    renew_account(inbox.pk)
    ends = ChannelHealth.objects.get(account=inbox).token_expires_at
    assert ends is not None
    assert Renewal.objects.get(account=inbox).next_at <= ends - timedelta(minutes=5)


def test_pollers_and_doors_notice_new_values(lease, inbox) -> None:
    before = ChannelAccount.objects.get(pk=inbox.pk).changed_at
    renew_account(inbox.pk)
    assert ChannelAccount.objects.get(pk=inbox.pk).changed_at > before


def test_nothing_due_stores_nothing(lease, inbox) -> None:
    lease.next = lambda account: None
    before = ChannelAccount.objects.get(pk=inbox.pk).changed_at
    assert renew_account(inbox.pk)
    assert ChannelAccount.objects.get(pk=inbox.pk).changed_at == before
    assert due_accounts() == []


def test_a_refusal_is_shown_and_lifted_when_it_works_again(lease, inbox) -> None:
    lease.next = refuses(ErrorClass.REAUTH)
    assert not renew_account(inbox.pk)
    health = ChannelHealth.objects.get(account=inbox)
    assert (health.error_class, health.error, health.state) == ("reauth", "The network says no.", "broken")
    lease.next = lease.rotate
    with at(now() + timedelta(minutes=2)):
        renew_account(inbox.pk)
    assert ChannelHealth.objects.get(account=inbox).error_class == ""
    assert Event.objects.filter(type="channel.recovered").exists()


def test_passing_trouble_is_tried_again_soon_and_ever_less_often_without_an_alarm(lease, inbox) -> None:
    lease.next = refuses(ErrorClass.RETRY)
    pauses, moment = [], now()
    for _ in range(8):
        with at(moment):
            renew_account(inbox.pk)
            pauses.append(Renewal.objects.get(account=inbox).next_at - moment)
            moment += pauses[-1]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(hours=1)
    assert ChannelHealth.objects.get(account=inbox).error_class == ""
    assert values_of(inbox)["token"] == "first"


def test_the_wait_that_a_network_asks_for_is_kept(lease, inbox) -> None:
    lease.next = refuses(ErrorClass.RETRY_AFTER, retry_after=1800.0)
    renew_account(inbox.pk)
    assert Renewal.objects.get(account=inbox).next_at > now() + timedelta(minutes=29)


def test_corrected_settings_are_tried_at_once(lease, inbox) -> None:
    lease.next = refuses(ErrorClass.REAUTH)
    renew_account(inbox.pk)
    assert due_accounts() == []
    change_settings(account=ChannelAccount.objects.get(pk=inbox.pk), values={"token": "corrected"})
    assert due_accounts() == [inbox.pk]


def test_who_connects_again_meanwhile_wins(lease, inbox) -> None:
    def slow(account: Account) -> Renewed:
        row = ChannelAccount.objects.get(pk=inbox.pk)
        change_settings(account=row, values={"token": "by Anna", "refresh_token": "hers"})
        return Renewed(values={"token": "too late", "refresh_token": "too late"})

    lease.next = slow
    renew_account(inbox.pk)
    assert values_of(inbox) == {"token": "by Anna", "refresh_token": "hers"}


def test_two_processes_do_not_renew_the_same_inbox(lease, inbox) -> None:
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusively(f"renew:{inbox.pk}") as mine:
            assert mine
            inside.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    inside.wait(10)
    assert not renew_account(inbox.pk)
    done.set()
    other.join()
    assert lease.seen == []
    assert renew_account(inbox.pk)
    assert not renew_account(inbox.pk)  # whoever comes second finds it done
    assert len(lease.seen) == 1


def test_an_inbox_that_is_off_is_left_alone(lease, inbox) -> None:
    disable(account=inbox)
    assert due_accounts() == []


def test_values_that_the_channel_cannot_use_are_not_stored(lease, inbox) -> None:
    lease.next = lambda account: Renewed(values={"token": "new", "unknown": "x"})
    assert not renew_account(inbox.pk)
    assert values_of(inbox)["token"] == "first"
    assert ChannelHealth.objects.get(account=inbox).error_class == "config"


def test_an_adapter_that_breaks_hurts_nobody_else(lease, inbox, caplog) -> None:
    def broken(account: Account) -> None:
        raise RuntimeError("a secret: first-refresh")

    lease.next = broken
    assert not renew_account(inbox.pk)
    assert Renewal.objects.get(account=inbox).failures == 1
    assert ChannelHealth.objects.get(account=inbox).error_class == ""


def test_fresh_values_are_not_renewed_before_their_time(lease, inbox) -> None:
    plan_renewal(inbox, now() + timedelta(days=60))
    assert due_accounts() == []


def test_the_loop_renews_what_is_due_and_ends_when_told(lease, inbox, monkeypatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(renewing, "LOOK", 0.01)
    lease.next = lambda account: (stop.set(), lease.rotate(account))[1]
    renewing.run(stop)
    assert values_of(inbox)["token"] == "token-1"
