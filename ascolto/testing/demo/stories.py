"""What Telvia's customers want: short scripts that the simulated customers follow. Every name, number and fact is made up."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import msgspec


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One matter of one customer."""

    key: str
    channel: str  # whatsapp, email, chat, form, webhook, or a network of the neighbourhood
    public: bool = False  # said where everybody reads it
    rating: int = 0  # stars of a review
    language: str
    subject: str
    opening: tuple[str, ...]  # what they write by themselves
    answer: str  # what a good agent says: the past of the demo is told with it
    thanks: tuple[str, ...] = ()  # what they say after an answer
    labels: tuple[str, ...] = ()
    team: str = "Network"


class Script(msgspec.Struct, frozen=True):
    """Every story, and names for the customers by language."""

    names: dict[str, tuple[str, ...]]
    stories: tuple[Story, ...]
    scenes: tuple[Story, ...]  # what lies on the visitor's desk
    cast: dict[str, str]  # by scene: the customer
    notes: dict[str, str]  # what colleagues say to one another


@cache
def script() -> Script:
    """The script of the demo."""
    text = files(__package__).joinpath("stories.json").read_text(encoding="utf-8")
    return msgspec.convert(json.loads(text), Script)
