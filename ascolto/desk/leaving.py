"""An answer as it leaves: what its channel makes of it, and what a person should know before."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.capabilities import measured_length
from ascolto.channels.marks import MOST, has_marks, page, plain
from ascolto.channels.models import ChannelAccount
from ascolto.channels.starred import starred
from ascolto.conversations.models import Visibility
from ascolto.conversations.reach import Reach
from ascolto.conversations.signing import signature_of, signed
from ascolto.customers.models import Identity
from ascolto.gates import Refused


@dataclass(frozen=True, slots=True)
class Written:
    """A text without its marks, and the page that shows them; empty where the channel shows none, or nothing is marked."""

    text: str
    html: str = ""


def written(typed: str, account: ChannelAccount | None) -> Written:
    """What was typed, for the channel it leaves by."""
    if account is None or len(typed) > MOST or not has_marks(typed):
        return Written(typed)
    return Written(plain(typed), page(typed) if account.capabilities.marks else "")


def on_the_wire(said: Written, account: ChannelAccount, signature: str) -> str:
    """The text that the network counts."""
    is_starred = said.html and account.capabilities.marks == "stars"
    return signed(starred(said.html) if is_starred else said.text, signature)


def refuse_too_long(said: Written, account: ChannelAccount, agent: Agent, visibility: str) -> None:
    """The gate counts the plain text; signs for emphasis take room too. Raises Refused."""
    limits = account.capabilities.limits(visibility)
    if not said.html or account.capabilities.marks != "stars":
        return
    text = on_the_wire(said, account, signature_of(agent, account.kind, visibility))
    if measured_length(text, limits.counting) > limits.max_length:
        raise Refused(
            "too_long",
            _("With its bold words and lists the text is too long for %(name)s.") % {"name": account.name},
            fix=_("Shorten it."),
        )


def consequences(reach: Reach, address: Identity | None, signature: str, channel: str) -> list[str]:
    """What is different when an answer leaves this way, in short sentences: to whom, what is told back, what is added, until when."""
    can, limits, values = reach.capabilities, reach.limits, {"channel": channel}
    if reach.visibility == Visibility.PUBLIC:
        said = [_("Everybody on %(channel)s reads it.") % values]
    elif address is not None:
        said = [
            _("Leaves by %(channel)s to %(address)s.")
            % (values | {"address": (address.shown or address.value)[:80]})
        ]
        said.append(
            _("The address is proven.") if address.is_proven else _("Nothing proves that it is theirs.")
        )
    else:
        said = [_("Leaves by %(channel)s.") % values]
    if reach.visibility == Visibility.PRIVATE and "read" not in can.receipts:
        said.append(_("Nobody tells whether it is read."))
    said.append(
        _("Signed “%(name)s”.") % {"name": signature} if signature else _("The network shows your name.")
    )
    if reach.window_ends_at is None:
        said.append(_("No time limit."))
    if can.parts:
        said.append(_("Long texts leave, and are paid, in parts."))
    if not can.marks:
        said.append(_("Bold, lists and links arrive as plain text."))
    if limits.attachments is None:
        said.append(_("No files."))
    return said
