"""What `ascolto check` looks at: each part of the installation, in one line, with what to do about it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection

from ascolto.channels.ailments import ailments_of
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ConfigError
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.selectors import health_of
from ascolto.config.parts import missing_migrations
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

GB = 1024**3
TIGHT, FULL = 2 * GB, GB // 4
DRIFT_WARNED, DRIFT_FAILED = timedelta(seconds=2), timedelta(minutes=1)
OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `level`: ok, warning, error."""

    level: str
    area: str
    text: str


def inspect_all() -> Iterator[Finding]:
    """Every finding, in the order in which they should be mended."""
    for area, look in AREAS.items():
        try:
            yield from look(area)
        except DatabaseError as error:
            yield Finding("error", area, f"the database does not answer: {_first_line(error)}")
        except OSError as error:
            yield Finding("error", area, str(error))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def look_at_configuration(area: str) -> Iterator[Finding]:
    """Settings that are readable one by one may still be wrong together."""
    environment = settings.ENVIRONMENT
    failed = [message for message in checks.run_checks() if message.level >= checks.ERROR]
    for message in failed:
        yield Finding("error", area, f"{message.msg} {message.hint or ''}".strip())
    if not environment.base_url:
        text = (
            f"no ASCOLTO_BASE_URL: links in mails and hook addresses say http://localhost:{environment.port}"
        )
        yield Finding("warning", area, text)
    elif urlsplit(environment.base_url).scheme == "http":
        text = "ASCOLTO_BASE_URL is not https: passwords travel in the clear unless this is a test"
        yield Finding("warning", area, text)
    if environment.debug:
        yield Finding(
            "warning", area, "ASCOLTO_DEBUG is on: errors show the inside of the product to everybody"
        )
    if environment.allow_private_networks:
        text = "ASCOLTO_ALLOW_PRIVATE_NETWORKS is on: inboxes can reach servers inside your network"
        yield Finding("warning", area, text)
    if not failed:
        yield Finding("ok", area, f"every setting is understood; data in {settings.DATA}")


def look_at_key(area: str) -> Iterator[Finding]:
    """Who may read the key may read every password of every inbox."""
    path = settings.DATA / "secret.key"
    if os.environ.get("ASCOLTO_SECRET_KEY") or os.environ.get("ASCOLTO_SECRET_KEY_FILE"):
        yield Finding("ok", area, "comes from outside the data directory: backups do not hold it")
    elif path.stat().st_mode & 0o077:
        yield Finding("warning", area, f"{path} can be read by others on this machine: chmod 600 {path}")
    else:
        yield Finding("ok", area, f"in {path}; it goes into backups")


