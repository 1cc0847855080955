"""What erasing does, line by line, for people who do not know the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.directory.privacy.erasing import Line
from ascolto.directory.privacy.inventory import Deed

NAMES: dict[str, str | Promise] = {
    "conversations.Message": _("messages"),
    "conversations.Conversation": _("conversations"),
    "conversations.Attachment": _("files"),
    "conversations.MessageRevision": _("earlier versions of messages"),
    "conversations.MessageAlias": _("networks' ids of messages"),
    "conversations.Reaction": _("reactions"),
    "conversations.Label_customers": _("labels"),
    "customers.Identity": _("handles"),
    "customers.Customer": _("customer"),
    "customers.CustomerNote": _("notes"),
    "customers.CustomerNoteRevision": _("earlier versions of notes"),
    "customers.CustomerFieldValue": _("fields"),
    "customers.CustomerMerge": _("merges of customers"),
    "customers.DuplicateKey": _("traces for finding duplicates"),
    "customers.DuplicateSuggestion": _("suggested duplicates"),
    "understanding.Reading": _("what was understood of messages"),
    "understanding.MessageVector": _("meanings of messages, as numbers"),
    "understanding.Similar": _("similar messages"),
    "sla.SlaClock": _("clocks of promises"),
    "sla.Commitment": _("dated promises"),
    "sla.Complaint": _("complaints"),
    "routing.Assignment": _("who held it"),
    "routing.HandOff": _("hand-offs"),
    "delivery.Dispatch": _("sendings"),
    "delivery.Attempt": _("tries to send"),
    "generation.Generated": _("texts of the language model"),
    "generation.Departure": _("what left for the language model"),
    "charter.Stop": _("what the Charter stopped"),
    "understanding.Correction": _("corrections of what was understood"),
    "understanding.Lookalike": _("groups of messages that say the same"),
    "knowledge.Verdict": _("judgements on suggestions"),
    "composing.Draft": _("drafts"),
    "composing.Proposal": _("proposed answers"),
    "composing.PlannedReply": _("planned answers"),
    "collaboration.Seat": _("colleagues asked in"),
    "collaboration.Mention": _("mentions"),
    "collaboration.DepartmentRequest": _("requests to departments"),
    "collaboration.ProblemLink": _("links to problems"),
    "collaboration.Told": _("what was told about problems"),
    "automation.MacroRun": _("macros that ran"),
    "automation.RuleRun": _("rules that ran"),
    "automation.RuleTimer": _("rules that wait"),
    "automation.RehearsalRow": _("rules that were tried"),
    "views.Seen": _("who has read it"),
    "notifications.Notification": _("notifications"),
    "routing.WaitTold": _("expected waits that were told"),
    "intake.NameQuestion": _("questions for a name"),
    "conversations.ConversationThread": _("threads of networks"),
    "conversations.ConversationLink": _("links between conversations"),
    "conversations.ConversationMerge": _("merges of conversations"),
    "conversations.Participant": _("people asked in"),
    "conversations.Follower": _("people who follow"),
    "conversations.LabelWish": _("labels that were missed"),
    "sla.SlaPolicy": _("promises to their group"),
    "directory.CustomerExport": _("copies"),
    "directory.Erasure": _("earlier requests to erase"),
    "events.Event": _("rows of the log"),
    "quotes": _("quotes in other people's conversations and notes"),
}


def line_words(line: Line | Sequence[Any]) -> dict[str, Any]:
    """A line of the dry run or of a report: how many, what, and what becomes of it."""
    model, deed, rows = (line.model, line.deed, line.rows) if isinstance(line, Line) else line
    return {
        "rows": rows,
        "what": str(NAMES.get(model, model.rpartition(".")[2])),
        "deed": _deeds()[Deed(deed)],
    }


def _deeds() -> dict[Deed, str]:
    return {
        Deed.DELETE: gettext("deleted"),
        Deed.EMPTY: gettext("emptied, times and states stay"),
        Deed.KEEP: gettext("stays: no personal data"),
        Deed.FOLLOWS: gettext("goes with the rest"),
        Deed.OWN: gettext("emptied, times and states stay"),
    }
