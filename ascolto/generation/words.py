"""What people are told about a generated text: who wrote it, why it is not the model's, what was taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.generation.models import Generated, Outcome, Purpose

WHY: dict[str, str | Promise] = {
    Outcome.NOT_SENT: gettext_lazy("The model's server cannot be reached."),
    Outcome.LATE: gettext_lazy("The model did not answer in time."),
    Outcome.BROKEN_OFF: gettext_lazy("The model's server broke off the connection."),
    Outcome.TOO_LARGE: gettext_lazy("The model's answer was far too long and was not read."),
    Outcome.BUSY: gettext_lazy("The model has too much to do at the moment."),
    Outcome.NOT_LET_IN: gettext_lazy("The model's server does not accept our key."),
    Outcome.UNKNOWN_MODEL: gettext_lazy("The server does not know this model or this address."),
    Outcome.REJECTED: gettext_lazy("The model's server did not accept the request."),
    Outcome.FAILED: gettext_lazy("The model's server has trouble of its own."),
    Outcome.GARBAGE: gettext_lazy("What came back was no answer of a language model."),
    Outcome.EMPTY: gettext_lazy("The model answered without a text."),
    Outcome.DECLINED: gettext_lazy("The model did not want to answer this."),
    Outcome.INTERRUPTED: gettext_lazy("Ascolto was restarted while the model was writing."),
    Outcome.PAUSED: gettext_lazy("The model failed several times in a row and is left alone for a while."),
    Outcome.SWITCHED_OFF: gettext_lazy("The language model was switched off meanwhile."),
    Outcome.NOTHING: gettext_lazy("There is no text that may leave the house."),
    Outcome.UNREADABLE: gettext_lazy("The key of the model's server cannot be opened: write it again."),
    Outcome.INTERNAL: gettext_lazy(
        "Something went wrong in Ascolto itself; the administrator's log says more."
    ),
}
OUTCOMES: dict[str, str | Promise] = {
    **WHY,
    Outcome.ON_ITS_WAY: gettext_lazy("On its way"),
    Outcome.ANSWERED: gettext_lazy("Answered"),
}
NOTES: dict[str, str | Promise] = {
    "link": gettext_lazy("A link that nobody had written was taken out."),
    "datum": gettext_lazy("A number or address that nobody had written was taken out."),
    "placeholder": gettext_lazy("The model made up a name: fill the gap marked by three dots."),
    "cut": gettext_lazy("The text was too long and was cut."),
}
PURPOSES: dict[str, str | Promise] = {purpose.value: purpose.label for purpose in Purpose}


def why_words(generated: Generated) -> str:
    """Why the model wrote nothing, in one sentence; empty where it did."""
    return str(WHY.get(generated.why, "")) if generated.why else ""


def note_words(generated: Generated) -> list[str]:
    """What was taken out of the model's text."""
    return [str(NOTES[note]) for note in generated.notes if note in NOTES]


def origin_words(generated: Generated) -> str:
    """Who wrote a text that is offered."""
    if generated.source == Generated.Source.MODEL:
        return _("Written by a language model (%(model)s at %(server)s). Check it: you answer for it.") % {
            "model": generated.model,
            "server": generated.server,
        }
    if generated.source == Generated.Source.EXTRACT:
        return _("No model wrote this: these are sentences of the conversation.")
    if generated.source == Generated.Source.SIMILAR:
        return _(
            "No model wrote this: it is an earlier answer to a similar question, without personal details."
        )
    return ""


def provenance_words(extra: Mapping[str, Any]) -> list[str]:
    """What a message says of its origin, for its bubble. `extra` is the message's; anything unexpected in it says nothing."""
    told = extra.get("provenance")
    found = [item for item in told if isinstance(item, dict)] if isinstance(told, list) else []
    return [words for item in found if (words := _origin(item))]


def _origin(item: Mapping[str, Any]) -> str:
    values = {"model": str(item.get("model", ""))[:200], "name": str(item.get("checked_by", ""))[:120]}
    if item.get("source") == Generated.Source.SIMILAR:
        return _("From an earlier answer, checked by %(name)s") % values
    if item.get("source") == "flow":
        return _by_flow(item)
    if item.get("source") == "external_bot":
        return _("Automatic, by %(name)s") % {"name": str(item.get("bot", ""))[:120]}
    if item.get("source") != Generated.Source.MODEL:
        return ""
    if item.get("purpose") == Purpose.TRANSLATION:
        return _("Translated by a model (%(model)s), checked by %(name)s") % values
    if item.get("purpose") == Purpose.SUMMARY:
        return _("Summarised by a model (%(model)s), checked by %(name)s") % values
    if item.get("changed"):
        return _("Suggested by a model (%(model)s), changed and checked by %(name)s") % values
    return _("Suggested by a model (%(model)s), checked by %(name)s") % values


def _by_flow(item: Mapping[str, Any]) -> str:
    """What a bot said by a flow: which one, and where an answer that it found comes from."""
    titles = item.get("titles")
    named = ", ".join(str(title)[:120] for title in titles[:3]) if isinstance(titles, list) else ""
    values = {"flow": str(item.get("model", ""))[:120], "titles": named}
    wording = item.get("wording")
    if named and isinstance(wording, dict) and wording.get("outcome") == "worded":
        values["words"] = str(wording.get("model", ""))[:200]
        told = _(
            "Automatic, flow %(flow)s, from: %(titles)s; worded by a language model (%(words)s), checked against it"
        )
        return told % values
    if named:
        return _("Automatic, flow %(flow)s, from: %(titles)s") % values
    return _("Automatic, flow %(flow)s") % values
