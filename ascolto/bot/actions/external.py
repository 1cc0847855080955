"""What an external bot may do, and what becomes of a conversation when it does not: answer, leave a note, hand over, resolve.

Only in conversations of its inbox that the bot holds: once a person took or answered one, the bot is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Company
from ascolto.bot.models import BotErrand, ExternalBot
from ascolto.bot.wording import phrase
from ascolto.channels.outbound import Choice
from ascolto.conversations.actions import add_note, add_reply, change_status, leave_to_people
from ascolto.conversations.models import Author, Conversation, Direction, Message, Status, Visibility
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.ids import digest
from ascolto.kit.text import clean, fold

TOGETHER = 1_000  # characters that the disclosure and the first message may have as one
DISCLOSED_FOR = timedelta(hours=12)
MOST_IN_A_ROW = 10  # messages without a word of the customer
_SAYS_SO = re.compile(
    r"\b(bot|chatbot|robot|assistente (virtuale|automatic[oa]|digitale|ai|ia)|(virtual|automatic|automated|digital|ai) assistant"
    r"|intelligenza artificiale|artificial intelligence)\b"
)
NOTES: dict[str, dict[str, str]] = {
    "late": {
        "it": "Il bot {name} non ha risposto entro {seconds} secondi: ora tocca a una persona.",
        "en": "The bot {name} did not answer within {seconds} seconds: a person goes on.",
    },
    "failed": {
        "it": "Il bot {name} non era raggiungibile: ora tocca a una persona.",
        "en": "The bot {name} could not be reached: a person goes on.",
    },
    "handed": {
        "it": "Il bot {name} ha passato la conversazione a una persona.",
        "en": "The bot {name} handed the conversation over to a person.",
    },
    "moved": {
        "it": "Il cliente scrive da un altro canale, dove il bot {name} non risponde: ora tocca a una persona.",
        "en": "The customer writes on another channel, where the bot {name} does not answer: a person goes on.",
    },
    "stopped": {
        "it": "Il bot {name} è stato spento: ora tocca a una persona.",
        "en": "The bot {name} was switched off: a person goes on.",
    },
    "asked": {
        "it": "Il cliente ha chiesto una persona: il bot {name} ha smesso.",
        "en": "The customer asked for a person: the bot {name} stopped.",
    },
}


@transaction.atomic
def answer(
    *,
    bot: ExternalBot,
    conversation: Conversation,
    text: str,
    choices: Sequence[Choice | Mapping[str, Any]] = (),
    key: str = "",
) -> Message:
    """Say something to the customer as this bot. The first time it is said before that a machine writes. `key` makes it idempotent.

    Raises Refused: "not_bots" where a person has the conversation or it is of another inbox, "too_many", what `add_reply` says.
    """
    own_key = _key(bot, key)
    if own_key and (earlier := Message.objects.filter(client_key=own_key, conversation=conversation).first()):
        return earlier
    current = _held(bot, conversation)
    _check_pace(current)
    told: dict[str, Any] = {"agent": None, "conversation": current, "account": bot.account}
    told |= {"visibility": Visibility.PRIVATE, "author": Author.BOT, "provenance": [_provenance(bot)]}
    text = clean(text).strip()
    if text and (disclosure := _disclosure(current, text)):
        if len(disclosure) + len(text) <= TOGETHER:
            text = f"{disclosure}\n\n{text}"
        else:
            add_reply(text=disclosure, **told)
    message = add_reply(text=text, choices=choices, client_key=own_key, **told)
    _settle(current, "answered")
    return message


@transaction.atomic
def leave_note(*, bot: ExternalBot, conversation: Conversation, text: str, key: str = "") -> Message:
    """Tell colleagues something. Raises Refused."""
    current = _held(bot, conversation)
    own_key, text = _key(bot, key), clean(text).strip()
    return add_note(
        agent=None,
        conversation=current,
        text=f"{bot.name}: {text}" if text else "",
        client_key=own_key,
        provenance=[_provenance(bot)],
    )


@transaction.atomic
def hand_off(*, bot_id: int, conversation: Conversation, why: str = "handed") -> bool:
    """A person goes on, as the bot itself has told the customer; it is not heard again here. `why`: see NOTES. Whether that changed
    anything."""
    bot = ExternalBot.objects.select_related("account").get(pk=bot_id)
    return _leave(bot, conversation.pk, why, say=False)


@transaction.atomic
def resolve(*, bot: ExternalBot, conversation: Conversation) -> None:
    """The matter is settled, the bot says. Raises Refused."""
    current = _held(bot, conversation)
    _settle(current, "answered")
    change_status(agent=None, conversation=current, status=Status.RESOLVED)


@transaction.atomic
def give_up(*, bot_id: int, conversation_id: int, outcome: str) -> bool:
    """The bot was `late`, telling it `failed`, the customer `asked` for a person or `moved` to another inbox: a person goes on, and the
    customer is told. Whether that changed anything."""
    bot = ExternalBot.objects.select_related("account").get(pk=bot_id)
    return _leave(bot, conversation_id, outcome, say=True)


def access(bot: ExternalBot, conversation_id: int) -> Conversation:
    """A conversation that a bot knows of: one of its inbox. Raises Conversation.DoesNotExist."""
    rows = Conversation.objects.select_related("customer")
    return rows.get(pk=conversation_id, account=bot.account_id)


def _leave(bot: ExternalBot, conversation_id: int, why: str, *, say: bool) -> bool:
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation_id)
    is_held = _is_held(bot, current)
    first = BotErrand.objects.filter(conversation=current, settled_at=None).order_by("pk").first()
    _settle(current, why if is_held else "taken")
    if not is_held:
        return False
    mark = f"{bot.pk}-{current.pk}-{first.pk if first else current.version}"
    add_note(agent=None, conversation=current, text=_note(bot, why), client_key=f"external-left-{mark}")
    if say:
        _say_so(bot, current, mark)
    return leave_to_people(conversation=current, why=f"external_{why}")


def _say_so(bot: ExternalBot, conversation: Conversation, mark: str) -> None:
    """Tell the customer that a person goes on; that it may not be said changes nothing."""
    text = phrase("handing", conversation.customer.language)
    told: dict[str, Any] = {"agent": None, "conversation": conversation, "account": bot.account}
    try:
        with transaction.atomic():
            add_reply(
                text=text,
                visibility=Visibility.PRIVATE,
                author=Author.BOT,
                client_key=f"external-handing-{mark}",
                provenance=[_provenance(bot)],
                **told,
            )
    except Refused:
        return


def _note(bot: ExternalBot, why: str) -> str:
    language = "it" if Company.current().language.startswith("it") else "en"
    return NOTES[why][language].format(name=bot.name, seconds=bot.seconds)


def _held(bot: ExternalBot, conversation: Conversation) -> Conversation:
    """The conversation, locked. Raises Refused unless this bot holds it."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("customer")
    current = rows.get(pk=conversation.pk)
    if not _is_held(bot, current):
        raise Refused(
            "not_bots",
            gettext_noop("A person has this conversation: the bot stays silent."),
            fix=gettext_noop(
                "Wait for the next message_created; it comes with the customer's next conversation."
            ),
        )
    return current


