"""The router is killed in the middle of its work, and another process takes over: nothing is given twice, nothing is forgotten."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.fault]
CONVERSATIONS, ROOM = 40, 25  # five people with room for five each

SCENE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ascolto.routing.actions.presence import beat
from ascolto.testing.factories import make_agent, make_cast, make_customer
cast = make_cast()
for number in range(5):
    beat(agent=make_agent(f"Agent{{number}} Test", teams=[cast.care]))
for number in range({CONVERSATIONS}):
    cast.writes(customer=make_customer(f"Customer{{number}} Test"))
"""
ROUTER = """
import os, sys, threading
import django; django.setup()
from django.db import transaction
from ascolto.routing import router, worker
written = router.give
def dies(*given):
    with transaction.atomic():
        outcome = written(*given)
        if sys.argv[1] == "before": os.kill(os.getpid(), 9)
    os.kill(os.getpid(), 9)
if sys.argv[1] in ("before", "after"): router.give = dies
print("runs", flush=True)
worker.run(threading.Event())
"""
GIVEN = "SELECT count(*) FROM conversations_conversation WHERE assignee_id IS NOT NULL"
TOLD = (
    "SELECT count(*), count(DISTINCT conversation_id) FROM events_event WHERE type = 'conversation.assigned'"
)
HELD = (
    "SELECT count(*) AS n FROM conversations_conversation WHERE assignee_id IS NOT NULL GROUP BY assignee_id"
)
MOST = f"SELECT max(n) FROM ({HELD}) AS held"


def start(product: Product, dies: str = "") -> subprocess.Popen[str]:
    """A process that does nothing but route."""
    command = [sys.executable, "-c", ROUTER, dies]
    return subprocess.Popen(command, env=product.environment, text=True, stdout=subprocess.PIPE)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_before_and_after_it_wrote(new_product: Callable[..., Product], moment: str) -> None:
    product = new_product()
    product.data.mkdir(parents=True, exist_ok=True)
    product.python(SCENE)
    assert start(product, moment).wait(60) == -signal.SIGKILL
    assert product.query(GIVEN)[0][0] == (0 if moment == "before" else ROOM)
    other = start(product)
    try:
        wait_for(lambda: product.query(GIVEN)[0][0] == ROOM, why="somebody else routes")
        assert product.query(TOLD)[0] == (ROOM, ROOM)
        assert product.query(MOST)[0][0] == 5
    finally:
        other.kill()
        other.wait()


def test_of_two_one_routes_and_the_other_takes_over(new_product: Callable[..., Product]) -> None:
    product = new_product()
    product.data.mkdir(parents=True, exist_ok=True)
    product.python(SCENE)
    routers = [start(product), start(product)]
    try:
        wait_for(lambda: product.query(GIVEN)[0][0] == ROOM, why="one of them routes")
        assert product.query(TOLD)[0] == (ROOM, ROOM)
        routers.pop(0).kill()
        product.python(
            "import django; django.setup()\n"
            "from ascolto.accounts.models import Agent\n"
            "from ascolto.routing.actions.presence import beat\n"
            "beat(agent=Agent.objects.get(email='marco@telvia.example'))"
        )
        wait_for(lambda: product.query(GIVEN)[0][0] == ROOM + 5, why="the other one routes")
        assert product.query(TOLD)[0] == (ROOM + 5, ROOM + 5)
    finally:
        for router in routers:
            router.kill()
            router.wait()
