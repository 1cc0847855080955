"""Messages and events of a conversation, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ascolto.conversations.files import SHOWN_INLINE
from ascolto.conversations.models import (
    Attachment,
    Author,
    Conversation,
    Delivery,
    Direction,
    Message,
    MessageRevision,
    Visibility,
)
from ascolto.desk.looks import Look, look_of


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
    is_mail: bool
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
    revisions: list[MessageRevision]
    delivery: DeliveryView | None
    is_message: bool = True


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
    """Everything in its order, and how far it goes."""

    items: list[Bubble | Day | Line] = field(default_factory=list)
    last_message: int = 0
    last_event: int = 0


def make_bubbles(messages: Sequence[Message], conversation: Conversation, company: str) -> list[Bubble]:
    """Bubbles in the order of the messages; earlier texts are read in one query, when there are any."""
    changed = [m.pk for m in messages if m.edited_at or m.removed_at]
    revisions: dict[int, list[MessageRevision]] = {}
    if changed:
        for revision in MessageRevision.objects.filter(message_id__in=changed).order_by("id"):
            revisions.setdefault(revision.message_id, []).append(revision)
    return [_bubble(message, conversation, company, revisions.get(message.pk, [])) for message in messages]


def _bubble(
    message: Message, conversation: Conversation, company: str, revisions: list[MessageRevision]
) -> Bubble:
    who, key, kind = _author(message, conversation, company)
    look = look_of(message.account.kind) if message.account else None
    text, folded = _parts(message)
    return Bubble(
        id=message.pk,
        at=message.occurred_at,
        side="note" if message.visibility == Visibility.NOTE else message.direction,
        who=who,
        key=key,
        kind=kind,
        look=look,
        place=message.account.name if message.account else "",
        is_public=message.visibility == Visibility.PUBLIC,
        is_mail=bool(look and look.kind == "email"),
        subject=message.subject,
        text=text,
        folded=folded,
        has_html=bool(message.html),
        is_automatic=message.is_automatic,
        is_unsupported=message.kind == "unsupported",
        template=_template_name(message),
        files=[_file(item) for item in message.attachments.all()],
        reactions=[(r.emoji, _handle(r.identity)) for r in message.reactions.all()],
        edited_at=message.edited_at,
        removed_at=message.removed_at,
        revisions=revisions,
        delivery=_delivery(message),
    )


def _author(message: Message, conversation: Conversation, company: str) -> tuple[str, Any, str]:
    if message.author_kind == Author.CUSTOMER:
        customer = conversation.customer
        name = customer.name or (message.identity.value if message.identity else _("Customer"))
        return name, customer.pk, "person"
    if message.agent is not None:
        return message.agent.name, message.agent.pk, "person"
    if message.author_kind == Author.AGENT:  # an answer given outside the desk
        return company or _("A colleague"), "outside", "org"
    if message.author_kind == Author.BOT:
        return _("Automatic assistant"), "bot", "bot"
    return company or _("Automatic message"), "system", "bot"


def _parts(message: Message) -> tuple[str, str]:
    """What is new in the text, and what only quotes earlier messages."""
    text, visible = message.text.strip("\n"), message.extra.get("visible_text")
    if not isinstance(visible, str) or not visible.strip() or visible.strip() == text.strip():
        return text, ""
    visible = visible.strip("\n")
    rest = text[len(visible) :] if text.startswith(visible) else text
    return visible, rest.strip("\n")


def _template_name(message: Message) -> str:
    template = message.extra.get("template")
    return str(template.get("name", "")) if isinstance(template, dict) else ""


def _handle(identity: Any) -> str:
    return identity.value if identity is not None else ""


def _file(item: Attachment) -> FileView:
    main = item.content_type.split("/", 1)[0]
    shown = item.state == Attachment.State.READY and item.content_type in SHOWN_INLINE
    return FileView(item.pk, item.name or _("File"), item.size, item.state, main if shown else "", item.error)


def _delivery(message: Message) -> DeliveryView | None:
    if message.direction != Direction.OUT or not message.delivery:
        return None
    words, icon, tone = {
        Delivery.QUEUED: (_("On its way"), "clock", ""),
        Delivery.SENDING: (_("On its way"), "clock", ""),
        Delivery.UNCERTAIN: (_("We do not know whether it arrived"), "triangle-alert", "warn"),
        Delivery.FAILED: (_("Not delivered"), "circle-alert", "bad"),
        Delivery.SENT: (_("Sent"), "check", ""),
        Delivery.DELIVERED: (_("Delivered"), "circle-check", ""),
        Delivery.READ: (_("Read"), "eye", ""),
    }[Delivery(message.delivery)]
    problem = message.delivery in {Delivery.FAILED, Delivery.UNCERTAIN}
    return DeliveryView(message.delivery, words, icon, tone, message.delivery_error, problem)


def weave(bubbles: Iterable[Bubble], lines: Iterable[Line], after: date | None = None) -> Thread:
    """Messages and events in the order of their times, with a heading for each day but `after`."""
    thread, day = Thread(), after
    for item in sorted([*bubbles, *lines], key=lambda entry: entry.at):
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
