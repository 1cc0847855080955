"""YAML into a flow. Whatever is wrong becomes a Finding with its line; what can be read is read all the same, so that all is told at once.

    flow, findings = read_flow(text)

The form: docs/bot/flows.md, and `schema.py` for editors. Pure.
"""

from __future__ import annotations

from ascolto.bot import reading_nodes
from ascolto.bot.findings import Finding
from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import SLOT_TYPES, Flow, Node, Slot, Text
from ascolto.bot.reading_values import Reading
from ascolto.bot.yamltext import Unreadable, Value, read_yaml

MOST_NODES = 5_000
MOST_SLOTS = 100
KEYS = ("flow", "title", "languages", "start", "part", "person", "disclosure", "slots", "nodes")
SLOT_KEYS = ("type", "ask", "again", "mask", "values", "known", "latest", "optional")


def read_flow(text: str) -> tuple[Flow | None, list[Finding]]:
    """The flow (None where there is too little of one) and what is wrong with its form, in the order of lines."""
    try:
        root, odd = read_yaml(text)
    except Unreadable as unreadable:
        return None, [unreadable.finding]
    reading = Reading(odd)
    if root.kind != "map":
        reading.say(
            root, "shape", _("A flow begins with keys."), _("Begin with: flow, languages, start, nodes.")
        )
        return None, reading.findings
    flow = _flow(reading, root)
    return flow, sorted(set(reading.findings), key=lambda one: (one.line, one.code, one.message))


def _flow(reading: Reading, root: Value) -> Flow | None:
    reading.known_keys(root, KEYS)
    reading.languages = reading.languages_of(root)
    slots = _slots(reading, root.entries.get("slots"))
    nodes = _nodes(reading, root)
    slug, start = reading.name(root, "flow", required=True), reading.name(root, "start", required=True)
    if not nodes:
        return None
    reading.lines |= {
        key: root.entries[key].line for key in ("start", "person", "flow") if key in root.entries
    }
    person = reading.mapping(root, "person")
    words = {}
    if person is not None:
        reading.known_keys(person, ("words", "team"))
        words = reading.words(person.entries.get("words"))
    return Flow(
        slug=slug,
        languages=tuple(reading.languages),
        start=start,
        nodes=nodes,
        slots=slots,
        title=reading.text(root.entries.get("title")),
        disclosure=reading.text(root.entries.get("disclosure")),
        person_words=words,
        person_team=reading.short(person, "team") if person is not None else "",
        is_called=reading.truth(root, "part"),
        line=root.line,
        lines=reading.lines,
    )


def _nodes(reading: Reading, root: Value) -> dict[str, Node]:
    told = reading.mapping(root, "nodes", required=True)
    if told is None:
        return {}
    if len(told.entries) > MOST_NODES:
        reading.say(
            told,
            "too_many",
            _("There are more than %(most)s nodes."),
            _("Split it into sub-flows."),
            most=MOST_NODES,
        )
        return {}
    if not told.entries:
        reading.say(told, "empty", _("The flow is empty."), _("Begin with: flow, languages, start, nodes."))
    made = {}
    for name, value in told.entries.items():
        line = told.key_lines.get(name, value.line)
        if not reading.is_name(name, line):
            continue
        node = reading_nodes.node_of(reading, name, line, value)
        if node is not None:
            made[name] = node
    return made


def _slots(reading: Reading, told: Value | None) -> dict[str, Slot]:
    if told is None:
        return {}
    if told.kind != "map" or len(told.entries) > MOST_SLOTS:
        reading.say(
            told,
            "shape",
            _("Slots are at most %(most)s names with what they are."),
            _("Write  name: {type: …, ask: …}"),
            most=MOST_SLOTS,
        )
        return {}
    made = {}
    for name, value in told.entries.items():
        line = told.key_lines.get(name, value.line)
        if reading.is_name(name, line) and (slot := _slot(reading, name, line, value)):
            made[name] = slot
    return made


def _slot(reading: Reading, name: str, line: int, value: Value) -> Slot | None:
    if value.kind != "map":
        reading.say(value, "shape", _("A slot has a type and a question."), _("Write  {type: text, ask: …}"))
        return None
    reading.known_keys(value, SLOT_KEYS)
    reading.lines |= {f"slots/{name}.{key}": each.line for key, each in value.entries.items()}
    kind = reading.choice(value, "type", SLOT_TYPES, required=True)
    values: dict[str, Text] = {}
    if (told := reading.mapping(value, "values")) is not None:
        values = {key: reading.text(each) for key, each in told.entries.items()}
    return Slot(
        name=name,
        type=kind or "text",
        ask=reading.text(value.entries.get("ask")),
        again=reading.text(value.entries.get("again")),
        mask=reading.short(value, "mask"),
        values=values,
        known=tuple(reading.list_of(value, "known")),
        latest=reading.duration(value, "latest"),
        is_optional=reading.truth(value, "optional"),
        line=line,
    )
