"""Tell a customer honestly that an answer is late: once a clock, in their language, where they wrote. It stops no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Company
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.text import clean
from ascolto.sla.actions.stamping import change_stamp
from ascolto.sla.models import NoticeText, SlaClock
from ascolto.sla.wording import (
    LANGUAGES,
    OTHERWISE,
    UnknownGap,
    base_language,
    check_gaps,
    due_words,
    fill,
    own_words,
)
from ascolto.understanding.models import Reading

LONGEST = 600
STALE = timedelta(hours=4)  # after so long a notice would tell nothing new


def tell_customer(conversation: Conversation, clock: SlaClock, moment: datetime) -> Message | None:
    """Send the delay notice of a broken clock, or write down why it cannot leave. Call it once, when the clock was marked."""
    try:
        message = _send(conversation, clock, moment)
    except Refused as refused:
        _tell("sla.notice_skipped", conversation, clock=clock.pk, reason=refused.code)
        return None
    _tell("sla.notice_sent", conversation, clock=clock.pk, message=message.pk)
    return message


def _send(conversation: Conversation, clock: SlaClock, moment: datetime) -> Message:
    assert clock.due_at is not None
    if conversation.is_room:
        raise Refused("room", "A room has no single customer who could be told.")
    if moment - clock.due_at > STALE:
        raise Refused("too_late", "The breach was noticed too late for a notice.")
    asked = Message.objects.select_related("account").filter(pk=clock.message_id or 0).first()
    language = language_of(conversation)
    with transaction.atomic():
        return add_reply(
            agent=None,
            conversation=conversation,
            text=delay_text(language, clock.due_at, moment),
            visibility=asked.visibility if asked else Visibility.PRIVATE,
            account=asked.account if asked else None,
            client_key=f"delay-notice-{clock.pk}",
        )


def language_of(conversation: Conversation) -> str:
    """The customer's language, else that of their last message, else the company's."""
    if conversation.customer.language:
        return base_language(conversation.customer.language)
    rows = Reading.objects.filter(message__conversation=conversation.pk, message__direction="in")
    read = rows.order_by("-message__occurred_at", "-message").values_list("language", flat=True).first()
    return base_language(read if read and read != "und" else Company.current().language)


def delay_text(language: str, due_at: datetime, moment: datetime) -> str:
    """The notice as the customer reads it."""
    company = Company.current()
    texts = dict(NoticeText.objects.filter(kind=NoticeText.Kind.DELAY).values_list("language", "text"))
    text, written_in = (texts[language], language) if language in texts else own_words(language)
    if written_in == OTHERWISE != language:
        text = texts.get(OTHERWISE, text)
    zone = ZoneInfo(company.time_zone)
    return fill(
        text, {"company": company.name or "Ascolto", "due": due_words(due_at, moment, zone, written_in)}
    )


@transaction.atomic
def set_text(*, by: Agent | None, kind: str, language: str, text: str) -> NoticeText | None:
    """What an automatic message says in a language; an empty text takes the product's own words again. Raises ValidationError."""
    language, text = checked_language(language), clean(text, 10_000).strip()
    if kind not in NoticeText.Kind.values:
        raise ValidationError(_("There is no such text."))
    if len(text) > LONGEST:
        raise ValidationError({"text": _("Write at most %(limit)s characters.") % {"limit": LONGEST}})
    try:
        check_gaps(text, kind)
    except UnknownGap as unknown:
        raise ValidationError({"text": _("Nobody fills in {%(name)s}.") % {"name": unknown.name}}) from None
    rows = NoticeText.objects.filter(kind=kind, language=language)
    before = rows.values_list("text", flat=True).first()
    if not text:
        changed, found = rows.delete()[0], None
    else:
        found, made = NoticeText.objects.get_or_create(kind=kind, language=language, defaults={"text": text})
        changed = made or rows.exclude(text=text).update(text=text)
        found.text = text
    if changed:
        change_stamp()
        changes = changes_between({"text": before}, {"text": text or None})
        emit(
            "policy.changed",
            actor=actor_of(by),
            name=f"notice {kind} {language}",
            fields=["text"],
            changes=changes,
        )
    return found


def checked_language(language: str) -> str:
    """A two-letter language that texts may be written in. Raises ValidationError."""
    language = base_language(language)
    if language not in LANGUAGES:
        raise ValidationError({"language": _("Choose one of the languages.")})
    return language


def _tell(event_type: str, conversation: Conversation, **data: object) -> None:
    emit(
        event_type,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        **data,
    )
