"""The customer's card: what is known about somebody can be put right, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from ascolto.conversations.models import Conversation
from ascolto.customers.models import Customer, Identity
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent

As = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.writes()


def test_marco_puts_right_who_she_is_and_takes_it_back(
    cast: Cast, as_: As, conversation: Conversation
) -> None:
    Customer.objects.filter(pk=cast.giulia.pk).update(language="tlh")  # a network told it, no list knows it
    before = Customer.objects.values("name", "language", "about").get(pk=cast.giulia.pk)
    marco, address = as_(cast.marco), f"/c/{conversation.number}/customer/"
    form = marco.get(address, headers=HTMX).content.decode()
    assert 'value="tlh" selected' in form
    given = {"name": "Giulia Ferri-Bassi", "language": "it", "about": "Works nights <b>"}
    answer = marco.post(address, given, headers=HTMX)
    page = answer.content.decode()
    assert "Giulia Ferri-Bassi" in page
    assert "Works nights &lt;b&gt;" in page
    back = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert (back["undo"], back["fields"]) == (address, before)
    assert Event.objects.filter(type="customer.changed", actor_id=cast.marco.pk).exists()
    marco.post(back["undo"], back["fields"], headers=HTMX)
    assert Customer.objects.values("name", "language", "about").get(pk=cast.giulia.pk) == before


def test_without_scripts_it_is_a_page_of_its_own(cast: Cast, as_: As, conversation: Conversation) -> None:
    marco, address = as_(cast.marco), f"/c/{conversation.number}/customer/"
    assert "<html" in marco.get(address).content.decode()
    assert marco.post(address, {"name": "Giulia F."}).headers["Location"] == f"/c/{conversation.number}/"
    assert Customer.objects.get(pk=cast.giulia.pk).name == "Giulia F."


@pytest.mark.parametrize("given", [{"name": "x" * 201}, {"language": "<script>"}, {"about": "x" * 501}])
def test_what_does_not_fit_is_said_and_changes_nothing(
    cast: Cast, as_: As, conversation: Conversation, given: dict[str, str]
) -> None:
    address = f"/c/{conversation.number}/customer/"
    answer = as_(cast.marco).post(address, {"name": "Other", **given}, headers=HTMX)
    assert answer.status_code == 422
    assert "toast" in answer.headers["HX-Trigger"]
    assert as_(cast.marco).post(address, {"name": "Other", **given}).status_code == 422
    assert Customer.objects.get(pk=cast.giulia.pk).name == cast.giulia.name


def test_guests_and_strangers_change_nobody(cast: Cast, as_: As, conversation: Conversation) -> None:
    address = f"/c/{conversation.number}/customer/"
    guest = make_agent("Gina", role="guest")
    for somebody in (guest, cast.viktor):
        assert as_(somebody).get(address).status_code in {403, 404}
        assert as_(somebody).post(address, {"name": "Nobody"}).status_code in {403, 404}
    assert as_(cast.viktor).get(f"/c/{conversation.number}/who/").status_code == 404
    assert Customer.objects.get(pk=cast.giulia.pk).name == cast.giulia.name


def test_handles_read_as_people_write_them_and_numbers_say_of_which_network(
    cast: Cast, as_: As, conversation: Conversation
) -> None:
    for space, value, shown in [
        ("mastodon", "117659", "@giulia@social.example"),
        ("facebook", "730194660004009", ""),
        ("google_review", "f0f12be1", ""),
        ("phone", "+390511234567", ""),
    ]:
        Identity.objects.create(customer=cast.giulia, namespace=space, value=value, shown=shown)
    card = as_(cast.marco).get(f"/c/{conversation.number}/identities/", headers=HTMX).content.decode()
    assert "@giulia@social.example" in card
    assert "117659" not in card
    assert "730194660004009" in card
    assert "f0f12be1" in card


def test_who_has_no_name_goes_by_a_handle_and_who_wants_nothing_says_so(
    cast: Cast, as_: As, conversation: Conversation
) -> None:
    Customer.objects.filter(pk=cast.giulia.pk).update(name="")
    Identity.objects.filter(customer=cast.giulia).update(
        blocked_at=now(), blocked_why="gone", shown="@giulia"
    )
    marco = as_(cast.marco)
    head = marco.get(f"/c/{conversation.number}/head/", headers=HTMX).content.decode()
    assert "@giulia" in head
    assert "Unknown customer" not in head
    assert "account gone" in marco.get(f"/c/{conversation.number}/identities/", headers=HTMX).content.decode()
