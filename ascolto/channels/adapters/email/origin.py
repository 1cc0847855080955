"""Who wrote a mail, whether that is proven, and where an answer goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ascolto.channels.adapters.email import headers, trust
from ascolto.channels.protocol import Account, Handle, Sender

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?", re.IGNORECASE)

Values = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """The sender, where an answer goes, and what the receiving server had found."""

    sender: Sender
    address: str
    answer_to: str
    checks: str


def own_addresses(config: Any) -> frozenset[str]:
    """The addresses that are this inbox."""
    candidates = (config.address, config.imap_user, config.smtp_user)
    return frozenset(box.address for box in headers.read_mailboxes(candidates))


def nobody(account: Account, external_id: str, name: str = "", language: str = "") -> Origin:
    """A mail without any address: a person of its own, so that strangers never share a history."""
    handle = Handle(f"external:{account.id}", f"mail {external_id}"[:255], proven=False)
    return Origin(Sender((handle,), name, language), "", "", "")


def find(account: Account, raw_values: Values, values: Values, external_id: str) -> Origin:
    """Who wrote: the From; where it is missing or our own (a web form, a group), the Reply-To or whom the group names.
    `raw_values` gives a header as it came, `values` decoded."""
    own = own_addresses(account.config)
    written = headers.read_mailboxes(raw_values("from"))
    reply_to = headers.read_mailboxes(raw_values("reply-to"))
    writer, is_stand_in = _writer(own, written, reply_to, raw_values)
    language = "".join(values("content-language")[:1])
    language = language if _LANGUAGE.fullmatch(language) else ""
    if writer is None:
        return nobody(account, external_id, headers.lonely_name(raw_values("from")), language)
    verdict = trust.judge(
        values("authentication-results"),
        writer.address,
        authority=account.config.authserv_id,
        is_ambiguous=is_stand_in or len(raw_values("from")) > 1,
    )
    name = writer.name or next((box.name for box in written if box.address == writer.address), "")
    if not name and not written:
        name = headers.lonely_name(raw_values("from"))
    sender = Sender((Handle("email", writer.address, verdict.proven),), name, language)
    elsewhere = next((box.address for box in reply_to if box.address not in own), "")
    answer_to = elsewhere if verdict.proven and elsewhere else writer.address
    return Origin(sender, writer.address, answer_to, verdict.found)


def _writer(
    own: frozenset[str], written: list[headers.Mailbox], reply_to: list[headers.Mailbox], raw_values: Values
) -> tuple[headers.Mailbox | None, bool]:
    """The person, and whether it had to be looked for elsewhere than in the From."""
    writer = next((box for box in written if box.address not in own), None)
    if writer is not None:
        return writer, False
    forwarded = headers.read_mailboxes(raw_values("x-original-from"))
    others = headers.read_mailboxes(raw_values("sender") + raw_values("return-path"))
    replacements = [box for box in (*forwarded, *reply_to, *others) if box.address not in own]
    return next(iter([*replacements, *written]), None), True
