"""What is read of a conversation before anything leaves: only what may leave, at most so much.

Never read: notes, deleted messages, files, messages of inboxes where the purpose is not allowed, and anything that the person who asks may
not see.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ascolto.accounts.models import Agent, Company
from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.customers.models import Identity
from ascolto.generation.access import allowed_accounts
from ascolto.generation.masking import GAP, Table, blot, mask
from ascolto.generation.models import Generated, Purpose
from ascolto.kit.text import clean
from ascolto.understanding.models import Reading
from ascolto.understanding.selectors.similar import similar_answers
from ascolto.understanding.written import own_words

MOST_MESSAGES = 30
LONGEST_MESSAGE = 2_000  # characters of one message
LONGEST_TALK = 12_000  # of all messages together; the oldest are left out
LONGEST_TRANSLATED = 6_000
MOST_EARLIER = 3  # earlier answers beside a suggestion
LONGEST_EARLIER = 800
_UNKNOWN = {"", "und"}
_VARIABLE = re.compile(r"\{[^{}\n]{0,40}\}")  # of a saved reply


@dataclass(slots=True)
class Material:
    """What is asked about, masked, and what it was made of."""

    data: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)  # every masked text: what may come back
    table: Table = field(default_factory=Table)
    sources: list[int] = field(default_factory=list)  # ids of the messages that were read
    length: int = 0  # of what is to be answered, summarised or translated

    @property
    def is_empty(self) -> bool:
        return self.length == 0


def gather(asked: Generated, *, numbers: bool) -> Material:
    """The material of what was asked for."""
    if asked.purpose == Purpose.TEST:
        return _test()
    if asked.purpose == Purpose.TRANSLATION:
        return _to_translate(asked, numbers)
    return _talk(asked, numbers)


def _test() -> Material:
    said = "Grazie mille, adesso funziona tutto! / Thank you, it all works now!"
    return Material({"customer": said}, [said], length=len(said))


def _to_translate(asked: Generated, numbers: bool) -> Material:
    text = asked.message.text if asked.message is not None else asked.given
    if asked.message is not None and not _may_leave(asked.message, asked.purpose):
        return Material()
    made = Material(sources=[asked.message.pk] if asked.message is not None else [])
    names = names_in(asked.conversation) if asked.conversation is not None else []
    masked = mask(clean(text, LONGEST_TRANSLATED).strip(), made.table, names, numbers=numbers)
    made.data, made.texts, made.length = {"text": masked}, [masked], len(masked)
    return made


def _may_leave(message: Message, purpose: str) -> bool:
    return (
        message.visibility != Visibility.NOTE
        and message.removed_at is None
        and message.account_id in allowed_accounts(purpose)
    )


def _talk(asked: Generated, numbers: bool) -> Material:
    conversation, made = asked.conversation, Material()
    if conversation is None:
        return made
    names = names_in(conversation)

    def masked(text: str) -> str:
        said = mask(text, made.table, names, numbers=numbers)
        made.texts.append(said)
        return said

    said = messages_of(conversation, allowed_accounts(asked.purpose))
    made.sources = [message.pk for message in said]
    made.length = sum(len(message.text) for message in said)
    talk = [
        {"from": _who(each), "text": masked(clean(own_words(each.text, each.extra), LONGEST_MESSAGE))}
        for each in said
    ]
    made.data = {"conversation": talk}
    if subject := conversation.subject.strip():
        made.data["subject"] = masked(clean(subject, 300))
    if asked.purpose == Purpose.SUGGESTION:
        made.data["company"] = masked(Company.current().name) or "…"
        if asked.given.strip():
            made.data["draft_of_the_colleague"] = masked(clean(asked.given, LONGEST_MESSAGE))
        _add_earlier(asked, made)
    return made


def _who(message: Message) -> str:
    return "customer" if message.author_kind == Author.CUSTOMER else "company"


def messages_of(conversation: Conversation, accounts: Collection[int]) -> list[Message]:
    """The newest messages that may leave, oldest first, within the limits."""
    rows = Message.objects.filter(conversation=conversation, account_id__in=accounts, removed_at=None)
    rows = rows.exclude(visibility=Visibility.NOTE).exclude(text="").order_by("-occurred_at", "-id")
    kept: list[Message] = []
    left = LONGEST_TALK
    for message in rows.defer("html")[:MOST_MESSAGES]:
        left -= min(len(message.text), LONGEST_MESSAGE)
        if left < 0 and kept:
            break
        kept.append(message)
    return kept[::-1]


def names_in(conversation: Conversation) -> list[str]:
    """Names and handles of the people in a conversation: the customer, those who wrote, the colleagues who answered."""
    customers = {conversation.customer_id}
    wrote = Message.objects.filter(conversation=conversation)
    customers |= set(
        wrote.filter(identity__isnull=False).values_list("identity__customer_id", flat=True).distinct()[:20]
    )
    known = Identity.objects.filter(customer_id__in=customers).values_list("value", "shown", "customer__name")
    agents = wrote.filter(agent__isnull=False).values_list("agent__name", flat=True).distinct()[:20]
    names = {part for row in known[:100] for part in row if part} | {conversation.customer.name} | set(agents)
    return sorted(name for name in names if name)


# --- earlier answers to similar questions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer to a similar question without anything personal: one that was given (`message`), or a saved reply."""

    text: str
    message: int | None = None


