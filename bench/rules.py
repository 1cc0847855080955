"""`python -m bench.rules`: how many events a second the follower of rules hears, with fifty rules, and what a rule that acts costs.

Made are conversations with a message that was understood each; then their events are heard in batches, as in the product.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any

from ascolto.testing.postgres import Cluster
from bench import report

Figures = dict[str, float]
RULES = 50


def measure(conversations: int) -> Figures:
    """Events a second where nothing matches, where one conversation in fifty does; queries for a batch; milliseconds for a run."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ascolto.automation.models import RuleRun
    from ascolto.events.log import Position, move_cursor

    _make(conversations)
    move_cursor("rules", Position(0, 0))
    _rules("nothing of this kind")
    quiet = _rate(_follow())
    with CaptureQueriesContext(connection) as queries:
        batches = _batches()
    per_batch = len(queries) / max(1, batches)
    _rules("number 7")
    busy = _rate(_follow())
    runs = RuleRun.objects.count()
    begun = time.process_time()
    _again()
    return {
        f"events a second, {RULES} rules, none matches": quiet,
        "queries for a batch of 500 events": per_batch,
        f"events a second, {RULES} rules, {runs} runs": busy,
        "events a second that were acted on before": _rate((_events(), time.process_time() - begun)),
    }


def _rate(measured: tuple[int, float]) -> float:
    events, seconds = measured
    return events / max(seconds, 1e-9)


def _follow() -> tuple[int, float]:
    from ascolto.automation.worker import Following
    from ascolto.events.log import Position, move_cursor

    move_cursor("rules", Position(0, 0))
    following, total = Following(), 0
    begun = time.process_time()
    while taken := following.read_next():
        total += taken
    return total, time.process_time() - begun


def _again() -> None:
    _follow()


def _batches() -> int:
    from ascolto.automation.worker import TAKE

    events, _seconds = _follow()
    return -(-events // TAKE)


def _events() -> int:
    from ascolto.events.models import Event

    return Event.objects.count()


def _rules(words: str) -> None:
    """Fifty rules of every kind that hears messages, each with conditions."""
    from ascolto.automation.actions import create_rule, switch_rule
    from ascolto.automation.models import Rule

    Rule.objects.update(is_enabled=False)
    kinds: list[dict[str, Any]] = [
        {"when": "message_received", "message": {"words": [words]}},
        {
            "when": "message_received",
            "conditions": {"all": [{"field": "channel", "op": "is", "value": ["whatsapp"]}]},
        },
        {
            "when": "message_received",
            "conditions": {"all": [{"field": "sentiment", "op": "is", "value": ["positive"]}]},
        },
        {"when": "created", "conditions": {"all": [{"field": "status", "op": "is", "value": ["resolved"]}]}},
        {"when": "unhappy", "message": {"words": [words]}},
    ]
    steps = [{"kind": "add_labels", "labels": ["seen"]}, {"kind": "priority", "priority": 30}]
    for number in range(RULES):
        rule = create_rule(
            by=None, name=f"Rule {number}", says={**kinds[number % 5], "steps": steps}, most_per_hour=100_000
        )
        switch_rule(by=None, rule=rule, on=True)


def _make(count: int) -> None:
    from django.db import transaction

    from ascolto.testing.factories import make_customer, make_inbox, receive
    from ascolto.testing.readings import make_reading

    inbox = make_inbox()
    with transaction.atomic():
        for number in range(count):
            text = f"La linea non va, number {number % 50} of fifty."
            make_reading(receive(inbox, text, customer=make_customer(f"Customer {number}")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.rules", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    cluster = Cluster(durable=True) if options.database == "postgres" else None
    with tempfile.TemporaryDirectory(prefix="ascolto-bench-") as folder:
        os.environ["ASCOLTO_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "ascolto.config.settings"
        if cluster is not None:
            os.environ["ASCOLTO_DATABASE_URL"] = cluster.url("postgres")
        try:
            _print(lambda: measure(options.conversations))
        finally:
            if cluster is not None:
                cluster.stop()


def _print(measured: Callable[[], Figures]) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(report.machine())
    for name, figure in measured().items():
        print(f"{name:<60} {figure:>12,.1f}")


if __name__ == "__main__":
    main()
