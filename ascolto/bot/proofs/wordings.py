"""Texts: there in every language, whole, with the same gaps, good for buttons and for the ear. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import Wording
from ascolto.bot.proofs.ground import Ground, Site
from ascolto.bot.texts import GAP, HOUSE_GAPS, category_of, gaps_of
from ascolto.kit.text import fold

LONGEST_TITLE = 24  # characters of what stands on a button or in a list
LONGEST_SPOKEN = 300  # characters that an ear keeps
WORDS_OF_SENTENCE = 5  # from which two languages cannot say the same by chance
_LINK = re.compile(
    r"https?://|\bwww\.|\b[a-z0-9][a-z0-9-]*\.(?:it|com|org|net|eu|io|info|example|fr|de|es|uk|ch)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\ufe0f\u200d]")
_OTHER_GAPS = re.compile(
    r"%\((\w+)\)s|\$(?=\{)|[\[<%$]([a-z][a-z0-9_]*)[\]>%]?"
)  # as other programs write them
_COUNTED = range(
    200
)  # further numbers take forms that these take, or ones that nobody needs ("one million of")


def prove(ground: Ground) -> None:
    """Every text."""
    for site in ground.sites:
        if site.text.by_language:
            _languages(ground, site)
            _gaps(ground, site)
            _same(ground, site)
            for language, wording in site.text.by_language.items():
                _wording(ground, site, language, wording)
        elif site.is_required:
            message = _("There is no text.")
            ground.say(
                site.line, "no_text", message, _("Write what is said, in every language."), node=site.node
            )
    _questions(ground)


def _languages(ground: Ground, site: Site) -> None:
    for language in ground.flow.languages:
        if language not in site.text.by_language:
            message = _("The text is missing in %(language)s.")
            fix = _("Add  %(language)s: …")
            ground.say(site.line, "language_missing", message, fix, node=site.node, language=language)


def _same(ground: Ground, site: Site) -> None:
    """A whole sentence is not the same in two languages: one of them was never translated."""
    seen: dict[str, str] = {}
    for language, wording in site.text.by_language.items():
        if wording.text.count(" ") + 1 < WORDS_OF_SENTENCE:
            continue
        text = fold(GAP.sub("", wording.text))
        if len(re.findall(r"[^\W\d]{2,}", text)) < WORDS_OF_SENTENCE:
            continue
        if text in seen:
            message = _("The text in %(language)s is the one in %(other)s, word for word.")
            fix, line = _("Translate it."), wording.lines.get("text", wording.line) or site.line
            ground.say(
                line, "not_translated", message, fix, node=site.node, language=language, other=seen[text]
            )
        seen.setdefault(text, language)


def _wording(ground: Ground, site: Site, language: str, wording: Wording) -> None:
    line = wording.line or site.line
    if not _is_whole(wording):
        message, fix = _("The text is empty in %(language)s."), _("Write what is said, or take it away.")
        ground.say(line, "empty_text", message, fix, node=site.node, language=language)
    for text, where in wording.placed():
        _braces(ground, site, where or site.line, text)
    if wording.plurals or wording.count:
        _plural(ground, site, language, wording)
    if site.role in ("label", "value"):
        _title(ground, site, line, wording)
    if site.is_spoken:
        _speech(ground, site, line, wording)


def _is_whole(wording: Wording) -> bool:
    """Whether there is something to say on every channel, and nothing that is there is empty."""
    told = [*wording.variants.values(), *wording.plurals.values()]
    return all(each.strip() for each in told) and bool(wording.text.strip() or wording.plurals)


def _braces(ground: Ground, site: Site, line: int, text: str) -> None:
    left = GAP.sub("", text)
    other = next((one for one in _OTHER_GAPS.finditer(text) if _is_gap(ground, one)), None)
    if "{" in left or "}" in left or other:
        found = re.search(r"\{[^{}]{0,40}\}?|\}", left) or other
        message = _(
            "%(gap)s is said as it stands: between braces there are small letters, digits and _ only."
        )
        fix = _("Write the name of a slot, as {customer_code}.")
        ground.say(line, "braces", message, fix, node=site.node, gap=found[0] if found else "{")


def _is_gap(ground: Ground, found: re.Match[str]) -> bool:
    """Whether a sign of another program stands for something that is known here."""
    name = found[1] or found[2]
    return not name or name in ground.flow.slots or (name in HOUSE_GAPS and found[0] != f"${name}")


# --- gaps and plurals -----------------------------------------------------------------------------------------------------------


def _gaps(ground: Ground, site: Site) -> None:
    """What one language names, every language names; a channel's own text may say less."""
    named = {language: _named(wording) for language, wording in site.text.by_language.items()}
    every = set().union(*named.values())
    if not every:
        return
    for language, names in named.items():
        for name in sorted(every - names):
            other = next(one for one in named if name in named[one])
            message = _("{%(name)s} stands in %(other)s, but not in %(language)s.")
            line = site.text.by_language[language].line or site.line
            fix = _("Name it in both, or in none.")
            ground.say(line, "gaps", message, fix, node=site.node, name=name, other=other, language=language)


