"""Writes what a turn says as messages of the bot: together where it can be, in parts where it is long, with its choices at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ascolto.bot.models import Dialogue, FlowVersion
from ascolto.bot.state import Choice, Said, Turn
from ascolto.bot.texts import parts_of
from ascolto.channels import outbound
from ascolto.conversations.actions import BotReply, bot_reply
from ascolto.conversations.models import Conversation

LONGEST = 1_000  # characters of one message: what people read on a telephone, and what every network takes
_BETWEEN = "\n\n"


def speak(conversation: Conversation, dialogue: Dialogue, turn: Turn) -> list[BotReply]:
    """What a turn says, as the messages that it makes; `add_bot_replies` writes them. What the dialogue heard is to be kept in the same
    transaction: so nothing is said twice. Raises Refused when a guarantee or the channel says no."""
    messages = list(_messages(turn.says))
    return [
        bot_reply(
            conversation=conversation,
            account=dialogue.account,
            text=text,
            choices=[_offered(one) for one in turn.choices] if is_last and turn.wanted is None else (),
            ratable=said.rates,
            provenance=[_provenance(dialogue, said)],
        )
        for is_last, (text, said) in ((one is messages[-1], one) for one in messages)
    ]


def _messages(says: Sequence[Said]) -> Iterator[tuple[str, Said]]:
    """Texts that belong together in one message; an answer that can be rated stands alone."""
    waiting: list[Said] = []
    for said in says:
        is_full = sum(len(one.text) + 2 for one in waiting) + len(said.text) > LONGEST
        if waiting and (said.rates or waiting[-1].rates or is_full):
            yield from _parts(waiting)
            waiting = []
        waiting.append(said)
    if waiting:
        yield from _parts(waiting)


def _parts(together: Sequence[Said]) -> Iterator[tuple[str, Said]]:
    text = _BETWEEN.join(one.text for one in together)
    for part in [text] if len(text) <= LONGEST else parts_of(text, LONGEST):
        yield part, together[-1]


def _offered(choice: Choice) -> outbound.Choice:
    return outbound.Choice(id=choice.id, title=choice.title)


def _provenance(dialogue: Dialogue, said: Said) -> dict[str, Any]:
    """Where the words come from: the flow and its version, the place in it, the sources of an answer, and who worded it."""
    told = {
        "source": "flow",
        "purpose": "bot",
        "model": name_of(dialogue.version_id),
        "node": said.node,
        "titles": [source.title for source in said.sources],
        "sources": [{"kind": source.kind, "id": source.id} for source in said.sources],
    }
    return {**told, "wording": dict(said.found.wording)} if said.found and said.found.wording else told


@lru_cache(maxsize=512)
def name_of(version: int) -> str:
    """A version as people call it: the flow's name and the number. Versions never change."""
    slug, number = FlowVersion.objects.values_list("flow__slug", "number").get(pk=version)
    return f"{slug} {number}"
