"""An independent client reads what we read and writes to our stand-in: pywa."""

from __future__ import annotations

import base64
import hashlib
import inspect
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.adapters.whatsapp.tests.test_whatsapp import VALUES
from ascolto.channels.protocol import (
    AccountNews,
    ConsentChanged,
    HandleChanged,
    Inbound,
    Message,
    RawDelivery,
    Reacted,
    Receipt,
    Removed,
)
from ascolto.testing.conformance import RECEIVED_AT, account_for, hook
from ascolto.testing.harness import oracle
from ascolto.testing.networks.whatsapp import Template, WhatsAppCustomer, WhatsAppNetwork

pywa = oracle("pywa")
SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "whatsapp"
NO_DELIVERIES = ("error_", "pywa_template_buttons", "pywa_template_carousel")
NEWER = "doc_"  # written after the reference, which knows more than pywa 4.5
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def make_client(seen: list[Any], **more: Any) -> Any:
    """A client that keeps every update it understands."""
    settings = {"phone_id": VALUES["phone_number_id"], "token": "EAAtelvia", "verify_token": "word"}
    client = pywa.WhatsApp(
        **{
            **settings,
            "filter_updates": False,
            "skip_duplicate_updates": False,
            "validate_updates": False,
            **more,
        }
    )
    for name, kind in inspect.getmembers(pywa.handlers, inspect.isclass):
        is_one = issubclass(kind, pywa.handlers.Handler) and not inspect.isabstract(kind)
        if (
            is_one
            and name.endswith("Handler")
            and name not in {"Handler", "RawUpdateHandler", "FlowRequestHandler"}
        ):
            client.add_handlers(kind(lambda _client, update: seen.append(update)))
    return client


def ours(body: bytes) -> list[Inbound]:
    account = account_for(adapter, VALUES)
    return adapter.parse(account, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT))


def collected() -> dict[str, bytes]:
    files = sorted(SHARED.glob("*.json")) if SHARED.is_dir() else []
    wanted = [path for path in files if not path.name.startswith(NO_DELIVERIES)]
    return {path.stem: path.read_bytes() for path in wanted if not path.stem.startswith(NEWER)}


def agree(event: Inbound, theirs: Any) -> None:
    """Our reading and pywa's say the same."""
    kind = type(theirs).__name__
    if isinstance(event, Message | Reacted | Removed):
        assert event.occurred_at == theirs.timestamp
        assert event.sender is not None
        known = {handle.value for handle in event.sender.handles}
        assert not theirs.from_user.bsuid or theirs.from_user.bsuid in known
        assert not theirs.from_user.wa_id or f"+{theirs.from_user.wa_id}" in known
    if isinstance(event, Message):
        assert event.external_id == theirs.id
        assert event.sender.name == theirs.from_user.name
        text = (
            getattr(theirs, "text", None)
            or getattr(theirs, "caption", None)
            or getattr(theirs, "title", None)
        )
        assert text is None or event.text == text
        answered = getattr(theirs, "reply_to_message", None)
        assert event.replies_to == ((answered.id,) if answered else ())
        media = getattr(theirs, "media", None) if kind == "Message" else None
        assert [item.remote["id"] for item in event.attachments if item.remote] == (
            [media.id] if media else []
        )
    elif isinstance(event, Reacted):
        assert (event.external_id, event.emoji) == (theirs.reaction.message_id, theirs.reaction.emoji or "")
    elif isinstance(event, Removed):
        assert event.external_id == theirs.original_message_id
    elif isinstance(event, Receipt):
        said = {"played": "read"}.get(theirs.status.value, theirs.status.value)
        assert (event.external_id, event.status.value) == (theirs.id, said)
        assert (event.occurred_at, event.tracker) == (theirs.timestamp, theirs.tracker or "")
        assert (event.failure.code if event.failure else "") == (
            str(theirs.error.code) if theirs.error else ""
        )
    elif isinstance(event, ConsentChanged):
        assert kind == "UserMarketingPreferences"
    elif isinstance(event, HandleChanged):
        assert event.new.value == f"+{theirs.new_wa_id}"
    elif isinstance(event, AccountNews):
        assert kind in {"AccountUpdate", "TemplateStatusUpdate", "TemplateComponentsUpdate"}


def test_pywa_and_we_read_every_collected_delivery_alike() -> None:
    bodies = collected()
    if not bodies:
        pytest.skip("no folder ../shared/fixtures beside the repository")
    seen: list[Any] = []
    client = make_client(seen)
    for name, body in bodies.items():
        seen.clear()
        client.webhook_update_handler(body)
        assert len(seen) == 1, f"pywa does not understand {name}"
        events = ours(body)
        if hasattr(seen[0], "statuses"):  # of a group: one for each member
            assert len(events) == len(seen[0].statuses), name
            continue
        agree(events[0], seen[0])