def _add_earlier(asked: Generated, made: Material) -> None:
    found = earlier_answers(asked)
    if found:
        made.data["earlier_answers_to_similar_questions"] = [each.text for each in found]
        made.texts += [each.text for each in found]
        made.sources += [each.message for each in found if each.message is not None]


def earlier_answers(asked: Generated) -> list[Earlier]:
    """What answers the customer's last message, as far as the person who asks may see it, the best first."""
    last = last_question(asked.conversation) if asked.conversation is not None else None
    if last is None or asked.agent is None:
        return []
    found = similar_answers(asked.agent, last, at_most=MOST_EARLIER * 2)
    given = _given_in([one.shown.target for one in found if one.shown.kind == "conversation"], asked.purpose)
    earlier = [
        given.get(one.shown.target) if one.shown.kind == "conversation" else _saved(one.shown.text)
        for one in found
    ]
    return [each for each in earlier if each is not None][:MOST_EARLIER]


def _saved(text: str) -> Earlier | None:
    text = _VARIABLE.sub(GAP, blot(clean(text, LONGEST_EARLIER))).strip()
    return Earlier(text) if text else None


def _given_in(conversations: Collection[int], purpose: str) -> dict[int, Earlier]:
    """The last answer of each conversation whose texts may leave."""
    rows = Conversation.objects.filter(pk__in=conversations, account_id__in=allowed_accounts(purpose))
    answers = {row.pk: _answer_in(row, purpose) for row in rows.select_related("customer")}
    return {pk: answer for pk, answer in answers.items() if answer is not None}


def _answer_in(conversation: Conversation, purpose: str) -> Earlier | None:
    said = Message.objects.filter(
        conversation=conversation,
        direction=Direction.OUT,
        author_kind=Author.AGENT,
        removed_at=None,
        account_id__in=allowed_accounts(purpose),
    )
    answer = said.exclude(visibility=Visibility.NOTE).exclude(text="").order_by("-occurred_at", "-id").first()
    if answer is None:
        return None
    text = blot(clean(answer.text, LONGEST_EARLIER), names_in(conversation))
    return Earlier(text, answer.pk)


def last_question(conversation: Conversation) -> Message | None:
    """The customer's last message."""
    said = Message.objects.filter(conversation=conversation, direction=Direction.IN, removed_at=None)
    return said.order_by("-occurred_at", "-id").first()


# --- languages -------------------------------------------------------------------------------------------------------


def language_of_customer(conversation: Conversation) -> str:
    """The language in which the customer writes: as read from the last message that told, else as stored, else the inbox's."""
    read = (
        Reading.objects.filter(message__conversation=conversation, message__direction=Direction.IN)
        .exclude(language__in=_UNKNOWN)
        .order_by("-message_id")
    )
    found = read.values_list("language", flat=True).first()
    return _first([found or "", conversation.customer.language, conversation.account.language, "en"])


def language_of_agent(agent: Agent) -> str:
    """The language in which a person works."""
    return _first([agent.language, Company.current().language, "en"])


def _first(codes: Iterable[str]) -> str:
    return next(code for code in codes if code not in _UNKNOWN)[:8]


def texts_to_read(asked: Generated) -> Sequence[Message]:
    """The messages from which the house itself can make a summary: nothing leaves, so every visible one counts."""
    if asked.conversation is None:
        return []
    rows = Message.objects.filter(conversation=asked.conversation, removed_at=None)
    rows = rows.exclude(visibility=Visibility.NOTE).exclude(text="").order_by("-occurred_at", "-id")
    return list(rows.defer("html")[:200])[::-1]
