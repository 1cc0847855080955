"""The pages of customers in a real browser: nothing sticks out, axe finds nothing, and the everyday deeds work."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.accounts.models import Role
from ascolto.conversations.actions import change_status
from ascolto.conversations.models import Conversation, Label
from ascolto.customers.actions import make_group
from ascolto.customers.duplicates import Trace, note_traces
from ascolto.customers.fields import save_field, set_field_values
from ascolto.customers.identities import add_identity
from ascolto.customers.merging import merge
from ascolto.customers.models import Customer, CustomerField
from ascolto.customers.notes import add_customer_note
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer, make_inbox, receive
from ascolto.testing.readings import make_reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def furnish(cast: Cast) -> Conversation:
    """Giulia with everything that can be known of a customer."""
    mail = make_inbox("email", "Care by mail", teams=[cast.care])
    for n, text in enumerate(
        ("The bill of May is wrong", "A change of plan", "My line is dead since Tuesday")
    ):
        message = receive(
            mail if n == 0 else cast.inbox,
            text,
            customer=cast.giulia,
            at=now() - timedelta(days=70 - n * 34),
            subject=text,
        )
        make_reading(message, sentiment=("neutral", "positive", "negative")[n], strength=(0.0, 0.6, -0.7)[n])
        if n < 2:
            change_status(agent=cast.marco, conversation=message.conversation, status="resolved")
            Conversation.objects.filter(pk=message.conversation_id).update(
                resolved_at=now() - timedelta(days=50)
            )
    conversation = message.conversation
    label = Label.objects.create(name="VIP", scope=Label.Scope.CUSTOMERS)
    cast.giulia.labels.add(label)  # type: ignore[attr-defined]
    group = make_group(by=cast.anna, name="Families")
    Customer.objects.filter(pk=cast.giulia.pk).update(
        group=group, language="it", about="Prefers to be called after six."
    )
    add_customer_note(
        by=cast.marco, customer=cast.giulia, text="Hears badly: write short sentences.", is_pinned=True
    )
    add_customer_note(by=cast.anna, customer=cast.giulia, text="Her sister Paola may ask on her behalf.")
    plan = save_field(
        by=cast.anna, field=CustomerField(), name="Plan", kind="choice", choices=["Fibre", "Mobile"]
    )
    save_field(by=cast.anna, field=CustomerField(), name="Contract ends", kind="date")
    save_field(
        by=cast.anna,
        field=CustomerField(),
        name="Services",
        kind="multi",
        choices=["TV", "Modem", "Landline"],
    )
    set_field_values(by=cast.marco, customer=cast.giulia, given={plan.key: "Fibre"})
    add_identity(by=cast.marco, customer=cast.giulia, namespace="phone", value="+393471232210")
    chat = make_customer("Giulia F", ("chat", "v-9"))
    receive(cast.inbox, "It is me again", customer=chat)
    note_traces([Trace(cast.giulia.pk, "code", "4471902"), Trace(chat.pk, "code", "4471902")])
    old = make_customer("G. Ferri", ("mastodon", "@giulia@social.example"))
    merge(by=cast.anna, source=old, target=cast.giulia, why="She told me")
    for name in ("Paolo Ricci", "Rita Ferrante", "Nadia Kovač"):
        receive(cast.inbox, f"Hello from {name}", customer=make_customer(name))
    return conversation


def looked_at(page: Any, name: str) -> None:
    """Kept as a picture when a person wants to look."""
    if folder := os.environ.get("DIRECTORY_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=False)


PAGES = {
    "customers": "/customers/",
    "customer": "/customers/{pk}/",
    "privacy": "/customers/{pk}/privacy/",
    "merge": "/customers/{pk}/merge/?with={other}",
    "duplicates": "/customers/duplicates/",
    "fields": "/settings/customer-fields/",
}


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)], ids=["wide", "telephone"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    cast: Cast, sit_down: Callable[..., Any], width: int, dark: bool
) -> None:
    furnish(cast)
    ada = make_agent("Ada Admin", Role.ADMINISTRATOR, language="it" if dark else "en")
    other = Customer.objects.get(name="Giulia F")
    for name, address in PAGES.items():
        page = sit_down(ada, address.format(pk=cast.giulia.pk, other=other.number), width=width, dark=dark)
        page.locator("main").wait_for()
        looked_at(page, f"{name}-{width}{'-dark' if dark else ''}")
        found = Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())
        assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth"), name
        page.close()


def test_marco_keeps_a_note_and_takes_it_back(cast: Cast, sit_down: Callable[..., Any]) -> None:
    furnish(cast)
    page = sit_down(cast.marco, f"/customers/{cast.giulia.pk}/")
    page.get_by_label("New note").fill("Moves to Turin in May")
    page.get_by_role("button", name="Keep the note").click()
    page.locator("#notes .cust-note", has_text="Moves to Turin").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator("[role=status]", has_text="Note removed").wait_for()
    assert page.locator("#notes", has_text="Moves to Turin").count() == 0


def test_is_it_her_is_answered_beside_the_conversation(cast: Cast, sit_down: Callable[..., Any]) -> None:
    conversation = furnish(cast)
    page = sit_down(cast.marco, f"/c/{conversation.number}/")
    page.locator("#identities .dup").wait_for()
    looked_at(page, "card-1440")
    page.get_by_role("button", name="No, two people").click()
    page.locator("#identities .dup").wait_for(state="detached")
    page.locator("#toasts", has_text="They stay two").wait_for()


def test_the_key_u_leads_to_the_customers(cast: Cast, sit_down: Callable[..., Any]) -> None:
    furnish(cast)
    page = sit_down(cast.marco, "/")
    page.locator("main").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/customers/")
    page.locator(".cust-row", has_text="Giulia Ferri").click()
    page.wait_for_url(f"**/customers/{cast.giulia.pk}/")
