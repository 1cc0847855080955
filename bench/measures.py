"""The measurements: each takes a running product and gives figures."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from ascolto.testing.product import Product, wait_for
from bench.load import SECRET, Outcome, gets, posts, quantile, run, whatsapp_bodies

Figures = dict[str, float]


def connect(product: Product, network: str = "http://127.0.0.1:9") -> str:
    """A WhatsApp inbox; without `network` (an address) there is none: most measurements only receive."""
    return product.add_channel(
        "whatsapp",
        "Bench",
        app_secret=SECRET,
        verify_token="bench",
        access_token="bench",
        phone_number_id="1000",
        api_base=network,
    )


def _requests(address: str, count: int, prefix: str) -> list[bytes]:
    return posts(address, whatsapp_bodies(count, prefix=f"{prefix}{time.time_ns()}."))


def acknowledgements(product: Product, address: str, *, count: int) -> Figures:
    """Durable answers to hooks: flat out over 32 connections, then 1,000 a second."""
    flat_out = run(product.base_url, _requests(address, count, "a"), connections=32)
    drain(product)
    paced = run(product.base_url, _requests(address, 8_000, "p"), connections=32, rate=1000)
    drain(product)
    assert flat_out.failed == paced.failed == 0
    return {
        "hooks acknowledged, 32 connections (1/s)": flat_out.rate,
        "… p50 (ms)": flat_out.milliseconds(0.5),
        "… p99 (ms)": flat_out.milliseconds(0.99),
        "hook p50 at 1,000/s (ms)": paced.milliseconds(0.5),
        "hook p99 at 1,000/s (ms)": paced.milliseconds(0.99),
    }


def drain(product: Product) -> None:
    """Wait until the worker has nothing left."""
    wait_for(
        lambda: product.waiting() == 0,
        within=300,
        every=0.05,
        why="every delivery is processed",
    )


def flow(product: Product, address: str, *, count: int) -> Figures:
    """Messages a second from hook to committed conversation while the hooks come flat out."""
    before = product.query("SELECT count(*) FROM conversations_message")[0][0]
    requests = _requests(address, count, "f")
    start = time.perf_counter()
    outcome = run(product.base_url, requests, connections=32)
    drain(product)
    seconds = time.perf_counter() - start
    made = product.query("SELECT count(*) FROM conversations_message")[0][0] - before
    assert outcome.failed == 0, f"{outcome.failed} hooks were refused"
    assert made == count, f"{made} messages of {count}"
    is_postgres = bool(product.environment.get("ASCOLTO_DATABASE_URL"))
    table = "search_index" if is_postgres else "search_index_content"
    wait_for(
        lambda: product.query(f"SELECT count(*) FROM {table}")[0][0] >= before + count,
        within=300,
        every=0.1,
        why="every message can be found",
    )
    return {
        "messages from hook to conversation, flat out (1/s)": count / seconds,
        "messages from hook to being found, flat out (1/s)": count / (time.perf_counter() - start),
    }


def freshness(product: Product, address: str) -> Figures:
    """Time from hook to committed conversation at 500 a second, seen from outside by asking the database all the time."""
    count, seen, done = 3_000, {}, threading.Event()
    prefix = f"c{time.time_ns()}."
    requests = posts(address, whatsapp_bodies(count, prefix=prefix))
    last = product.query("SELECT coalesce(max(id), 0) FROM conversations_message")[0][0]

    def watch() -> None:
        nonlocal last
        while len(seen) < count and not done.is_set():
            rows = product.query(
                f"SELECT id, external_id FROM conversations_message WHERE id > {last} ORDER BY id LIMIT 1000"
            )
            moment = time.perf_counter()
            for pk, external in rows:
                last = max(last, pk)
                seen.setdefault(external, moment)
            time.sleep(0.004)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    run(product.base_url, requests, connections=32, rate=500)
    watcher.join(30)
    done.set()
    late = [
        seen[f"wamid.{prefix}{n}"] - (start + n / 500) for n in range(count) if f"wamid.{prefix}{n}" in seen
    ]
    assert len(late) == count
    return {
        "hook to conversation at 500/s, p50 (ms)": quantile(late, 0.5) * 1000,
        "hook to conversation at 500/s, p99 (ms)": quantile(late, 0.99) * 1000,
    }


def on_screen(product: Product, address: str, cookie: str) -> Figures:
    """Time from hook to the event on an agent's live stream, at 20 a second."""
    parts = urlsplit(product.base_url)
    stream = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    stream.request("GET", "/live/desk", headers={"Cookie": cookie})
    answer = stream.getresponse()
    assert answer.status == 200, answer.status
    arrived: list[float] = []

    def listen() -> None:
        while len(arrived) < 100:
            line = answer.readline()
            if not line:
                return
            if line.startswith(b"data:") and b"message.received" in line:
                arrived.append(time.perf_counter())

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    start = time.perf_counter()
    run(product.base_url, _requests(address, 100, "s"), connections=4, rate=20)
    listener.join(20)
    late = [moment - (start + number / 20) for number, moment in enumerate(arrived)]
    assert len(late) == 100, f"{len(late)} of 100 events arrived"
    return {
        "hook to an agent's screen, p50 (ms)": quantile(late, 0.5) * 1000,
        "hook to an agent's screen, p99 (ms)": quantile(late, 0.99) * 1000,
    }


