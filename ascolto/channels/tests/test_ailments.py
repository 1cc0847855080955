"""What is wrong with an inbox is said once, in words, and tells whether anything can still be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from ascolto.channels import actions
from ascolto.channels.ailments import ailing_accounts, ailments_of, dead_among, why_dead
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.delivery.health import note_failure
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox
from ascolto.ui.reasons import in_own_language

pytestmark = pytest.mark.django_db


def make_unwell(name: str = "Shop", **fields: Any) -> ChannelAccount:
    inbox = make_inbox(name=name)
    ChannelHealth.objects.create(account=inbox, **fields)
    return ChannelAccount.objects.select_related("health").get(pk=inbox.pk)


def kinds(inbox: ChannelAccount) -> list[str]:
    return [ailment.kind for ailment in ailments_of(inbox, inbox.health)]


def test_a_well_inbox_has_nothing() -> None:
    inbox = make_unwell(last_in_at=now(), token_expires_at=now() + timedelta(days=60))
    assert kinds(inbox) == []
    assert why_dead(inbox) == ""
    assert ailing_accounts() == []


def test_the_worst_comes_first() -> None:
    inbox = make_unwell(
        error_class="reauth", error="The token is refused.", silent_since=now(), token_expires_at=now()
    )
    assert kinds(inbox) == ["broken", "expired", "silent"]


@pytest.mark.parametrize(
    ("fields", "is_dead"),
    [
        ({"error_class": "reauth", "error": "The token is refused."}, True),
        ({"error_class": "config"}, True),
        ({"error_class": "abuse_stop"}, True),
        ({"error_class": "retry_after", "error": "Slow down."}, False),
        ({"silent_since": now()}, False),  # what nobody writes to us can still be answered
        ({"token_expires_at": now()}, False),  # the network decides: it refuses, or it does not
    ],
)
def test_only_an_inbox_that_somebody_must_repair_is_dead(fields: dict[str, Any], is_dead: bool) -> None:
    inbox = make_unwell(**fields)
    assert bool(why_dead(inbox)) is is_dead
    assert bool(dead_among([inbox])) is is_dead


def test_the_reason_is_a_sentence_in_the_readers_language() -> None:
    broken = make_unwell(error_class="reauth")
    assert why_dead(broken) == "Shop cannot send now: The network refuses our access."
    actions.disable(account=broken)
    assert why_dead(broken) == "Shop is switched off."
    assert kinds(broken) == []
    with translation.override("it"):
        assert in_own_language(why_dead(broken)) != "Shop is switched off."


def test_one_refused_message_is_no_broken_inbox() -> None:
    inbox = make_unwell()
    note_failure(inbox.pk, Failure(ErrorClass.CONFIG, "You may not answer this post.", of_message=True))
    assert why_dead(inbox) == ""
    note_failure(inbox.pk, Failure(ErrorClass.CONFIG, "The page is gone."))
    assert why_dead(inbox) == "Shop cannot send now: The page is gone."


def test_a_far_end_stands_at_the_inbox_a_near_one_everywhere() -> None:
    inbox = make_unwell(token_expires_at=now() + timedelta(days=10))
    assert kinds(inbox) == ["expiring"]
    assert ailing_accounts() == []
    ChannelHealth.objects.update(token_expires_at=now() + timedelta(days=2, hours=1))
    assert [(account.pk, wrong[0].days) for account, wrong in ailing_accounts()] == [(inbox.pk, 2)]


def test_all_that_is_wrong_is_one_query(django_assert_num_queries: Any) -> None:
    for number in range(5):
        make_unwell(f"Shop {number}", error_class="reauth")
    make_unwell("A quiet one", silent_since=now())
    with django_assert_num_queries(1):
        found = ailing_accounts()
    assert [account.name for account, _ in found] == [f"Shop {n}" for n in range(5)] + ["A quiet one"]
