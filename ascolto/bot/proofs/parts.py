"""What another flow does for the one that runs it: whether it returns, waits, learns, what it needs and fills. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import RETURN, Ask, Flow, Menu, Slot, SubFlow
from ascolto.bot.proofs.filling import fill, mentioned
from ascolto.bot.proofs.ground import Edge, Ground, World, reached_from
from ascolto.bot.proofs.loops import CHOOSING, IDLE, levels_of
from ascolto.bot.walking import MOST_DEPTH


@dataclass(frozen=True, slots=True)
class Part:
    """A flow as one node. `waits`: whether every way through it lets the customer speak ("menu", "ask": only where the slot is not known).

    `levels`: the deepest menu in it; `levels_on`: menus passed by whoever returns from a part that only chooses. `plain_menus`: menus at
    its first level without a complaint option; `passes`: somebody may return without having met a menu.
    """

    returns: bool = True
    waits: str = ""
    is_idle: bool = True
    levels: int = 0
    levels_on: int = 0
    plain_menus: bool = False
    passes: bool = True
    fills: frozenset[str] = frozenset()
    may_fill: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    depth: int = 1


UNKNOWN = Part()


@dataclass
class Parts:
    """The parts that a flow runs, each looked at once."""

    library: Mapping[str, Flow]
    _known: dict[str, Part] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def slots_below(self, slug: str) -> dict[str, Slot]:
        """The slots of the flows that this one runs, by themselves or through others."""
        found: dict[str, Slot] = {}
        seen, queue = {slug}, [slug]
        for each in queue:
            flow = self.library.get(each)
            if flow is None:
                continue
            found |= flow.slots if each != slug else {}
            for node in flow.nodes.values():
                if isinstance(node, SubFlow) and node.flow not in seen:
                    seen.add(node.flow)
                    queue.append(node.flow)
        return found

    def of(self, slug: str) -> Part:
        """What running this flow does; nothing where there is none, or where it runs itself."""
        if slug not in self._known:
            flow = self.library.get(slug)
            if flow is None or slug in self._open:
                return UNKNOWN
            self._open.append(slug)
            try:
                self._known[slug] = _part_of(Ground(flow, self.library, World()), self)
            finally:
                self._open.pop()
        return self._known[slug]


def _part_of(ground: Ground, parts: Parts) -> Part:
    flow = ground.flow
    filling = fill(ground, parts)
    levels = levels_of(ground, parts)
    is_choosing = all(isinstance(flow.nodes[name], CHOOSING) for name in ground.reached)
    returning = [edge for name in ground.reached for edge in ground.edges[name] if edge.target == RETURN]
    no_menu = _returns(ground, parts, ("menu",))
    silent = _returns(ground, parts, ("menu", "ask"))
    called = [parts.of(node.flow) for node in ground.sub_flows()]
    nodes = [flow.nodes[name] for name in ground.reached]
    return Part(
        returns=bool(returning),
        waits="" if silent else "ask" if no_menu else "menu",
        is_idle=_may_idle(ground, parts),
        levels=max((level for level, _on in levels.values()), default=0),
        levels_on=max((levels[edge.source.name][1] for edge in returning), default=0) if is_choosing else 0,
        plain_menus=any(True for _place in plain_first_menus(ground, parts)),
        passes=no_menu,
        fills=filling.at_return,
        may_fill=filling.may_at_return,
        needs=filling.needs,
        mentions=frozenset(mentioned(ground)).union(*(part.mentions for part in called)),
        asks=frozenset(node.slot for node in nodes if isinstance(node, Ask)).union(
            *(part.asks for part in called)
        ),
        depth=1 + max((part.depth for part in called), default=0),
    )


def _returns(ground: Ground, parts: Parts, waiting: tuple[str, ...]) -> bool:
    """Whether somebody comes from the start to `return` without such a wait."""

    def passes(edge: Edge) -> bool:
        node = edge.source
        kind = "menu" if isinstance(node, Menu) else "ask" if isinstance(node, Ask) else ""
        if isinstance(node, SubFlow):
            part = parts.of(node.flow)
            kind = part.waits if part.returns else "menu"
        return kind not in waiting

    reached = reached_from(ground, ground.flow.start, passes)
    return any(edge.target == RETURN and passes(edge) for name in reached for edge in ground.edges[name])


def _may_idle(ground: Ground, parts: Parts) -> bool:
    """Whether somebody may return without that anything was learnt or done. A part that never returns is in no circle."""

    def passes(edge: Edge) -> bool:
        node = edge.source
        return isinstance(node, IDLE) and not (isinstance(node, SubFlow) and not parts.of(node.flow).is_idle)

    reached = reached_from(ground, ground.flow.start, passes)
    return any(edge.target == RETURN and passes(edge) for name in reached for edge in ground.edges[name])


def plain_first_menus(ground: Ground, parts: Parts) -> list[tuple[str, int]]:
    """The menus at the first level that offer no complaint: (node, line); of a part that is run the node that runs it."""

    def passes(edge: Edge) -> bool:
        if isinstance(edge.source, SubFlow):
            return parts.of(edge.source.flow).passes
        return not isinstance(edge.source, Menu)

    found = []
    for name in reached_from(ground, ground.flow.start, passes):
        node = ground.flow.nodes[name]
        is_menu = isinstance(node, Menu) and not any(one.is_complaint for one in node.options)
        if is_menu or (isinstance(node, SubFlow) and parts.of(node.flow).plain_menus):
            found.append((name, node.line))
    return found


def questions_before_menus(ground: Ground, parts: Parts) -> list[tuple[str, int]]:
    """The first questions, (node, line), after which comes the menu that offers complaints; and choices that offer none at all."""

    def passes(edge: Edge) -> bool:
        if isinstance(edge.source, SubFlow):
            part = parts.of(edge.source.flow)
            return part.passes and not part.asks
        return not isinstance(edge.source, Menu | Ask)

    found = []
    for name in reached_from(ground, ground.flow.start, passes):
        node = ground.flow.nodes[name]
        asks = isinstance(node, Ask) or (isinstance(node, SubFlow) and bool(parts.of(node.flow).asks))
        slot = ground.flow.slots.get(node.slot) if isinstance(node, Ask) else None
        is_choice = slot is not None and slot.type == "choice"
        if asks and (is_choice or _meets_menu(ground, name)):
            found.append((name, node.line))
    return found


def _meets_menu(ground: Ground, name: str) -> bool:
    """Whether a menu of the flow that takes complaints comes after a node."""
    nodes = [ground.flow.nodes[each] for each in reached_from(ground, name, lambda edge: True)]
    return any(option.is_complaint for node in nodes if isinstance(node, Menu) for option in node.options)


def prove(ground: Ground, parts: Parts) -> None:
    """Flows that are run: they exist, are parts, return, and do not run themselves."""
    for node in ground.sub_flows():
        called = ground.library.get(node.flow)
        if called is None:
            if node.flow:
                known = [slug for slug, flow in ground.library.items() if flow.is_called]
                ground.say_unknown(
                    node.line, "flow", _("There is no flow %(name)s."), node.flow, known, node.name
                )
            continue
        for code, message, fix in _defects(ground, node, called, parts):
            ground.say(node.line, code, message, fix, node=node.name, name=node.flow, most=MOST_DEPTH)
        _agree(ground, node, called)


def _agree(ground: Ground, node: SubFlow, called: Flow) -> None:
    """Both speak the same languages, and mean the same by a slot that both have."""
    missing = [one for one in ground.flow.languages if one not in called.languages]
    if missing:
        message, fix = _("%(name)s does not speak %(languages)s."), _("Add the texts to it in that language.")
        tongues = ", ".join(missing)
        ground.say(
            node.line, "part_language", message, fix, node=node.name, name=node.flow, languages=tongues
        )
    for name, slot in called.slots.items():
        own = ground.flow.slots.get(name)
        if own is not None and (own.type, set(own.values)) != (slot.type, set(slot.values)):
            message = _("The slot %(slot)s is something else in %(name)s: %(there)s there, %(here)s here.")
            fix = _("Declare it the same in both, or give one of them another name.")
            values = {"slot": name, "name": node.flow, "there": slot.type, "here": own.type}
            ground.say(own.line, "slot_differs", message, fix, node=node.name, **values)


def _defects(ground: Ground, node: SubFlow, called: Flow, parts: Parts) -> list[tuple[str, str, str]]:
    if runs(ground.library, node.flow, ground.flow.slug):
        message = _("%(name)s runs this flow again, which runs %(name)s again, without an end.")
        return [("recursion", message, _("Lead to a node of this flow instead."))]
    part = parts.of(node.flow)
    found = []
    if not called.is_called:
        message = _("%(name)s is a whole flow, not a part of others.")
        found.append(
            ("not_a_part", message, _("Write  part: true  at the top of it, and end it with return."))
        )
    elif not part.returns and node.next:
        message = _("%(name)s never returns: what follows here is never reached.")
        found.append(
            ("never_returns", message, _("Lead to return in it where it is done, or take next away here."))
        )
    elif part.returns and not node.next and f"{node.name}.next" not in ground.flow.lines:
        message = _("%(name)s returns, and nothing follows: next is missing.")
        found.append(
            ("dead_end", message, _("Say what follows: a node, person, or return at the end of a part."))
        )
    if part.depth > MOST_DEPTH:
        message = _("Flows run flows more than %(most)s deep.")
        found.append(("too_deep", message, _("Put some of them together.")))
    return found


def runs(library: Mapping[str, Flow], slug: str, wanted: str) -> bool:
    """Whether a flow runs another one, itself or through others."""
    seen, queue = {slug}, [slug]
    for each in queue:
        if each == wanted:
            return True
        flow = library.get(each)
        for node in flow.nodes.values() if flow is not None else ():
            if isinstance(node, SubFlow) and node.flow not in seen:
                seen.add(node.flow)
                queue.append(node.flow)
    return False