def _is_held(bot: ExternalBot, conversation: Conversation) -> bool:
    is_free = conversation.assignee_id is None and conversation.merged_into_id is None
    return is_free and conversation.with_bot and conversation.account_id == bot.account_id


def _check_pace(conversation: Conversation) -> None:
    """Raises Refused for a bot that talks without end."""
    newest = list(
        Message.objects.filter(conversation=conversation)
        .exclude(visibility=Visibility.NOTE)
        .order_by("-pk")
        .values_list("direction", flat=True)[:MOST_IN_A_ROW]
    )
    if len(newest) == MOST_IN_A_ROW and Direction.IN not in newest:
        raise Refused(
            "too_many",
            gettext_noop("The bot wrote many messages in a row."),
            fix=gettext_noop("Wait until the customer writes."),
        )


def _disclosure(conversation: Conversation, text: str) -> str:
    """What is said before a bot's first words; empty where it was said, or where they say so themselves."""
    since = now() - DISCLOSED_FOR
    rows = Message.objects.filter(conversation=conversation, author_kind=Author.BOT, occurred_at__gte=since)
    if rows.exists() or _SAYS_SO.search(fold(text[:TOGETHER])):
        return ""
    company = Company.current()
    language = conversation.customer.language or company.language
    return phrase("disclosure", language, company=company.name or "Ascolto")


def _settle(conversation: Conversation, outcome: str) -> None:
    rows = BotErrand.objects.filter(conversation=conversation, settled_at=None)
    rows.update(settled_at=now(), outcome=outcome)


def _provenance(bot: ExternalBot) -> dict[str, Any]:
    return {"source": "external_bot", "purpose": "bot", "model": bot.name, "bot": bot.name}


def _key(bot: ExternalBot, key: str) -> str | None:
    return f"xb-{bot.pk}-{digest(key)[:40]}" if key else None
