"""What a rule says: when, if, then. Read from plain data (stored, posted, imported), and told as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.automation.occasions import OCCASIONS, RECEIVED, UNDERSTOOD, Occasion
from ascolto.automation.steps import Known, Planned, read_steps, stored_steps
from ascolto.kit.text import clean
from ascolto.views.conditions import BadCondition, Query
from ascolto.views.conditions import read as read_query

MEANING = (
    "intent",
    "topic",
    "sentiment",
    "urgency",
    "anger",
    "language",
)  # known after the message was understood
LONGEST_WORDS = 300
MOST_WORDS = 20
NOTHING: dict[str, Any] = {"all": []}


@dataclass(frozen=True, slots=True)
class AboutMessage:
    """What the message of the event must be like. `words`: one of them is in it, in any case of letters."""

    words: tuple[str, ...] = ()
    is_first: bool = False
    has_files: bool = False
    is_public: bool = False

    def __bool__(self) -> bool:
        return bool(self.words or self.is_first or self.has_files or self.is_public)

    def plain(self) -> dict[str, Any]:
        return {
            "words": list(self.words),
            "first": self.is_first,
            "files": self.has_files,
            "public": self.is_public,
        }

    def clauses(self) -> list[str]:
        """What it asks for, each as "the message …"."""
        found = []
        if self.words:
            names = joined([f"“{word}”" for word in self.words], _("%(first)s or %(last)s"))
            found.append(_("the message contains %(words)s") % {"words": names})
        if self.is_first:
            found.append(_("it is the first message"))
        if self.has_files:
            found.append(_("a file is attached"))
        if self.is_public:
            found.append(_("it was written in public"))
        return found


@dataclass(frozen=True, slots=True)
class Saying:
    """The whole of a rule. `stops`: rules after it leave the event alone."""

    occasion: Occasion
    detail: Mapping[str, Any]
    message: AboutMessage
    query: Query
    steps: Sequence[Planned]
    stops: bool = False

    @property
    def has_conditions(self) -> bool:
        """Whether anything is asked about the conversation."""
        return bool(self.query.root.parts)

    @property
    def types(self) -> frozenset[str]:
        """The events it is for. What asks what a message means waits until that is understood."""
        if self.occasion.types == {RECEIVED} and any(self.query.asks_about(name) for name in MEANING):
            return frozenset({UNDERSTOOD})
        return self.occasion.types

    @property
    def writes(self) -> bool:
        """Whether it writes to the customer."""
        return any(planned.step.writes for planned in self.steps)

    def plain(self) -> dict[str, Any]:
        """As it is stored: `stored_rule` makes the same of it."""
        return {
            "when": self.occasion.key,
            "detail": dict(self.detail),
            "message": self.message.plain(),
            "conditions": self.query.as_data(),
            "steps": [planned.plain() for planned in self.steps],
            "stops": self.stops,
        }

    def clauses(self, names: Any = None) -> list[str]:
        """The conditions, one phrase each. `names`: see `views.conditions.names_of`."""
        found = self.message.clauses()
        if self.has_conditions:
            found.append(
                _("it is one of the %(conversations)s") % {"conversations": small(self.query.sentence(names))}
            )
        return found

    def sentence(self, known: Known | None = None, names: Any = None) -> str:
        """When …, if …, then …. In the reader's language."""
        known = known or Known()
        told = {
            "when": self.occasion.words(self.detail),
            "if": joined(self.clauses(names)),
            "then": joined([planned.sentence(known) for planned in self.steps]) or _("do nothing"),
        }
        words = _("When %(when)s, if %(if)s, then %(then)s.") if told["if"] else _("When %(when)s, %(then)s.")
        return words % told


def joined(phrases: Sequence[str], joint: str = "") -> str:
    """`a`, `a and b`, `a, b and c`; or with another word between the last two."""
    if len(phrases) < 2:
        return "".join(phrases)
    return (joint or _("%(first)s and %(last)s")) % {"first": ", ".join(phrases[:-1]), "last": phrases[-1]}


