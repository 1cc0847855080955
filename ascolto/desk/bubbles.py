"""Messages and events of a conversation, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from ascolto.channels.choosing import kept_choices
from ascolto.channels.looks import Look, look_of
from ascolto.channels.marks import own_page
from ascolto.composing.telling import held_until
from ascolto.composing.words import approval_words
from ascolto.conversations.files import SHOWN_INLINE
from ascolto.conversations.models import (
    Attachment,
    Author,
    Conversation,
    Delivery,
    Direction,
    Visibility,
)
from ascolto.conversations.signing import signed
from ascolto.desk.facts import Facts, facts_of
from ascolto.desk.reading import Said
from ascolto.desk.understood import Line as ReadingLine
from ascolto.generation.words import provenance_words
from ascolto.sla.models import Commitment
from ascolto.ui.reasons import in_own_language


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment: `preview` is image, audio, video or nothing."""

    id: int
    name: str
    size: int
    state: str
    preview: str
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of an answer. `problem` says that somebody must act."""

    state: str
    words: str
    icon: str
    tone: str
    reason: str
    problem: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message or note."""

    id: int
    at: datetime
    side: str  # in, out, note
    who: str
    key: Any
    kind: str  # of the avatar: person, bot, org
    look: Look | None
    place: str  # the inbox's name, for the title of the channel
    is_public: bool
    subject: str
    text: str
    folded: str
    has_html: bool
    is_automatic: bool
    is_unsupported: bool
    template: str
    files: list[FileView]
    reactions: list[tuple[str, str]]
    edited_at: datetime | None
    removed_at: datetime | None
    revisions: list[str]
    delivery: DeliveryView | None
    warnings: list[str]
    facts: Facts
    answers_public: bool  # a private answer to what was said in public
    answered_privately: bool
    moderation: list[tuple[str, str, str]]  # verb, icon, words
    is_hidden: bool
    is_liked: bool
    removed_by_us: bool
    is_outside: bool  # noted by a person: answered on the network's own page
    reading: ReadingLine | None = None  # what was understood of it, as soon as it was read
    rich: str = ""  # our own text with its emphasis, as safe HTML; empty where nothing is marked
    signature: str = ""  # below the text, as the customer reads it
    promises: Sequence[Commitment] = ()  # dates that its text promises
    origins: Sequence[str] = ()  # of words that no person wrote alone
    agent_id: int | None = None  # whose answer it is
    inbox: int | None = None  # where it came or leaves
    choices: Sequence[str] = ()  # the answers that it offers, in order
    helped: bool | None = None  # what the customer says of an answer of the bot
    held_until: datetime | None = None  # it has not left yet and may be taken back
    is_message: bool = True

    @property
    def is_mail(self) -> bool:
        return bool(self.look and self.look.has_subjects)


