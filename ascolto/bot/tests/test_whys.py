"""Every reason for which the bot lets go has words: beside the conversation, in its card, in the summary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import ascolto
from ascolto.bot.actions.external import NOTES
from ascolto.bot.handing import WHY
from ascolto.bot.models import Dialogue
from ascolto.bot.tests.samples import published
from ascolto.bot.whys import WHYS, why_words, words_of
from ascolto.conversations.actions import give_to_bot, leave_to_people
from ascolto.desk.lines import read_lines
from ascolto.events.models import Event
from ascolto.testing.factories import make_cast

ROOM = Path(ascolto.__file__).parent
# what hands over, and where its reason stands: by place, or by name
HANDING = {
    "HandedOff": 0,
    "hand_off": 0,
    "leave_to_people": None,
    "give_up": 1,
    "_close": 1,
    "to_person": 3,
    "go": None,
    "update": None,
}
RETURNING = {"_reason_for_person", "_why_for_people"}


def words_in(node: ast.AST | None) -> Iterator[str]:
    """The words that an expression may be: itself, either side of `or` and of `if`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from words_in(each)
    elif isinstance(node, ast.IfExp):
        yield from words_in(node.body)
        yield from words_in(node.orelse)


def reasons_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in HANDING:
                continue
            place = HANDING[name]
            if place is not None and len(node.args) > place:
                yield from words_in(node.args[place])
            yield from (word for one in node.keywords if one.arg == "why" for word in words_in(one.value))
        elif isinstance(node, ast.FunctionDef) and node.name in RETURNING:
            returns = (one for one in ast.walk(node) if isinstance(one, ast.Return))
            yield from (word for one in returns for word in words_in(one.value))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in ("why", "handed"):
                    yield from words_in(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=True)
                    for one, value in pairs:
                        if isinstance(one, ast.Attribute) and one.attr in ("why", "handed"):
                            yield from words_in(value)


def reasons_of_the_code() -> set[str]:
    found = {f"external_{why}" for why in NOTES}
    for room in ("bot", "conversations", "api"):
        for path in sorted((ROOM / room).rglob("*.py")):
            if "tests" not in path.parts:
                found |= set(reasons_in(ast.parse(path.read_text("utf-8"))))
    return found - {""}


def test_every_reason_of_the_code_has_words() -> None:
    found = reasons_of_the_code()
    assert {"asked", "flow", "silent", "taken", "hung_up", "external_late", "no_flow", "refused"} <= found
    external = {why.removeprefix("external_") for why in WHYS if why.startswith("external_")}
    given_up = {"late", "failed", "handed", "moved", "stopped", "asked"}
    assert external == given_up == set(NOTES)
    assert found - set(WHYS) - given_up == set()
    assert all(why_words(why) != why for why in WHYS)


def test_every_reason_of_a_summary_has_words_in_both_languages() -> None:
    assert all(set(words) == {"it", "en"} and all(words.values()) for words in WHY.values())
    assert set(WHY) - set(WHYS) == {"task_asked"}


@pytest.mark.django_db
def test_the_desk_says_why_the_bot_left() -> None:
    cast = make_cast()
    talk = cast.writes()
    give_to_bot(agent=cast.marco, conversation=talk, why="serial")
    leave_to_people(conversation=talk, why="external_late")
    told = [line.text for line in read_lines(talk)]
    assert told[-2:] == [
        "Marco Villa gave the assistant a task",
        "A person goes on: the external bot did not answer in time.",
    ]
    assert words_of(Event(type="conversation.left_by_bot", data={"why": ""}), "") == "A person goes on"
    assert "once" in words_of(Event(type="conversation.left_by_bot", data={"why": "once"}), "")


@pytest.mark.django_db
def test_the_card_says_why_a_person_goes_on(client: Client) -> None:
    cast = make_cast()
    talk = cast.writes()
    version = published()
    Dialogue.objects.create(
        conversation=talk, account=cast.inbox, version=version, status=Dialogue.Status.HANDED, why="anger"
    )
    client.force_login(cast.marco)
    page = client.get(f"/c/{talk.number}/assistant/", headers={"HX-Request": "true"}).content.decode()
    assert "A person goes on: the customer is angry." in page
