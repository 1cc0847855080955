"""A department that is asked gets a mail at its own addresses, without anything that anybody wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core import mail

from ascolto.collaboration.actions.requests import ask, withdraw
from ascolto.collaboration.models import Department
from ascolto.events.consumers import feed_all
from ascolto.notifications.departments import wait_for_letters
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.BASE_URL = "https://desk.telvia.example"
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, mail_url="smtp://mail.telvia.example?from=care@telvia.example"
    )


def asked(cast: Cast, *addresses: str) -> int:
    billing = Department.objects.create(name="Billing\u2028Bcc: x", addresses=list(addresses))
    talk = cast.writes("My IBAN is secret.")
    return ask(agent=cast.marco, conversation=talk, department=billing, question="Why twice for Giulia?").pk


def told() -> list[Any]:
    feed_all()
    wait_for_letters()
    return mail.outbox


def test_billing_hears_that_it_is_asked_and_nothing_that_giulia_wrote(cast: Cast, with_mail: None) -> None:
    pk = asked(cast, "billing@telvia.example", "rosa@telvia.example")
    (letter,) = told()
    assert letter.bcc == ["billing@telvia.example", "rosa@telvia.example"]
    assert letter.to == []
    assert f"https://desk.telvia.example/requests/{pk}/" in letter.body
    assert "Marco Villa" in letter.body
    assert "promised by" in letter.body
    for secret in ("Giulia", "IBAN", "twice"):
        assert secret not in letter.body + letter.subject
    assert "\n" not in letter.subject
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert len(told()) == 1


def test_no_mail_without_addresses_without_a_server_and_for_what_was_withdrawn(
    cast: Cast, settings: Any, with_mail: None
) -> None:
    asked(cast)
    assert told() == []
    Department.objects.all().update(name="Other", addresses=["other@telvia.example"])
    pk = asked(cast, "billing@telvia.example")
    withdraw(agent=cast.marco, request=Department.objects.get(name__startswith="Billing").requests.get(pk=pk))
    assert told() == []
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="")
    Department.objects.filter(name__startswith="Billing").update(name="Third")
    asked(cast, "billing@telvia.example")
    assert told() == []


def test_a_mail_server_that_fails_holds_nobody_up(
    cast: Cast, with_mail: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    asked(cast, "billing@telvia.example")
    feed_all()
    wait_for_letters()
    assert any("could not be mailed" in record.message for record in caplog.records)