def small(words: str) -> str:
    """The words inside a sentence: "Open conversations" begins small, "WhatsApp" does not."""
    first = words.split(" ", 1)[0]
    return words if first[1:] != first[1:].lower() else words[:1].lower() + words[1:]


@dataclass(slots=True)
class Wrong:
    """What is wrong with a rule, by part of it."""

    messages: dict[str, list[str]] = field(default_factory=dict)

    def add(self, part: str, error: Any) -> None:
        """Note a ValidationError or a text."""
        told = error.messages if isinstance(error, ValidationError) else [str(error)]
        self.messages.setdefault(part, []).extend(told)


def read_rule(data: Any) -> Saying:
    """The rule that this data says, checked in every part. Raises ValidationError by part: when, message, conditions, steps."""
    if not isinstance(data, Mapping):
        raise ValidationError(_("This is no rule."))
    wrong = Wrong()
    occasion, detail = _read_occasion(data, wrong)
    message = _read_message(data.get("message"), wrong)
    query = _read_query(data.get("conditions"), wrong)
    steps: list[Planned] = []
    try:
        steps = read_steps(data.get("steps"), place="rule")
    except ValidationError as refusal:
        wrong.add("steps", refusal)
    else:
        if not steps:
            wrong.add("steps", _("Say what is to be done."))
    if occasion is not None and message and not occasion.about_message:
        wrong.add(
            "message", _("There is no message to ask about when %(when)s.") % {"when": occasion.words(detail)}
        )
    if wrong.messages or occasion is None:
        raise ValidationError(wrong.messages)
    return Saying(occasion, detail, message, query, steps, bool(data.get("stops")))


def _read_occasion(data: Mapping[str, Any], wrong: Wrong) -> tuple[Occasion | None, dict[str, Any]]:
    occasion = OCCASIONS.get(str(data.get("when")))
    if occasion is None:
        wrong.add("when", _("Choose what the rule waits for."))
        return None, {}
    given = data.get("detail")
    form = occasion.Form(dict(given) if isinstance(given, Mapping) else {})
    if not form.is_valid():
        for errors in form.errors.values():
            wrong.add("when", " ".join(map(str, errors)))
        return occasion, {}
    return occasion, form.cleaned_data


def _read_message(given: Any, wrong: Wrong) -> AboutMessage:
    if not isinstance(given, Mapping):
        return AboutMessage()
    words = given.get("words") or ()
    parts = words.split(",") if isinstance(words, str) else words
    if not isinstance(parts, list | tuple) or len(parts) > MOST_WORDS:
        wrong.add("message", _("At most %(n)s words or phrases.") % {"n": MOST_WORDS})
        parts = ()
    found = [clean(" ".join(str(part).split()), LONGEST_WORDS) for part in parts]
    return AboutMessage(
        tuple(dict.fromkeys(word for word in found if word)),
        bool(given.get("first")),
        bool(given.get("files")),
        bool(given.get("public")),
    )


def _read_query(given: Any, wrong: Wrong) -> Query:
    try:
        query = read_query(given or NOTHING)
    except BadCondition as refusal:
        wrong.add("conditions", f"{refusal.message} {refusal.fix}".strip())
        return read_query(NOTHING)
    if query.needs_agent:
        wrong.add("conditions", _("A rule has no “me”: name a person or a team."))
        return read_query(NOTHING)
    return query


def stored_rule(says: Mapping[str, Any]) -> Saying | None:
    """A rule that was checked when it was stored; None where a part of it is not there any more."""
    occasion = OCCASIONS.get(str(says.get("when")))
    if occasion is None:
        return None
    try:
        query = read_query(says.get("conditions") or NOTHING)
    except BadCondition:
        return None
    message = _read_message(says.get("message"), Wrong())
    return Saying(
        occasion,
        says.get("detail") or {},
        message,
        query,
        stored_steps(says.get("steps") or []),
        bool(says.get("stops")),
    )
