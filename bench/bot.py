"""`python -m bench.bot`: how long after a customer's message the bot's answer is there, at so many messages a second.

The whole product runs, with understanding; customers write on WhatsApp through the real hook, a flow answers, a network takes the answers.
The time runs from the moment in which the delivery was at the door to the moment in which the answer stood in the thread and in the outbox.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import datetime
from pathlib import Path

from ascolto.testing.product import Product, wait_for
from bench.__main__ import database
from bench.load import posts, quantile, run, whatsapp_bodies
from bench.measures import Figures, connect
from bench.network import taking_network

_POST = """
import django; django.setup()
from ascolto.bot.actions.posts import set_post
from ascolto.bot.ready_made import install
from ascolto.channels.models import ChannelAccount
from ascolto.bot.models import BotFlow
install(by=None)
set_post(by=None, account=ChannelAccount.objects.get(kind="whatsapp"), flow=BotFlow.objects.get(slug="care"))
"""
_TIMES = """
SELECT heard.created_at, answer.created_at, raw.received_at
FROM conversations_message answer
JOIN conversations_message heard ON heard.conversation_id = answer.conversation_id AND heard.direction = 'in'
JOIN intake_rawevent raw ON raw.id = (
    SELECT max(id) FROM intake_rawevent later WHERE later.received_at <= heard.created_at AND later.account_id = heard.account_id
)
WHERE answer.author_kind = 'bot'
"""


def moment(told: object) -> datetime:
    """A time as either database gives it."""
    return told if isinstance(told, datetime) else datetime.fromisoformat(str(told))


def measure(kind: str, rate: float, seconds: float) -> Figures:
    """At this many new customers a second, for so long."""
    count = int(rate * seconds)
    with (
        database(kind) as url,
        taking_network() as network,
        tempfile.TemporaryDirectory() as folder,
        Product(Path(folder), database_url=url, ASCOLTO_UNDERSTANDING="1") as product,
    ):
        address = connect(product, network)
        product.python(_POST)
        warm = posts(address, whatsapp_bodies(50, prefix=f"w{time.time_ns()}.", people=50))
        run(product.base_url, warm, connections=4, rate=20)
        wait_for(lambda: answered(product) >= 50, why="everything is warm", within=120)
        started = time.time()
        requests = posts(
            address, whatsapp_bodies(count + 50, prefix=f"b{time.time_ns()}.", people=10_000_000)
        )[50:]
        run(product.base_url, requests, connections=8, rate=rate)
        wait_for(lambda: answered(product) >= count + 50, why="everybody was answered", within=300)
        rows = [tuple(map(moment, row)) for row in product.query(_TIMES)]
        taken = [(answer - door).total_seconds() for _, answer, door in rows if door.timestamp() >= started]
    return {
        f"bot: messages a second ({kind})": rate,
        "from the door to the answer, p50 (ms)": quantile(taken, 0.5) * 1000,
        "p95 (ms)": quantile(taken, 0.95) * 1000,
        "p99 (ms)": quantile(taken, 0.99) * 1000,
        "answers": len(taken),
    }


def answered(product: Product) -> int:
    """How many messages the bot has written."""
    return int(product.query("SELECT count(*) FROM conversations_message WHERE author_kind = 'bot'")[0][0])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    for name, value in measure(asked.database, asked.rate, asked.seconds).items():
        print(f"{name}: {value:,.1f}")


if __name__ == "__main__":
    main()
