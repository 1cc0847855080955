"""What the composer offers: who will read, on which channel, within which limits, and why something is shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.ailments import dead_among
from ascolto.channels.looks import Look, look_of
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.conversations.reach import BLOCKED, Reach, reaches
from ascolto.conversations.signing import signature_of
from ascolto.customers.models import Identity
from ascolto.desk.languages import LANGUAGES, language_name
from ascolto.desk.leaving import consequences
from ascolto.ui.jinja import url_or_none
from ascolto.ui.reasons import in_own_language
from ascolto.understanding.selectors.readings import language_heard

SOON_SHUT = 2 * 60 * 60  # a window that closes within this many seconds is shown as urgent


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the customer. `shut` says why nothing can leave; `needs_template` that only a template may.

    `hint`: what to know before writing there. `link`: the message on its network, for networks that take no answers from here.
    """

    value: str  # "private:3"
    account_id: int
    visibility: str
    name: str
    words: str  # the channel; with the inbox's name where two would read the same
    look: Look
    limit: int
    counting: str
    window_ends_at: datetime | None
    needs_template: bool
    takes_files: bool
    max_files: int
    shut: str
    hint: str = ""
    read_only: bool = False
    private_link: str = ""  # where the customer can go on in private by themselves
    fix_url: str = ""  # where whoever may repair the inbox does so
    parts: bool = False  # long texts leave (and cost) in parts
    signature: str = ""  # what will stand below the text
    marks: str = ""  # how bold, lists and links leave: html, stars, or not at all
    templates: bool = False  # approved ones may leave once the time is over
    sizes: Mapping[str, int] = field(default_factory=dict)  # the largest file of each type, in bytes
    says: Sequence[str] = ()  # what is different when an answer leaves this way
    is_usual: bool = False  # where the customer wrote last
    names_answered: bool = False  # readers see which message an answer is for

    @property
    def largest(self) -> int:
        """The largest file that may go along, in bytes."""
        return max(self.sizes.values(), default=0)

    def as_data(self) -> dict[str, Any]:
        """What the composer's script needs to know."""
        ends = self.window_ends_at
        return {
            "limit": self.limit,
            "counting": self.counting,
            "ends": int(ends.timestamp()) if ends else None,
            "template": self.needs_template,
            "files": self.max_files if self.takes_files else 0,
            "shut": self.shut,
            "parts": self.parts,
            "signature": self.signature,
            "marks": self.marks,
            "templates": self.templates,
            "sizes": dict(self.sizes),
            "usual": self.is_usual,
            "answered": self.names_answered,
        }


@dataclass(frozen=True, slots=True)
class Composer:
    """`mode` is what is chosen at first: as the customer wrote last. Without a way only a note is possible."""

    ways: Sequence[Way]
    mode: str
    may_reply: bool
    language: str = ""  # of the customer: the text is spelt in it
    languages: Sequence[tuple[str, str]] = ()  # others that it may be spelt in

    def of(self, visibility: str) -> list[Way]:
        return [way for way in self.ways if way.visibility == visibility]

    def data(self) -> dict[str, Any]:
        return {way.value: way.as_data() for way in self.ways}


def make_composer(agent: Agent, conversation: Conversation) -> Composer:
    """The composer of a conversation for this agent."""
    if agent.is_guest:
        return Composer([], Visibility.NOTE.value, may_reply=False)
    found = reaches(conversation)
    dead = dead_among({reach.account.pk: reach.account for reach in found}.values())
    kinds = [(reach.account.kind, reach.visibility) for reach in found]
    around = _Around(
        agent,
        kinds=kinds,
        signatures={key: signature_of(agent, *key) for key in set(kinds)},
        dead=dead,
        links=_private_links(found),
        addresses=Identity.objects.in_bulk({reach.identity_id for reach in found if reach.identity_id}),
    )
    ways = [_way(around, reach, is_usual=place == 0) for place, reach in enumerate(found)]
    open_ways = [way for way in ways if not way.shut] or ways
    mode = open_ways[0].visibility if open_ways else Visibility.NOTE.value
    language = spelling_of(conversation)
    return Composer(ways, mode, may_reply=True, language=language, languages=spellings(language))


