"""The process in which rules act is killed in the middle of it, and another one takes over: nothing is done twice, nothing is forgotten."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.fault]
CONVERSATIONS = 12

SCENE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ascolto.automation import worker
from ascolto.automation.actions import create_rule, switch_rule
from ascolto.events.log import latest_position, move_cursor
from ascolto.testing.factories import make_cast, make_customer
cast = make_cast()
move_cursor(worker.CURSOR, latest_position())
steps = [
    {{"kind": "note", "text": "Look at {{number}}."}}, {{"kind": "add_labels", "labels": ["seen"]}},
    {{"kind": "reply", "text": "Thank you.", "send": True}},
]
rule = create_rule(by=cast.anna, name="Everybody", says={{"when": "message_received", "steps": steps}})
switch_rule(by=cast.anna, rule=rule, on=True)
for number in range({CONVERSATIONS}):
    cast.writes(customer=make_customer(f"Customer{{number}} Test"))
"""
RULES = """
import os, sys, threading
import django; django.setup()
from ascolto.automation import worker
from ascolto.automation.actions import running
from django.db import transaction
when, count, written = sys.argv[1], [0], running._write
def dies(*given, **fields):
    run = written(*given, **fields)
    count[0] += 1
    if count[0] == 5 and when == "before": os.kill(os.getpid(), 9)
    if count[0] == 5 and when == "after": transaction.on_commit(lambda: os.kill(os.getpid(), 9))
    return run
running._write = dies
print("runs", flush=True)
worker.run(threading.Event())
"""
RUNS = "SELECT count(*) FROM automation_rulerun WHERE outcome = 'done'"
NOTES = (
    "SELECT count(*), count(DISTINCT conversation_id) FROM conversations_message WHERE visibility = 'note'"
)
ANSWERS = "SELECT count(*), count(DISTINCT conversation_id) FROM conversations_message WHERE direction = 'out' AND visibility = 'private'"
LABELS = "SELECT count(*) FROM conversations_conversation_labels"


def start(product: Product, dies: str = "") -> subprocess.Popen[str]:
    """A process that does nothing but let rules act."""
    command = [sys.executable, "-c", RULES, dies]
    return subprocess.Popen(command, env=product.environment, text=True, stdout=subprocess.PIPE)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_before_and_after_it_was_written(new_product: Callable[..., Product], moment: str) -> None:
    product = new_product()
    product.data.mkdir(parents=True, exist_ok=True)
    product.python(SCENE)
    assert start(product, moment).wait(60) == -signal.SIGKILL
    done = product.query(RUNS)[0][0]
    assert done == (4 if moment == "before" else 5)
    assert product.query(NOTES)[0][0] == done, "a mark and its effects are one"
    other = start(product)
    try:
        wait_for(lambda: product.query(RUNS)[0][0] == CONVERSATIONS, why="another process goes on")
        for asked in (NOTES, ANSWERS):
            assert product.query(asked)[0] == (CONVERSATIONS, CONVERSATIONS)
        assert product.query(LABELS)[0][0] == CONVERSATIONS
    finally:
        other.kill()
        other.wait()


def test_the_product_itself_lets_rules_act(new_product: Callable[..., Product]) -> None:
    product = new_product()
    product.data.mkdir(parents=True, exist_ok=True)
    product.python(SCENE)
    with product:
        wait_for(
            lambda: product.query(LABELS)[0][0] == CONVERSATIONS, why="the background process follows the log"
        )
        assert product.query(NOTES)[0] == (CONVERSATIONS, CONVERSATIONS)
