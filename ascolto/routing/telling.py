"""Tell a customer how long it will take: once, at the first message of a conversation, where people wait for an answer.

Only private chats and messengers are told in words: mail has no queue that anybody watches, what is public is no place for it, and on the
telephone the switch asks the API and says it. The note is kept beside what was told, so that it can be compared with the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from ascolto.accounts.models import Company
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.events.log import emit
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.expected import Lines, Wait
from ascolto.routing.models import WaitTold
from ascolto.sla.actions.notices import language_of
from ascolto.sla.models import NoticeText, PromiseSettings
from ascolto.sla.wording import due_words, fill

FRESH = timedelta(minutes=2)  # who wrote longer ago is told nothing any more: it would come as a surprise
OTHERWISE = "en"
WORDS = {
    "en": "Automatic message from {company}: you are number {position} in the queue. We will probably answer within "
    "{wait}. You need not write again: you keep your place.",
    "it": "Messaggio automatico di {company}: sei il numero {position} in coda. Ti risponderemo probabilmente entro "
    "{wait}. Non serve scrivere di nuovo: il tuo posto resta.",
}
CLOSED = {
    "en": "Automatic message from {company}: we are closed now and open again at {wait}. A person will answer then.",
    "it": "Messaggio automatico di {company}: ora siamo chiusi e riapriamo alle {wait}. Allora ti risponderà una persona.",
}
_UNITS = {
    "en": (("minute", "minutes"), ("hour", "hours"), " and "),
    "it": (("minuto", "minuti"), ("ora", "ore"), " e "),
}


def tell_waits(events: Sequence[Event]) -> None:
    """A reader of the log: first messages get a word about the wait."""
    received = {
        event.data["message"]
        for event in events
        if event.type == "message.received" and not event.data.get("automatic") and not event.data.get("echo")
    }
    if not received or not PromiseSettings.objects.filter(tell_wait=True).exists():
        return
    moment = now()
    messages = _to_tell(received, moment)
    if not messages:
        return
    lines = Lines(moment)
    texts = dict(NoticeText.objects.filter(kind=NoticeText.Kind.WAIT).values_list("language", "text"))
    for message in messages:
        tell_one(message, lines, texts)


def _to_tell(received: set[int], moment: datetime) -> list[Message]:
    """Of these the first messages of conversations that wait on a channel where a word about it helps."""
    rows = Message.objects.select_related("conversation__customer", "account").filter(
        pk__in=received,
        direction=Direction.IN,
        visibility=Visibility.PRIVATE,
        occurred_at__gte=moment - FRESH,
        conversation__waiting_since__isnull=False,
        conversation__is_room=False,
        conversation__is_spam=False,
        conversation__with_bot=False,
    )
    found = [row for row in rows.order_by("pk") if row.account and is_told_in_words(row.account.kind)]
    talks = [row.conversation_id for row in found]
    known = set(WaitTold.objects.filter(conversation__in=talks).values_list("conversation_id", flat=True))
    first = Message.objects.filter(conversation__in=talks).values("conversation").annotate(first=Min("pk"))
    firsts = {row["first"] for row in first}
    return [row for row in found if row.conversation_id not in known and row.pk in firsts]


def is_told_in_words(kind: str) -> bool:
    """Whether customers of a kind of channel watch for an answer: chats and messengers."""
    try:
        sheet = get_adapter(kind).capabilities
    except UnknownChannel:
        return False
    is_mail = sheet.html or sheet.subject
    return (
        sheet.private and sheet.answers and sheet.audience == "customers" and not is_mail and not sheet.voice
    )


def tell_one(message: Message, lines: Lines, texts: Mapping[str, str]) -> WaitTold | None:
    """Send the word about the wait, and keep what was told; when nothing honest can be said, keep that. None: nobody waits."""
    conversation = message.conversation
    wait = lines.wait_of(conversation)
    if wait is None or conversation.waiting_since is None:
        return None
    with transaction.atomic():
        told, is_new = WaitTold.objects.get_or_create(
            conversation=conversation,
            asked_at=conversation.waiting_since,
            defaults={"told_at": lines.at, "position": wait.position},
        )
        if is_new and wait.estimate is not None:
            _send(told, message, wait, texts)
    return told


def _send(told: WaitTold, message: Message, wait: Wait, texts: Mapping[str, str]) -> None:
    conversation, estimate = message.conversation, wait.estimate
    assert estimate is not None
    seconds = int((estimate.at_most if wait.opens_at else estimate.told).total_seconds())
    try:
        with transaction.atomic():
            sent = add_reply(
                agent=None,
                conversation=conversation,
                text=wait_text(language_of(conversation), wait, told.told_at, texts),
                visibility=Visibility.PRIVATE,
                account=message.account,
                client_key=f"wait-{conversation.pk}-{told.asked_at:%Y%m%d%H%M%S%f}",
            )
    except Refused as refused:
        told.method = f"refused: {refused.code}"[:40]
        told.save(update_fields=["method"])
        return
    told.message, told.seconds, told.method = sent, seconds, estimate.method
    told.save(update_fields=["message", "seconds", "method"])
    emit(
        "conversation.wait_told",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        message=sent.pk,
        seconds=seconds,
        position=wait.position,
    )


def wait_text(language: str, wait: Wait, moment: datetime, texts: Mapping[str, str]) -> str:
    """What the customer reads, in their language or in one that is understood more widely."""
    company = Company.current()
    own, others = (CLOSED, {}) if wait.opens_at else (WORDS, texts)
    written_in = language if language in others or language in own else OTHERWISE
    text = others.get(written_in) or own[written_in]
    if wait.opens_at:
        words = due_words(wait.opens_at, moment, ZoneInfo(company.time_zone), written_in)
    else:
        assert wait.estimate is not None
        words = span_words(wait.estimate.told, written_in)
    name = company.name or "Ascolto"
    return fill(text, {"company": name, "position": str(wait.position), "wait": words})


def span_words(span: timedelta, language: str) -> str:
    """`5 minutes`, `1 hour and 15 minutes`; in a language without words here `1:15 h`."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    if language not in _UNITS:
        return f"{hours}:{minutes:02} h" if hours else f"{minutes} min"
    (minute, many_minutes), (hour, many_hours), joined = _UNITS[language]
    parts = [f"{hours} {hour if hours == 1 else many_hours}"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} {minute if minutes == 1 else many_minutes}")
    return joined.join(parts)
