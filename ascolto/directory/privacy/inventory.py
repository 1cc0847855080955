"""The personal-data inventory: every place in the house that reaches a customer, and what erasing them does to it.

A house test fails when a model has a way to a customer, a handle, a conversation or a message and is not here. `by` is the way from the
model to the customer, as a query writes it. What is kept holds times, states and counts, from which measures are made, and no words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Deed(StrEnum):
    """What erasing does with the rows."""

    DELETE = "delete"
    EMPTY = "empty"  # the row stays for measures, its words go
    KEEP = "keep"  # there is nothing personal in it
    FOLLOWS = "follows"  # goes with the row it belongs to, or is told by it
    OWN = "own"  # erased by a step of its own: erasing.py


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of `model` that reach a customer by `by`; `empties`: fields and what they become."""

    model: str
    by: str
    deed: Deed
    empties: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


_CONVERSATION = "conversation__customer"
_MESSAGE = "message__conversation__customer"


def _keep(model: str, by: str = _CONVERSATION) -> Place:
    return Place(model, by, Deed.KEEP)


def _delete(model: str, by: str = _CONVERSATION) -> Place:
    return Place(model, by, Deed.DELETE)


def _empty(model: str, by: str = _CONVERSATION, **empties: Any) -> Place:
    return Place(model, by, Deed.EMPTY, empties)


# In the order in which it is done: what hangs on messages before the messages.
PLACES: tuple[Place, ...] = (
    # understanding and search
    _empty("understanding.Reading", _MESSAGE, personal=[], because={}),
    _delete("understanding.MessageVector", _MESSAGE),
    _empty("understanding.Correction", _MESSAGE),
    _delete("understanding.Similar", _MESSAGE),
    _keep("understanding.Lookalike", "first__conversation__customer"),
    Place("search.Stale", "", Deed.OWN),
    # knowledge and generation
    _keep("knowledge.Verdict", _MESSAGE),
    _delete("generation.Generated"),
    _empty("generation.Departure", request="", detail=""),
    # composing
    _delete("composing.Draft"),
    _delete("composing.Proposal"),
    _delete("composing.PlannedReply"),
    # the bot: what it learnt of somebody is theirs; how often it helped stays
    _empty("bot.Dialogue", state={}, said=[]),
    _keep("bot.BotRating", _MESSAGE),
    _keep("bot.BotErrand"),
    # collaboration
    _keep("collaboration.Seat"),
    _keep("collaboration.Mention"),
    _empty("collaboration.DepartmentRequest", question="", reason=""),
    Place("collaboration.RequestMessage", "request__conversation__customer", Deed.FOLLOWS),
    _keep("collaboration.ProblemLink"),
    _empty("collaboration.Told", reason=""),
    # automation, views, notifications
    _empty("automation.MacroRun", done=[]),
    _empty("automation.RuleRun", why="", steps=[]),
    _delete("automation.RuleTimer"),
    _delete("automation.RehearsalRow"),
    _keep("views.Seen"),
    _delete("notifications.Notification"),
    # promises, routing, charter
    _keep("sla.SlaClock"),
    _keep("sla.Complaint"),
    _empty("sla.Commitment", words="", reason=""),
    _keep("sla.SlaPolicy", "group__customers"),
    _empty("routing.Assignment", why=[]),
    _empty("routing.HandOff", note="", summary="", facts=[], reason=""),
    _keep("routing.WaitTold"),
    _empty("charter.Stop", excerpt="", reason=""),
    # delivery and intake
    _empty("delivery.Dispatch", _MESSAGE, template=None, error=""),
    _keep("delivery.Attempt", "dispatch__message__conversation__customer"),
    _delete("intake.NameQuestion", "identity__customer"),
    Place("intake.RawEvent", "", Deed.OWN),
    # conversations
    Place("conversations.Attachment", _MESSAGE, Deed.OWN),
    _delete("conversations.MessageRevision", _MESSAGE),
    _delete("conversations.MessageAlias", _MESSAGE),
    _delete("conversations.Reaction", "identity__customer"),
    _delete("conversations.ConversationThread"),
    _empty("conversations.Message", text="", html="", subject="", extra={}, delivery_error=""),
    _empty("conversations.Conversation", "customer", subject="", preview=""),
    _empty("conversations.ConversationLink", "one__customer", why=""),
    _keep("conversations.ConversationMerge", "source__customer"),
    _keep("conversations.Participant"),
    _keep("conversations.Follower"),
    _delete("conversations.Label_customers", "customer"),
    _delete("conversations.LabelWish"),
    Place("conversations.EarlyNews", "", Deed.FOLLOWS),
    # customers
    _delete("customers.CustomerNoteRevision", "note__customer"),
    _delete("customers.CustomerNote", "customer"),
    _delete("customers.CustomerFieldValue", "customer"),
    _delete("customers.DuplicateKey", "customer"),
    _delete("customers.DuplicateSuggestion", "one"),
    _delete("customers.DuplicateSuggestion", "other"),
    _empty("customers.CustomerMerge", "target", why="", before={}),
    Place("customers.Identity", "customer", Deed.OWN),
    Place("customers.Customer", "pk", Deed.OWN),
    Place("events.Event", "customer_id", Deed.OWN),
    # asked for about their data
    Place("directory.CustomerExport", "customer", Deed.OWN),
    _keep("directory.Erasure", "customer"),
)

# Models with a way to the rooms of customers or conversations that say nothing about any one customer.
NOBODY = frozenset(
    {
        "conversations.Label",
        "conversations.LabelRules",
        "conversations.Conversation_labels",
        "understanding.Topic",
        "composing.Draft_files",
        "composing.Proposal_files",
        "composing.PlannedReply_files",
        "collaboration.DepartmentRequest_shares",
        "customers.CustomerGroup",
        "customers.CustomerField",
        "workspace.Preference",
    }
)
