"""How far indexing has come. The index itself is a table without a model: each database has one of its own kind."""

from __future__ import annotations

from django.db import models


class Reindexing(models.Model):
    """One row: messages with an id under `below` are still to be indexed (anew), the newest first. 0: everything is."""

    below = models.BigIntegerField(default=0)
    newest = models.BigIntegerField(default=0)  # where it began

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return 1.0 if not self.below or not self.newest else 1 - (self.below - 1) / self.newest


class Stale(models.Model):
    """A conversation whose messages must be indexed anew, since its customer, subject or labels changed; done up to `after`."""

    conversation = models.BigIntegerField(primary_key=True)
    after = models.BigIntegerField(default=0)
