"""One turn of a dialogue while it is made: from node to node until the customer, or an outcome, is waited for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ascolto.bot.choosing import LIKELY, OTHER, SURE, describe
from ascolto.bot.conditions import holds
from ascolto.bot.flow import (
    PERSON,
    RETURN,
    Ask,
    Branch,
    Call,
    CallBack,
    End,
    Flow,
    HandOff,
    Hours,
    LookUp,
    Mark,
    Menu,
    Node,
    Option,
    Request,
    Say,
    Slot,
    SubFlow,
    Text,
)
from ascolto.bot.slots import from_opening, normalise, shown
from ascolto.bot.state import (
    LONGEST_VALUE,
    MOST_TRAIL,
    NOTHING,
    CallBackPromised,
    CallWanted,
    Choice,
    Effect,
    Ended,
    Found,
    HandedOff,
    Heard,
    LookUpWanted,
    Marked,
    Requested,
    Said,
    Situation,
    State,
    Turn,
    Understood,
)
from ascolto.bot.texts import render
from ascolto.bot.wording import phrase
from ascolto.kit.text import clean

MOST_STEPS = 200  # nodes passed in one turn
MOST_DEPTH = 8  # sub-flows in sub-flows
MOST_VISITS = 4  # of one menu
MOST_FAILED = 2  # turns in a row that were not understood
AWAY = "away"  # the house's flow for when nobody is there


class Walk:
    """A turn in the making. Methods that end it return the Turn."""

    def __init__(self, flows: Mapping[str, Flow], state: State, situation: Situation) -> None:
        self.flows, self.state, self.situation = flows, state, situation
        self._says: list[Said] = []
        self._effects: list[Effect] = []
        self._open = (state.flow, state.node) if state.waits else None  # a question without answer yet

    # --- where we are ------------------------------------------------------------------------------------------------------

    def node(self) -> Node | None:
        """The node at which the dialogue is."""
        flow = self.flows.get(self.state.flow)
        return flow.nodes.get(self.state.node) if flow is not None else None

    def slot(self, name: str) -> Slot | None:
        """A slot of the flow that runs, or of one that called it."""
        for slug in (self.state.flow, *(slug for slug, _ in reversed(self.state.stack))):
            flow = self.flows.get(slug)
            if flow is not None and name in flow.slots:
                return flow.slots[name]
        return None

    def understood(self) -> None:
        """The customer was understood: failures before do not count any more."""
        state = self.state
        state.failed = state.tries = 0
        state.between, state.opening = [], ""

    def keep(self, values: Mapping[str, str]) -> None:
        """Remember what another system said."""
        for name, value in values.items():
            slot, told = self.slot(name), clean(value, LONGEST_VALUE)
            if slot is not None:
                self.state.slots[name] = normalise(slot, told, self.situation) or told[:200]

    def turn(
        self, *, choices: Sequence[Choice] = (), asks: str = "", **more: LookUpWanted | CallWanted
    ) -> Turn:
        """What there is to say and to do."""
        wanted = more.get("wanted")
        return Turn(self.state, tuple(self._says), tuple(choices), tuple(self._effects), wanted, asks)

    # --- saying ------------------------------------------------------------------------------------------------------------

    def words(self, text: Text) -> str:
        """A text of the flow, as it is said here and now."""
        return render(text, self.state.language, self.situation.channel, self._value)

    def own(self, key: str, **values: str) -> str:
        """A phrase of the house."""
        return phrase(key, self.state.language, self.situation.channel, **values)

    def say(self, text: str, *, is_question: bool = False, found: Found | None = None) -> None:
        """Say something; the first thing that is ever said is what speaks here."""
        if not text:
            return
        if not self.state.disclosed:
            self.state.disclosed = True
            self._says.append(Said(self._disclosure(), self.state.node))
        self._says.append(Said(text, self.state.node, is_question, found))

    def hold(self) -> None:
        """Say what is known of an incident."""
        about, topic = self.situation.holding_topic, self.state.topic
        if not about or not topic or about == topic:
            self.say(self.situation.holding)

    def _disclosure(self) -> str:
        flow = self.flows.get(self.state.flow)
        own = self.words(flow.disclosure) if flow is not None and flow.disclosure.by_language else ""
        return own or self.own("disclosure", company=self.situation.company)

    def _value(self, name: str) -> str:
        slot = self.slot(name)
        if slot is not None or name in self.state.slots:
            return shown(slot, self.state.slots.get(name, NOTHING), self.state.language)
        house = {
            "company": self.situation.company,
            "wait": self.situation.wait,
            "opens": self.situation.opens,
        }
        return house.get(name) or self.situation.known.get(name, "")

    # --- waiting for the customer --------------------------------------------------------------------------------------------

    def show(self, menu: Menu, before: str = "") -> Turn:
        """Offer a menu and wait."""
        state = self.state
        state.visits[menu.name] = state.visits.get(menu.name, 0) + 1
        state.between = []
        if state.visits[menu.name] > MOST_VISITS:
            return self.hand_off("too_long", team_of(self))
        self.say(before or self.words(menu.text), is_question=True)
        return self._wait(self._choices(menu, menu.options), "menu")

    def clarify(self, menu: Menu, between: Sequence[Option]) -> Turn:
        """Ask which of these is meant."""
        if len(between) == 1:
            self.say(self.own("clarify.one", label=self.words(between[0].label)), is_question=True)
        else:
            self.say(self.own("clarify"), is_question=True)
        other = Choice(OTHER, self.own("other"), key=str(len(between) + 1), spoken=self.own("other"))
        return self._wait([*self._choices(menu, between), other], "menu")

    def ask(self, node: Ask, slot: Slot, before: str = "") -> Turn:
        """Ask for a slot and wait."""
        self.say(before or self.words(slot.ask), is_question=True)
        choices = [
            Choice(f"{node.name}.{name}", self.words(text), key=str(place))
            for place, (name, text) in enumerate(slot.values.items(), 1)
        ]
        return self._wait(choices if slot.type == "choice" else [], slot.type)

    def repeat(self, node: Ask | Menu, key: str) -> Turn:
        """Ask once more, in other words. `key`: the phrase that comes first."""
        if isinstance(node, Menu):
            before = f"{self.own(key)} {self.own('again.menu')}".strip()
            return self.show(node, before)
        slot = self.slot(node.slot)
        if slot is None:
            return self.hand_off("broken")
        again = self.words(slot.again) if key == "again" and slot.again.by_language else ""
        return self.ask(node, slot, again or f"{self.own(key)} {self.words(slot.ask)}")

    def _wait(self, choices: Sequence[Choice], asks: str) -> Turn:
        """A person is among what may be chosen, always."""
        offered = list(choices)
        if not self.state.handed:
            offered.append(Choice(PERSON, self.own("person"), key="0"))
        self.state.waits, self.state.offered = True, [one.id for one in offered]
        return self.turn(choices=offered, asks=asks)

    def _choices(self, menu: Menu, options: Sequence[Option]) -> list[Choice]:
        return [
            Choice(f"{menu.name}.{one.id}", self.words(one.label), str(place), self.words(one.spoken))
            for place, one in enumerate(options, 1)
        ]

    # --- going on --------------------------------------------------------------------------------------------------------------

    def take(self, option: Option) -> Turn:
        """The customer chose."""
        if option.topics:
            self.state.topic = option.topics[0]
        return self.go(option.next)

    def go(self, name: str, *, why: str = "broken") -> Turn:
        """From node to node. `why`: the reason to hand over where there is nowhere to go."""
        state = self.state
        state.waits = False
        for _ in range(MOST_STEPS):
            if name == RETURN or (not name and state.stack):
                if not state.stack:
                    return self._end(End("", 0))
                state.flow, name = state.stack.pop()
                state.opening = state.last_words = ""  # what was asked for is done
                continue
            if not name or name == PERSON:
                return self.hand_off("flow" if name else why, team_of(self))
            state.node, state.tries = name, 0
            node = self.node()
            if node is None:
                return self.hand_off("broken", team_of(self))
            state.trail = [*state.trail, f"{state.flow}/{name}"][-MOST_TRAIL:]
            done = _DOES[type(node)](self, node)
            if isinstance(done, Turn):
                return done
            name, why = done, "broken"
        return self.hand_off("broken", team_of(self))

    def hand_off(self, why: str, team: str = "", text: str = "") -> Turn:
        """A person goes on with everything that is known; where nobody is there, it is said, with what can be done instead."""
        state = self.state
        if state.handed:  # it is waited for already
            return self._end_quietly()
        state.handed, state.waits = why, False
        self._effects.append(HandedOff(why, team))
        if why == "anger":
            self.say(self.own("angry"))
        is_open = self.situation.is_open.get("", True)
        if is_open:
            knows = self.own("handing.knows") if any(one != NOTHING for one in state.slots.values()) else ""
            wait = self.own("wait", wait=self.situation.wait) if self.situation.wait else ""
            handing = text or " ".join(part for part in (self.own("handing"), knows) if part)
            self.say(f"{handing} {wait}".strip())
            return self._end_quietly()
        opens = self.situation.opens
        self.say(self.own("closed", opens=opens) if opens else self.own("closed.unknown"))
        away = self.flows.get(AWAY)
        if away is None or state.flow == AWAY or state.promised:
            return self._end_quietly()
        state.stack, state.flow = [], AWAY
        return self.go(away.start)

    def _end(self, node: End) -> Turn:
        self.say(self.words(node.text))
        state = self.state
        self._effects.append(Ended(node.resolves and not (state.handed or state.promised)))
        return self._end_quietly()

    def _end_quietly(self) -> Turn:
        self.state.done, self.state.waits = True, False
        return self.turn()

    # --- what nodes do: the name of the next one, or a Turn ----------------------------------------------------------------------

    def do_say(self, node: Say) -> str | Turn:
        self.say(self.words(node.text))
        return node.next

    def do_ask(self, node: Ask) -> str | Turn:
        slot, slots = self.slot(node.slot), self.state.slots
        if slot is None:
            return self.hand_off("broken", team_of(self))
        self._prefill(slot)
        if slots.get(slot.name):
            return node.next
        return self._once_more(node) or self.ask(node, slot)

    def _once_more(self, node: Ask | Menu) -> Turn | None:
        """The question that is open already (somebody pressed twice), in other words; the second time that is no help. Else None."""
        if self._says or self._open != (self.state.flow, node.name):
            return None
        self.state.failed += 1
        if self.state.failed >= MOST_FAILED:
            return self.hand_off("not_understood", team_of(self))
        return self.repeat(node, "still")

    def _prefill(self, slot: Slot) -> None:
        state, situation = self.state, self.situation
        for name in slot.known if not state.slots.get(slot.name) else ():
            if name == "opening":
                value = from_opening(slot, state.opening, situation, state.language) if state.opening else ""
            else:
                told = situation.known.get(name, "")
                value = normalise(slot, clean(told, LONGEST_VALUE).strip(), situation) if told else ""
            if value:
                self.state.slots[slot.name] = value
                return

    def do_menu(self, node: Menu) -> str | Turn:
        state = self.state
        opening = state.opening if f"{state.flow}/{node.name}" not in state.trail[:-1] else ""
        if not opening:
            return self._once_more(node) or self.show(node)
        told = Understood(topic=state.topic or state.guess, topic_probability=SURE if state.topic else LIKELY)
        decision = describe(node.options, Heard(text=opening, understood=told), state.language)
        if decision.option is not None:
            return self.take(decision.option)
        if decision.between:
            state.between = [one.id for one in decision.between]
            return self.clarify(node, decision.between)
        state.opening = ""
        return self._once_more(node) or self.show(node)

    def do_look_up(self, node: LookUp) -> str | Turn:
        question = self._value(node.about) if node.about else self.state.last_words
        if not question:
            return node.missing
        self.state.awaiting, self.state.opening = "look_up", ""
        is_worded = node.is_worded and self.situation.channel != "phone"  # what is spoken waits for nobody
        return self.turn(wanted=LookUpWanted(question, self.state.language, is_worded))

    def do_call(self, node: Call) -> str | Turn:
        slots = self.state.slots
        values = {name: slots[name] for name in node.send if slots.get(name, NOTHING) != NOTHING}
        self.state.awaiting, self.state.opening = "call", ""
        return self.turn(wanted=CallWanted(node.action, values, node.timeout))

    def do_request(self, node: Request) -> str | Turn:
        self._effects.append(Requested(node.department, self.words(node.text)))
        return node.next

    def do_call_back(self, node: CallBack) -> str | Turn:
        number = self.state.slots.get(node.number, NOTHING)
        if number == NOTHING:
            return self.hand_off("broken", team_of(self))
        by = self.situation.promise(node.within)
        self._effects.append(CallBackPromised(number, node.within))
        told = self._value(node.number)
        self.say(self.own("call_back", number=told, by=by) if by else self.own("call_back.open", number=told))
        self.state.promised = True
        return node.next

    def do_hours(self, node: Hours) -> str | Turn:
        return node.next if self.situation.is_open.get(node.calendar, True) else node.closed

    def do_mark(self, node: Mark) -> str | Turn:
        self.state.topic = node.topic or self.state.topic
        self._effects.append(Marked(node.labels, node.topic, node.priority))
        return node.next

    def do_branch(self, node: Branch) -> str | Turn:
        for condition, target in node.cases:
            if holds(condition, self.state, self.situation):
                return target
        return node.next

    def do_sub_flow(self, node: SubFlow) -> str | Turn:
        called, state = self.flows.get(node.flow), self.state
        if called is None or len(state.stack) >= MOST_DEPTH:
            return self.hand_off("broken", team_of(self))
        state.stack = [*state.stack, (state.flow, node.next)]
        state.flow = called.slug
        return called.start

    def do_hand_off(self, node: HandOff) -> str | Turn:
        return self.hand_off("flow", node.team or team_of(self), self.words(node.text))

    def do_end(self, node: End) -> str | Turn:
        return self._end(node)


def team_of(walk: Walk) -> str:
    """Whom the running flow asks first."""
    flow = walk.flows.get(walk.state.flow)
    return flow.person_team if flow is not None else ""


_DOES: Mapping[type[Node], Callable[..., str | Turn]] = {
    Say: Walk.do_say,
    Ask: Walk.do_ask,
    Menu: Walk.do_menu,
    LookUp: Walk.do_look_up,
    Call: Walk.do_call,
    Request: Walk.do_request,
    CallBack: Walk.do_call_back,
    Hours: Walk.do_hours,
    Mark: Walk.do_mark,
    Branch: Walk.do_branch,
    SubFlow: Walk.do_sub_flow,
    HandOff: Walk.do_hand_off,
    End: Walk.do_end,
}
