"""What has to be put where, so that messages reach an inbox: a hook address, a line of HTML, a page to link to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter
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
    """Our own doors are pages and scripts of the room `contact`; every other channel calls the hook address."""
    if account.kind == "chat" and (script := url_or_none("contact:chat-widget", account.token)):
        return [
            _script(base_url + script, _("Paste it before </body> on every page that should have the chat."))
        ]
    if account.kind == "form" and (page := url_or_none("contact:form", account.token)):
        doors = [
            Door("page", _("Address of the form"), base_url + page, _("Link to it, or send it to customers."))
        ]
        if script := url_or_none("contact:form-embed", account.token):
            doors.append(_script(base_url + script, _("Paste it where the form should appear in your page.")))
        return doors
    if not _listens_at_a_hook(account):
        return []
    hint = _("Paste it where the network asks for a webhook or callback address. Treat it like a password.")
    return [Door("hook", _("Hook address"), hook_url(account, base_url), hint)]


def _listens_at_a_hook(account: ChannelAccount) -> bool:
    """A channel that fetches its messages, as mail is fetched, has no address to give away."""
    try:
        return type(account.adapter).verify is not Adapter.verify
    except UnknownChannel:
        return False


def _script(address: str, hint: str) -> Door:
    return Door("script", _("Line for your website"), f'<script src="{address}" async></script>', hint)