def _named(wording: Wording) -> set[str]:
    """The names in its text, or in its plural forms together; else in what the channels say."""
    texts = [text for text in (wording.text, *wording.plurals.values()) if text] or list(
        wording.variants.values()
    )
    return {name for text in texts if "{" in text for name in gaps_of(text)}


@cache
def plural_forms(language: str) -> frozenset[str]:
    """The forms that numbers which occur take in a language."""
    return frozenset({"other", *(category_of(number, language) for number in _COUNTED)})


def _plural(ground: Ground, site: Site, language: str, wording: Wording) -> None:
    line = wording.line or site.line
    if not wording.count or not wording.plurals:
        message = _("A plural needs count, the slot whose number decides, and plural, its forms.")
        fix = _("Write  {count: days, plural: {one: …, other: …}}")
        ground.say(line, "plural", message, fix, node=site.node)
        return
    missing = sorted(plural_forms(language) - set(wording.plurals))
    if missing:
        line = wording.lines.get("plural", line)
        message = _("The plural has no form %(forms)s in %(language)s.")
        fix = _("Add  %(forms)s: …")
        ground.say(line, "plural", message, fix, node=site.node, forms=", ".join(missing), language=language)
    for other, beside in site.text.by_language.items():
        if not beside.plurals and len(plural_forms(other)) > 1:
            message = _("The plural has no form %(forms)s in %(language)s.")
            forms = ", ".join(sorted(plural_forms(other)))
            fix = _("Add  %(forms)s: …")
            where = beside.line or site.line
            ground.say(where, "plural", message, fix, node=site.node, forms=forms, language=other)


# --- buttons and ears -----------------------------------------------------------------------------------------------------------


_WITHOUT_BUTTONS = ("phone", "email", "sms")


def _title(ground: Ground, site: Site, line: int, wording: Wording) -> None:
    for variant, text in (("", wording.text), *wording.variants.items()):
        if len(text) > LONGEST_TITLE and variant not in _WITHOUT_BUTTONS:
            message = _("“%(text)s” has %(long)s characters; buttons and lists show %(most)s.")
            fix = _("Say it shorter; what the telephone says may stand in  say.")
            values = {"text": text[:40], "long": len(text), "most": LONGEST_TITLE}
            where = wording.lines.get(variant or "text", line)
            ground.say(where, "label_long", message, fix, node=site.node, **values)


def _speech(ground: Ground, site: Site, line: int, wording: Wording) -> None:
    spoken = wording.variants.get("phone")
    for text in [spoken] if spoken else [wording.text, *wording.plurals.values()]:
        why = unspeakable(text)
        if why:
            if spoken or site.role == "spoken":
                fix = _("Say it as a person would on the telephone, in a few words.")
            elif site.role == "label":
                fix = _("Add  say: …  with what the telephone says.")
            else:
                fix = _("Add a text for the telephone:  {text: …, phone: …}")
            where = wording.lines.get("phone" if spoken else "text", line)
            ground.say(where, "phone", why, fix, node=site.node, most=LONGEST_SPOKEN)


def unspeakable(text: str) -> str:
    """Why a text is not for the ear; empty where it is."""
    if len(text) > LONGEST_SPOKEN:
        return _("Nobody listens to more than %(most)s characters on the telephone.")
    if "@" in text and _EMAIL.search(text):
        return _("An e-mail address cannot be understood on the telephone.")
    if ("." in text or ":/" in text) and _LINK.search(text):
        return _("A link cannot be said on the telephone.")
    if not text.isascii() and _EMOJI.search(text):
        return _("An emoji cannot be said on the telephone.")
    return ""


def _questions(ground: Ground) -> None:
    """A question that was not understood is asked in other words."""
    for slot in ground.flow.slots.values():
        for language, again in slot.again.by_language.items():
            ask = slot.ask.by_language.get(language)
            if ask is not None and any(fold(one) == fold(two) for one, two in _said(ask, again)):
                message = _("The second question is the first one, word for word.")
                fix = _("Say how it can be answered: with an example, or where to find it.")
                ground.say(again.line or slot.line, "same_words", message, fix)


def _said(ask: Wording, again: Wording) -> Iterator[tuple[str, str]]:
    for channel in {"", *ask.variants, *again.variants}:
        first, second = (one.variants.get(channel) or one.text for one in (ask, again))
        if first and second:
            yield first, second
