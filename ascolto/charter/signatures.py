"""How people sign on each kind of channel: "Marco, Telvia" below a message, ^MV below a post, nothing where the channel shows the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from ascolto.accounts.models import Agent, Company
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import all_adapters
from ascolto.charter.models import SignatureStyle
from ascolto.kit.remembering import Remembered
from ascolto.kit.text import clean, fold, initials

Style = SignatureStyle.Style
OTHERWISE = Style.NAME_COMPANY
# The product's own styles. `shown`: the widget of the chat, the card of Teams and the voice on the telephone tell the name by themselves.
DEFAULTS: Mapping[str, Style] = {
    "email": Style.BLOCK,
    "form": Style.BLOCK,
    "x": Style.INITIALS,
    "mastodon": Style.INITIALS,
    "bluesky": Style.INITIALS,
    "chat": Style.SHOWN,
    "teams": Style.SHOWN,
    "telephone": Style.SHOWN,
    "asterisk": Style.SHOWN,
}
UNSIGNED = frozenset({Style.SHOWN, Style.NONE})


def style_of(kind: str) -> Style:
    """The style of a kind of channel: the company's, else the product's own."""
    chosen = SignatureStyle.objects.filter(kind=kind).values_list("style", flat=True).first()
    return Style(chosen) if chosen else DEFAULTS.get(kind, OTHERWISE)


def styles_of(kinds: list[str]) -> dict[str, tuple[Style, str]]:
    """The style of many kinds, each with the reason that the company gave for signing nothing."""
    rows = {row.kind: row for row in SignatureStyle.objects.filter(kind__in=kinds)}
    return {
        kind: (Style(rows[kind].style), rows[kind].reason)
        if kind in rows
        else (DEFAULTS.get(kind, OTHERWISE), "")
        for kind in kinds
    }


def sign(agent: Agent, kind: str, visibility: str) -> str:
    """The signature as the customer reads it; empty where the channel shows the name, or the company signs nothing."""
    style = style_of(kind)
    company = "" if style in UNSIGNED or style == Style.INITIALS else Company.current().name
    return written_as(style, agent, company)


def written_as(style: Style, agent: Agent, company: str) -> str:
    """A signature in a style. Without a company's name the person's stands alone."""
    name, company = called(agent), " ".join(clean(company).split())
    if style == Style.NAME:
        return name
    if style == Style.NAME_COMPANY:
        return ", ".join(filter(None, (name, company)))
    if style == Style.INITIALS:
        return f"^{initials(agent.name if agent.name.strip() else name)}"
    if style == Style.BLOCK:
        return "\n" + "\n".join(filter(None, (name, company)))  # after an empty line
    return ""


def called(agent: Agent) -> str:
    """The name by which customers know this person."""
    return " ".join(clean(agent.public_name or agent.first_name).split())[:60]


def person_signed(text: str) -> str:
    """The person of the company whose name ends a text; empty where nobody's does. For texts that no person wrote."""
    last = text.rstrip()[-200:].rpartition("\n")[2].strip()
    if not last:
        return ""
    parts = {fold(part).strip(" .!*_~—–-") for part in (last, *last.split(","))} - {""}
    names = _people.now()
    return next((names[part] for part in parts if part in names), "")


def _signing_people() -> dict[str, str]:
    """Each way in which a person of the company may sign, folded, and the name by which customers know them."""
    found: dict[str, str] = {}
    for agent in Agent.objects.filter(is_active=True).only("name", "public_name", "email"):
        ways = {agent.name, agent.public_name, agent.first_name}
        if agent.name.strip():
            ways.add(f"^{initials(agent.name)}")
        found.update(dict.fromkeys((fold(way) for way in ways if way.strip()), called(agent)))
    return found


_people: Remembered[dict[str, str]] = Remembered(_signing_people, 5.0)


def mine(request: Any) -> list[tuple[str, str]] | None:
    """How the reader's answers are signed on the channels that the company has: name of the channel, signature (empty: none).

    None for who answers nobody. Two queries.
    """
    agent = request.user
    if not agent.may("conversations.reply"):
        return None
    kinds = sorted(set(ChannelAccount.objects.filter(is_enabled=True).values_list("kind", flat=True)))
    known, company = all_adapters(), Company.current().name
    return [
        (gettext(known[kind].label), written_as(style, agent, company).strip())
        for kind, (style, _reason) in styles_of(kinds).items()
        if kind in known
    ] or None
