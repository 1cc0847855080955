"""The only writers of conversations: one verb, or a family of close ones, a file."""

from ascolto.conversations.actions.change import (
    add_participant,
    assign,
    change_priority,
    change_status,
    mark_spam,
    rename,
    set_labels,
    snooze,
)
from ascolto.conversations.actions.news import (
    News,
    apply_news,
    news_of,
    note_delivery,
    note_partial,
    send_again,
    settle_early_news,
)
from ascolto.conversations.actions.receive import Received, receive_messages
from ascolto.conversations.actions.reply import add_note, add_reply

__all__ = [
    "News",
    "Received",
    "add_note",
    "add_participant",
    "add_reply",
    "apply_news",
    "assign",
    "change_priority",
    "change_status",
    "mark_spam",
    "news_of",
    "note_delivery",
    "note_partial",
    "receive_messages",
    "rename",
    "send_again",
    "set_labels",
    "settle_early_news",
    "snooze",
]
