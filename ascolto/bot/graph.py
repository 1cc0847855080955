"""Proves a flow before it goes live: `prove(flow, library, world)` gives what is wrong with it, each with its line and how to mend it.

Pure. What is proved: every edge leads somewhere and everything can be reached; nothing goes round without progress; at most three menu
levels of five options, none of which takes the words for a person away; every text in every language; every slot known wherever it is
used; nothing commercial while a problem is open; nobody signs as a person. One file a family: `proofs/`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow
from ascolto.bot.proofs import (
    asking,
    company,
    deciding,
    honesty,
    knowing,
    loops,
    menus,
    parts,
    shape,
    wordings,
)
from ascolto.bot.proofs.filling import fill
from ascolto.bot.proofs.ground import Ground, World
from ascolto.bot.reading import read_flow

__all__ = ["World", "check", "prove"]


def prove(flow: Flow, library: Mapping[str, Flow], world: World) -> list[Finding]:
    """What is wrong, in the order of lines; nothing where the flow may go live. `library`: the other flows, by name."""
    ground = Ground(flow, {**library, flow.slug: flow}, world)
    known = parts.Parts(ground.library)
    shape.prove(ground)
    parts.prove(ground, known)
    loops.prove(ground, known)
    menus.prove(ground, known)
    wordings.prove(ground)
    filling = fill(ground, known)
    knowing.prove(ground, known, filling)
    asking.prove(ground, known, filling)
    deciding.prove(ground, known, filling)
    company.prove(ground)
    honesty.prove(ground, filling)
    return sorted(set(ground.findings), key=lambda one: (one.line, one.code, one.node, one.told()))


def check(text: str, library: Mapping[str, Flow], world: World) -> tuple[Flow | None, list[Finding]]:
    """A flow's text read and proved. What could not be read is not told a second time as missing."""
    flow, found = read_flow(text)
    if flow is None:
        return None, found
    unread = {one.node for one in found if one.node and one.node not in flow.nodes}
    odd = {one.line for one in found}
    proved = [one for one in prove(flow, library, world) if not _is_echo(one, unread, odd)]
    return flow, sorted({*found, *proved}, key=lambda one: (one.line, one.code, one.node, one.told()))


def _is_echo(finding: Finding, unread: set[str], odd: set[int]) -> bool:
    """Whether a finding only follows from what could not be read: a node, or a text in a line of which something was told."""
    if finding.code in ("no_text", "no_cases", "dead_end") and finding.line in odd:
        return True
    if not unread:
        return False
    return finding.code == "unreached" or finding.values.get("name") in unread
