"""Encryption at rest for channel secrets. The key lives outside the database, so a dump tells nothing."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """The stored secret was sealed with another key."""


class Vault:
    """Seals and opens small texts (Fernet: AES-128-CBC with HMAC-SHA256). The first key seals, all of them open."""

    def __init__(self, *keys: str) -> None:
        """`keys`: any strings of enough entropy; the current one first, retired ones after it."""
        self._current = Fernet(self._derive(keys[0]))
        self._fernet = MultiFernet([Fernet(self._derive(key)) for key in keys])

    @staticmethod
    def _derive(key: str) -> bytes:
        return base64.urlsafe_b64encode(hashlib.sha256(b"ascolto vault:" + key.encode()).digest())

    def seal(self, text: str) -> str:
        """The text, encrypted and authenticated, as ASCII."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text behind `sealed`. Raises Unreadable when no key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unreadable(
                "sealed with another key: restore the secret key this data was made with"
            ) from error

    def is_current(self, sealed: str) -> bool:
        """Whether the present key, and not a retired one, opens it."""
        try:
            self._current.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True
