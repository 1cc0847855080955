"""A message of ours into a status. Private ones are `direct`, always: nothing in this module can make them anything else.

Who is mentioned in a direct status may read it. So the customer must be named in the text, and nobody else may be.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from ascolto.channels.adapters.mastodon.instance import part
from ascolto.channels.adapters.mastodon.statuses import NAMESPACE, PUBLIC, acct_of
from ascolto.channels.protocol import ErrorClass, Failure, File, Outgoing, SendRefused, Sent
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.text import clean

_MENTION = re.compile(r"(?<![\w/=])@(?=(\w[\w.-]*(?:@[\w.-]*\w)?))")
_INVISIBLE = "\u200b"  # a space without width after the @: the reader sees the same, the server names nobody
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')
_PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)  # seconds between two looks whether a file is ready


def send(looks: Rest, posts: Rest, outgoing: Outgoing) -> Sent:
    """A status that only the customer reads. Raises SendRefused."""
    acct = _acct(looks, outgoing)
    text = _addressed(_naming_nobody_but(acct, outgoing.text), acct)
    return _post(looks, posts, outgoing, text, "direct")


def publish(looks: Rest, posts: Rest, outgoing: Outgoing) -> Sent:
    """An answer as public as what it answers. Raises SendRefused."""
    visibility = text_of(outgoing.extra.get("visibility"), 20) or "public"
    if visibility not in PUBLIC:
        reason = "What this answers was written for chosen readers: it cannot be answered in public."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    text = _addressed(outgoing.text, _acct(looks, outgoing)) if outgoing.reply_to else outgoing.text
    return _post(looks, posts, outgoing, text, visibility)


def _acct(looks: Rest, outgoing: Outgoing) -> str:
    """How the customer is addressed from our server. Raises SendRefused for nobody."""
    if acct := acct_of(outgoing.extra):
        return acct
    values = [handle.value for handle in outgoing.recipient if handle.namespace == NAMESPACE]
    account_id = values[0].partition("@")[0] if values else ""
    if account_id:
        try:
            if acct := acct_of(looks.json("GET", f"api/v1/accounts/{part(account_id)}", repeatable=True)):
                return acct
        except SendRefused as refusal:
            if refusal.failure.code not in {"404", "410"}:
                raise
    raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The customer's Mastodon account is not known."))


def _addressed(text: str, acct: str) -> str:
    named = [found.group(1).rstrip(".-").lower() for found in _MENTION.finditer(text)]
    return text if acct.lower() in named else f"@{acct} {text}".strip()


def _naming_nobody_but(acct: str, text: str) -> str:
    """The text with every other mention made harmless: a direct status goes to whoever is mentioned."""

    def harmless(found: re.Match[str]) -> str:
        is_customer = found.group(1).rstrip(".-").lower() == acct.lower()
        return "@" if is_customer else f"@{_INVISIBLE}"

    return _MENTION.sub(harmless, text)


def _post(looks: Rest, posts: Rest, outgoing: Outgoing, text: str, visibility: str) -> Sent:
    status: dict[str, Any] = {"status": text, "visibility": visibility}
    if outgoing.reply_to:
        status["in_reply_to_id"] = outgoing.reply_to
    if outgoing.language:
        status["language"] = outgoing.language[:2]
    if outgoing.files:
        status["media_ids"] = [_upload(looks, file) for file in outgoing.files]
    # Not repeatable here: an unknown outcome is told as such, and the key lets the courier repeat it.
    answer = posts.json(
        "POST",
        "api/v1/statuses",
        repeatable=False,
        json=status,
        headers={"idempotency-key": outgoing.tracker},
    )
    external_id = text_of(answer.get("id"), 255).strip()
    if not external_id:
        raise SendRefused(posts.nonsense(repeatable=False))
    return Sent((external_id,))


# --- files ----------------------------------------------------------------------------------------------------------


def _upload(rest: Rest, file: File) -> str:
    """The id of a file that the server has taken and put in order. Nobody sees it yet. Raises SendRefused."""
    name = _UNSAFE.sub("_", clean(file.name, 200)).strip() or "file"
    answer = rest.ask(
        "POST", "api/v2/media", repeatable=True, files={"file": (name, file.read(), file.content_type)}
    )
    media_id = text_of((answer.json_object() or {}).get("id"), 100)
    if not media_id:
        raise SendRefused(rest.nonsense(repeatable=True))
    if answer.status == 202:
        _await_ready(rest, media_id)
    return media_id


def _await_ready(rest: Rest, media_id: str) -> None:
    for pause in _PAUSES:
        time.sleep(pause)
        if rest.get(f"api/v1/media/{part(media_id)}").status == 200:
            return
    raise SendRefused(Failure(ErrorClass.RETRY, "The server is still busy with the file."))


def fetch(rest: Rest, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """Content and content type of a file of a status. Raises SendRefused."""
    address = text_of(remote.get("url"), 2000)
    if not address.startswith(("https://", "http://")):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    return rest.download(address, limit)
