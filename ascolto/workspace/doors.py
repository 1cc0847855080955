"""What has to be put where, so that messages reach an inbox: a hook address, a line of HTML, a page to link to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, Doorway
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import hook_url
from ascolto.ui.jinja import url_or_none


@dataclass(frozen=True, slots=True)
class Door:
    """Something to copy: its words, the text itself, and where it belongs."""

    key: str
    label: str
    text: str
    hint: str


def doors_of(account: ChannelAccount, base_url: str) -> list[Door]:
    """Our own doors are pages and scripts of a room, as the adapter declares them; other networks call the hook address."""
    try:
        adapter = account.adapter
    except UnknownChannel:
        return []
    if own := [door for doorway in adapter.doors if (door := _own(doorway, account, base_url))]:
        return own
    if type(adapter).verify is Adapter.verify:  # it fetches its messages, as mail is fetched
        return []
    hint = _("Paste it where the network asks for a webhook or callback address. Treat it like a password.")
    return [Door("hook", _("Hook address"), hook_url(account, base_url), hint)]


def _own(doorway: Doorway, account: ChannelAccount, base_url: str) -> Door | None:
    """The door as text to copy; None when its room is not installed."""
    path = url_or_none(doorway.address, account.token)
    if path is None:
        return None
    address = base_url + path
    text = f'<script src="{address}" async></script>' if doorway.is_script else address
    return Door(doorway.key, _(doorway.label), text, _(doorway.hint))
