"""How fast words are found, and how fast the index takes messages.

    python -m bench.searching          # asks the database that ASCOLTO_DATA / ASCOLTO_DATABASE_URL name; prints JSON

Run inside a seeded installation: what is measured is `search.selectors.find`, from text to hits with snippets, with every query it needs.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ascolto.testing.product import Product
from bench.load import gets, run
from bench.seed import word

ASKED = 40  # questions of each kind
RARE, MID = 20_000, 300  # ranks of words that few and some messages have
EMAIL = "anna@bench.example"
Figures = dict[str, float]


def index_everything() -> Figures:
    """Index all messages in portions, as the background does."""
    from ascolto.search.reindexing import begin_anew, renew_old

    begin_anew()
    started, used, done = time.perf_counter(), processor_seconds(), 0
    while took := renew_old():
        done += took
    return {
        "messages indexed (1/s)": done / (time.perf_counter() - started),
        "messages indexed in a second of the processor (1/s)": done / (processor_seconds() - used),
    }


def questions(size: int) -> dict[str, list[str]]:
    """What is asked, by kind. Ranks grow with the size, so that rare stays rare (about five messages)."""
    from ascolto.conversations.models import Message

    rare, mid = [
        [word(base * max(size // 100_000, 1) % 200_000 + n * step) for n in range(ASKED)]
        for base, step in ((RARE, 7), (MID, 1))
    ]
    codes = re.findall(
        r"TV-\d{7}",
        " ".join(Message.objects.filter(text__contains="TV-").values_list("text", flat=True)[:ASKED]),
    )
    common = ["line", "router", "bill", "number", "cable", "town", "thank", "technician"]
    return {
        "rare word": rare,
        "mid word": mid,
        "common word": common,
        "two words": [f"{each} router" for each in mid],
        "two common words": ["router line", "account days", "cable street", "technician morning"],
        "two common words, never together": ["technician router", "charged socket", "moving bill"],
        "phrase": ['"dead since yesterday"', '"every ten minutes"', '"cable in the street"'],
        "prefix": [f"{each[:4]}*" for each in mid] + ["rou", "mor", "tec"],
        "order code": codes,
        "end of a code": [f"{n:04d}" for n in range(1000, 1000 + ASKED)],
        "telephone number": [f"+39 33 {n:08d}" for n in range(1, ASKED)],
        "customer": ["from:giulia", 'from:"luca serra"', "from:customer17@example.org"],
        "word with filters": [f"{each} status:open channel:email" for each in common],
        "word of one agent": [f"{each} assignee:me status:open" for each in common],
        "word long ago": [f"{each} before:2024-09-01" for each in common],
        "nothing": [f"xq{n}zz" for n in range(ASKED)],
    }


@dataclass(frozen=True)
class Taken:
    """Milliseconds of each question: by the clock, and of processor time here and in the database's process."""

    clock: list[float]
    processor: list[float]


def times(ask: Callable[[str], Any], texts: Iterable[str], *, least: int = 24) -> Taken:
    """How long each question takes; few questions are asked again."""
    texts = list(texts)
    ask(texts[0])
    taken = Taken([], [])
    for text in texts * (1 + (least - 1) // len(texts)):
        used, begun = processor_seconds(), time.perf_counter()
        ask(text)
        taken.clock.append((time.perf_counter() - begun) * 1000)
        taken.processor.append((processor_seconds() - used) * 1000)
    return taken


def processor_seconds() -> float:
    """Processor time of this process, and of the one that serves it in PostgreSQL, so that neighbours do not count."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    process = connection.connection.info.backend_pid
    with open(f"/proc/{process}/schedstat") as file:
        return time.process_time() + int(file.read().split()[0]) / 1e9


def measure(size: int) -> Figures:
    """Median and 95th percentile of each kind, for a lead, and of common words for an agent who sees one inbox and a guest."""
    from ascolto.accounts.models import Agent
    from ascolto.search.selectors import count, find

    lead = Agent.objects.get(email="anna@bench.example")
    asked = questions(size)
    found: Figures = {}

    def note(kind: str, taken: Taken) -> None:
        for what, values in (("", taken.clock), (" of the processor", taken.processor)):
            found[f"search: {kind}, p50 (ms{what})"] = statistics.median(values)
        found[f"search: {kind}, p95 (ms of the processor)"] = sorted(taken.processor)[int(len(values) * 0.95)]

    for kind, texts in asked.items():
        note(kind, times(lambda text: find(lead, text), texts))
    note("counting a common word", times(lambda text: count(lead, text), asked["common word"]))
    for name, agent in restricted().items():
        for kind in ("rare word", "common word"):
            note(f"{kind}, {name}", times(lambda text, agent=agent: find(agent, text), asked[kind]))  # type: ignore[misc]
    return found


def restricted() -> dict[str, Any]:
    """An agent of whose team one small inbox is, all others being other teams'; and a guest of five conversations."""
    from ascolto.accounts.models import Agent, Role, Team
    from ascolto.channels.models import ChannelAccount
    from ascolto.conversations.models import Conversation, Participant

    few = Team.objects.get_or_create(name="Few")[0]
    rest = Team.objects.get_or_create(name="Rest")[0]
    for inbox in ChannelAccount.objects.all():
        inbox.teams.set([few if inbox.kind == "webhook" else rest])
    people = {}
    for name, role in (("few", Role.AGENT), ("guest", Role.GUEST)):
        email = f"{name}@bench.example"
        people[name] = Agent.objects.filter(email=email).first() or Agent.objects.create_user(
            email, name.title(), "a quiet harbour at six", role=role
        )
    people["few"].teams.set([few])
    for conversation in Conversation.objects.order_by("id")[:5]:
        Participant.objects.get_or_create(conversation=conversation, agent=people["guest"])
    return {"4 % visible": people["few"], "guest": people["guest"]}


def main() -> None:
    """Index what is there, unless `asked` is the argument, and measure."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    django.setup()
    from ascolto.conversations.models import Conversation

    found = {} if "asked" in sys.argv else index_everything()
    print(json.dumps(found | measure(Conversation.objects.count())))


def measure_product(product: Product, label: str) -> Figures:
    """Everything above in an installation that is seeded, and two questions through its API."""
    told = product.python(
        "import sys; sys.argv = ['bench']\nfrom bench.searching import main; main()"
    ).splitlines()[-1]
    found = {f"{name} at {label}": value for name, value in json.loads(told).items()}
    with product:
        bearer = f"Authorization: Bearer {product.add_token('conversations:read', email=EMAIL)}"
        for kind, text in (("rare", word(RARE)), ("common", "router")):
            address = f"{product.base_url}/api/v1/search?q={text}"
            run(product.base_url, gets(address, 10, bearer), connections=1)
            outcome = run(product.base_url, gets(address, 100, bearer), connections=1)
            assert outcome.failed == 0, f"{address} failed {outcome.failed} times"
            found[f"API search, {kind} word at {label}, p50 (ms)"] = outcome.milliseconds(0.5)
    return found


if __name__ == "__main__":
    main()
