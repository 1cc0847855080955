"""The flows that come with the product: for the care of a telephone company or a utility, Italian and English.

They are put into the database once, as version 1, and published; then they are the company's own: nothing changes them behind its back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.bot.actions.flows import create_flow, publish
from ascolto.bot.models import BotAction, BotFlow, FlowVersion

FOLDER = Path(__file__).parent / "flows"
ENTRY = "care"  # the one that answers at an inbox; the others are its parts
PARTS = ("bill", "complaint", "fault", "hours", "relocation")
LINE_TEST = "line-test"  # the action that `fault` asks
NOTE = "Ready-made."
_TEST = re.compile(r"^ *# \(line-test\n.*?^ *# line-test\)\n", re.MULTILINE | re.DOTALL)


@cache
def ready_made() -> Mapping[str, str]:
    """The texts by name, parts before what calls them."""
    return MappingProxyType({slug: (FOLDER / f"{slug}.yaml").read_text("utf-8") for slug in (*PARTS, ENTRY)})


def without_test(text: str) -> str:
    """For a company that has no such action: nobody is told of a test that nobody makes."""
    text = _TEST.sub("", text).replace("next: may_test}", "next: restart}")
    return re.sub(r" [\w ]+: \{line_status\}\.", "", text)


@transaction.atomic
def install(by: Agent | None) -> list[FlowVersion]:
    """Put those into the database that are not there yet, and publish them; one with such a name that the company has stays as it is.

    Departments that it has not are no hindrance: colleagues read a note instead, and the editor tells of it.

    Raises Refused for who may not, and for "findings" where a flow of the company's own does not go with them.
    """
    there = set(BotFlow.objects.filter(slug__in=ready_made()).values_list("slug", flat=True))
    may_test = BotAction.objects.filter(name=LINE_TEST, is_enabled=True).exists()
    made = []
    for slug, text in ready_made().items():
        if slug not in there:
            made.append(publish(by=by, version=_new(by, text if may_test else without_test(text))))
    return made


def _new(by: Agent | None, text: str) -> FlowVersion:
    return create_flow(by=by, text=text, note=NOTE)
