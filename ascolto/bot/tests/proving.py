"""Flows in files, the company that proves them, and what they expect: `# expects: code line, …`, `# world: agcom company`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow
from ascolto.bot.graph import World, check
from ascolto.bot.reading import read_flow
from ascolto.bot.selling import sells

FOLDER = Path(__file__).parent / "flows"
HOUSE = Path(__file__).parents[1] / "flows"
COMPANY = World(
    topics=["Guasti", "Bollette", "Faults", "Bills"],
    labels=["guasto", "reclamo"],
    departments=["Tecnici", "Amministrazione"],
    teams=["Assistenza", "Vendite"],
    calendars=["Negozio"],
    actions={"line_test": ["customer", "customer_code"], "balance": None, "order_state": None},
    company="Telvia",
    is_commercial=sells,
)
NOBODY = World(is_commercial=sells)


def texts_in(folder: str) -> dict[str, str]:
    """The flows of a folder by their names."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((FOLDER / folder).glob("*.yaml"))}


@cache
def library() -> dict[str, Flow]:
    """The house's flows, and the parts among the good ones."""
    told = [path.read_text(encoding="utf-8") for path in sorted(HOUSE.glob("*.yaml"))]
    flows = [read_flow(text)[0] for text in (*told, *texts_in("good").values())]
    return {flow.slug: flow for flow in flows if flow is not None and flow.slug}


def world_of(text: str) -> World:
    """The world that a file asks for in its second line."""
    second = text.split("\n", 2)[1]
    if not second.startswith("# world:"):
        return NOBODY
    world = COMPANY if "company" in second else NOBODY
    return World(agcom=True, is_commercial=sells) if "agcom" in second else world


def found_in(text: str, world: World | None = None) -> list[Finding]:
    """What is wrong with a flow."""
    return check(text, library(), world or world_of(text))[1]


def expected_in(text: str) -> list[tuple[str, int]]:
    """The codes and lines that a broken flow names in its first line."""
    told = text.split("\n", 1)[0].removeprefix("# expects:").split(",")
    return sorted((code, int(line)) for code, line in (each.split() for each in told))
