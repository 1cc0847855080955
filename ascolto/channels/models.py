from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import Account, Adapter, read_config
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.kit.vault import Vault


def vault() -> Vault:
    """The vault of this installation: the secret key and the retired ones."""
    return Vault(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _local_address() -> str:
    return f"http://localhost:{settings.ENVIRONMENT.port}"


class ChannelAccount(models.Model):
    """A connected account of a network ("inbox" in the interface)."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    settings = models.JSONField(default=dict, blank=True)
    sealed = models.TextField(blank=True, default="")  # the secret settings, one sealed JSON object
    teams = models.ManyToManyField(
        "accounts.Team", blank=True, related_name="inboxes"
    )  # empty: everybody sees it
    is_enabled = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    is_trusted = models.BooleanField(default=True)  # the shell wrote its addresses, not a browser
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def adapter(self) -> Adapter:
        return get_adapter(self.kind)

    @property
    def capabilities(self) -> Capabilities:
        """The sheet of this account; of a channel whose package is gone, one that does nothing."""
        try:
            return self.adapter.capabilities_with(self.settings)
        except UnknownChannel:
            return Capabilities(private=False, answers=False)

    def values(self) -> dict[str, str]:
        """Every setting, the secret ones opened. Raises Unreadable when the key is not the one that sealed them."""
        import json

        return {**self.settings, **(json.loads(vault().open(self.sealed)) if self.sealed else {})}

    def store_values(self, values: dict[str, str]) -> None:
        """Keep the settings; the secret ones sealed together. Does not save."""
        import dataclasses
        import json

        secret = {f.name for f in dataclasses.fields(self.adapter.Config) if f.metadata.get("secret")}
        self.settings = {k: v for k, v in values.items() if k not in secret}
        hidden = {k: v for k, v in values.items() if k in secret and v}
        self.sealed = vault().seal(json.dumps(hidden)) if hidden else ""

    def as_account(self) -> Account:
        """The account as its adapter sees it. Raises ConfigError, Unreadable."""
        from django.core.signing import BadSignature, Signer

        signer = Signer(salt=f"channel:{self.pk}")

        def unsign(token: str) -> str | None:
            try:
                return signer.unsign(token)
            except BadSignature:
                return None

        return Account(
            id=self.pk,
            kind=self.kind,
            name=self.name,
            token=self.token,
            config=read_config(self.adapter.Config, self.values()),
            language=self.language,
            hook_url=f"{settings.BASE_URL or _local_address()}/hooks/{self.kind}/{self.token}",
            trusted=self.is_trusted,
            sign=signer.sign,
            unsign=unsign,
        )


class ChannelHealth(models.Model):
    """How an account does; apart from its settings, since it changes with the traffic."""

    account = models.OneToOneField(ChannelAccount, models.CASCADE, primary_key=True, related_name="health")
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=20, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    error_at = models.DateTimeField(null=True)
    error_from = models.CharField(
        max_length=3, blank=True, default=""
    )  # in, out: reading that works says nothing of sending
    paused_until = models.DateTimeField(null=True)  # a 429 pauses the whole account
    token_expires_at = models.DateTimeField(null=True)  # when the network's permission ends, if it ends
    expiry_told = models.PositiveSmallIntegerField(null=True)  # the step (days before) that was told last
    silent_since = models.DateTimeField(null=True)  # since when less came than its own history lets expect
    watched_from = models.DateTimeField(null=True)  # when a person switched it on or changed it last
    templates_at = models.DateTimeField(
        null=True
    )  # when the approved templates were read; None: read them anew
    templates_tried_at = models.DateTimeField(null=True)
    poll_cursor: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    @property
    def state(self) -> str:
        """`broken` (somebody must act), `waiting` (paused by the network), `working`, or `quiet` (nothing seen yet)."""
        if self.error_class in {"reauth", "config", "abuse_stop"}:
            return "broken"
        if self.error_class:
            return "waiting"
        return "working" if self.last_in_at or self.last_out_at else "quiet"


class ChannelHour(models.Model):
    """What one account received and sent in one hour (UTC): its history, from which follows what is usual."""

    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="hours")
    hour = models.DateTimeField()
    received = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["hour"]
        constraints = [models.UniqueConstraint(fields=["account", "hour"], name="channel_hour_once")]


class ChannelTemplate(models.Model):
    """A template that the network has reviewed for an account, as it was told last (`channels/templates.py`)."""

    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="templates")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=40, blank=True, default="")
    status = models.CharField(max_length=40, blank=True, default="")
    header = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    footer = models.CharField(max_length=200, blank=True, default="")
    buttons: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)  # of templates.Button
    variables: models.JSONField[list[Any], list[Any]] = models.JSONField(
        default=list
    )  # of templates.Variable
    told_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name", "language"], name="template_in_a_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
