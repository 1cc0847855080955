"""The small parts of a flow's text: names, words, texts in several languages, durations, choices. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from ascolto.bot.findings import Finding
from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import CHANNELS, Text, Wording
from ascolto.bot.yamltext import Value

LONGEST_TEXT = 4_000
LONGEST_WORD = 200
MOST_WORDS = 100
LANGUAGES = frozenset({"it", "en", "es", "fr", "de", "pt", "nl", "pl", "ro", "ru", "uk", "ar", "zh", "sq"})
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_DURATION = re.compile(r"(\d{1,4})\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty where none is near."""
    return next(iter(difflib.get_close_matches(word[:100], list(known)[:5000], n=1, cutoff=0.6)), "")


class Reading:
    """What was found so far, and readers of small parts. A part that cannot be read is told and counts as not given."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self.findings = list(findings)
        self.languages: list[str] = []
        self.node = ""
        self.lines: dict[str, int] = {}  # where edges are written

    def say(self, where: Value | int, code: str, message: str, fix: str = "", **values: object) -> None:
        """Note a defect."""
        line = where if isinstance(where, int) else where.line
        self.findings.append(Finding(line, code, message, fix, self.node, values))

    # --- names and words ------------------------------------------------------------------------------------------------

    def known_keys(self, told: Value, keys: Collection[str]) -> None:
        """Note keys that mean nothing here."""
        for key in told.entries:
            if key not in keys:
                guess = nearest(key, keys)
                fix = (
                    _("Did you mean %(guess)s?") if guess else _("Take it away; here there can be: %(keys)s.")
                )
                line = told.key_lines.get(key, told.line)
                values = {"key": key[:60], "guess": guess, "keys": ", ".join(sorted(keys))}
                self.say(line, "unknown_key", _("%(key)s means nothing here."), fix, **values)

    def is_name(self, name: str, line: int) -> bool:
        """Whether a word can be a name."""
        if _NAME.fullmatch(name):
            return True
        self.say(
            line,
            "name",
            _("%(name)s cannot be a name."),
            _("Take a letter, then letters, digits, - and _."),
            name=name[:60],
        )
        return False

    def name(self, told: Value, key: str, *, required: bool = False) -> str:
        """The name under a key."""
        word = self.short(told, key, required=required)
        return word if not word or self.is_name(word, told.entries[key].line) else ""

    def short(self, told: Value, key: str, *, required: bool = False) -> str:
        """A short text under a key."""
        value = told.entries.get(key)
        if value is None or value.is_null:
            if required:
                self.say(told, "missing", _("%(key)s is missing."), _("Add  %(key)s: …"), key=key)
            return ""
        if value.kind != "text":
            self.say(value, "shape", _("%(key)s is a word."), _("Write it on the same line."), key=key)
            return ""
        if len(value.text) > LONGEST_WORD:
            self.say(
                value,
                "too_long",
                _("%(key)s is too long."),
                _("Take at most %(most)s characters."),
                key=key,
                most=LONGEST_WORD,
            )
            return ""
        return value.text.strip()

    def choice(self, told: Value, key: str, among: Collection[str], *, required: bool = False) -> str:
        """One of these words."""
        word = self.short(told, key, required=required)
        if word and word not in among:
            guess = nearest(word, among)
            fix = _("Did you mean %(guess)s?") if guess else _("It can be: %(among)s.")
            values = {"word": word, "key": key, "guess": guess, "among": ", ".join(sorted(among))}
            self.say(told.entries[key], "unknown_word", _("%(key)s cannot be %(word)s."), fix, **values)
            return ""
        return word

    def truth(self, told: Value, key: str) -> bool:
        """true or false; false where nothing is said."""
        value = told.entries.get(key)
        if value is None:
            return False
        if value.truth is None:
            self.say(value, "shape", _("%(key)s is true or false."), _("Write  %(key)s: true"), key=key)
        return bool(value.truth)

    def maybe(self, told: Value, key: str) -> bool | None:
        """true, false, or not said."""
        return self.truth(told, key) if key in told.entries else None

    def mapping(self, told: Value, key: str, *, required: bool = False) -> Value | None:
        """What is below a key."""
        value = told.entries.get(key)
        if value is None:
            if required:
                self.say(told, "missing", _("%(key)s is missing."), _("Add  %(key)s: …"), key=key)
            return None
        if value.kind == "map":
            return value
        self.say(
            value,
            "shape",
            _("Below %(key)s there are keys."),
            _("Write them on lines of their own."),
            key=key,
        )
        return None

    def list_of(self, told: Value, key: str) -> list[str]:
        """Words: a list, or one alone."""
        value = told.entries.get(key)
        return [] if value is None else self._words(value, key)

    def _words(self, value: Value, key: str) -> list[str]:
        items = value.items if value.kind == "list" else [value]
        if value.kind == "map" or any(item.kind != "text" for item in items) or len(items) > MOST_WORDS:
            self.say(value, "shape", _("%(key)s is a list of words."), _("Write  [one, two]"), key=key)
            return []
        if any(len(item.text) > LONGEST_WORD for item in items):
            self.say(
                value,
                "too_long",
                _("%(key)s is too long."),
                _("Take at most %(most)s characters."),
                key=key,
                most=LONGEST_WORD,
            )
            return []
        return [item.text.strip() for item in items if item.text.strip()]

    def words(self, value: Value | None) -> dict[str, tuple[str, ...]]:
        """Words by language."""
        if value is None:
            return {}
        if value.kind != "map":
            self.say(value, "shape", _("Words stand below their languages."), _("Write  {it: […], en: […]}"))
            return {}
        self._only_languages(value)
        return {language: tuple(self._words(each, language)) for language, each in value.entries.items()}

    def duration(self, told: Value, key: str) -> timedelta | None:
        """A length of time: 5s, 30m, 2h, 3d."""
        text = self.short(told, key)
        if not text:
            return None
        found = _DURATION.fullmatch(text)
        if found is None:
            self.say(
                told.entries[key],
                "duration",
                _("%(key)s is a length of time."),
                _("Write for example 5s, 30m, 2h or 3d."),
                key=key,
            )
            return None
        return timedelta(**{_UNITS[found[2][0]]: int(found[1])})

    # --- texts in several languages -----------------------------------------------------------------------------------------

    def languages_of(self, root: Value) -> list[str]:
        """The languages of the flow."""
        told = self.list_of(root, "languages")
        for language in told:
            if language not in LANGUAGES:
                self.say(
                    root.entries["languages"],
                    "language",
                    _("%(name)s is no language."),
                    _("Write for example it, en."),
                    name=language[:20],
                )
        if not told:
            self.say(root, "missing", _("%(key)s is missing."), _("Add  %(key)s: …"), key="languages")
        return [language for language in dict.fromkeys(told) if language in LANGUAGES]

    def text(self, value: Value | None) -> Text:
        """A text by language. One without languages is good only where the flow has one."""
        if value is None or value.is_null:
            return Text()
        if value.kind == "text" and len(self.languages) == 1:
            return Text({self.languages[0]: self._wording(value)}, value.line)
        if value.kind != "map":
            self.say(value, "shape", _("A text stands below its language."), _("Write  {it: …, en: …}"))
            return Text(line=value.line)
        self._only_languages(value)
        known = {key: each for key, each in value.entries.items() if key in self.languages}
        return Text({language: self._wording(each) for language, each in known.items()}, value.line)

    def _only_languages(self, value: Value) -> None:
        for key in value.entries:
            if key not in self.languages:
                line = value.key_lines.get(key, value.line)
                fix = _("Add it to languages, or take it away.")
                self.say(line, "language", _("%(name)s is none of the flow's languages."), fix, name=key[:20])

    def _wording(self, value: Value) -> Wording:
        if value.kind == "text":
            return Wording(self._long(value), line=value.line)
        if value.kind != "map":
            self.say(value, "shape", _("A text is no list."), _("Write one text."))
            return Wording()
        self.known_keys(value, {"text", "count", "plural", *CHANNELS})
        plurals = self.mapping(value, "plural")
        if plurals is not None:
            self.known_keys(plurals, PLURALS)
        return Wording(
            text=self._long(value.entries.get("text")),
            variants={key: self._long(each) for key, each in value.entries.items() if key in CHANNELS},
            count=self.short(value, "count"),
            plurals=self._plurals(plurals),
            line=value.line,
            lines={key: each.line for told in (value, plurals) if told for key, each in told.entries.items()},
        )

    def _plurals(self, told: Value | None) -> Mapping[str, str]:
        entries = told.entries.items() if told is not None else ()
        return {key: self._long(each) for key, each in entries if key in PLURALS}

    def _long(self, value: Value | None) -> str:
        if value is None:
            return ""
        if value.kind != "text":
            self.say(value, "shape", _("Here a text is expected."), _("Put it in quotes."))
            return ""
        if len(value.text) > LONGEST_TEXT:
            self.say(
                value,
                "too_long",
                _("The text has more than %(most)s characters."),
                _("Say less, or in two nodes."),
                most=LONGEST_TEXT,
            )
            return ""
        return value.text.strip()