# --- the stand-in, as pywa sees it ---------------------------------------------------------------------------------------


@pytest.fixture
def network() -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork() as running:
        yield running


@pytest.fixture
def giulia(network: WhatsAppNetwork) -> WhatsAppCustomer:
    customer = network.add_customer("393471234567", "Giulia Conti", "IT.81730446591")
    network.write(customer, "La fibra non va")
    return customer


def client_of(network: WhatsAppNetwork, seen: list[Any]) -> Any:
    client = make_client(
        seen, token=network.access_token, app_secret=network.app_secret, waba_id=network.waba_id
    )
    client.api._session.base_url = f"{network.url}/v25.0"
    return client


def deliver(network: WhatsAppNetwork, client: Any) -> None:
    """Hand pywa everything that waits, with the signature that it checks."""
    for body, headers in network.mailman.take():
        seal = headers["x-hub-signature-256"]
        assert client.webhook_update_validator(body, seal) is None, "pywa refuses the signature"
        adapter.verify(account_for(adapter, network.settings), hook(body, headers))
        assert client.webhook_update_handler(body) == ("ok", 200)


def test_pywa_hears_giulia_answers_and_sees_that_she_read_it(network, giulia) -> None:
    seen: list[Any] = []
    client = client_of(network, seen)
    deliver(network, client)
    (asked,) = seen
    assert (asked.text, asked.from_user.wa_id, asked.from_user.name) == (
        "La fibra non va",
        giulia.number,
        giulia.name,
    )
    sent = asked.reply_text("Arriva un tecnico.", quote=True, tracker="17.Zx3")
    assert network.sent[0].text == "Arriva un tecnico."
    assert (network.sent[0].answers, network.sent[0].tracker) == (asked.id, "17.Zx3")
    assert sent.id == network.sent[0].id
    seen.clear()
    deliver(network, client)
    assert [(status.id, status.status.value, status.tracker) for status in seen] == [
        (sent.id, state, "17.Zx3") for state in ("sent", "delivered", "read")
    ]


def test_pywa_sends_files_by_upload_and_fetches_giulias(network, giulia) -> None:
    seen: list[Any] = []
    client = client_of(network, seen)
    client.send_image(to=giulia.number, image=PNG, mime_type="image/png", caption="Ecco")
    assert (network.sent[0].text, network.sent[0].files) == ("Ecco", (("image/png", PNG),))
    client.send_document(
        to=giulia.number, document=io.BytesIO(b"%PDF"), filename="guida.pdf", mime_type="application/pdf"
    )
    assert network.sent[1].files == (("application/pdf", b"%PDF"),)
    network.mailman.take()
    network.send_file(giulia, "image", PNG, "image/png")
    deliver(network, client)
    media = seen[-1].image
    assert base64.b64decode(media.sha256) == hashlib.sha256(PNG).digest()
    assert media.get_bytes() == PNG


def test_pywa_is_refused_as_whatsapp_refuses(network, giulia) -> None:
    client = client_of(network, [])
    with pytest.raises(pywa.errors.MessageUndeliverable):
        client.send_message(to="393999999999", text="Ciao")
    giulia.last_wrote_at = None
    with pytest.raises(pywa.errors.ReEngagementMessage):
        client.send_message(to=giulia.number, text="Ciao")
    network.suffer("limit")
    with pytest.raises(pywa.errors.RateLimitHit):
        client.send_message(to=giulia.number, text="Ciao")
    client.api._session.headers["Authorization"] = "Bearer EAAwrong"
    with pytest.raises(pywa.errors.ExpiredAccessToken):
        client.send_message(to=giulia.number, text="Ciao")


def test_pywa_lists_the_templates_marks_as_read_and_reacts(network, giulia) -> None:
    network.templates = [Template(f"survey_{number}", "it", "Come è andata?") for number in range(3)]
    seen: list[Any] = []
    client = client_of(network, seen)
    deliver(network, client)
    client.mark_message_as_read(seen[0].id)
    assert network.was_read == [seen[0].id]
    client.send_reaction(to=giulia.number, emoji="👍", message_id=seen[0].id)
    assert network.sent[-1].payload["reaction"]["emoji"] == "👍"
    assert [template.name for template in client.get_templates()][:2] == ["survey_0", "survey_1"]
