"""Ten thousand dialogues that a random number invents: nobody is trapped, nothing is asked twice, nothing breaks."""

from __future__ import annotations

import json
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.bot.engine import MOST_TURNS, Flows, begin, hear, resume
from ascolto.bot.flow import Ask, Menu
from ascolto.bot.proofs.honesty import _AUTOMATIC
from ascolto.bot.state import HandedOff, Heard, Situation, State, Turn
from ascolto.bot.tests.invented import TOLD, flows_of, heard_from, outcome_of, situation_of
from ascolto.bot.tests.proving import library
from ascolto.kit.text import fold

DIALOGUES = 40  # with each of 250 flows
CHANNELS = ("chat", "whatsapp", "phone", "telegram", "sms", "email")
MOST_OUTCOMES = 60


def through_json(state: State) -> State:
    return State.from_json(json.loads(json.dumps(state.to_json())))


def is_a_person_one_step_away(flows: Flows, turn: Turn, situation: Situation, rng: Random) -> None:
    ways = [
        Heard(text="operatore"),
        Heard(text="Agent!"),
        Heard(choice="person"),
        Heard(text="vorrei parlare con un operatore"),
    ]
    if situation.channel == "phone":
        ways.append(Heard(digits="0"))
    after = hear(flows, turn.state, rng.choice(ways), situation)
    assert after.state.handed
    if not turn.state.handed:
        assert any(isinstance(one, HandedOff) and one.why == "asked" for one in after.effects)
        assert "person" in [one.id for one in turn.choices]


def nothing_known_is_asked(flows: Flows, turn: Turn) -> None:
    node = flows[turn.state.flow].nodes[turn.state.node]
    assert isinstance(node, Ask | Menu)
    if isinstance(node, Ask):
        assert not turn.state.slots.get(node.slot)


def chose_to_go_back(flows: Flows, before: Turn, after: Turn) -> bool:
    """Whether a menu was shown again since its own option says so."""
    node = flows[before.state.flow].nodes[before.state.node]
    return (
        isinstance(node, Menu)
        and any(one.goes_back for one in node.options)
        and after.state.node == node.name
    )


def next_turn(
    flows: Flows, turn: Turn, situation: Situation, rng: Random, seen: list[str]
) -> tuple[Turn, Heard | None]:
    """What follows; the same from the state as it was stored."""
    stored = through_json(turn.state)
    if turn.wanted is not None:
        outcome = outcome_of(rng, turn)
        after = resume(flows, turn.state, outcome, situation)
        assert after == resume(flows, stored, outcome, situation)
        return after, None
    heard = heard_from(rng, turn, seen)
    after = hear(flows, turn.state, heard, situation)
    assert after == hear(flows, stored, heard, situation)
    return after, heard


def dialogue(flows: Flows, rng: Random) -> None:
    situation = situation_of(rng, rng.choice(CHANNELS))
    first = rng.choice(
        [
            Heard(),
            Heard("Buongiorno"),
            Heard("non va niente da ieri sera in tutta la casa"),
            Heard("parolauno"),
        ]
    )
    turn = begin(flows, "main", first, situation)
    seen: list[str] = []
    asked, heard_turns, outcomes, is_first, went_back = ("", ""), 0, 0, True, False
    while not turn.state.done:
        if turn.says and is_first:
            assert _AUTOMATIC.search(fold(turn.says[0].text)), turn.says[0]
            is_first = False
        assert (turn.wanted is not None) != turn.state.waits
        if turn.state.waits:
            nothing_known_is_asked(flows, turn)
            is_a_person_one_step_away(flows, turn, situation, rng)
            assert [one.is_question for one in turn.says][-1]
            question = (turn.state.node, turn.says[-1].text)
            assert len(turn.says) > 1 or question != asked or went_back, "the same question in the same words"
            asked = question
            seen.extend(one.id for one in turn.choices if one.id != "person")
        before, (turn, heard) = turn, next_turn(flows, turn, situation, rng, seen)
        asked = asked if heard is not None else ("", "")  # something was looked up between
        went_back = heard is not None and chose_to_go_back(flows, before, turn)
        heard_turns, outcomes = heard_turns + (heard is not None), outcomes + (heard is None)
        assert heard_turns <= MOST_TURNS + 2
        assert outcomes <= MOST_OUTCOMES
    after = hear(flows, turn.state, Heard("e adesso?"), situation)
    assert (after.says, after.effects, after.choices, after.wanted) == ((), (), (), None)
    assert after.state.done


@given(st.integers(0, 2**32))
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_ten_thousand_dialogues_trap_nobody(seed: int) -> None:
    rng = Random(seed)
    flows = flows_of(rng, library())
    for _ in range(DIALOGUES):
        dialogue(flows, rng)


def told_on(channel: str, place: int, choice: str) -> Heard:
    """The same choice, as people make it on a channel."""
    if channel == "chat":
        return Heard(choice=choice)
    return Heard(digits=str(place)) if channel == "phone" else Heard(text=str(place))


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_choices_pass_the_same_nodes_on_every_channel(seed: int) -> None:
    flows = flows_of(Random(seed), library())
    trails = []
    for channel in ("chat", "whatsapp", "phone"):
        rng = Random(seed + 1)
        situation = situation_of(rng, channel)
        turn = begin(flows, "main", Heard(), situation)
        for _ in range(80):
            if (
                turn.state.done or turn.state.handed
            ):  # what follows when nobody is there differs: on the telephone a message is left
                break
            if turn.wanted is not None:
                turn = resume(flows, turn.state, outcome_of(rng, turn), situation)
                continue
            offered = [one.id for one in turn.choices if one.id != "person"]
            if offered:
                place = rng.randint(1, len(offered))
                heard = told_on(channel, place, offered[place - 1])
            else:
                slots = {
                    "phone": "mobile",
                    "email": "mail",
                    "date": "day",
                    "number": "count",
                    "text": "story",
                }
                heard = Heard(
                    text=TOLD.get(slots.get(turn.asks, "code"), ""), files=int(turn.asks == "files")
                )
            turn = hear(flows, turn.state, heard, situation)
        trails.append([place for place in turn.state.trail if not place.startswith("away/")])
    assert trails[0] == trails[1] == trails[2]
    assert trails[0]