@dataclass(frozen=True, slots=True)
class Day:
    """A heading between two days."""

    at: datetime
    is_day: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, as one small line."""

    id: int
    at: datetime
    icon: str
    text: str
    is_line: bool = True


@dataclass(slots=True)
class Thread:
    """Everything in its order, and how far it goes; `earlier` is the message before which there is more."""

    items: list[Bubble | Day | Line] = field(default_factory=list)
    last_message: int = 0
    last_event: int = 0
    earlier: int = 0

    def count_said(self) -> int:
        """How many messages with words are shown, without notes."""
        return sum(
            isinstance(item, Bubble) and item.side != "note" and bool(item.text) for item in self.items
        )


def make_bubbles(
    messages: Iterable[Said],
    conversation: Conversation,
    company: str,
    *,
    may_moderate: bool = False,
    readings: Mapping[int, ReadingLine] | None = None,
    promises: Mapping[int, Sequence[Commitment]] | None = None,
) -> list[Bubble]:
    """Bubbles in the order of the messages; `readings` and `promises` by message."""
    known, promised = readings or {}, promises or {}
    bubbles = [_bubble(said, conversation, company, may_moderate) for said in messages]
    return [
        replace(one, reading=known.get(one.id), promises=promised.get(one.id, ()))
        if one.id in known or one.id in promised
        else one
        for one in bubbles
    ]


def _bubble(said: Said, conversation: Conversation, company: str, may_moderate: bool) -> Bubble:
    row = said.row
    who, key, kind = _author(row, conversation, company)
    look = look_of(row["account__kind"]) if row["account__kind"] else None
    text, folded = ("", "") if _is_summary(row) else _parts(row["text"], row["extra"])
    rich = _rich(row)
    return Bubble(
        id=row["id"],
        at=row["occurred_at"],
        side="note" if row["visibility"] == Visibility.NOTE else row["direction"],
        who=who,
        key=key,
        kind=kind,
        look=look,
        place=row["account__name"] or "",
        is_public=row["visibility"] == Visibility.PUBLIC,
        subject=row["subject"],
        text=text,
        folded=folded,
        has_html=bool(row["html"]) and not rich,
        rich=rich,
        is_automatic=row["is_automatic"],
        is_unsupported=row["kind"] == "unsupported",
        template=_template_name(row["extra"]),
        files=[_file(item) for item in said.files],
        reactions=said.reactions,
        **_columns(row),
        revisions=said.revisions,
        delivery=_delivery(row),
        warnings=_warnings(row["extra"]),
        facts=_facts(row),
        answers_public=_answers_public(row),
        answered_privately=said.answered_privately,
        moderation=_moderation(row, look) if may_moderate else [],
        **_done_there(row["extra"]),
        is_outside=row["kind"] == "outside",
        signature=_signature(row, text),
        origins=_origins(row),
        held_until=held_until(row["extra"], row["delivery"]),
    )


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    """What a message of ours asks the customer: to choose, or to say whether it helped."""
    if row["direction"] != Direction.OUT or row["removed_at"]:
        return {}
    helped = row["extra"].get("helped")
    titles = [choice.title for choice in kept_choices(row["extra"].get("choices"))]
    return {"choices": titles, "helped": helped if isinstance(helped, bool) else None}


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    """What is shown as it is stored."""
    kept = ("edited_at", "removed_at", "agent_id")
    return {name: row[name] for name in kept} | {"inbox": row["account_id"]} | _asked(row)


def _facts(row: dict[str, Any]) -> Facts:
    """What it is besides its text. The post above is drawn once: not where the thread shows what a comment answers."""
    facts = facts_of(row["extra"])
    return replace(facts, post=None) if facts.post and row["in_reply_to__visibility"] else facts


def _rich(row: dict[str, Any]) -> str:
    """Bold words, lists and links of an answer that was written here; what another program sent is no page of ours."""
    if row["direction"] != Direction.OUT or row["edited_at"] is not None:
        return ""
    return Markup(own_page(row["html"]))  # noqa: S704 - own_page lets nothing through but bare tags and links


def _done_there(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What we did to it on its network."""
    done = {"is_hidden": "hidden", "is_liked": "liked", "removed_by_us": "removed_by_us"}
    return {name: extra.get(key) is True for name, key in done.items()}


def _origins(row: dict[str, Any]) -> Sequence[str]:
    """Whose words it is made of, and who approved them; of our own messages alone."""
    if row["direction"] != Direction.OUT:
        return ()
    return [*provenance_words(row["extra"]), *approval_words(row["extra"])]


def _answers_public(row: dict[str, Any]) -> bool:
    return bool(
        row["visibility"] == Visibility.PRIVATE and row["in_reply_to__visibility"] == Visibility.PUBLIC
    )


def _signature(row: dict[str, Any], text: str) -> str:
    """The name below the text, unless the text ends with it already."""
    signature = str(row["extra"].get("signature") or "") if row["direction"] == Direction.OUT else ""
    return signature if signed(text, signature) != text else ""


def _author(row: dict[str, Any], conversation: Conversation, company: str) -> tuple[str, Any, str]:
    if row["author_kind"] == Author.CUSTOMER:
        key = row["identity__customer_id"] or conversation.customer_id
        name = (
            conversation.customer.name if key == conversation.customer_id else row["identity__customer__name"]
        )
        return name or row["identity__shown"] or row["identity__value"] or _("Customer"), key, "person"
    if row["agent_id"] is not None:
        return row["agent__name"], row["agent_id"], "person"
    if row["author_kind"] == Author.AGENT:  # an answer given outside the desk
        return company or _("A colleague"), "outside", "org"
    if row["author_kind"] == Author.BOT:
        return _("Automatic assistant"), "bot", "bot"
    return company or _("Automatic message"), "system", "bot"


_MODERATION = {
    "hide": ("eye-off", gettext_lazy("Hide")),
    "show": ("eye", gettext_lazy("Show again")),
    "like": ("thumbs-up", gettext_lazy("Like")),
    "delete": ("trash-2", gettext_lazy("Delete")),
}


