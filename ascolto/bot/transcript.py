"""A played dialogue as lines for a screen, as the customer of each channel meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ascolto.bot.field_words import choice_name
from ascolto.bot.flow import PERSON, Flow
from ascolto.bot.rehearsing import END, ENDLESS, Play, Played
from ascolto.bot.speaking import _messages as messages_of
from ascolto.bot.state import (
    Answered,
    CallBackPromised,
    Choice,
    Effect,
    Ended,
    Found,
    LookUpWanted,
    Marked,
    Requested,
    Turn,
)
from ascolto.bot.voicing import voiced
from ascolto.bot.whys import why_words
from ascolto.channels import outbound
from ascolto.channels.choosing import numbered
from ascolto.channels.vendors import ivr_state
from ascolto.channels.vendors.calls import CallHeard, CallStep
from ascolto.kit.text import excerpt

MOST_BUTTONS = 3  # that WhatsApp draws below a message; more are a list
CUSTOMER, BOT, QUIET = "customer", "bot", "quiet"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `node`: where it was said; `icon`: of a quiet line, what would be done."""

    who: str
    text: str
    node: str = ""
    icon: str = ""
    sources: tuple[str, ...] = ()
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the way so far, and its line in the flow's text (0: it is in another flow, or no node)."""

    name: str
    flow: str
    line: int
    step: int
    is_here: bool = False


def lines_of(play: Play, flows: Mapping[str, Flow], skin: str) -> list[Line]:
    """The whole dialogue."""
    lines: list[Line] = []
    offered: tuple[Choice, ...] = ()
    for place, one in enumerate(play.played):
        is_new = place == len(play.played) - 1
        if done := what_was_done(one, offered):
            lines.append(Line(CUSTOMER, done, is_new=is_new))
        said = _voice(one.turn, flows) if skin == "phone" else _written(one.turn, skin)
        lines += [Line(BOT, text, node, sources=sources, is_new=is_new) for text, node, sources in said]
        lines += [Line(QUIET, text, icon=icon, is_new=is_new) for text, icon in _quiet(one)]
        offered = one.turn.choices
    return lines


def what_was_done(one: Played, offered: Sequence[Choice]) -> str:
    """What the customer did, in words."""
    step = one.step
    if step.choice:
        return next((choice.title for choice in offered if choice.id == step.choice), step.choice)
    if step.files and not step.text:
        return _("(a file)")
    return step.text or (_("(keys) %(keys)s") % {"keys": step.digits} if step.digits else "")


def _written(turn: Turn, skin: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """As messages; where buttons are not drawn the choices are numbered lines below the last one."""
    messages = list(messages_of(turn.says))
    for place, (text, said) in enumerate(messages):
        is_last = place == len(messages) - 1
        if is_last and skin == "sms" and turn.choices:
            below = numbered([outbound.Choice(id=one.id, title=one.title) for one in turn.choices])
            text = text + "\n\n" + "\n".join(below)
        yield text, said.node, tuple(source.title for source in said.sources if source.title)


def _voice(turn: Turn, flows: Mapping[str, Flow]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    call = voiced(turn, flows, CallHeard("rehearsal", CallStep.TURN), place=0)
    for spoken in call.says:
        yield spoken.text, "", ()


def records(turn: Turn, flows: Mapping[str, Flow]) -> bool:
    """Whether the telephone records what is said now."""
    return isinstance(
        voiced(turn, flows, CallHeard("rehearsal", CallStep.TURN), place=0).then, ivr_state.Record
    )


# --- what would be done ------------------------------------------------------------------------------------------------------------


def _quiet(one: Played) -> Iterator[tuple[str, str]]:
    for wanted, outcome in one.outcomes:
        if isinstance(wanted, LookUpWanted):
            told = _("found") if isinstance(outcome, Found) else _("nothing found")
            yield (
                _("Would look up “%(question)s”: %(outcome)s.")
                % {"question": excerpt(wanted.question, 80), "outcome": told},
                "search",
            )
        else:
            told = _("answered") if isinstance(outcome, Answered) else _("no answer")
            sent = ", ".join(f"{name} {value}" for name, value in wanted.values.items()) or "–"
            yield (
                _("Would ask the system %(name)s (%(sent)s): %(outcome)s.")
                % {"name": wanted.action, "sent": sent, "outcome": told},
                "globe",
            )
    for effect in one.turn.effects:
        yield _told(effect)
    if one.way and one.way[-1] == ENDLESS:
        yield _("It looks up and asks without end: a person would go on."), "triangle-alert"


def _told(effect: Effect) -> tuple[str, str]:
    if isinstance(effect, Marked):
        parts = [
            _("the labels %(names)s") % {"names": ", ".join(effect.labels)} if effect.labels else "",
            _("the topic %(name)s") % {"name": effect.topic} if effect.topic else "",
            _("the priority %(name)s") % {"name": choice_name("priorities", effect.priority).lower()}
            if effect.priority
            else "",
        ]
        return _("Would set %(what)s.") % {"what": ", ".join(filter(None, parts)) or "–"}, "tag"
    if isinstance(effect, Requested):
        told = {"department": effect.department or "–", "text": excerpt(effect.text, 200)}
        return _("Would open a request for %(department)s: %(text)s") % told, "split"
    if isinstance(effect, CallBackPromised):
        minutes = int(effect.within.total_seconds() // 60)
        told = {"number": effect.number, "minutes": str(minutes)}
        return _(
            "Would promise a call to %(number)s within %(minutes)s minutes of open time."
        ) % told, "phone-call"
    if isinstance(effect, Ended):
        return _("The dialogue ends; the matter is settled.") if effect.resolves else _(
            "The dialogue ends."
        ), "circle-check"
    if effect.team:
        return _("A person of %(team)s goes on: %(why)s.") % {
            "team": effect.team,
            "why": why_words(effect.why),
        }, "hand"
    return _("A person goes on: %(why)s.") % {"why": why_words(effect.why)}, "hand"


# --- the way -------------------------------------------------------------------------------------------------------------------------


def places_of(play: Play, flows: Mapping[str, Flow], slug: str) -> list[Place]:
    """The nodes that were passed, in order."""
    found = []
    for step, one in enumerate(play.played, 1):
        for name in one.way:
            flow, _slash, node = name.partition("/")
            known = flows[flow].nodes.get(node) if flow in flows else None
            found.append(
                Place(
                    place_words(name),
                    flow if known else "",
                    known.line if known and flow == slug else 0,
                    step,
                )
            )
    if found and play.state.waits:
        found[-1] = Place(found[-1].name, found[-1].flow, found[-1].line, found[-1].step, is_here=True)
    return found


def place_words(name: str) -> str:
    """A node of a way, in words; nothing where the way stopped."""
    if not name:
        return _("(it stopped)")
    if name == END:
        return _("the end")
    if name == ENDLESS:
        return _("without end")
    kind, _colon, why = name.partition(":")
    if kind == PERSON:
        return _("a person: %(why)s") % {"why": why_words(why)} if why else _("a person")
    return name
