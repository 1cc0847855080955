"""Which channel? All of them, in groups that follow from what they can do, each with a line on what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.channels.protocol import Adapter
from ascolto.channels.selectors import settings_of
from ascolto.workspace.signing_in import granted_settings

_GROUP_CHAT = 1_000  # characters: public posts are shorter


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel to choose: what it is called, what it needs, and every word by which it is found."""

    adapter: Adapter
    label: str
    needs: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """Channels of one sort."""

    key: str
    title: str
    about: str
    choices: tuple[Choice, ...]


def _has_a_stage(adapter: Adapter) -> bool:
    """Whether it has posts for everybody. Where the public side is a group chat, it is written as at length as in private."""
    sheet = adapter.capabilities
    return sheet.public and (sheet.public_limits is not None or sheet.max_length < _GROUP_CHAT)


# The first that fits; what a channel can do decides, never its name.
_SORTS: tuple[tuple[str, Callable[[Adapter], bool], str | Promise, str | Promise], ...] = (
    (
        "departments",
        lambda adapter: adapter.capabilities.audience == "departments",
        gettext_lazy("Departments"),
        gettext_lazy("Ask colleagues where they work; customers never see it."),
    ),
    (
        "listening",
        lambda adapter: adapter.capabilities.audience == "listening",
        gettext_lazy("Listening"),
        gettext_lazy("What is said about you elsewhere."),
    ),
    (
        "reviews",
        lambda adapter: adapter.capabilities.reviews and not adapter.namespaces,
        gettext_lazy("Reviews"),
        gettext_lazy("Stars and words that everybody reads."),
    ),
    (
        "telephone",
        lambda adapter: adapter.capabilities.voice or adapter.namespaces == ("phone",),
        gettext_lazy("Telephone"),
        gettext_lazy("Calls and short messages."),
    ),
    (
        "social",
        _has_a_stage,
        gettext_lazy("Social networks"),
        gettext_lazy("Comments and mentions in public, and what follows in private."),
    ),
    (
        "web",
        lambda adapter: adapter.capabilities.subject or bool(adapter.doors),
        gettext_lazy("E-mail and web"),
        gettext_lazy("Your own doors: mail, your website, your own systems."),
    ),
    (
        "messaging",
        lambda adapter: True,
        gettext_lazy("Messaging"),
        gettext_lazy("Private messages from the telephone in the pocket."),
    ),
)
_ORDER = ("messaging", "social", "web", "telephone", "reviews", "departments", "listening")


def sort_of(adapter: Adapter) -> str:
    """The group a channel belongs to, by its sheet."""
    return next(key for key, fits, *_words in _SORTS if fits(adapter))


def groups_of(adapters: Iterable[Adapter], wanted: str = "") -> list[Group]:
    """The channels in their groups; with `wanted` only those in which every word of it is found."""
    told = {key: (str(title), str(about)) for key, _fits, title, about in _SORTS}
    found: dict[str, list[Choice]] = {key: [] for key in _ORDER}
    for adapter in adapters:
        key = sort_of(adapter)
        choice = _choice(adapter, told[key][0])
        if all(word in choice.words for word in wanted.casefold().split()):
            found[key].append(choice)
    return [Group(key, *told[key], tuple(choices)) for key, choices in found.items() if choices]


def _choice(adapter: Adapter, group: str) -> Choice:
    label = _(adapter.label)
    needs = needs_of(adapter)
    words = " ".join((label, adapter.label, adapter.kind, group, needs)).casefold()
    return Choice(adapter, label, needs, words)


def needs_of(adapter: Adapter) -> str:
    """One line on what somebody must have at hand."""
    granted = granted_settings(adapter)
    required = [
        _(setting.label)
        for setting in settings_of(adapter)
        if setting.is_required and setting.name not in granted
    ]
    if any(setting.is_required and setting.name in granted for setting in settings_of(adapter)):
        required.insert(0, _("an account to sign in with"))
    if not required:
        return (
            _("Needs nothing else.") if adapter.doors else _("What it needs depends on the way you choose.")
        )
    shown = required[:3] + ([_("%(n)s more") % {"n": len(required) - 3}] if len(required) > 3 else [])
    return str(format_lazy(_("Needs: {things}"), things=", ".join(shown)))
