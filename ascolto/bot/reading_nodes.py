"""One node of a flow from its lines: the verb decides what else may stand there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import (
    CHANNELS,
    Ask,
    Branch,
    Call,
    CallBack,
    Condition,
    End,
    HandOff,
    Hours,
    LookUp,
    Mark,
    Menu,
    Node,
    Option,
    Request,
    Say,
    SubFlow,
)
from ascolto.bot.reading_values import Reading
from ascolto.bot.yamltext import Value

LAST_WORDS = "last"  # look_up: what the customer just wrote
COMPANY = "company"  # hours: the company's own
SENTIMENTS = frozenset({"negative", "neutral", "positive", "angry"})
PRIORITIES = frozenset({"low", "normal", "high", "urgent"})
MOST_READ = 50  # options that are read; more than are allowed, so that the verifier can tell of them
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")
IF_KEYS = ("language", "topic", "sentiment", "channel", "identified", "problem", "hours", "weekdays", "slots")
OPTION_KEYS = ("id", "label", "say", "words", "topics", "complaint", "back", "next")


def node_of(reading: Reading, name: str, line: int, value: Value) -> Node | None:
    """The node; None where it cannot be known what it is."""
    reading.node = name
    try:
        verbs = [key for key in value.entries if key in _READERS]
        if value.kind != "map" or len(verbs) != 1:
            fix = _("Give it one of: %(verbs)s.")
            reading.say(
                line,
                "verb",
                _("It is not clear what %(name)s does."),
                fix,
                name=name,
                verbs=", ".join(_READERS),
            )
            return None
        keys, read = _READERS[verbs[0]]
        reading.known_keys(value, {verbs[0], *keys})
        reading.lines |= {
            f"{name}.{key}": each.line for key, each in value.entries.items() if not each.is_null
        }
        return read(reading, name, line, value)
    finally:
        reading.node = ""


def _next(reading: Reading, value: Value, key: str = "next", edge: str = "") -> str:
    """Where an edge leads; its line is kept under the edge's name."""
    told = value.entries.get(key)
    if told is not None and not told.is_null:
        reading.lines[f"{reading.node}.{edge or key}"] = told.line
    return reading.name(value, key)


def _say(reading: Reading, name: str, line: int, value: Value) -> Node:
    text = reading.text(value.entries["say"])
    return Say(name, line, _next(reading, value), text, reading.truth(value, "commercial"))


def _ask(reading: Reading, name: str, line: int, value: Value) -> Node:
    return Ask(name, line, _next(reading, value), reading.name(value, "ask", required=True))


def _menu(reading: Reading, name: str, line: int, value: Value) -> Node:
    told = value.entries.get("options")
    options: list[Option] = []
    if told is None or told.kind != "list":
        reading.say(
            told or line,
            "missing",
            _("A menu has options."),
            _("Add  options:  with lines that begin with -"),
        )
    else:
        if len(told.items) > MOST_READ:
            reading.say(
                told,
                "too_many",
                _("There are more than %(most)s options."),
                _("Five are enough."),
                most=MOST_READ,
            )
        options = [one for each in told.items[:MOST_READ] if (one := _option(reading, each)) is not None]
    return Menu(name, line, "", reading.text(value.entries["menu"]), tuple(options))


def _option(reading: Reading, value: Value) -> Option | None:
    if value.kind != "map":
        reading.say(
            value,
            "shape",
            _("An option has an id, a label and next."),
            _("Write  - {id: …, label: …, next: …}"),
        )
        return None
    reading.known_keys(value, OPTION_KEYS)
    name = reading.name(value, "id", required=True)
    if (words := value.entries.get("words")) is not None:
        reading.lines |= {
            f"{reading.node}.words.{name}.{key}": one.line for key, one in words.entries.items()
        }
    return Option(
        id=name,
        label=reading.text(value.entries.get("label")),
        next=_next(reading, value, edge=f"options.{name}"),
        spoken=reading.text(value.entries.get("say")),
        words=reading.words(value.entries.get("words")),
        topics=tuple(reading.list_of(value, "topics")),
        is_complaint=reading.truth(value, "complaint"),
        goes_back=reading.truth(value, "back"),
        line=value.line,
    )


