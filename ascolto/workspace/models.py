from __future__ import annotations

from django.conf import settings
from django.db import models

from ascolto.kit.clock import now


class SignIn(models.Model):
    """An administrator who went to a network to connect an inbox and has not come back yet. Claimed by deleting it."""

    state_digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    sealed = models.TextField()  # the settings typed so far and the PKCE verifier, one sealed JSON object
    started_at = models.DateTimeField(default=now, editable=False, db_index=True)
