"""Signing in at Google or Microsoft instead of giving a password (OAuth 2): where, for what, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ascolto.channels.protocol import OAuth

PASSWORD: Final = "password"  # noqa: S105 - a way to sign in
GOOGLE: Final = OAuth(
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    scopes=("https://mail.google.com/",),
    extra={"access_type": "offline", "prompt": "consent"},  # else no refresh token comes the second time
)
MICROSOFT: Final = OAuth(
    authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    extra={"prompt": "select_account"},
)
OTHER: Final = OAuth(
    authorize_url="{authorize_url}",
    token_url="{grant_url}",  # noqa: S106 - an address
    scopes=("openid", "email", "offline_access"),
)
WAYS: Final[Mapping[str, OAuth | None]] = {
    PASSWORD: None,
    "google": GOOGLE,
    "microsoft": MICROSOFT,
    "other": OTHER,
}
