"""The key of the installation changes: every secret is sealed anew, whatever interrupts it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ascolto.channels import keeping
from ascolto.channels.models import ChannelAccount
from ascolto.generation.models import ModelServer
from ascolto.kit.vault import Unreadable, Vault
from ascolto.testing.factories import make_inbox

pytestmark = pytest.mark.django_db
OLD, NEW = "the-old-key-of-this-installation", "the-new-key-of-this-installation"


@pytest.fixture
def inboxes(settings: Any) -> list[ChannelAccount]:
    """Three inboxes with secrets of the old key, one without any; then the key changes."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    made = [make_inbox("webhook", f"Shop {n}", secret=f"secret-{n}", reply_url="") for n in range(3)]
    make_inbox("chat", "Chat")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    return made


def rotate(*options: str) -> str:
    said = io.StringIO()
    call_command("rotate-secrets", *options, stdout=said, stderr=said)
    return said.getvalue()


def opened_with_new_key_only() -> list[str]:
    vault = Vault(NEW)
    return [vault.open(row.sealed) for row in ChannelAccount.objects.exclude(sealed="").order_by("pk")]


def test_an_old_key_opens_what_it_sealed_and_the_new_one_seals(inboxes, settings) -> None:
    assert inboxes[0].values()["secret"] == "secret-0"
    inboxes[0].store_values({"secret": "changed"})
    assert "changed" in Vault(NEW).open(inboxes[0].sealed)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Unreadable):
        inboxes[1].values()


def test_every_secret_is_sealed_anew_and_the_old_key_can_be_forgotten(inboxes, settings) -> None:
    assert "3 sealed anew, 0 sealed with this key already." in rotate()
    settings.SECRET_KEY_FALLBACKS = []
    assert [
        row.values()["secret"] for row in ChannelAccount.objects.filter(kind="webhook").order_by("pk")
    ] == [
        "secret-0",
        "secret-1",
        "secret-2",
    ]
    with pytest.raises(Unreadable):
        Vault(OLD).open(ChannelAccount.objects.get(pk=inboxes[0].pk).sealed)


def test_it_may_be_stopped_in_the_middle_and_run_again(inboxes, monkeypatch) -> None:
    seal, sealed = keeping._reseal, []

    def stopped(pk: int) -> object:
        if len(sealed) == 2:
            raise KeyboardInterrupt
        sealed.append(pk)
        return seal(pk)

    monkeypatch.setattr(keeping, "_reseal", stopped)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    monkeypatch.undo()
    assert inboxes[2].values()["secret"] == "secret-2"  # still opened by the old one
    assert "1 sealed anew, 2 sealed with this key already." in rotate()
    assert "0 sealed anew, 3 sealed with this key already." in rotate()
    assert len(opened_with_new_key_only()) == 3


def test_a_change_meanwhile_is_not_overwritten(inboxes) -> None:
    steps = keeping.reseal_all()
    next(steps)
    inboxes[1].store_values({"secret": "typed meanwhile"})
    inboxes[1].save()
    assert [step.outcome for step in steps] == ["kept", "sealed"]
    assert "typed meanwhile" in opened_with_new_key_only()[1]


def test_an_inbox_that_no_key_opens_is_named_and_the_others_are_sealed(inboxes, settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-third-key-of-somebody-else", []
    inboxes[1].store_values({"secret": "lost"})
    inboxes[1].save()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 could not be opened"):
        call_command("rotate-secrets", stdout=said, stderr=said)
    assert f"Inbox {inboxes[1].pk} (Shop 1) was sealed with a key that is not known here." in said.getvalue()
    assert "2 sealed anew" in said.getvalue()


def test_nothing_of_a_secret_or_of_the_key_is_in_the_database(inboxes, settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, settings FROM channels_channelaccount")
        stored = str(cursor.fetchall())
    assert not any(secret in stored for secret in ("secret-0", "secret-1", OLD, NEW))


def test_the_key_of_the_language_model_is_sealed_anew_too(settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    server = ModelServer(pk=1)
    server.store_secrets("a-model-key", {})
    server.save()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    said = rotate()
    assert "The language model is sealed anew." in said
    assert "1 sealed anew" in said
    assert "a-model-key" in Vault(NEW).open(ModelServer.objects.get().sealed)
    assert "0 sealed anew, 1 sealed with this key already." in rotate()
