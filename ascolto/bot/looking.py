"""Looks for an answer in what the company knows: what was found for the customer's message when it was understood."""

from __future__ import annotations

from ascolto.bot.state import Found, LookUpWanted, Missing, Source
from ascolto.conversations.models import Conversation, Direction, Message
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.source import KIND
from ascolto.understanding.models import Similar
from ascolto.understanding.selectors.similar import CONFIDENT

LOOKED_AT = 5  # of the newest messages: a press of a button after the question hides it not


def look_up(conversation: Conversation, wanted: LookUpWanted) -> Found | Missing:
    """The best answer that everybody may be given, if it is certain enough. Earlier conversations are never quoted to others."""
    rows = Message.objects.filter(conversation=conversation, direction=Direction.IN, is_automatic=False)
    newest = list(rows.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    found = Similar.objects.filter(message__in=newest, kind=KIND, score__gte=CONFIDENT)
    for similar in found.order_by("-message_id", "-score")[:LOOKED_AT]:
        reply = (
            SavedReply.objects.filter(pk=similar.target, archived_at=None, team=None, owner=None)
            .prefetch_related("texts")
            .first()
        )
        if reply is None:
            continue
        texts = {one.language: one.text for one in reply.texts.all()}
        text = texts.get(wanted.language)
        if text and "{" not in text:
            return Found(text, (Source(KIND, reply.pk, reply.title),))
    return Missing()
