"""The process that tries a flow on the past is killed between two portions, and in one: another goes on, and counts nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from ascolto.testing.product import Product

pytestmark = [pytest.mark.processes, pytest.mark.fault]
CONVERSATIONS = 12
SCENE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ascolto.bot.actions import create_flow
from ascolto.bot.actions.trials import start_trial
from ascolto.bot.tests.samples import CARE
from ascolto.testing.factories import make_cast, make_customer
cast = make_cast()
for number in range({CONVERSATIONS}):
    cast.writes("I want an operator", customer=make_customer(f"Customer{{number}} Test"))
start_trial(by=None, version=create_flow(by=None, text=CARE))
"""
TRIES = """
import os, sys
import django; django.setup()
from ascolto.bot import trying
from ascolto.bot.models import TrialRun
trying.SECONDS = 0.0  # one conversation in a portion
left, before = int(sys.argv[1]), trying.add
count = [0]
def dies(*given, **more):
    before(*given, **more)
    count[0] += 1
    if sys.argv[2] == "within" and count[0] > left: os.kill(os.getpid(), 9)
trying.add = dies
while trying.go_on():
    if sys.argv[2] == "between" and count[0] >= left: os.kill(os.getpid(), 9)
"""
DONE = "SELECT state, done, total FROM bot_trialrun"


def tries(product: Product, left: int, moment: str) -> int:
    command = [sys.executable, "-c", TRIES, str(left), moment]
    return subprocess.run(command, env=product.environment, check=False).returncode


@pytest.mark.parametrize("moment", ["between", "within"])
def test_killed_and_gone_on_with(new_product: Callable[..., Product], moment: str) -> None:
    product = new_product()
    product.data.mkdir(parents=True, exist_ok=True)
    product.python(SCENE)
    assert tries(product, 5, moment) == -signal.SIGKILL
    assert tuple(product.query(DONE)[0]) == ("running", 5, CONVERSATIONS)
    assert tries(product, 1_000, "never") == 0
    assert tuple(product.query(DONE)[0]) == ("done", CONVERSATIONS, CONVERSATIONS)
    told = product.python(
        "import django; django.setup()\nfrom ascolto.bot.models import TrialRun\nprint(TrialRun.objects.get().found)"
    )
    assert "'tried': 12" in told
