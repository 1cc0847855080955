"""The state machine of a dialogue. Pure: the same for the same flow, state, words and situation, on every channel; it never raises.

    turn = begin(flows, "care", heard, situation)          # the customer's first words may be heard already
    turn = hear(flows, turn.state, heard, situation)       # after everything that the customer does
    turn = resume(flows, turn.state, outcome, situation)   # where the turn wanted something looked up or asked

Whatever happens, a person is one word away; two turns in a row that were not understood, anger, a flow that is broken, or too many
turns lead to one as well. A question is never asked about what is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from ascolto.bot import choosing, walking
from ascolto.bot.flow import PERSON, Ask, Call, Flow, Menu, Option
from ascolto.bot.person_wishes import is_zero, wants_person
from ascolto.bot.slots import read_slot
from ascolto.bot.state import (
    LONGEST_VALUE,
    Answered,
    CallWanted,
    Failed,
    Found,
    Heard,
    Outcome,
    Situation,
    State,
    Turn,
)
from ascolto.bot.walking import MOST_FAILED, Walk
from ascolto.bot.wording import is_about_bot
from ascolto.kit.text import clean

ANGRY = 0.75  # probability from which a person goes on
MOST_TURNS = 40  # of the customer
SURE_LANGUAGE = 0.9
LETTERS_OF_LANGUAGE = 12  # shorter messages say little about their language

Flows = Mapping[str, Flow]


def begin(flows: Flows, slug: str, heard: Heard, situation: Situation, *, disclosed: bool = False) -> Turn:
    """A dialogue begins; with the customer's first words where they are known already. `disclosed`: they were told lately that a machine
    speaks."""
    flow = flows.get(slug)
    state = State(flow=slug, language=_language(flow, situation.language), disclosed=disclosed)
    walk = Walk(flows, state, situation)
    if flow is None:
        return walk.hand_off("broken")
    state.node = flow.start
    _listen(walk, heard)
    state.opening = state.last_words
    walk.hold()
    why = _reason_for_person(walk, heard)
    return walk.hand_off(why, flow.person_team) if why else walk.go(flow.start)


def hear(flows: Flows, state: State, heard: Heard, situation: Situation) -> Turn:
    """What follows from what the customer did. After the end nothing; while an outcome is awaited, a person or nothing."""
    state = deepcopy(state)
    walk = Walk(flows, state, situation)
    if state.done:
        return walk.turn()
    if state.awaiting:
        return _hear_meanwhile(walk, heard)
    state.turns += 1
    heard = choosing.by_number(state.offered, heard)
    _listen(walk, heard)
    node, flow = walk.node(), flows.get(state.flow)
    if flow is None or node is None or not isinstance(node, Ask | Menu):
        return walk.hand_off("broken")
    why = _reason_for_person(walk, heard)
    if why:
        return walk.hand_off(why, flow.person_team)
    if is_about_bot(heard.text):
        if state.complained:
            return walk.hand_off("about_bot", flow.person_team)
        state.complained = True
        return walk.repeat(node, "about_bot")
    return _hear_option(walk, node, heard) if isinstance(node, Menu) else _hear_slot(walk, node, heard)


def resume(flows: Flows, state: State, outcome: Outcome, situation: Situation) -> Turn:
    """Go on with what the product found out."""
    state = deepcopy(state)
    walk = Walk(flows, state, situation)
    node, awaiting = walk.node(), state.awaiting
    state.awaiting = ""
    state.awaited += 1
    if state.done or not awaiting:
        return walk.turn()
    if node is None:
        return walk.hand_off("broken")
    edges = dict(node.edges())
    if isinstance(outcome, Found):
        walk.say(outcome.text, found=outcome)
        return walk.go(edges.get("found", ""))
    if isinstance(outcome, Answered):
        save = node.save if isinstance(node, Call) else {}
        walk.keep({slot: outcome.values[name] for slot, name in save.items() if name in outcome.values})
        return walk.go(edges.get("next", ""))
    return walk.go(edges.get("failed" if isinstance(outcome, Failed) else "missing", ""), why="no_answer")


def called(flows: Flows, state: State, situation: Situation) -> CallWanted | None:
    """What another system is to be asked in a dialogue that waits for that; None where it does not."""
    walk = Walk(flows, deepcopy(state), situation)
    node = walk.node()
    turn = walk.do_call(node) if state.awaiting == "call" and isinstance(node, Call) else None
    return turn.wanted if isinstance(turn, Turn) and isinstance(turn.wanted, CallWanted) else None


# --- what was heard --------------------------------------------------------------------------------------------------------


def _language(flow: Flow | None, wanted: str) -> str:
    languages = flow.languages if flow is not None else ()
    return wanted if wanted in languages or not languages else languages[0]


def _listen(walk: Walk, heard: Heard) -> None:
    """Remember what was said and how: the words, the language, the feeling, the topic."""
    state, told = walk.state, heard.understood
    words = clean(heard.text, LONGEST_VALUE).strip()
    if words and not heard.choice:
        state.last_words = words
    flow = walk.flows.get(state.flow)
    is_sure = told.language_probability >= SURE_LANGUAGE and len(words) >= LETTERS_OF_LANGUAGE
    if flow is not None and is_sure and told.language in flow.languages:
        state.language = told.language
    state.sentiment = "angry" if told.anger >= ANGRY else told.sentiment or state.sentiment
    if told.topic and told.topic_probability >= choosing.SURE:
        state.topic = told.topic
    elif told.topic and told.topic_probability >= choosing.LIKELY:
        state.guess = told.topic


def _reason_for_person(walk: Walk, heard: Heard) -> str:
    """Why a person should go on at once; empty where the bot may."""
    flow = walk.flows.get(walk.state.flow)
    own = [word for words in flow.person_words.values() for word in words] if flow is not None else []
    if heard.choice == PERSON or _says_zero(walk, heard) or wants_person(heard.text, own):
        return "asked"
    if heard.understood.anger >= ANGRY:
        return "anger"
    return "too_long" if walk.state.turns > MOST_TURNS else ""


def _says_zero(walk: Walk, heard: Heard) -> bool:
    """Zero is a person on the telephone, and wherever there are choices, which have numbers; else it may be the answer."""
    if heard.digits != "0" and not is_zero(heard.text):
        return False
    node = walk.node()
    slot = walk.slot(node.slot) if isinstance(node, Ask) else None
    return (
        walk.situation.channel == "phone"
        or isinstance(node, Menu)
        or (slot is not None and slot.type == "choice")
    )


def _hear_meanwhile(walk: Walk, heard: Heard) -> Turn:
    """While an outcome is awaited only one thing cannot wait: that somebody wants a person."""
    why = _reason_for_person(walk, heard)
    if not why:
        return walk.turn()
    walk.state.awaiting = ""
    return walk.hand_off(why, walking.team_of(walk))


def _hear_option(walk: Walk, menu: Menu, heard: Heard) -> Turn:
    state = walk.state
    among = [one for one in menu.options if one.id in state.between] if state.between else None
    decision = choosing.choose(menu, heard, state.language, among)
    if decision.option is None and (jumped := choosing.earlier(walk.flows[state.flow], heard)):
        return _jump(walk, jumped)
    said = "" if heard.choice or heard.digits else clean(heard.text, LONGEST_VALUE).strip()
    if decision.option is not None:
        opening = max(
            said, state.opening if state.between else "", key=len
        )  # the words that were clarified say more
        walk.understood()
        state.opening = opening
        return walk.take(decision.option)
    if state.between and heard.choice == choosing.OTHER:
        state.opening = ""
        return walk.show(menu)
    if decision.between and not state.between and state.failed == 0:
        state.between, state.opening = [one.id for one in decision.between], said
        return walk.clarify(menu, decision.between)
    return _not_understood(walk, menu)


def _jump(walk: Walk, option: Option) -> Turn:
    """To what a button of before offers. Who presses the one that led here once more was not helped: that counts as a failure."""
    walk.state.between, walk.state.opening = [], ""
    return walk.take(option)


def _hear_slot(walk: Walk, node: Ask, heard: Heard) -> Turn:
    slot = walk.slot(node.slot)
    if slot is None:
        return walk.hand_off("broken")
    if jumped := choosing.earlier(walk.flows[walk.state.flow], heard):
        return _jump(walk, jumped)
    value = read_slot(slot, heard, walk.situation, walk.state.language)
    if not value:
        return _not_understood(walk, node)
    walk.state.slots[slot.name] = value
    walk.understood()
    return walk.go(node.next)


def _not_understood(walk: Walk, node: Ask | Menu) -> Turn:
    state = walk.state
    state.failed += 1
    state.tries += 1
    state.between, state.opening = [], ""
    if state.failed >= MOST_FAILED:
        return walk.hand_off("not_understood", walking.team_of(walk))
    return walk.repeat(node, "again")