def look_at_database(area: str) -> Iterator[Finding]:
    """Reachable, durable, and with the tables of this release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if connection.vendor == "sqlite":
        yield from _look_at_sqlite(area)
    else:
        yield from _look_at_postgres(area)
    if missing := missing_migrations():
        text = f"{len(missing)} changes to the tables are missing (first {missing[0]}): run `ascolto migrate`, or start Ascolto"
        yield Finding("error", area, text)
    else:
        yield Finding("ok", area, "the tables are those of this release")


def _look_at_sqlite(area: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
    if mode != "wal":
        text = f"SQLite works in the mode {mode} instead of wal: is the data directory on a network drive? Use a local disk"
        yield Finding("error", area, text)
    elif synchronous < 2:
        yield Finding(
            "error",
            area,
            "SQLite does not wait for the disk: what we said yes to could be lost in a power cut",
        )
    else:
        yield Finding("ok", area, f"SQLite {sqlite3.sqlite_version}, write-ahead log, waits for the disk")


def _look_at_postgres(area: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        commit, fsync = cursor.fetchone()
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
    if version < OLDEST_POSTGRES:
        yield Finding("error", area, f"PostgreSQL {version} is too old: use {OLDEST_POSTGRES} or newer")
    if encoding != "UTF8":
        yield Finding(
            "error", area, f"the database is encoded as {encoding}: make it anew with ENCODING 'UTF8'"
        )
    if commit == "off" or fsync == "off":
        text = f"PostgreSQL does not wait for the disk (fsync {fsync}, synchronous_commit {commit}): a power cut could lose messages"
        yield Finding("warning", area, text)
    else:
        yield Finding("ok", area, f"PostgreSQL {version}, waits for the disk")


def look_at_channels(area: str) -> Iterator[Finding]:
    """Every inbox can be opened with the key we have, and its settings are what its network needs."""
    found = 0
    for account in ChannelAccount.objects.filter(is_enabled=True).select_related("health"):
        found += 1
        try:
            account.as_account()
        except Unreadable as error:
            yield Finding("error", area, f"{account.name}: its passwords are {error}, or enter them again")
        except (ConfigError, UnknownChannel) as error:
            yield Finding("error", area, f"{account.name}: {error}")
        else:
            yield _how_it_does(account, area)
    if not found:
        yield Finding("ok", area, "no inbox is connected yet")


def _how_it_does(account: ChannelAccount, area: str) -> Finding:
    wrong = ailments_of(account, health_of(account))
    if not wrong:
        return Finding("ok", area, f"{account.name} ({account.kind}) can be opened")
    what = {
        "broken": f"does not work: {wrong[0].reason}",
        "expired": "the permission of its network is over",
        "silent": "is strangely silent",
        "expiring": f"the permission of its network ends in {wrong[0].days} days",
    }
    return Finding("warning", area, f"{account.name} {what[wrong[0].kind]}")


def look_at_disk(area: str) -> Iterator[Finding]:
    """The data directory can be written and has room."""
    with tempfile.NamedTemporaryFile(dir=settings.DATA, prefix=".check-") as file:
        file.write(b"x" * 4096)
        file.flush()
        os.fsync(file.fileno())
    free = shutil.disk_usage(settings.DATA).free
    level = "error" if free < FULL else "warning" if free < TIGHT else "ok"
    text = f"{free / GB:.1f} GB free in {settings.DATA}"
    yield Finding(level, area, text if level == "ok" else f"{text}: make room, or messages cannot be stored")


def look_at_clock(area: str) -> Iterator[Finding]:
    """Deadlines and signatures need the right time: compared with this release, the disk, the database and what was written last."""
    here = now()
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if here < built - timedelta(days=1):
        yield Finding(
            "error",
            area,
            f"this machine says {here:%Y-%m-%d}, which is before this release was installed: set its clock",
        )
        return
    worst, where = max((abs(drift), name) for name, drift in _drifts(here))
    if worst > DRIFT_WARNED:
        level = "error" if worst > DRIFT_FAILED else "warning"
        text = f"this machine and {where} differ by {worst.total_seconds():.0f} s: set both by NTP"
        yield Finding(level, area, text)
    else:
        yield Finding(
            "ok",
            area,
            f"{here:%Y-%m-%d %H:%M:%S} UTC, agrees with disk and database ({worst.total_seconds():.1f} s)",
        )


def _drifts(here: datetime) -> Iterator[tuple[str, timedelta]]:
    with tempfile.NamedTemporaryFile(dir=settings.DATA, prefix=".check-") as file:
        written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        yield "the disk", written - datetime.fromtimestamp(time.time(), UTC)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            before = now()
            cursor.execute("SELECT clock_timestamp()")
            yield "the database", cursor.fetchone()[0] - before
    if "events_event" in connection.introspection.table_names():
        newest = Event.objects.order_by("-id").values_list("occurred_at", flat=True).first()
        ahead = (newest - here) if newest else timedelta(0)
        yield "the newest event", max(ahead, timedelta(0))  # in the past is where it belongs


AREAS: dict[str, Callable[[str], Iterator[Finding]]] = {
    "configuration": look_at_configuration,
    "secret key": look_at_key,
    "disk": look_at_disk,
    "database": look_at_database,
    "channels": look_at_channels,
    "clock": look_at_clock,
}