def _look_up(reading: Reading, name: str, line: int, value: Value) -> Node:
    about = reading.name(value, "look_up", required=True)
    about = "" if about == LAST_WORDS else about
    found, missing = _next(reading, value, "found"), _next(reading, value, "missing")
    return LookUp(name, line, found, about, missing, reading.truth(value, "worded"))


def _call(reading: Reading, name: str, line: int, value: Value) -> Node:
    told = reading.mapping(value, "save")
    save = {slot: reading.short(told, slot) for slot in told.entries} if told is not None else {}
    timeout = reading.duration(value, "timeout")
    return Call(
        name,
        line,
        _next(reading, value),
        action=reading.name(value, "call", required=True),
        send=tuple(reading.list_of(value, "send")),
        save=save,
        timeout=timedelta(seconds=5) if timeout is None else timeout,
        failed=_next(reading, value, "failed"),
    )


def _request(reading: Reading, name: str, line: int, value: Value) -> Node | None:
    told = reading.mapping(value, "request")
    if told is None:
        return None
    reading.known_keys(told, ("department", "text"))
    department = reading.short(told, "department", required=True)
    return Request(name, line, _next(reading, value), department, reading.text(told.entries.get("text")))


def _call_back(reading: Reading, name: str, line: int, value: Value) -> Node | None:
    told = reading.mapping(value, "call_back")
    if told is None:
        return None
    reading.known_keys(told, ("number", "within"))
    within = reading.duration(told, "within")
    number = reading.name(told, "number", required=True)
    return CallBack(
        name, line, _next(reading, value), number, timedelta(hours=1) if within is None else within
    )


def _hours(reading: Reading, name: str, line: int, value: Value) -> Node:
    calendar = reading.short(value, "hours", required=True)
    calendar = "" if calendar == COMPANY else calendar
    return Hours(name, line, _next(reading, value, "open"), calendar, _next(reading, value, "closed"))


def _set(reading: Reading, name: str, line: int, value: Value) -> Node | None:
    told = reading.mapping(value, "set")
    if told is None:
        return None
    reading.known_keys(told, ("labels", "topic", "priority"))
    if not told.entries:
        reading.say(told, "missing", _("%(key)s is missing."), _("Add  %(key)s: …"), key="labels")
    return Mark(
        name,
        line,
        _next(reading, value),
        labels=tuple(reading.list_of(told, "labels")),
        topic=reading.short(told, "topic"),
        priority=reading.choice(told, "priority", PRIORITIES),
    )


def _when(reading: Reading, name: str, line: int, value: Value) -> Node:
    cases: list[tuple[Condition, str]] = []
    told = value.entries["when"]
    if told.kind != "list":
        reading.say(told, "shape", _("when is a list of cases."), _("Write  - {if: {…}, next: …}"))
    for case in told.items[:MOST_READ]:
        condition = reading.mapping(case, "if", required=True) if case.kind == "map" else None
        if condition is None:
            reading.say(case, "shape", _("A case has if and next."), _("Write  - {if: {…}, next: …}"))
            continue
        reading.known_keys(case, ("if", "next"))
        reading.lines.setdefault(f"{name}.cases.{len(cases) + 1}", case.line)
        cases.append((_condition(reading, condition), _next(reading, case, edge=f"when.{len(cases) + 1}")))
    return Branch(name, line, _next(reading, value, "else"), tuple(cases))


