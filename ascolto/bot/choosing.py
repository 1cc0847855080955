"""Which option of a menu somebody means: pressed, numbered, named, described, or understood by its topic. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ascolto.bot.flow import Flow, Menu, Option
from ascolto.bot.state import Heard
from ascolto.kit.text import fold

SURE = 0.6  # probability from which a topic decides
LIKELY = 0.3  # from which it is worth asking
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Decision:
    """The option that is meant; or the ones between which to ask, or neither."""

    option: Option | None = None
    between: tuple[Option, ...] = ()


def choose(menu: Menu, heard: Heard, language: str, among: Sequence[Option] | None = None) -> Decision:
    """What is meant. `among`: the options that were offered, where not all of them were."""
    offered = menu.options if among is None else tuple(among)
    pressed = _pressed(menu, heard)
    if pressed is not None:
        return Decision(pressed)
    return describe(offered, heard, language)


def by_number(offered: Sequence[str], heard: Heard) -> Heard:
    """A number instead of a press: the choice in this place, of those that were shown (a person is always the last one)."""
    number = heard.digits or heard.text.strip().rstrip(".)")
    if heard.choice or len(offered) < 2 or not (number.isascii() and number.isdigit() and len(number) < 3):
        return heard
    place = int(number)
    return replace(heard, choice=offered[place - 1]) if 0 < place <= len(offered) else heard


def describe(offered: Sequence[Option], heard: Heard, language: str) -> Decision:
    """What is meant by words: the label, the words of an option, the topic that was understood."""
    said = " ".join(re.findall(r"\w+", fold(heard.text[:2000])))
    if not said:
        return Decision()
    exact = [one for one in offered if _label(one, language) == said]
    if len(exact) == 1:
        return Decision(exact[0])
    named = [one for one in offered if _named(one, language, said)]
    complaints = [one for one in named if one.is_complaint]
    if len(named) == 1 or len(complaints) == 1:  # a complaint is about something else as well, and stays one
        return Decision((complaints or named)[0])
    told = heard.understood
    by_topic = [one for one in named or offered if told.topic and told.topic in one.topics]
    if len(by_topic) == 1 and told.topic_probability >= SURE:
        return Decision(by_topic[0])
    if len(named) > 1:
        return Decision(between=tuple(named[:3]))
    if by_topic and told.topic_probability >= LIKELY:
        return Decision(between=tuple(by_topic[:3]))
    return Decision()


def earlier(flow: Flow, heard: Heard) -> Option | None:
    """The option of another menu of this flow, where somebody pressed a choice of before."""
    node = flow.nodes.get(heard.choice.partition(".")[0])
    return _pressed(node, heard) if isinstance(node, Menu) else None


def _pressed(menu: Menu, heard: Heard) -> Option | None:
    name, _, option = heard.choice.partition(".")
    return next((one for one in menu.options if name == menu.name and one.id == option), None)


def _label(option: Option, language: str) -> str:
    wording = option.label.by_language.get(language)
    return " ".join(re.findall(r"\w+", fold(wording.text))) if wording else ""


def _named(option: Option, language: str, said: str) -> bool:
    words = option.words.get(language, ())
    plain = (" ".join(re.findall(r"\w+", fold(word))) for word in words)
    return any(word and f" {word} " in f" {said} " for word in (*plain, _label(option, language)))
