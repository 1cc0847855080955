"""How to connect a channel, step by step, with what must be copied at the step where it is needed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import Setting, settings_of
from ascolto.kit.vault import Unreadable
from ascolto.workspace.doors import Door, doors_of

# Words of the English source of a step that say what is copied there.
_HOOK = ("hook address", "webhook address", "hook url")
_BACK = ("redirect", "callback address", "return address")
_WORD = ("verify token", "verify word", "word of the handshake")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and what to copy for it. `later`: it is known once the inbox is connected."""

    text: str
    doors: tuple[Door, ...] = ()
    later: bool = False


def callback_url(base_url: str) -> str:
    """Where networks send people back to after they signed in."""
    return base_url.rstrip("/") + reverse("workspace:oauth-callback")


def return_door(base_url: str) -> Door:
    """The address that a network wants to know before it lets anybody sign in."""
    hint = _("Write it into the network's app as redirect address, exactly so.")
    return Door("redirect", _("Redirect address"), callback_url(base_url), hint)


def is_handshake_word(setting: Setting) -> bool:
    """A word of our own choice that a network repeats to prove that it means us: to be pasted there, so it is shown."""
    return setting.name.startswith("verify_")


def new_handshake_word() -> str:
    """A word that nobody guesses and everybody can paste."""
    return f"ascolto-{secrets.token_hex(8)}"


def words_of(account: ChannelAccount) -> list[Door]:
    """The words of the handshake of a connected inbox, to copy."""
    try:
        adapter, values = account.adapter, account.values()
    except (UnknownChannel, Unreadable):
        return []
    hint = _("The network asks for it beside the hook address.")
    return [
        Door(setting.name, _(setting.label), values[setting.name], hint)
        for setting in settings_of(adapter)
        if is_handshake_word(setting) and values.get(setting.name)
    ]


def things_to_copy(account: ChannelAccount, base_url: str) -> list[Door]:
    """What is pasted elsewhere so that messages come: hook address or script, and the words of the handshake."""
    return [*doors_of(account, base_url), *words_of(account)]


def steps_of(adapter: Adapter, base_url: str, account: ChannelAccount | None = None) -> list[Step]:
    """The guide of a channel in the reader's language."""
    doors = {door.key: door for door in doors_of(account, base_url)} if account else {}
    words = words_of(account) if account else []
    return [_step(text, adapter, base_url, doors, words, account is None) for text in adapter.guide]


def _step(
    text: str, adapter: Adapter, base_url: str, doors: dict[str, Door], words: list[Door], is_new: bool
) -> Step:
    said, copied, later = text.casefold(), [], False
    if any(name in said for name in _HOOK):
        copied += [doors["hook"]] if "hook" in doors else []
        later = is_new
    if any(name in said for name in _WORD) and (not is_new):
        copied += words
    if adapter.oauth and any(name in said for name in _BACK):
        copied.append(return_door(base_url))
    return Step(_(text), tuple(copied), later)
