"""The Jinja2 environment of every screen."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi, get_language_info, gettext, ngettext
from jinja2 import Environment

from ascolto.kit.clock import now
from ascolto.kit.ids import pk_of_reference
from ascolto.ui import commands, drawn, modules, promise, reasons

_NUMBERED = re.compile(r"(?<!\w)(#[0-9]{5,18})\b")
_MAY_LINK = re.compile(r"://|@|www\.", re.IGNORECASE)
_LINK = re.compile(
    r"((?:https?://|\bwww\.)[^\s<>\"]{2,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.IGNORECASE,
)
LINKED_LENGTH = 20_000  # looking for links in longer texts would cost more than it gives


def environment(**options: Any) -> Environment:
    """Autoescaping templates with `url()`, `static()`, `_()`, `ngettext()` and the filters below."""
    env = Environment(**options)  # noqa: S701 - autoescape is among the options
    env.globals.update(
        {"url": _url, "static": static, "_": gettext, "gettext": gettext, "ngettext": ngettext}
    )
    env.globals.update(
        {
            "sprite": drawn.sprite(),
            "drawn": drawn,
            "url_or_none": url_or_none,
            "promise_clock": promise.clock,
            "look_of": _look_of,
            "text_direction": text_direction,
            "languages": languages,
            "key_commands": commands.grouped,
            "preload": modules.preload,
        }
    )
    env.filters.update(
        {
            "initials": drawn.initials,
            "tone": drawn.tone,
            "linked": linked,
            "noted": noted,
            "clock_time": clock_time,
            "day_name": day_name,
            "short_date": short_date,
            "moment": moment,
            "long_date": long_date,
            "file_size": file_size,
            "number": number,
            "percent": percent,
            "own_language": reasons.in_own_language,
        }
    )
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def languages() -> list[tuple[str, str]]:
    """The languages of the interface, each in its own words."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


def text_direction() -> str:
    """How the language that is active is written: `ltr` or `rtl`."""
    return "rtl" if get_language_bidi() else "ltr"


def _look_of(request: Any) -> Any:
    from ascolto.ui.look import look_of  # it asks this module for addresses

    return look_of(request)


def url_or_none(name: str, *args: Any) -> str | None:
    """The address of a screen, or None when its room is not installed."""
    try:
        return reverse(name, args=args or None)
    except NoReverseMatch:
        return None


def linked(text: str) -> SafeString:
    """Escaped text whose web and mail addresses are links."""
    if len(text) > LINKED_LENGTH or not _MAY_LINK.search(text):
        return escape(text)
    parts = _LINK.split(text)  # odd ones are addresses
    return mark_safe("".join(_link(part) if i % 2 else escape(part) for i, part in enumerate(parts)))  # noqa: S308


def noted(text: str) -> SafeString:
    """As `linked`, with numbers of conversations (#00042) as links: whoever may not see one finds nothing behind it."""
    if len(text) > LINKED_LENGTH or "#" not in text:
        return linked(text)
    parts = _NUMBERED.split(text)  # odd ones are numbers
    return mark_safe("".join(_numbered(part) if i % 2 else linked(part) for i, part in enumerate(parts)))  # noqa: S308


def _numbered(number: str) -> str:
    """The check digit tells a conversation's number from any other."""
    if pk_of_reference(number[1:]) is None or (address := url_or_none("desk:thread", number[1:])) is None:
        return escape(number)
    return f'<a class="link" href="{escape(address)}" data-open-number="{escape(number[1:])}">{escape(number)}</a>'


def _link(address: str) -> str:
    """One link; the punctuation that ends the sentence stays outside."""
    kept = address.rstrip(".,;:!?'\"")
    if kept.endswith(")") and kept.count("(") < kept.count(")"):
        kept = kept[:-1]
    target = (
        kept if "://" in kept else f"mailto:{kept}" if "@" in kept and "/" not in kept else f"https://{kept}"
    )
    link = f'<a href="{escape(target)}" rel="nofollow noopener noreferrer" target="_blank">{escape(kept)}</a>'
    return link + escape(address[len(kept) :])


def clock_time(at: datetime) -> str:
    """`14:50`, in the reader's time zone."""
    return timezone.localtime(at).strftime("%H:%M")


def day_name(at: datetime) -> str:
    """`Today, Thursday 11 June`."""
    local = timezone.localtime(at)
    days = (timezone.localtime(now()).date() - local.date()).days
    pattern = "l j F" if days < 300 else "l j F Y"
    name = _date_words(local.date(), pattern, get_language())
    if days == 0:
        return gettext("Today, %(day)s") % {"day": name}
    if days == 1:
        return gettext("Yesterday, %(day)s") % {"day": name}
    return name[:1].upper() + name[1:]


def short_date(at: datetime) -> str:
    """`14:50` today, `11 Jun` this year, `11 Jun 2024` before."""
    local, today = timezone.localtime(at), timezone.localtime(now())
    if local.date() == today.date():
        return clock_time(at)
    pattern = "j M" if local.year == today.year else "j M Y"
    return _date_words(local.date(), pattern, get_language())


def moment(at: datetime) -> str:
    """The full date and time, for a title."""
    local = timezone.localtime(at)
    return f"{_date_words(local.date(), 'l j F Y', get_language())}, {local:%H:%M}"


@lru_cache(maxsize=2048)
def _date_words(day: date, pattern: str, language: str | None) -> str:
    """A date in words of the language that is active; the same days come again and again on a screen."""
    words = formats.date_format(day, pattern)
    # Italian writes days and months small; Django's names of them begin with a capital
    return words.lower() if (language or "").startswith("it") else words


def long_date(at: datetime) -> str:
    """`11 June 2026`."""
    return _date_words(timezone.localtime(at).date(), "j F Y", get_language())


def file_size(size: int) -> str:
    """`340 kB`, `2.1 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{formats.number_format(size / 1_000_000, 1)} MB"


def number(value: float, digits: int = 0) -> str:
    """`1,204` or `0.785` as the reader writes numbers."""
    return str(formats.number_format(round(value, digits), digits, force_grouping=True))


def percent(share: float, digits: int = 0) -> str:
    """A share of one as `96%`."""
    return gettext("%(number)s%%") % {"number": number(share * 100, digits)}
