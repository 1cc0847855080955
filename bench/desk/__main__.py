"""`python -m bench.desk`: how fast a conversation of 200 messages opens, and what eight hours leave in a tab.

python -m bench.desk                 # everything, SQLite
python -m bench.desk --hours 1       # a shorter day
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from ascolto.testing.harness import find_chromium
from ascolto.testing.product import Product, wait_for
from bench.desk.tab import Tab
from bench.load import posts, quantile, whatsapp_bodies

EMAIL = "marco@telvia.example"
OPENED_AN_HOUR, MESSAGES_AN_HOUR, REPLIES_AN_HOUR = 60, 240, 30


def fetch(product: Product, cookie: str, path: str, *, fragment: bool) -> float:
    """Seconds until the last byte of a page, on a connection of its own."""
    parts = urlsplit(product.base_url)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"} | ({"HX-Request": "true"} if fragment else {})
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    spent = time.perf_counter() - began
    connection.close()
    assert answer.status == 200, (path, answer.status)
    return spent


def told(name: str, seconds: list[float], limit: float) -> None:
    """One line: median, 95th of a hundred, and the ratio to the limit."""
    middle, high = statistics.median(seconds) * 1000, quantile(seconds, 0.95) * 1000
    print(
        f"{name:58} p50 {middle:7.1f} ms   p95 {high:7.1f} ms   {high / limit:4.2f} of {limit:.0f} ms",
        flush=True,
    )


def on_the_server(product: Product, cookie: str, number: str) -> None:
    """The conversation alone, and the whole page around it."""
    for name, path, fragment in (
        ("200 messages, the conversation", f"/c/{number}/", True),
        ("200 messages, the whole page", f"/c/{number}/", False),
        ("its card", f"/c/{number}/card/", True),
        ("the queue", "/", True),
    ):
        fetch(product, cookie, path, fragment=fragment)
        told(name, [fetch(product, cookie, path, fragment=fragment) for _ in range(60)], 100)


def in_the_browser(tab: Tab, product: Product, cookie: str, number: str) -> None:
    """Until a key does what it should: a whole page, then opened from the list. Nobody asks the page anything meanwhile."""
    name, _, value = cookie.partition("=")
    address, everything = f"{product.base_url}/c/{number}/", f"{product.base_url}/?view=all"
    tab.open(address, (name, value))
    spent = []
    for _ in range(20):
        tab.say("Page.navigate", url="about:blank")
        time.sleep(0.3)
        tab.say("Page.navigate", url=address)
        time.sleep(1.5)
        spent.append(tab.evaluate(f"({_USABLE})()") / 1000)
    told("Chromium: whole page until it can be used", spent, 300)
    spent = []
    for _ in range(20):
        tab.open(everything)
        tab.wait(
            "document.querySelector('#rows [data-row]') && performance.getEntriesByName('desk:ready').length"
        )
        time.sleep(0.5)
        spent.append(tab.evaluate(f"({_OPEN})('/c/{number}/')"))
    told("Chromium: opened from the list until painted", spent, 300)


_USABLE = """() => {
  const ready = performance.getEntriesByName("desk:ready")[0];
  const page = performance.getEntriesByType("navigation")[0];
  return ready && page.domContentLoadedEventEnd ? Math.max(ready.startTime, page.domContentLoadedEventEnd) : 0;
}"""  # our scripts, and htmx, which begins when the page was read
_IS_OPEN = """() => {
  const row = document.querySelector('#rows > [aria-current="true"]');
  const here = document.querySelector("#conversation:not([aria-busy])");
  return Boolean(row && row.dataset.id === here?.dataset.id);
}"""
_OPEN = """async (address) => {
  const link = document.createElement("a");
  link.dataset.row = "1";
  link.href = address;
  document.querySelector("[data-desk]").append(link);
  const began = performance.now();
  link.click();
  while (!document.querySelector("#conversation[data-number] #draft")) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  link.remove();
  return (performance.now() - began) / 1000;
}"""


def a_day(tab: Tab, product: Product, cookie: str, hook: str, hours: float) -> None:
    """Hours of work in one tab, as fast as it goes: open, read, answer, while messages come in."""
    name, _, value = cookie.partition("=")
    tab.open(f"{product.base_url}/?view=all", (name, value))
    tab.wait(f"({_USABLE})()")
    tab.wait("document.querySelector('#rows a[data-row]')")
    tab.evaluate("document.querySelector('#rows a[data-row]').focus()")
    tab.press("Enter")
    tab.wait(f"({_IS_OPEN})()")
    steps = int(hours * OPENED_AN_HOUR)
    bodies = whatsapp_bodies(int(hours * MESSAGES_AN_HOUR) + 1, people=400, prefix="day")
    every = max(1, MESSAGES_AN_HOUR // OPENED_AN_HOUR)
    answer = max(1, OPENED_AN_HOUR // REPLIES_AN_HOUR)
    measured(tab, "at the beginning")
    for step in range(steps):
        tab.evaluate("document.activeElement.blur()")
        tab.press("j" if step % 40 < 20 else "k")
        tab.press("Enter")
        tab.wait(f"({_IS_OPEN})()")
        for body in posts(hook, (body for _, body in zip(range(every), bodies, strict=False))):
            _send(hook, body)
        if step % answer == 0:
            _note(tab, f"Looked at it, {step}.")
        if step and step % max(1, steps // 8) == 0:
            measured(tab, f"after {step / OPENED_AN_HOUR:.1f} h")
    measured(tab, f"after {hours:.1f} h")


def _note(tab: Tab, text: str) -> None:
    tab.wait("document.getElementById('draft')")
    tab.press("n")
    tab.wait("document.activeElement?.id === 'draft'")
    tab.write(text)
    tab.press("Enter", control=True)
    tab.wait(f"[...document.querySelectorAll('.msg-note')].some((one) => one.textContent.includes({text!r}))")
    tab.press("Escape")


def _send(hook: str, request: bytes) -> None:
    import socket

    parts = urlsplit(hook)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as door:
        door.sendall(request)
        door.recv(4096)


def measured(tab: Tab, when: str) -> None:
    """Heap, listeners and nodes of the tab after the garbage is gone, and the memory of its process."""
    time.sleep(0.4)  # what is released is released when nothing else is to be done
    tab.say("HeapProfiler.collectGarbage")
    all_of_them, rows = tab.evaluate(
        "[document.querySelectorAll('*').length, document.querySelectorAll('#rows > *').length]"
    )
    found = {one["name"]: one["value"] for one in tab.say("Performance.getMetrics")["metrics"]}
    own = max(_private(pid) for pid in tab.renderers()) / 1024
    print(
        f"{when:22} heap {found['JSHeapUsedSize'] / 2**20:6.1f} MiB   listeners {found['JSEventListeners']:6.0f}"
        f"   nodes {found['Nodes']:7.0f}   documents {found['Documents']:3.0f}"
        f"   shown {all_of_them:6} in {rows:4} rows   process {own:6.1f} MiB",
        flush=True,
    )


def _private(pid: int) -> int:
    """KiB that a process has for itself alone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0  # it ended meanwhile
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))


