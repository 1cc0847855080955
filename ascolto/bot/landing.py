"""Where a first message would lead, and the sum of many such. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ascolto.bot.flow import PERSON, Flow, Menu, Option
from ascolto.bot.state import HandedOff, Turn

EXAMPLES = 20  # conversations that are remembered of a node
MOST_NAMES = 500  # nodes, options, topics that are told apart
AT_ONCE, CLARIFIED, MENU, WENT, HANDED = "at_once", "clarified", "menu", "went", "handed"
KINDS = (AT_ONCE, CLARIFIED, MENU, WENT, HANDED)


@dataclass(frozen=True, slots=True)
class Landing:
    """Where somebody would have come to with the first message. `kind`: an option was chosen at once; a clarifying question; the menu was
    shown; it went elsewhere (a question, an answer, the end); a person, and then `why`. `options` that were taken, as node.option."""

    kind: str
    node: str
    why: str = ""
    options: tuple[str, ...] = ()
    topics: frozenset[str] = frozenset()


def landing_of(flows: Mapping[str, Flow], turn: Turn) -> Landing:
    """Where a first turn led."""
    state = turn.state
    taken = list(_taken(flows, state.trail, state.topic))
    node = state.trail[-1] if state.trail else f"{state.flow}/{state.node}"
    names = tuple(f"{menu}.{option.id}" for menu, option in taken)
    topics = frozenset(topic for _, option in taken for topic in option.topics)
    if why := next((one.why for one in turn.effects if isinstance(one, HandedOff)), ""):
        before = [name for name in state.trail if not name.startswith("away/")]
        return Landing(HANDED, before[-1] if before else PERSON, why, names, topics)
    if state.between:
        kind = CLARIFIED
    elif taken:
        kind = AT_ONCE
    else:
        kind = MENU if turn.asks == "menu" else WENT
    return Landing(kind, node, "", names, topics)


def _taken(flows: Mapping[str, Flow], trail: Sequence[str], topic: str) -> Iterable[tuple[str, Option]]:
    """The options that led on from the menus of this way."""
    for place, name in enumerate(trail):
        slug, _, node = name.partition("/")
        menu = flows[slug].nodes.get(node) if slug in flows else None
        if not isinstance(menu, Menu):
            continue
        after = trail[place + 1].partition("/")[2] if place + 1 < len(trail) else PERSON
        fitting = [one for one in menu.options if one.next == after]
        if chosen := next((one for one in fitting if topic in one.topics), next(iter(fitting), None)):
            yield name, chosen


def add(found: dict[str, Any], landing: Landing, conversation: int, *, said: str, is_resolved: bool) -> None:
    """Count one more. `said`: the topic that a person gave the message, where one did; it is compared with the options that were taken.

    `found` is plain values: kinds, why, options: numbers by name; nodes: by name how many, how many were handed over, how many of them are
    resolved today, examples; judged, right: of those that a person gave a topic.
    """
    found["tried"] = found.get("tried", 0) + 1
    _one_more(found, "kinds", landing.kind)
    if landing.why:
        _one_more(found, "why", landing.why)
    for option in landing.options:
        _one_more(found, "options", option)
    if said and landing.options:
        found["judged"] = found.get("judged", 0) + 1
        found["right"] = found.get("right", 0) + (said in landing.topics)
    nodes = found.setdefault("nodes", {})
    if landing.node not in nodes and len(nodes) >= MOST_NAMES:
        return
    node = nodes.setdefault(landing.node, {"count": 0, "handed": 0, "resolved": 0, "examples": []})
    node["count"] += 1
    node["handed"] += landing.kind == HANDED
    node["resolved"] += is_resolved
    if len(node["examples"]) < EXAMPLES:
        node["examples"].append(conversation)


def _one_more(found: dict[str, Any], part: str, name: str) -> None:
    names = found.setdefault(part, {})
    if name in names or len(names) < MOST_NAMES:
        names[name] = names.get(name, 0) + 1