def _condition(reading: Reading, value: Value) -> Condition:
    reading.known_keys(value, IF_KEYS)
    slots = value.entries["slots"].entries.values() if "slots" in value.entries else ()
    for each in [*value.entries.values(), *slots] or [value]:
        if not (each.text.strip() or each.items or each.entries):
            reading.say(each, "missing", _("The condition is empty."), _("Say what must hold, or use else."))
    return Condition(
        languages=_among(reading, value, "language", reading.languages),
        topics=tuple(reading.list_of(value, "topic")),
        sentiments=_among(reading, value, "sentiment", SENTIMENTS),
        channels=_among(reading, value, "channel", CHANNELS),
        is_identified=reading.maybe(value, "identified"),
        has_problem=reading.maybe(value, "problem"),
        hours=_clock(reading, value),
        weekdays=frozenset(DAYS.index(day) for day in _among(reading, value, "weekdays", DAYS)),
        slots=_slot_values(reading, value),
        line=value.line,
    )


def _among(reading: Reading, value: Value, key: str, known: object) -> tuple[str, ...]:
    words = reading.list_of(value, key)
    among = set(known)  # type: ignore[call-overload]
    for word in words:
        if word not in among:
            fix = _("It can be: %(among)s.")
            values = {"key": key, "word": word[:60], "among": ", ".join(sorted(among))}
            reading.say(value.entries[key], "unknown_word", _("%(key)s cannot be %(word)s."), fix, **values)
    return tuple(word for word in words if word in among)


def _clock(reading: Reading, value: Value) -> tuple[int, int] | None:
    text = reading.short(value, "hours")
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    if found is None:
        reading.say(
            value.entries["hours"], "hours", _("These are no hours."), _('Write for example "09:00-18:00".')
        )
        return None
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return (begin, end)


def _slot_values(reading: Reading, value: Value) -> dict[str, tuple[str, ...]]:
    """`slots: {line: down}`, `{line: [down, slow]}`, `{line: known}`."""
    told = reading.mapping(value, "slots")
    if told is None:
        return {}
    found = {name: tuple(reading.list_of(told, name)) for name in told.entries}
    return {name: () if values == ("known",) else values for name, values in found.items()}


def _flow(reading: Reading, name: str, line: int, value: Value) -> Node:
    return SubFlow(name, line, _next(reading, value), reading.name(value, "flow", required=True))


def _stops(reading: Reading, told: Value, key: str, keys: str) -> None:
    """Without keys below it, what ends a dialogue is just true."""
    if told.kind != "text" or not (told.is_null or told.truth or not told.text):
        fix = _("Write  %(key)s: true  or below it one of: %(keys)s.")
        reading.say(told, "shape", _("%(key)s is true, or has keys."), fix, key=key, keys=keys)


def _hand_off(reading: Reading, name: str, line: int, value: Value) -> Node:
    told = value.entries["hand_off"]
    if told.kind != "map":
        _stops(reading, told, "hand_off", "team, say")
        return HandOff(name, line)
    reading.known_keys(told, ("team", "say"))
    return HandOff(name, line, "", reading.short(told, "team"), reading.text(told.entries.get("say")))


def _end(reading: Reading, name: str, line: int, value: Value) -> Node:
    told = value.entries["end"]
    if told.kind != "map":
        _stops(reading, told, "end", "say, resolved")
        return End(name, line)
    reading.known_keys(told, ("say", "resolved"))
    return End(name, line, "", reading.text(told.entries.get("say")), reading.truth(told, "resolved"))


_Reader = Callable[[Reading, str, int, Value], Node | None]
_READERS: Mapping[str, tuple[tuple[str, ...], _Reader]] = {
    "say": (("next", "commercial"), _say),
    "ask": (("next",), _ask),
    "menu": (("options",), _menu),
    "look_up": (("found", "missing", "worded"), _look_up),
    "call": (("send", "save", "timeout", "next", "failed"), _call),
    "request": (("next",), _request),
    "call_back": (("next",), _call_back),
    "hours": (("open", "closed"), _hours),
    "set": (("next",), _set),
    "when": (("else",), _when),
    "flow": (("next",), _flow),
    "hand_off": ((), _hand_off),
    "end": ((), _end),
}
VERBS = tuple(_READERS)
KEYS_BESIDE = {verb: keys for verb, (keys, _read) in _READERS.items()}
