"""The small parts that stand a hundred times on a page: icons, channels' glyphs, avatars. Each is made once and kept."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from markupsafe import Markup

from ascolto.kit import text

TONES = 5


@cache
def sprite() -> str:
    """The address of the icons."""
    return static("ui/icons.svg")


_ICON = Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>')
_GLYPH = Markup('<span class="ch-g" title="{}">{}{}</span>')
_HEARD = Markup('<span class="sr">{}</span>')
_CHANNEL = Markup('<span class="ch">{}{}</span>')
_AVATAR = Markup('<span class="{}" data-t="{}" aria-hidden="true"{}>{}</span>')
_TITLE = Markup(' title="{}"')


@lru_cache(maxsize=1024)
def icon(name: str, size: str = "") -> Markup:
    """An icon of the sprite; decoration, so nobody hears it."""
    return _ICON.format(f"i {size}" if size else "i", sprite(), name)


def glyph(channel: Any, spoken: bool = True) -> Markup:
    """The glyph of something with `icon` ("i-ch-…") and `label`: the same size and weight for every channel."""
    return _glyph(*_icon_and_label(channel), spoken)


def channel(channel: Any) -> Markup:
    """Glyph and name."""
    icon_id, label = _icon_and_label(channel)
    return _channel(icon_id, label)


def _icon_and_label(channel: Any) -> tuple[str, str]:
    if isinstance(channel, dict):
        return channel["icon"], str(channel["label"])
    return channel.icon, str(channel.label)


@lru_cache(maxsize=1024)
def _glyph(icon_id: str, label: str, spoken: bool) -> Markup:
    return _GLYPH.format(label, icon(icon_id.removeprefix("i-")), _HEARD.format(label) if spoken else "")


@lru_cache(maxsize=1024)
def _channel(icon_id: str, label: str) -> Markup:
    return _CHANNEL.format(_glyph(icon_id, label, False), label)


def tone(key: Any) -> int:
    """One of the five colours of avatars, always the same for the same key."""
    number = key if isinstance(key, int) else sum(str(key or "").encode())
    return (number * 2654435761 >> 16) % TONES + 1


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """One or two letters for an avatar."""
    return text.initials(name)


def _letters(name: str) -> str:
    """Somebody known by a number only has no initials."""
    found = initials(name)
    return icon("user-round") if found == "?" else found


@lru_cache(maxsize=4096)
def avatar(name: str, key: Any, size: str = "", kind: str = "", title: str = "") -> Markup:
    """A circle is a person. `key` decides the colour, so that it never changes; `kind` is bot, org, on or away."""
    classes = " ".join(["av", *(f"av-{part}" for part in (size, kind) if part)])
    inner = icon("bot") if kind == "bot" else _letters(name)
    colour = "" if kind == "bot" else tone(key)  # a machine is nobody in particular
    return _AVATAR.format(classes, colour, _TITLE.format(title) if title else "", inner)
