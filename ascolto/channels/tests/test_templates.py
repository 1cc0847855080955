"""Templates: what a gap wants, what may stand there, how they are read from the network and kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels import cataloguing
from ascolto.channels.models import ChannelAccount, ChannelHealth, ChannelTemplate
from ascolto.channels.protocol import SendRefused
from ascolto.channels.templates import (
    TemplateSheet,
    Unfilled,
    Variable,
    filled_template,
    kind_of,
    read_aloud,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox
from ascolto.testing.networks.whatsapp import Template, WhatsAppNetwork

ORDER = TemplateSheet(
    name="order",
    language="it",
    body="Gentile {{1}}, il tuo ordine {{2}} costa {{3}}.",
    footer="Telvia",
    variables=(
        Variable(place="body", key="1"),
        Variable(place="body", key="2"),
        Variable(place="body", key="3", kind="currency"),
        Variable(place="button", key="0", kind="url"),
    ),
)
FILLED = {"body-1": "Giulia", "body-2": "A-4711", "body-3": "60,00 €", "button-0": "4711"}


@pytest.fixture
def network() -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork() as running, http.settings(read_timeout=2.0, connect_timeout=2.0):
        running.templates = [
            Template("appointment", "it", "Gentile {{1}}, il tecnico arriva {{2}}.", 2),
            Template("survey", "en", "How was it?"),
            Template("offer", "it", "Solo oggi!", status="PAUSED"),
        ]
        yield running


@pytest.fixture
def inbox(db: None, network: WhatsAppNetwork) -> ChannelAccount:
    account = make_inbox("whatsapp")
    account.store_values(network.settings)
    account.save()
    return account


def test_the_example_tells_what_a_gap_wants() -> None:
    assert [kind_of(example) for example in ("Giulia", "60,00 €", "EUR 12", "12/03/2026", "3 maggio 2026")] == [
        "text", "currency", "currency", "date", "date",
    ]  # fmt: skip
    assert kind_of("https://telvia.example/x") == "url"
    assert kind_of("4711") == "text", "the number of an order may have letters next time"
    assert kind_of("4711", "total_amount") == "number"


def test_a_filled_template_is_what_the_adapter_takes() -> None:
    assert filled_template(ORDER, FILLED) == {
        "name": "order",
        "language": "it",
        "body": ["Giulia", "A-4711", "60,00 €"],
        "buttons": [{"index": 0, "type": "url", "value": "4711"}],
    }
    assert read_aloud(ORDER, FILLED) == "Gentile Giulia, il tuo ordine A-4711 costa 60,00 €.\nTelvia"
    assert read_aloud(ORDER, {}).startswith("Gentile {{1}},")


def test_named_gaps_and_a_file_above() -> None:
    sheet = TemplateSheet(
        name="bill",
        language="it",
        body="Ciao {{name}}",
        variables=(
            Variable(place="header", key="file", kind="media", media="document"),
            Variable(place="body", key="name"),
        ),
    )
    made = filled_template(sheet, {"header-file": "https://telvia.example/bill.pdf", "body-name": "Giulia"})
    assert made["header"] == {"document": "https://telvia.example/bill.pdf"}
    assert made["body"] == {"name": "Giulia"}
    for address in ("http://telvia.example/x.pdf", "bill.pdf", "javascript:alert(1)", "https://x"):
        with pytest.raises(Unfilled, match="https"):
            filled_template(sheet, {"header-file": address, "body-name": "Giulia"})


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("body-1", " ", "every gap"),
        ("body-1", "x" * 1_025, "too long"),
        ("body-1", "two\nlines", "one line"),
        ("body-3", "sixty", "amount"),
        ("button-0", "47 11", "address"),
        ("body-9", "x", "no such gap"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(field: str, value: str, reason: str) -> None:
    with pytest.raises(Unfilled, match=reason):
        filled_template(ORDER, {**FILLED, field: value})


@given(st.dictionaries(st.sampled_from(list(FILLED)), st.text(max_size=60)))
def test_whatever_is_filled_in_is_either_refused_or_leaves_as_it_is(values: dict[str, str]) -> None:
    try:
        made = filled_template(ORDER, values)
    except Unfilled:
        return
    assert made["body"] == [values[f"body-{place}"].strip() for place in (1, 2, 3)]


def test_the_list_is_read_kept_and_read_anew(inbox: ChannelAccount, network: WhatsAppNetwork) -> None:
    assert cataloguing.sync_templates(inbox) == 3
    assert [row.name for row in cataloguing.approved_templates([inbox.pk], language="en")] == [
        "survey",
        "appointment",
    ]
    network.templates = [Template("appointment", "it", "Il tecnico arriva {{1}}.", 1)]
    cataloguing.sync_templates(inbox)
    row = ChannelTemplate.objects.get()
    assert (row.body, len(row.variables)) == ("Il tecnico arriva {{1}}.", 1)
    assert cataloguing.sheet_of(row).parameters == ("1",)


def test_it_is_due_when_old_and_when_the_network_tells_of_a_change(inbox: ChannelAccount) -> None:
    make_inbox("webhook")
    assert cataloguing.due_accounts() == [inbox]
    assert cataloguing.refresh_templates(inbox)
    assert cataloguing.due_accounts() == []
    cataloguing.mark_stale(inbox.pk)
    assert cataloguing.due_accounts() == [inbox]
    cataloguing.refresh_templates(inbox)
    old = now() - timedelta(hours=2)
    ChannelHealth.objects.update(templates_at=old, templates_tried_at=old)
    assert cataloguing.due_accounts() == [inbox]


def test_a_network_that_refuses_leaves_the_list_as_it_was(
    inbox: ChannelAccount, network: WhatsAppNetwork
) -> None:
    cataloguing.sync_templates(inbox)
    cataloguing.mark_stale(inbox.pk)
    inbox.store_values({**network.settings, "access_token": "wrong-token-wrong-token"})
    inbox.save()
    with pytest.raises(SendRefused):
        cataloguing.sync_templates(inbox)
    assert not cataloguing.refresh_templates(inbox)
    assert ChannelTemplate.objects.count() == 3
    assert cataloguing.due_accounts() == [], "not again at once"
