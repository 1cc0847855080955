"""`python -m bench`: every measurement, or those named, on both databases or one."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ascolto.testing.postgres import Cluster, NoPostgres
from ascolto.testing.product import Product
from bench import limits, measures, promises, report, searching
from bench.measures import Figures, attempt

EMAIL = "marco@telvia.example"
SIZES = {"1k": 1_000, "100k": 100_000, "1M": 1_000_000}


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty durable database; empty for the default one in a file."""
    if kind == "sqlite":
        yield ""
        return
    cluster = Cluster(durable=True)
    try:
        yield cluster.url("postgres")
    finally:
        cluster.stop()


def measure_limits(kind: str, url: str) -> Figures:
    """Bare inserts: one row a commit, and a hundred."""
    single = limits.sqlite(1) if kind == "sqlite" else limits.postgres(url, 1)
    many = limits.sqlite(100) if kind == "sqlite" else limits.postgres(url, 100)
    return {
        "limit: bare inserts, 1 row a commit (1/s)": single,
        "limit: bare inserts, 100 rows a commit (1/s)": many,
    }


def measure_flow(kind: str, url: str, folder: Path, count: int) -> Figures:
    """Everything on the way in, and memory before and after."""
    found: Figures = {}
    with Product(folder / "flow", database_url=url) as product:
        address = measures.connect(product)
        product.add_token("admin", email=EMAIL)
        cookie = product.session_cookie(EMAIL)
        found["memory at rest (MiB)"] = measures.memory(product)
        found |= attempt(lambda: measures.on_screen(product, address, cookie))
        found |= attempt(lambda: measures.freshness(product, address))
        found |= attempt(lambda: measures.flow(product, address, count=count))
        found |= attempt(lambda: measures.acknowledgements(product, address, count=2 * count))
        found["memory after load (MiB)"] = measures.memory(product)
    return found


def measure_lists(url: str, folder: Path, sizes: list[str]) -> Figures:
    """Queues and threads at growing numbers of conversations."""
    found: Figures = {}
    product = Product(folder / "lists", database_url=url)
    product.data.mkdir(parents=True, exist_ok=True)
    product.run("migrate", "-v0")
    for size in sizes:
        product.python(f"import django; django.setup()\nfrom bench.seed import seed\nseed({SIZES[size]})")
        with product:
            token = product.add_token("conversations:read", email=EMAIL)
            cookie = product.session_cookie(EMAIL)
            found |= attempt(
                lambda token=token, cookie=cookie, size=size: measures.lists(product, token, cookie, size)
            )  # type: ignore[misc]
    return found


def measure_search(url: str, folder: Path, sizes: list[str]) -> Figures:
    """The search box at growing numbers of conversations."""
    found: Figures = {}
    product = Product(folder / "search", database_url=url)
    product.data.mkdir(parents=True, exist_ok=True)
    product.run("migrate", "-v0")
    for size in sizes:
        product.python(f"import django; django.setup()\nfrom bench.seed import seed\nseed({SIZES[size]})")
        found |= attempt(lambda size=size: searching.measure_product(product, size))  # type: ignore[misc]
    return found


def main() -> None:
    """Measure, print a table, keep it in bench/RESULTS.md."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument(
        "--part",
        choices=["limits", "flow", "lists", "search", "promises"],
        action="append",
        help="only this part (may be repeated)",
    )
    parser.add_argument(
        "--sizes", default="1k,100k,1M", help="numbers of conversations for the lists (default: %(default)s)"
    )
    parser.add_argument(
        "--count", type=int, default=20_000, help="hooks sent flat out (default: %(default)s)"
    )
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    options = parser.parse_args()
    parts = options.part or ["limits", "flow", "lists", "search", "promises"]
    kinds = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    results: dict[str, Figures] = {}
    if "promises" in parts:
        results["no database"] = promises.measure()
        print(report.table({"no database": results["no database"]}))
    for kind in kinds if set(parts) - {"promises"} else []:
        try:
            with database(kind) as url, tempfile.TemporaryDirectory(prefix="ascolto-bench-") as folder:
                results[kind] = {}
                if "limits" in parts:
                    results[kind] |= measure_limits(kind, url)
                if "flow" in parts:
                    results[kind] |= measure_flow(kind, url, Path(folder), options.count)
                if "lists" in parts:
                    results[kind] |= measure_lists(url, Path(folder), options.sizes.split(","))
                if "search" in parts:
                    results[kind] |= measure_search(url, Path(folder), options.sizes.split(","))
        except NoPostgres as reason:
            print(f"PostgreSQL is left out: {reason}")
        print(report.table({kind: results.get(kind, {})}))
    if options.write:
        report.keep(results)


if __name__ == "__main__":
    main()
