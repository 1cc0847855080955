"""Menus, and slots with choices: few, distinct, and none that takes the words for a person away. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import MOST_OPTIONS, PERSON, HandOff, Mark, Menu, Option, Request, Say, Slot
from ascolto.bot.person_wishes import is_zero, wants_person
from ascolto.bot.proofs.ground import Ground
from ascolto.bot.proofs.parts import Parts, plain_first_menus, questions_before_menus
from ascolto.bot.wording import is_about_bot
from ascolto.kit.text import fold

_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_KEYWORDS = frozenset({PERSON})


def prove(ground: Ground, parts: Parts) -> None:
    """Every menu, every slot with values, the complaint option."""
    words = [word for each in ground.flow.person_words.values() for word in each]
    _person_words(ground)
    for node in ground.flow.nodes.values():
        if isinstance(node, Menu):
            _few(ground, node)
            _ids(ground, node)
            _distinct(ground, node)
            for option in node.options:
                _shadows(ground, node, option, words)
    for slot in ground.flow.slots.values():
        if slot.type == "choice":
            _values(ground, slot, words)
    if ground.world.agcom and not ground.flow.is_called:
        plain = plain_first_menus(ground, parts)
        for name, line in plain:
            message = _("At the first level nobody can complain: AGCOM wants an option for it there.")
            fix = _("Add an option with  complaint: true.")
            ground.say(line, "complaint", message, fix, node=name)
        for name, line in [] if plain else questions_before_menus(ground, parts):
            message = _("This is asked before anybody can complain: AGCOM wants that at the first level.")
            fix = _("Ask it after the first menu.")
            ground.say(line, "complaint", message, fix, node=name)


def _person_words(ground: Ground) -> None:
    line = ground.flow.lines.get("person", ground.flow.line)
    for language, words in ground.flow.person_words.items():
        if not words or not all(_plain(word) for word in words):
            message = _("There is an empty word for a person in %(language)s.")
            fix = _("Write the words, or take them away: the house's own count always.")
            ground.say(line, "person_words", message, fix, language=language)


def _few(ground: Ground, menu: Menu) -> None:
    count = len(menu.options)
    if count > MOST_OPTIONS:
        message = _("%(count)s options are more than customers keep in mind; %(most)s are the most.")
        fix = _("Put some of them together, or lead to a second menu.")
        ground.say(menu.line, "options", message, fix, node=menu.name, count=count, most=MOST_OPTIONS)
    if not count and f"{menu.name}.options" in ground.flow.lines:
        ground.say(menu.line, "options", _("The menu offers nothing."), _("Add options."), node=menu.name)


def _ids(ground: Ground, menu: Menu) -> None:
    seen: set[str] = set()
    for option in menu.options:
        if option.id in seen:
            message, fix = _("Two options have the id %(name)s."), _("Give each its own.")
            ground.say(option.line, "twice", message, fix, node=menu.name, name=option.id)
        elif option.id in _KEYWORDS:
            message = _("%(name)s cannot be the id of an option: the bot offers that by itself.")
            ground.say(
                option.line, "keyword", message, _("Take another name."), node=menu.name, name=option.id
            )
        seen.add(option.id)


def _distinct(ground: Ground, menu: Menu) -> None:
    for language in ground.flow.languages:
        taken: dict[str, str] = {}
        for option in menu.options:
            for word in dict.fromkeys(_words(option, language)):
                if taken.setdefault(word, option.id) != option.id:
                    line = _line_of_word(ground, menu, option, language, word)
                    message = _("“%(word)s” means %(one)s as well as %(other)s.")
                    fix = _("Keep it where it is meant most often.")
                    values = {"word": word, "one": taken[word], "other": option.id}
                    ground.say(line, "same_word", message, fix, node=menu.name, **values)


def _line_of_word(ground: Ground, menu: Menu, option: Option, language: str, word: str) -> int:
    """Where a word of an option stands: in its words, else in its label."""
    if any(_plain(each) == _plain(word) for each in option.words.get(language, ())):
        return ground.flow.lines.get(f"{menu.name}.words.{option.id}.{language}", option.line)
    wording = option.label.by_language.get(language)
    return (wording.line if wording else 0) or option.label.line or option.line


def _words(option: Option, language: str) -> Iterable[str]:
    wording = option.label.by_language.get(language)
    told = [*([wording.text] if wording else []), *option.words.get(language, ())]
    return [plain for word in told if (plain := _plain(word))]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _shadows(ground: Ground, menu: Menu, option: Option, own: list[str]) -> None:
    """Words that never reach the option, since they are heard as something else before."""
    told = {word: language for language, words in option.words.items() for word in words}
    told |= {wording.text: language for language, wording in option.label.by_language.items()}
    leads_to_person = _leads_to_person(ground, option.next)
    for word, language in told.items():
        found = _shadow(word, own, leads_to_person=leads_to_person)
        if found:
            line = _line_of_word(ground, menu, option, language, word)
            code, message, fix = found
            ground.say(line, code, message, fix, node=menu.name, word=word[:40], name=option.id)


def _shadow(word: str, own: list[str], *, leads_to_person: bool) -> tuple[str, str, str] | None:
    """As what a word is heard before it reaches an option: (code, message, fix)."""
    if not leads_to_person and (wants_person(word, own) or is_zero(word)):
        message = _("Who says “%(word)s” gets a person, not %(name)s.")
        return "shadows_person", message, _("Say it in other words, or lead to a person.")
    if is_about_bot(word):
        return (
            "shadows_bot",
            _("Who says “%(word)s” is heard as complaining about the bot."),
            _("Say it in other words."),
        )
    if _plain(word).isdigit():
        return "number_word", _("The number %(word)s means an option by its place."), _("Take it away.")
    return None


def _leads_to_person(ground: Ground, target: str) -> bool:
    """At once, or after no more than something said or noted."""
    for _step in range(5):
        node = ground.flow.nodes.get(target)
        if target == PERSON or isinstance(node, HandOff):
            return True
        if not isinstance(node, Say | Mark | Request):
            return False
        target = node.next
    return False


def _values(ground: Ground, slot: Slot, own: list[str]) -> None:
    line, count = ground.line_in(slot, "values"), len(slot.values)
    if not 0 < count <= MOST_OPTIONS:
        message = _("A slot of type choice has one to %(most)s values; here are %(count)s.")
        fix = _("Put some of them together, or ask with a menu first.")
        ground.say(line, "values", message, fix, count=count, most=MOST_OPTIONS)
    for name, text in slot.values.items():
        where = text.line or line
        if name in _KEYWORDS:
            message = _("%(name)s cannot be a value: the bot offers that by itself.")
            ground.say(where, "keyword", message, _("Take another name."), name=name)
        elif not _VALUE.fullmatch(name):
            message = _("%(name)s cannot be a value.")
            ground.say(where, "values", message, _("Take letters, digits, - and _."), name=name[:60])
        for wording in text.by_language.values():
            if wants_person(wording.text, own) or is_zero(wording.text):
                message = _("Who says “%(word)s” gets a person, not %(name)s.")
                fix = _("Say it in other words, or lead to a person.")
                ground.say(where, "shadows_person", message, fix, word=wording.text[:40], name=name)
    _distinct_values(ground, slot.values, line)


def _distinct_values(ground: Ground, values: Mapping[str, object], line: int) -> None:
    for language in ground.flow.languages:
        taken: dict[str, str] = {}
        for name, text in values.items():
            wording = getattr(text, "by_language", {}).get(language)
            word = _plain(wording.text) if wording else ""
            if word and taken.setdefault(word, name) != name:
                message = _("“%(word)s” means %(one)s as well as %(other)s.")
                fix = _("Give each value its own words.")
                where = getattr(text, "line", 0) or line
                ground.say(where, "same_word", message, fix, word=word, one=taken[word], other=name)