def run(parts: list[str], hours: float) -> None:
    """Start the product, furnish it, measure."""
    with tempfile.TemporaryDirectory(prefix="ascolto-desk-") as folder:
        product = Product(Path(folder) / "data", ASCOLTO_UNDERSTANDING="0")
        product.data.mkdir(parents=True)
        product.run("migrate", "-v0")
        number = product.python(Path(__file__).with_name("furnish.py").read_text()).split()[-1]
        with product:
            hook = _hook(product)
            cookie = product.session_cookie(EMAIL)
            if "server" in parts:
                on_the_server(product, cookie, number)
            with Tab(find_chromium()) as tab:
                if "browser" in parts:
                    in_the_browser(tab, product, cookie, number)
                if "day" in parts:
                    a_day(tab, product, cookie, hook, hours)


def _hook(product: Product) -> str:
    """Where the network of the cast's inbox delivers."""
    script = "import django; django.setup()\nfrom ascolto.channels.models import ChannelAccount\n"
    script += "from bench.load import SECRET\naccount = ChannelAccount.objects.get(kind='whatsapp')\n"
    script += "account.store_values({**account.values(), 'app_secret': SECRET, 'phone_number_id': '1000'}); account.save()\n"
    script += "print(account.token)"
    token = product.python(script).split()[-1]
    wait_for(product.is_healthy, within=30)
    return f"{product.base_url}/hooks/whatsapp/{token}"


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="bench.desk", description=__doc__)
    parser.add_argument("--part", choices=["server", "browser", "day"], action="append")
    parser.add_argument("--hours", type=float, default=8.0)
    options = parser.parse_args()
    run(options.part or ["server", "browser", "day"], options.hours)


if __name__ == "__main__":
    main()