def _moderation(row: dict[str, Any], look: Look | None) -> list[tuple[str, str, str]]:
    """What may be done to a public message of a customer, as delivery.moderation allows it."""
    if row["visibility"] != Visibility.PUBLIC or row["direction"] != Direction.IN or row["removed_at"]:
        return []
    done = {"hide" if row["extra"].get("hidden") else "show"} | (
        {"like"} if row["extra"].get("liked") else set()
    )
    can = (look.moderates if look else frozenset()) - done
    return [(verb, icon, str(words)) for verb, (icon, words) in _MODERATION.items() if verb in can]


def _is_summary(row: dict[str, Any]) -> bool:
    """Whether the text only sums up a call in the inbox's language: its facts say the same in the reader's."""
    return row["kind"] == "call" and bool(row["text"]) and row["text"] == row["extra"].get("context")


def _parts(text: str, extra: dict[str, Any]) -> tuple[str, str]:
    """What is new in the text, and what only quotes earlier messages."""
    text, visible = text.strip("\n"), extra.get("visible_text")
    if not isinstance(visible, str) or not visible.strip() or visible.strip() == text.strip():
        return text, ""
    visible = visible.strip("\n")
    rest = text[len(visible) :] if text.startswith(visible) else text
    return visible, rest.strip("\n")


def _template_name(extra: dict[str, Any]) -> str:
    template = extra.get("template")
    return str(template.get("name", "")) if isinstance(template, dict) else ""


def _warnings(extra: dict[str, Any]) -> list[str]:
    """What to know before believing or answering it; codes that we have no words for say nothing."""
    codes = extra.get("warnings")
    return (
        [str(_WARNINGS[code]) for code in codes if isinstance(code, str) and code in _WARNINGS]
        if isinstance(codes, list)
        else []
    )


_WARNINGS = {
    "sender_not_proven": gettext_lazy("Nothing proves that it really comes from this sender."),
    "answers_go_elsewhere": gettext_lazy("The sender asks for answers at another address."),
    "encrypted": gettext_lazy("It is encrypted: it cannot be read here."),
    "files_left_out": gettext_lazy("It had more files than are taken: some were left out."),
    "text_shortened": gettext_lazy("It was too long: only its beginning is shown."),
    "truncated": gettext_lazy("It was too large: only its first part was fetched."),
    "delayed": gettext_lazy("It is late: the other server has not taken it yet, and ours goes on trying."),
    "pec_anomaly": gettext_lazy(
        "It is no certified mail: it came in from outside the system of certified mail."
    ),
    "unreadable": gettext_lazy("It could not be read. The original is kept."),
}


def _file(item: dict[str, Any]) -> FileView:
    main = item["content_type"].split("/", 1)[0]
    shown = item["state"] == Attachment.State.READY and item["content_type"] in SHOWN_INLINE
    return FileView(
        item["id"],
        item["name"] or _("File"),
        item["size"],
        item["state"],
        main if shown else "",
        in_own_language(item["error"]),
    )


def _delivery(row: dict[str, Any]) -> DeliveryView | None:
    if row["direction"] != Direction.OUT or not row["delivery"]:
        return None
    state = Delivery(row["delivery"])
    words, icon, tone = _DELIVERY[state]
    problem = state in {Delivery.FAILED, Delivery.UNCERTAIN}
    return DeliveryView(state.value, str(words), icon, tone, in_own_language(row["delivery_error"]), problem)


_DELIVERY = {
    Delivery.QUEUED: (gettext_lazy("On its way"), "clock", ""),
    Delivery.SENDING: (gettext_lazy("On its way"), "clock", ""),
    Delivery.UNCERTAIN: (gettext_lazy("We do not know whether it arrived"), "triangle-alert", "warn"),
    Delivery.FAILED: (gettext_lazy("Not delivered"), "circle-alert", "bad"),
    Delivery.SENT: (gettext_lazy("Sent"), "check", ""),
    Delivery.DELIVERED: (gettext_lazy("Delivered"), "circle-check", ""),
    Delivery.READ: (gettext_lazy("Read"), "eye", ""),
}


def weave(bubbles: Iterable[Bubble], lines: Iterable[Line], after: date | None = None) -> Thread:
    """Messages and events in the order of their times, with a heading for each day but `after`."""
    thread, day = Thread(), after
    entries: list[Bubble | Line] = [*bubbles, *lines]
    for item in sorted(entries, key=lambda entry: entry.at):
        if isinstance(item, Bubble):
            thread.last_message = max(thread.last_message, item.id)
            local = timezone.localtime(item.at).date()
            if local != day:
                thread.items.append(Day(item.at))
                day = local
        else:
            thread.last_event = max(thread.last_event, item.id)
        thread.items.append(item)
    return thread