def lists(product: Product, token: str, cookie: str, label: str) -> Figures:
    """The first page of the queue, through the API and as a page, and a thread of 30 messages."""
    api = f"{product.base_url}/api/v1/conversations?limit=50"
    bearer = f"Authorization: Bearer {token}"

    def timed(address: str, count: int, header: str, connections: int = 1) -> Outcome:
        run(product.base_url, gets(address, 20, header), connections=connections)
        outcome = run(product.base_url, gets(address, count, header), connections=connections)
        assert outcome.failed == 0, f"{address} failed {outcome.failed} times"
        return outcome

    one, eight = timed(api, 200, bearer), timed(api, 800, bearer, 8)
    page = timed(f"{product.base_url}/", 150, f"Cookie: {cookie}")
    thread = timed(f"{product.base_url}/c/{_thread_of_thirty(product)}/", 100, f"Cookie: {cookie}")
    return {
        f"API list of 50 at {label}, p50 (ms)": one.milliseconds(0.5),
        f"API list of 50 at {label}, 8 clients (1/s)": eight.rate,
        f"queue page at {label}, p50 (ms)": page.milliseconds(0.5),
        f"thread of 30 at {label}, p50 (ms)": thread.milliseconds(0.5),
    }


def _thread_of_thirty(product: Product) -> str:
    """The reference number of a fresh conversation of thirty messages: the customer's, and notes between them."""
    script = (
        "import django; django.setup()\n"
        "import uuid\n"
        "from ascolto.accounts.models import Agent\n"
        "from ascolto.conversations.actions import add_note\n"
        "from ascolto.testing.factories import make_customer, make_inbox, receive\n"
        "inbox, name = make_inbox('webhook', 'Thirty'), uuid.uuid4().hex\n"
        "giulia, marco = make_customer('Giulia', ('email', name + '@mail.example')), Agent.objects.first()\n"
        "for n in range(24):\n"
        "    message = receive(inbox, f'Message {n}: the line is still dead. ' * 3, customer=giulia, external_id=name + str(n))\n"
        "    if n % 4 == 3: add_note(agent=marco, conversation=message.conversation, text=f'Note {n}')\n"
        "print(message.conversation.number)"
    )
    return product.python(script).splitlines()[-1]


def memory(product: Product) -> float:
    """MiB of all processes, shared pages counted once."""
    return product.memory() / 1024 / 1024


def attempt(measure: Callable[[], Figures]) -> Figures:
    """The figures, or a line that says what went wrong: one broken measurement must not hide the others."""
    try:
        return measure()
    except (AssertionError, TimeoutError, OSError, RuntimeError) as error:
        print(json.dumps({"failed": str(error)[:500]}))
        return {}
