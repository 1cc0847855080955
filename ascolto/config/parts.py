"""The parts of the product and what they need before they start: a socket, a current database, the code in memory."""

from __future__ import annotations

import errno
import fcntl
import gc
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, connections

from ascolto.config.supervisor import Run, run_threads

log = logging.getLogger(__name__)

_MIGRATING = 0x0A5C0171  # the advisory lock under which one process at a time changes the tables
_BIND_FOR = 5.0  # seconds: a predecessor that was killed needs a moment to let go of its port


def listen(host: str, port: int) -> socket.socket:
    """The socket on which the product answers. Raises CommandError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + _BIND_FOR
    while True:
        try:
            door.bind((host, port))
            door.listen(2048)
            return door
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            door.close()
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
            advice = (
                "Is Ascolto running already? Else choose another one: ASCOLTO_PORT=8001 (and ASCOLTO_HOST)."
            )
            raise CommandError(f"Port {port} on {host} {why}. {advice}") from error


@contextmanager
def in_use() -> Iterator[None]:
    """Say to `ascolto restore` that this data directory is being worked on, for as long as this process or a child of it lives."""
    file = open_lock()
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CommandError(
            "A backup is being restored into this data directory: start again when it is done."
        ) from None
    with file:
        yield


def open_lock() -> TextIO:
    """The file that the running product holds a shared lock on. Raises CommandError when it cannot be made."""
    path = Path(settings.DATA) / "in-use.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path.open("a")
    except OSError as error:
        raise CommandError(
            f"The data directory {path.parent} cannot be written ({error.strerror}): see ASCOLTO_DATA."
        ) from error


def prepare() -> None:
    """Bring the tables up to date; of several processes that start together one does it. Raises CommandError."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
                migrate()
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
        else:
            with (Path(settings.DATA) / "migrating.lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                migrate()
    except DatabaseError as error:
        raise CommandError(
            f"The database cannot be used: {str(error).strip()} (`ascolto check` tells more)"
        ) from error
    finally:
        connections.close_all()


def migrate() -> None:
    """Apply what is missing; nothing to do costs one query."""
    if missing_migrations():
        with _rarely_collected():
            call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Changing tables makes ten thousand classes for a moment; to look through them for garbage each time is a tenth of the work."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.collect()


def missing_migrations() -> list[str]:
    """Names of the changes to the tables that this release has and the database has not."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def collect_rarely() -> None:
    """Let the garbage collector look after tens of thousands of new objects instead of hundreds: a page makes as many, and
    nearly all of them are gone with it by their own count. Saves about a tenth of every page."""
    gc.set_threshold(50_000, 20, 50)


def serve_web(door: socket.socket) -> None:
    """Answer requests until SIGTERM."""
    import uvicorn

    from ascolto.config.asgi import application

    collect_rarely()

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            application.hub.close()  # or the open streams would be waited for
            await super().shutdown(sockets)

    proxies = settings.ENVIRONMENT.trusted_proxies
    server = Server(
        uvicorn.Config(
            application,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="auto",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
        )
    )
    server.run(sockets=[door])


def work_intake() -> None:
    """Turn deliveries into conversations until SIGTERM. Gives way to the web, which people wait for."""
    from ascolto.intake import worker

    os.nice(5)
    collect_rarely()
    run_threads({"intake": worker.run})


def work_bot() -> None:
    """Let the bot answer until SIGTERM. Alone in its process: customers wait for it, and what it thinks would hold up threads beside it."""
    from ascolto.bot import worker

    os.nice(5)
    collect_rarely()
    run_threads({"bot": worker.run})


def work_background() -> None:
    """Send answers, ask mailboxes, fetch files, renew permissions, ask for texts, keep promises and follow the log until SIGTERM.

    For the right to write to SQLite it asks less often than the parts that somebody waits for.
    """
    from ascolto.automation import worker as rules
    from ascolto.bot import aside
    from ascolto.composing import worker as composing
    from ascolto.config.sqlite import base
    from ascolto.delivery import worker
    from ascolto.events import consumers
    from ascolto.generation import worker as generation
    from ascolto.intake import media, naming, pollers, renewing
    from ascolto.notifications import worker as notifications
    from ascolto.routing import worker as routing
    from ascolto.sla import worker as promises

    loops = {
        "delivery": worker.run,
        "pollers": pollers.run,
        "media": media.run,
        "naming": naming.run,
        "renewing": renewing.run,
        "generation": generation.run,
        "notifications": notifications.run,
        "routing": routing.run,
        "promises": promises.run,
        "planned answers": composing.run,
        "rules": rules.run,
        "beside the bot": aside.run,
        "consumers": consumers.run,
    }
    os.nice(8)
    base.ask_every(0.002, 0.006)
    run_threads({**loops, **_further_loops})


def work_understanding() -> None:
    """Read messages until SIGTERM. The models live in this process alone; everybody else may be ahead of it."""
    from ascolto.understanding.engine.threads import one_thread

    one_thread()
    from ascolto.understanding import following, worker

    os.nice(5)
    collect_rarely()
    run_threads({"understanding": worker.run, "answers": following.run})


_further_loops: dict[str, Run] = {}


def register_loop(name: str, run: Run) -> None:
    """Let another loop run in the background process; rooms above this one register theirs in `apps.ready`."""
    _further_loops[name] = run


WORK: dict[str, Callable[[], None]] = {
    "intake": work_intake,
    "bot": work_bot,
    "background": work_background,
    "understanding": work_understanding,
}


def work_here() -> dict[str, Callable[[], None]]:
    """The parts behind the web that this machine runs: all, but without understanding where it is switched off."""
    return {
        name: run
        for name, run in WORK.items()
        if name != "understanding" or settings.ENVIRONMENT.understanding
    }


def without_door(door: socket.socket, work: Callable[[], None]) -> Callable[[], None]:
    """`work` without the web's socket: a part that is still ending must not keep the port."""

    def alone() -> None:
        door.close()
        work()

    return alone
