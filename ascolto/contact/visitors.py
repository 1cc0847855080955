"""Who is in front of the widget: an anonymous browser that we know by a key we signed, or a customer the company's site vouches for."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, TimestampSigner

from ascolto.channels.adapters.chat.adapter import Config
from ascolto.channels.models import ChannelAccount
from ascolto.kit.ids import new_token
from ascolto.kit.text import clean

VOUCHED_FOR = timedelta(hours=24)  # then the site has to vouch again; the page does so by itself
REMEMBERED_FOR = timedelta(days=400)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class NotVouchedFor(Exception):
    """The site's signature of the customer's id is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with the widget open. `customer_id` is None until their first message is in a conversation."""

    account_id: int
    token: str
    handle: str
    name: str = ""
    email: str = ""  # signed by the site
    is_identified: bool = False
    customer_id: int | None = None

    @property
    def identity_values(self) -> tuple[tuple[str, str], ...]:
        """The proven handles they write with: (namespace, value)."""
        email = (("email", self.email),) if self.email else ()
        return (("chat", self.handle), *email)


def anonymous(account: ChannelAccount) -> Visitor:
    """A visitor nobody has seen before."""
    return Visitor(account.pk, account.token, f"v-{new_token(18)}")


def identify(account: ChannelAccount, config: Config, user: Mapping[str, Any]) -> Visitor:
    """The customer for whom the company's site vouches. Raises NotVouchedFor.

    The site signs the id, or the id and the e-mail address with a line feed between them.
    """
    user_id, email, name = (_text(user.get(field)) for field in ("id", "email", "name"))
    given = user.get("hash")
    if not config.identity_secret or not isinstance(given, str):
        raise NotVouchedFor("This chat has no identity secret, or the page sent no hash.")
    if not user_id or len(user_id) > 150 or _CONTROL.search(user_id):
        raise NotVouchedFor("The customer's id is missing, too long or holds control characters.")
    handle = f"user:{account.pk}:{user_id}"
    with_email = bool(email) and fits(config.identity_secret, f"{user_id}\n{email}", given)
    if not with_email and not fits(config.identity_secret, user_id, given):
        raise NotVouchedFor(
            "The hash does not fit the id: it is the hex HMAC-SHA256 of the id with the identity secret."
        )
    proven = email.lower() if with_email and _EMAIL.fullmatch(email) else ""
    return Visitor(account.pk, account.token, handle, name[:200], proven, is_identified=True)


def fits(secret: str, text: str, given: str) -> bool:
    """Whether `given` is the hex HMAC-SHA256 of the text; in constant time."""
    expected = hmac.new(
        secret.encode("utf-8", "replace"), text.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "replace"))


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)[:300]
    return clean(value, 300) if isinstance(value, str) else ""


# --- keys ------------------------------------------------------------------------------------------------------------


def _signer(account: ChannelAccount, config: Config | None) -> TimestampSigner:
    """Keys of identified customers end when the identity secret changes."""
    secret = hashlib.sha256(config.identity_secret.encode("utf-8", "replace")).hexdigest() if config else ""
    return TimestampSigner(salt=f"chat-visitor:{account.pk}:{secret}")


def key_of(account: ChannelAccount, config: Config, visitor: Visitor) -> str:
    """What the browser keeps and shows with every request."""
    told = {"h": visitor.handle, "n": visitor.name, "e": visitor.email}
    kind = "u" if visitor.is_identified else "a"
    return f"{kind}.{_signer(account, config if visitor.is_identified else None).sign_object(told)}"


def read_key(account: ChannelAccount, config: Config, key: str) -> Visitor | None:
    """The visitor with this key; None when it was not made here for this inbox, or is too old."""
    kind, _, signed = key[:2000].partition(".")
    if kind not in {"a", "u"} or (kind == "a" and config.require_identity):
        return None
    identified = kind == "u"
    try:
        told = _signer(account, config if identified else None).unsign_object(
            signed, max_age=VOUCHED_FOR if identified else REMEMBERED_FOR
        )
    except (BadSignature, ValueError, UnicodeError):
        return None
    found = Visitor(account.pk, account.token, told["h"], told["n"], told["e"], identified)
    return found if found.handle else None


def with_customer(visitor: Visitor, customer_id: int | None) -> Visitor:
    """The same visitor, with the customer they turned out to be."""
    return replace(visitor, customer_id=customer_id)
