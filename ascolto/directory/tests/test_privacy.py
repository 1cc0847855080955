"""A copy of everything, and that it goes: for whom, what is in it, and what is left."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.files import path_of, store_file
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.actions import Claim, Person, recognise
from ascolto.customers.fields import save_field, set_field_values
from ascolto.customers.merging import merge
from ascolto.customers.models import CustomerField, CustomerNote, Identity
from ascolto.customers.notes import add_customer_note
from ascolto.directory.models import CustomerExport, Erasure
from ascolto.directory.privacy.erasing import ask_erasure, cancel_erasure, dry_run, erase_due
from ascolto.directory.privacy.exporting import (
    ask_export,
    forget_exports,
    make_exports,
    open_export,
    path_of_export,
)
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import (
    Cast,
    make_agent,
    make_cast,
    make_customer,
    receive,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def exports_apart(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def lived(cast: Cast) -> Conversation:
    """Giulia's conversation with everything that a house remembers."""
    conversation = cast.writes(
        "I am Giulia Ferri, via Roma 12, my secret is zanzibar", subject="Zanzibar line"
    )
    add_reply(agent=cast.marco, conversation=conversation, text="Dear Giulia, zanzibar is noted.")
    add_note(agent=cast.marco, conversation=conversation, text="zanzibar again")
    add_customer_note(by=cast.marco, customer=cast.giulia, text="Likes zanzibar")
    field = save_field(by=cast.anna, field=CustomerField(), name="Plan", kind="text")
    set_field_values(by=cast.marco, customer=cast.giulia, given={field.key: "zanzibar plan"})
    return conversation


