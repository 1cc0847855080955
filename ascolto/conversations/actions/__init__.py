"""The only writers of conversations: one verb, or a family of close ones, a file."""

from ascolto.conversations.actions.albums import keep_aliases
from ascolto.conversations.actions.automatic import BotReply, add_bot_replies, bot_reply
from ascolto.conversations.actions.change import (
    Handing,
    add_participant,
    assign,
    change_priority,
    change_status,
    give_to_bot,
    keep_promises,
    leave_to_people,
    mark_spam,
    remove_participants,
    rename,
    set_labels,
    snooze,
)
from ascolto.conversations.actions.early import settle_early_news
from ascolto.conversations.actions.echoes import take_over
from ascolto.conversations.actions.merge import merge, unmerge
from ascolto.conversations.actions.moderate import note_moderated
from ascolto.conversations.actions.news import (
    News,
    apply_news,
    news_of,
    read_up_to,
)
from ascolto.conversations.actions.noting import change_note, may_change_note, remove_note
from ascolto.conversations.actions.outcome import note_delivery, note_partial, send_again
from ascolto.conversations.actions.outside import note_answered_outside
from ascolto.conversations.actions.placing import Received, move_thread
from ascolto.conversations.actions.receive import receive_messages
from ascolto.conversations.actions.reply import add_note, add_reply
from ascolto.conversations.actions.split import link, split, unlink
from ascolto.conversations.actions.withdrawing import hasten_reply, withdraw_reply

__all__ = [
    "BotReply",
    "Handing",
    "News",
    "Received",
    "add_bot_replies",
    "add_note",
    "add_participant",
    "add_reply",
    "apply_news",
    "assign",
    "bot_reply",
    "change_note",
    "change_priority",
    "change_status",
    "give_to_bot",
    "hasten_reply",
    "keep_aliases",
    "keep_promises",
    "leave_to_people",
    "link",
    "mark_spam",
    "may_change_note",
    "merge",
    "move_thread",
    "news_of",
    "note_answered_outside",
    "note_delivery",
    "note_moderated",
    "note_partial",
    "read_up_to",
    "receive_messages",
    "remove_note",
    "remove_participants",
    "rename",
    "send_again",
    "set_labels",
    "settle_early_news",
    "snooze",
    "split",
    "take_over",
    "unlink",
    "unmerge",
    "withdraw_reply",
]
