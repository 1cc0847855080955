"""`python -m bench.settling`: what it costs to keep promises, in the processor of the part that does it.

Made are conversations with a message, an answer and a second message each; then their events are followed in portions, as in the product.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from collections.abc import Callable

from ascolto.testing.postgres import Cluster
from bench import report

Figures = dict[str, float]


def measure(conversations: int, *, profile: bool = False) -> Figures:
    """Costs of 200 events: of what is new, of what changes nothing, and of clocks that come to their warning and their breach."""
    from ascolto.events.log import Position, move_cursor
    from ascolto.kit.clock import at, now
    from ascolto.sla import worker
    from ascolto.sla.models import SlaClock

    moment = now()
    with at(moment):
        _make(conversations)
        move_cursor(worker.CURSOR, Position(0, 0))
        with cProfile.Profile() if profile else _Nothing() as profiler:
            events, fresh = _timed(_follow)
        if profile:
            pstats.Stats(profiler).sort_stats("cumtime").print_stats(45)  # type: ignore[arg-type]
        move_cursor(worker.CURSOR, Position(0, 0))
        _, again = _timed(_follow)
    clocks = SlaClock.objects.filter(next_at__isnull=False).count()
    latest = max(
        filter(None, SlaClock.objects.filter(next_at__isnull=False).values_list("due_at", flat=True))
    )
    with at(latest.replace(microsecond=0)):
        _, warned = _timed(_due)
    with at(latest.replace(microsecond=0) + (latest - moment)):
        _, breached = _timed(_due)
    promised = _promised(moment)
    return {
        "200 events of new conversations (ms)": 1000 * fresh / events * 200,
        "200 events that change nothing (ms)": 1000 * again / events * 200,
        "200 clocks that come to their warning (ms)": 1000 * warned / clocks * 200,
        "200 clocks that come to their breach (ms)": 1000 * breached / clocks * 200,
        "the promise of a message at its arrival (µs)": promised,
    }


class _Nothing:
    """No profile."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    begun = time.process_time()
    count = work()
    return count, time.process_time() - begun


def _follow() -> int:
    from ascolto.sla import worker

    total = 0
    while taken := worker.read_next():
        total += taken
    return total


def _due() -> int:
    from ascolto.sla import worker

    total = 0
    while taken := worker.take_due():
        total += taken
    return total


def _make(count: int) -> None:
    from django.db import transaction

    from ascolto.conversations.actions import add_reply
    from ascolto.testing.factories import make_agent, make_customer, make_inbox, receive
    from ascolto.testing.readings import make_reading

    inbox, marco = make_inbox(), make_agent()
    with transaction.atomic():
        for number in range(count):
            customer = make_customer(f"Customer {number}")
            first = receive(inbox, "La linea non va.", customer=customer)
            make_reading(first)
            if number % 2:
                add_reply(agent=marco, conversation=first.conversation, text="Ci guardo subito.")
                make_reading(receive(inbox, "E adesso?", customer=customer))


def _promised(moment: object) -> float:
    from ascolto.conversations.models import Conversation
    from ascolto.conversations.promises import Asked
    from ascolto.sla.promising import promise

    batch = [Asked(one, moment, "webhook", True) for one in Conversation.objects.all()[:200]]  # type: ignore[arg-type]
    promise(batch)
    begun = time.process_time()
    for _ in range(50):
        promise(batch)
    return (time.process_time() - begun) / 50 / len(batch) * 1_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.settling", description=__doc__)
    parser.add_argument("--conversations", type=int, default=400)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    cluster = Cluster(durable=True) if options.database == "postgres" else None
    with tempfile.TemporaryDirectory(prefix="ascolto-bench-") as folder:
        os.environ["ASCOLTO_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "ascolto.config.settings"
        if cluster is not None:
            os.environ["ASCOLTO_DATABASE_URL"] = cluster.url("postgres")
        try:
            _measure_and_print(options)
        finally:
            if cluster is not None:
                cluster.stop()


def _measure_and_print(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(report.machine())
    print(report.table({options.database: measure(options.conversations, profile=options.profile)}))


if __name__ == "__main__":
    main()
