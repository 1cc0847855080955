"""Why a person goes on, in the reader's language: the reasons of hand-overs, of calls and of external bots."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.events.models import Event

# Each stands behind “A person goes on:”. The codes are those of state.HandedOff, Dialogue.why, ExternalBot's errands.
WHYS: Mapping[str, str | Promise] = {
    "asked": gettext_lazy("the customer asked for one"),
    "anger": gettext_lazy("the customer is angry"),
    "not_understood": gettext_lazy("two answers in a row were not understood"),
    "flow": gettext_lazy("the flow says so"),
    "too_long": gettext_lazy("it took too long"),
    "about_bot": gettext_lazy("the customer complained about the bot twice"),
    "no_answer": gettext_lazy("there was no answer to find"),
    "broken": gettext_lazy("the flow leads nowhere here"),
    "silent": gettext_lazy("the customer said nothing more"),
    "hung_up": gettext_lazy("the caller hung up before the end"),
    "called": gettext_lazy("the customer calls on the telephone now"),
    "refused": gettext_lazy("a guarantee refused what the bot would have said"),
    "person": gettext_lazy("a person stepped in"),
    "taken": gettext_lazy("a colleague stopped the assistant"),
    "task": gettext_lazy("the task is done"),
    "ended": gettext_lazy("the flow came to its end, and the matter is not settled"),
    "nothing_asked": gettext_lazy("the customer asked for nothing that a flow could answer"),
    "no_flow": gettext_lazy("no flow answers at this inbox any more"),
    "external_late": gettext_lazy("the external bot did not answer in time"),
    "external_failed": gettext_lazy("the external bot could not be reached"),
    "external_handed": gettext_lazy("the external bot handed over"),
    "external_moved": gettext_lazy(
        "the customer writes on another channel now, where the external bot does not answer"
    ),
    "external_stopped": gettext_lazy("the external bot was switched off"),
    "external_asked": gettext_lazy("the customer asked for one, and the external bot stopped"),
}
ICONS = {"conversation.left_by_bot": "bot", "conversation.given_to_bot": "bot"}


def why_words(why: str) -> str:
    """A reason in words; what an older version wrote down and nobody knows any more stays a code."""
    return str(WHYS.get(why, why))


def words_of(event: Event, who: str) -> str:
    """The line of an event of ICONS beside a conversation."""
    why = str(event.data.get("why", ""))
    if event.type == "conversation.given_to_bot":
        return _("%(who)s gave the assistant a task") % {"who": who}
    return _("A person goes on: %(why)s.") % {"why": why_words(why)} if why else _("A person goes on")