def test_a_copy_holds_everything_and_is_there_for_whoever_asked(cast: Cast) -> None:
    conversation = lived(cast)
    client = as_(cast.anna)
    client.post(f"/customers/{cast.giulia.pk}/privacy/export/")
    client.post(f"/customers/{cast.giulia.pk}/privacy/export/")  # asked twice, made once
    assert make_exports() == 1
    export = CustomerExport.objects.get()
    response = client.get(f"/customers/{cast.giulia.pk}/privacy/export/{export.pk}/")
    archive = zipfile.ZipFile(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    person = json.loads(archive.read("customer.json"))
    assert person["handles"][0]["value"] == "giulia.ferri@example.org"
    assert person["fields"] == {"Plan": "zanzibar plan"}
    assert person["notes"][0]["text"] == "Likes zanzibar"
    said = json.loads(archive.read(f"conversations/{conversation.number}.json"))
    assert [one["from"] for one in said["messages"]] == ["customer", "agent", "agent"]
    assert (export.done, export.total) == (1, 1)
    told = list(
        Event.objects.filter(type__startswith="privacy.").order_by("pk").values_list("type", flat=True)
    )
    assert told == ["privacy.export_asked", "privacy.export_made", "privacy.export_downloaded"]


def test_a_copy_is_for_leads_alone_and_for_hours(cast: Cast) -> None:
    lived(cast)
    with pytest.raises(Refused, match="may not export"):
        ask_export(by=cast.marco, customer=cast.giulia)
    assert as_(cast.marco).post(f"/customers/{cast.giulia.pk}/privacy/export/").status_code == 403
    export = ask_export(by=cast.anna, customer=cast.giulia)
    make_exports()
    export.refresh_from_db()
    other = make_agent("Bruno Lead", Role.LEAD)
    with pytest.raises(Refused):
        open_export(by=other, export=export)
    CustomerExport.objects.update(expires_at=now() - timedelta(seconds=1))
    export.refresh_from_db()
    with pytest.raises(Refused, match="not kept"):
        open_export(by=cast.anna, export=export)
    assert forget_exports() == 1
    assert not path_of_export(export).exists()


def test_an_export_that_died_is_made_again(cast: Cast) -> None:
    lived(cast)
    ask_export(by=cast.anna, customer=cast.giulia)
    CustomerExport.objects.update(state="making", began_at=now() - timedelta(hours=1))
    assert make_exports() == 1


def administrator() -> Any:
    return make_agent("Ada Admin", Role.ADMINISTRATOR)


def texts_of_the_house() -> dict[str, str]:
    """Every text and document of every table."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("ascolto."):
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        ]
        for row in model._default_manager.values(*names) if names else ():
            found[model._meta.label] = found.get(model._meta.label, "") + json.dumps(row, default=str)
    return found


def test_erasing_waits_a_day_and_leaves_no_word(cast: Cast) -> None:
    lived(cast)
    again = make_customer("Giulia Zanzibar", ("phone", "+393331234567"))
    receive(cast.inbox, "zanzibar by phone", customer=again)
    merge(by=cast.marco, source=again, target=cast.giulia, override="zanzibar knows both")
    ada = administrator()
    with pytest.raises(Refused, match="not the customer's number"):
        ask_erasure(by=ada, customer=cast.giulia, number="12345")
    erasure = ask_erasure(by=ada, customer=cast.giulia, number=cast.giulia.number)
    assert erase_due() == 0
    Erasure.objects.update(due_at=now() - timedelta(seconds=1))
    assert erase_due() == 1
    for label, text in texts_of_the_house().items():
        for word in ("zanzibar", "Zanzibar", "Giulia", "giulia", "393331234567", "via Roma"):
            assert word not in text, (label, word)
    erasure.refresh_from_db()
    assert erasure.state == "done"
    assert ["conversations.Message", "empty", 4] in erasure.report["lines"]
    assert Message.objects.count() == 4
    cast.giulia.refresh_from_db()
    assert cast.giulia.erased_at is not None
    assert erase_due() == 0


def test_quotes_in_other_peoples_words_lose_the_handle_only(cast: Cast) -> None:
    cast.writes("Hello")
    paolo = make_customer("Paolo Bianchi")
    receive(cast.inbox, "Please call GIULIA.Ferri@example.org, my sister", customer=paolo)
    add_customer_note(by=cast.marco, customer=paolo, text="Sister of giulia.ferri@example.org")
    lines = {(line.model): line.rows for line in dry_run(cast.giulia)}
    assert lines["quotes"] == 2
    ask_erasure(by=administrator(), customer=cast.giulia, number=cast.giulia.number)
    Erasure.objects.update(due_at=now())
    erase_due()
    assert Message.objects.get(conversation__customer=paolo).text == "Please call •••, my sister"
    assert CustomerNote.objects.get(customer=paolo).text == "Sister of •••"
    assert Conversation.objects.get(customer=paolo).preview == "Please call •••, my sister"


def test_it_is_cancelled_within_the_day_or_when_they_are_merged(cast: Cast) -> None:
    cast.writes("Hello")
    ada = administrator()
    cancel_erasure(by=ada, erasure=ask_erasure(by=ada, customer=cast.giulia, number=cast.giulia.number))
    Erasure.objects.update(due_at=now())
    assert erase_due() == 0
    ask_erasure(by=ada, customer=cast.giulia, number=cast.giulia.number)
    merge(by=cast.marco, source=cast.giulia, target=make_customer("G", ("chat", "1")))
    Erasure.objects.update(due_at=now())
    assert erase_due() == 0
    assert not Erasure.objects.filter(state="waiting").exists()


def test_erasing_is_for_administrators(cast: Cast) -> None:
    cast.writes("Hello")
    address = f"/customers/{cast.giulia.pk}/privacy/erase/"
    for agent in (cast.marco, cast.anna, cast.viktor):
        assert as_(agent).post(address, {"number": cast.giulia.number}).status_code == 403
    client = as_(administrator())
    found = client.get(f"/customers/{cast.giulia.pk}/privacy/").content.decode()
    assert "emptied, times and states stay" in found
    client.post(address, {"number": cast.giulia.number})
    assert Erasure.objects.get().state == "waiting"
    assert (
        "Cancelled" in client.post(f"/customers/{cast.giulia.pk}/privacy/keep/", follow=True).content.decode()
    )


def test_whoever_was_erased_and_writes_again_is_new(cast: Cast) -> None:
    cast.writes("Hello")
    ask_erasure(by=administrator(), customer=cast.giulia, number=cast.giulia.number)
    Erasure.objects.update(due_at=now())
    erase_due()
    found = recognise([Person(claims=(Claim("email", "giulia.ferri@example.org"),), name="Giulia")])[0]
    assert found.is_new
    assert found.customer_id != cast.giulia.pk
    response = as_(cast.anna).get(f"/customers/{cast.giulia.pk}/")
    assert response.status_code == 200
    assert "Erased" in response.content.decode()


def test_files_go_unless_somebody_else_has_the_same(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    mine, theirs = (
        receive(cast.inbox, "A"),
        receive(cast.inbox, "B", customer=make_customer("P", ("chat", "1"))),
    )
    files = []
    for message, content in ((mine, b"only mine"), (mine, b"shared"), (theirs, b"shared")):
        file = store_file(uploader=None, name="letter.txt", content_type="text/plain", content=content)
        Attachment.objects.filter(pk=file.pk).update(message=message)
        files.append((file, path_of(file)))
    ask_erasure(by=administrator(), customer=cast.giulia, number=cast.giulia.number)
    Erasure.objects.update(due_at=now())
    with django_capture_on_commit_callbacks(execute=True):
        erase_due()
    assert [path.exists() for _file, path in files] == [False, True, True]


def test_objection_counts_for_every_handle(cast: Cast) -> None:
    cast.writes("Hello")
    as_(cast.marco).post(
        f"/customers/{cast.giulia.pk}/privacy/objection/", {"granted": "0", "reason": "By letter"}
    )
    assert not Identity.objects.filter(customer=cast.giulia, opted_out_at=None).exists()
    told = Event.objects.get(type="privacy.objected")
    assert (told.customer_id, told.data["number"], told.data["granted"]) == (None, cast.giulia.number, False)
