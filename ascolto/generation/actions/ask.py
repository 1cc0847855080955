"""Ask for a text, take the request back, say what became of the text."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation, Message, Visibility
from ascolto.gates import Refused
from ascolto.generation.access import NotAllowed, allowed_purposes
from ascolto.generation.material import LONGEST_TRANSLATED, language_of_agent, language_of_customer
from ascolto.generation.models import ASKED_FOR, Generated, ModelServer, Purpose
from ascolto.kit.clock import now
from ascolto.kit.text import clean

OPEN_AT_ONCE = 3  # requests of one person
State = Generated.State


@transaction.atomic
def ask(
    *,
    agent: Agent,
    conversation: Conversation,
    purpose: str,
    message: Message | None = None,
    text: str = "",
    language: str = "",
    client_key: str | None = None,
) -> Generated:
    """Write down that `agent` wants a text; the background process gets it.

    The same wish that is still open, or with the same `client_key`, is one. `message` or `text` is what to translate; for a suggestion
    `text` is the draft so far. `language`: to write in; without it the customer's for what they shall read, the agent's for what the
    agent reads. Raises NotAllowed, Refused.
    """
    if earlier := _earlier(client_key, agent, conversation):
        return earlier
    if purpose not in ASKED_FOR or purpose not in allowed_purposes(conversation.account_id):
        raise NotAllowed(purpose)
    text = clean(text, LONGEST_TRANSLATED + 1)
    _check(purpose, conversation, message, text)
    if waiting := _same(agent, conversation, purpose, message, text):
        return waiting
    _check_open(agent)
    for_agent = purpose == Purpose.SUMMARY or (purpose == Purpose.TRANSLATION and message is not None)
    return Generated.objects.create(
        purpose=purpose,
        conversation=conversation,
        message=message,
        agent=agent,
        given=text,
        language=language or (language_of_agent(agent) if for_agent else language_of_customer(conversation)),
        client_key=client_key,
    )


def _earlier(client_key: str | None, agent: Agent, conversation: Conversation | None) -> Generated | None:
    found = Generated.objects.filter(client_key=client_key).first() if client_key else None
    if found is not None and (found.agent_id, found.conversation_id) != (
        agent.pk,
        conversation and conversation.pk,
    ):
        raise Refused(
            "key_in_use", _("This request key belongs to another request."), fix=_("Use a new key.")
        )
    return found


def _check(purpose: str, conversation: Conversation, message: Message | None, text: str) -> None:
    if purpose != Purpose.TRANSLATION:
        return
    if message is not None and (
        message.conversation_id != conversation.pk or message.visibility == Visibility.NOTE
    ):
        raise Refused("not_translated", _("Notes stay in the house."), fix=_("Choose a message."))
    said = message.text if message is not None else text
    if not said.strip():
        raise Refused(
            "empty", _("There is no text to translate."), fix=_("Write something, or choose a message.")
        )
    if len(said) > LONGEST_TRANSLATED:
        raise Refused(
            "too_long", _("The text is too long to be translated."), fix=_("Translate a part of it.")
        )


def _same(
    agent: Agent, conversation: Conversation, purpose: str, message: Message | None, text: str
) -> Generated | None:
    """The same wish that is still open: whoever presses twice asks once."""
    rows = Generated.objects.filter(agent=agent, conversation=conversation, purpose=purpose)
    return rows.filter(message=message, given=text, finished_at__isnull=True).first()


def _check_open(agent: Agent) -> None:
    if Generated.objects.filter(agent=agent, finished_at__isnull=True).count() >= OPEN_AT_ONCE:
        raise Refused(
            "too_many_open",
            _("Several of your requests are still on their way."),
            fix=_("Wait for one of them."),
        )


@transaction.atomic
def ask_test(*, agent: Agent) -> Generated:
    """Write down that the server is to be tried with an invented sentence, also while it is off. Raises Refused."""
    if not ModelServer.current().is_described:
        raise Refused(
            "no_server", _("No server is described yet."), fix=_("Write its address and the model.")
        )
    open_tests = Generated.objects.filter(purpose=Purpose.TEST, finished_at__isnull=True)
    if waiting := open_tests.order_by("-id").first():
        return waiting
    return Generated.objects.create(purpose=Purpose.TEST, agent=agent, language=language_of_agent(agent))


@transaction.atomic
def cancel(*, generated: Generated) -> bool:
    """Take a request back; whether it was still open. What has left cannot be called back, but its answer is thrown away."""
    rows = Generated.objects.filter(pk=generated.pk, finished_at__isnull=True)
    return bool(rows.update(state=State.CANCELLED, holder="", lease_until=None, finished_at=now()))


@transaction.atomic
def discard(*, generated: Generated) -> None:
    """Note that the text was not wanted."""
    rows = Generated.objects.filter(pk=generated.pk, used_at=None, finished_at__isnull=False)
    rows.update(discarded_at=now())