@dataclass(frozen=True, slots=True)
class _Around:
    """What is looked up once for all ways."""

    agent: Agent
    kinds: Sequence[tuple[str, str]]
    signatures: Mapping[tuple[str, str], str]
    dead: Mapping[int, str]
    links: Mapping[int | None, str]
    addresses: Mapping[int, Identity]


def spelling_of(conversation: Conversation) -> str:
    """The customer's language: what they said is theirs, else what they were heard to write."""
    return (conversation.customer.language or language_heard(conversation.pk) or "").lower()[:2]


def spellings(first: str) -> list[tuple[str, str]]:
    """Languages that a text may be spelt in, the customer's first."""
    codes = dict.fromkeys(([first] if first else []) + list(LANGUAGES))
    return [(code, language_name(code)) for code in codes]


def _private_links(found: Sequence[Reach]) -> dict[int | None, str]:
    """Addresses at which a customer who spoke in public can write privately, as their messages tell them."""
    public = [
        reach.answers_id
        for reach in found
        if reach.answers_id and reach.visibility == Visibility.PUBLIC and reach.capabilities.private_reply
    ]
    rows = Message.objects.filter(pk__in=public).values_list("pk", "extra") if public else []
    links = {pk: extra.get("private_link") for pk, extra in rows}
    return {pk: link for pk, link in links.items() if isinstance(link, str) and link.startswith("https://")}


def _way(around: _Around, reach: Reach, *, is_usual: bool) -> Way:
    account, agent = reach.account, around.agent
    can, limits, look = reach.capabilities, reach.limits, look_of(account.kind)
    dead, by_name = around.dead.get(account.pk, ""), around.kinds.count((account.kind, reach.visibility)) > 1
    signature = around.signatures[(account.kind, reach.visibility)]
    return Way(
        value=f"{reach.visibility}:{account.pk}",
        account_id=account.pk,
        visibility=reach.visibility,
        name=account.name,
        words=account.name if by_name else str(look.label),
        look=look,
        limit=limits.max_length,
        counting=limits.counting.value,
        window_ends_at=reach.window_ends_at,
        needs_template=not reach.is_window_open and can.templates,
        takes_files=limits.attachments is not None,
        max_files=limits.attachments.max_count if limits.attachments else 0,
        shut=_why_shut(reach, dead),
        hint=_hint(reach),
        read_only=not can.answers,
        parts=can.parts,
        signature=signature,
        private_link=around.links.get(reach.answers_id, ""),
        marks=can.marks,
        templates=can.templates and reach.visibility == Visibility.PRIVATE and not reach.from_public,
        sizes=limits.attachments.max_bytes if limits.attachments else {},
        says=consequences(reach, around.addresses.get(reach.identity_id or 0), signature, str(look.label)),
        is_usual=is_usual,
        names_answered=can.names_answered(reach.visibility),
        fix_url=(url_or_none("workspace:inbox", account.pk) or "")
        if dead and agent.may("inboxes.manage")
        else "",
    )


def _hint(reach: Reach) -> str:
    """What an agent should know before writing privately to somebody who spoke in public."""
    if not reach.from_public or reach.is_spent:
        return ""
    if reach.capabilities.private_reply == "once":
        return _("One private message only, until the customer answers it.")
    return _("The customer spoke in public; this goes to them alone.")


def _why_shut(reach: Reach, dead: str) -> str:
    name = {"name": reach.account.name}
    if not reach.account.is_enabled:
        return _("%(name)s is switched off.") % name
    if not reach.capabilities.answers:
        return _("%(name)s takes no answers from here: answer on its own page, then note it here.") % name
    if dead:
        return in_own_language(dead)
    if reach.blocked_why:
        return _(BLOCKED[reach.blocked_why]) % name
    if reach.is_spent:
        return _("%(name)s allows one private answer to a public message, and it was given.") % name
    if not reach.is_window_open and not reach.capabilities.templates:
        return (
            _(
                "The time to answer on %(name)s is over. Wait for the customer to write, or use another channel."
            )
            % name
        )
    return ""
