"""Who pushes: Google Cloud Pub/Sub calls an address that holds a secret, and may sign with a token of Google's.

The certificates that the token's signature needs would have to be fetched, and whoever opens the door must not wait for a network. The
secret in the address is what proves the caller; of a token only its claims are compared. A push of Google's is a hint that names a
review: what the review says is read from Google itself.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from ascolto.channels.protocol import BadSignature, HookRequest, Malformed
from ascolto.channels.reading import read_body, text_of
from ascolto.kit.clock import now

_ISSUERS = {"https://accounts.google.com", "accounts.google.com"}
_SKEW = 300  # seconds


def check(secret: str, audience: str, request: HookRequest) -> None:
    """Raises BadSignature unless the request carries our secret and, where an audience is set, a token for it."""
    given = request.query.get("token", "")
    if not secret or not hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogatepass")):
        raise BadSignature("Write ?token= and the push secret of this inbox at the end of the push address.")
    if audience:
        _check_claims(request.headers.get("authorization", ""), audience)


def _check_claims(authorization: str, audience: str) -> None:
    scheme, _, token = authorization.partition(" ")
    parts = token.strip().split(".")
    if scheme.lower() != "bearer" or len(parts) != 3 or len(token) > 8192:
        raise BadSignature("The push carries no token of Google's.")
    try:
        claims = read_body(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, Malformed) as error:
        raise BadSignature("The push carries a token that cannot be read.") from error
    expires = text_of(claims.get("exp"), 20)
    if text_of(claims.get("iss")) not in _ISSUERS or text_of(claims.get("aud"), 500) != audience:
        raise BadSignature("The push carries a token for somebody else.")
    if not expires.isdigit() or int(expires) < now().timestamp() - _SKEW:
        raise BadSignature("The token of the push is too old.")
