"""How passwords are kept: Argon2id with the parameters that OWASP recommends, and never more than a few at once.

Django's own parameters take 100 MiB for each password that is looked at: twenty people, or one who guesses, would take
the memory of the whole product.
"""

from __future__ import annotations

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

_ROOM = threading.BoundedSemaphore(4)  # at most 4 × 19 MiB in a process; the fifth waits some milliseconds


class Argon2(Argon2PasswordHasher):
    """Argon2id, 19 MiB, two passes, one lane."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _ROOM:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _ROOM:
            return bool(super().verify(password, encoded))
