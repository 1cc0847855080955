"""Bring a backup back. What is on this machine is touched only after the whole archive was read and found sound."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from ascolto.channels.models import vault
from ascolto.config import backup
from ascolto.config.parts import open_lock
from ascolto.config.tables import columns_of, drop_tables, move_sequences, others_connected, tables_of
from ascolto.conversations.files import path_of_digest
from ascolto.events.log import rebase
from ascolto.intake.spool import spool_path
from ascolto.kit.vault import Unreadable, Vault

HOLDING_DATA = (
    "accounts_agent",
    "channels_channelaccount",
    "customers_customer",
    "conversations_conversation",
    "intake_rawevent",
)
_CONTENT = re.compile(r"content/([a-z0-9_]+\.(?:copy|sqlite3))")
_FILE = re.compile(r"files/([0-9a-f]{64})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST_TEXT = 4 * 1024 * 1024


class CannotRestore(Exception):
    """Why the backup was not brought back; nothing was changed unless the text says so."""


def restore_backup(source: Path, *, force: bool = False) -> dict[str, Any]:
    """Replace this installation's database by the backup's and add its files; returns the manifest. Raises CannotRestore."""
    with open_lock() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRestore("Ascolto is running on this data directory: stop it first.") from None
        _refuse_data(force)
        with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".restore-") as name:
            staging = Path(name)
            manifest = _unpack(source, staging)
            _check_manifest(manifest, staging)
            _check_key(manifest, staging / backup.KEY, force)
            _keep_files(staging)
            _load(manifest, staging)
            _take_key(staging / backup.KEY)
        call_command("migrate", interactive=False, verbosity=0)
        rebase()
        connections.close_all()
    return manifest


def _refuse_data(force: bool) -> None:
    if force:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if others_connected(cursor):
                raise CannotRestore(
                    "Somebody else is connected to this database: stop every web and worker first."
                )
    present = set(connection.introspection.table_names())
    for table in HOLDING_DATA:
        if table in present:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - our own names
                if cursor.fetchone():
                    raise CannotRestore(
                        "This database holds data. Restore into an empty one, or add --force to replace everything in it."
                    )


def _unpack(source: Path, staging: Path) -> dict[str, Any]:
    """Read the whole archive: into `staging`. Only names that a backup has are taken."""
    manifest: dict[str, Any] | None = None
    is_whole = False
    try:
        with tarfile.open(source, "r:*") as tar:
            for entry in tar:
                if not entry.isreg():
                    raise CannotRestore(f"{source} is no backup of Ascolto: it holds {entry.name!r}.")
                if entry.name == "manifest.json" and entry.size <= _LARGEST_TEXT:
                    manifest = _read_manifest(tar, entry)
                elif entry.name == backup.END:
                    is_whole = True
                elif manifest is None:
                    raise CannotRestore(
                        f"{source} is no backup of Ascolto: it does not begin with a manifest."
                    )
                else:
                    _take(tar, entry, staging)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CannotRestore(f"{source} cannot be read: {error}. Nothing was changed.") from error
    if manifest is None:
        raise CannotRestore(f"{source} is no backup of Ascolto: it is empty.")
    if not is_whole:
        raise CannotRestore(f"{source} is incomplete: its end is missing. Nothing was changed.")
    return manifest


def _read_manifest(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> dict[str, Any]:
    stream = tar.extractfile(entry)
    try:
        manifest = json.loads(stream.read() if stream else b"")
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != backup.FORMAT:
        raise CannotRestore("The backup's manifest is not one that this release understands.")
    return manifest


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, staging: Path) -> None:
    stream = tar.extractfile(entry)
    if stream is None:
        return
    if found := _FILE.fullmatch(entry.name):
        _take_file(stream, found[1], staging)
    elif (found := _CONTENT.fullmatch(entry.name)) or entry.name == backup.KEY:
        with (staging / (found[1] if found else backup.KEY)).open("wb") as target:
            backup.digest_of(stream, target)
    else:
        raise CannotRestore(f"The backup holds {entry.name!r}, which no backup of Ascolto has.")


def _take_file(stream: Any, digest: str, staging: Path) -> None:
    with (staging / digest).open("wb") as file:
        if backup.digest_of(stream, file) != digest:
            raise CannotRestore(f"The backup is damaged: the file {digest[:12]}… is not what its name says.")


def _keep_files(staging: Path) -> None:
    """Before the rows that name them. Content that is here already is the same: its name says so."""
    for path in staging.iterdir():
        if _DIGEST.fullmatch(path.name):
            target = path_of_digest(path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)


def _check_manifest(manifest: dict[str, Any], staging: Path) -> None:
    if manifest["database"] != connection.vendor:
        raise CannotRestore(
            f"This backup was made on {manifest['database']}, but this installation uses {connection.vendor}."
        )
    known = {tuple(key) for key in MigrationExecutor(None).loader.graph.nodes}
    newer = [".".join(name) for name in manifest["migrations"] if tuple(name) not in known]
    if newer:
        raise CannotRestore(
            f"This backup was made by a newer release ({manifest['release']}): it has {newer[-1]}."
        )
    wanted = [f"{table}.copy" for table in manifest["tables"]] or [backup.DATABASE]
    if missing := [name for name in wanted if not (staging / name).is_file()]:
        raise CannotRestore(f"The backup is incomplete: {missing[0]} is missing. Nothing was changed.")


def _check_key(manifest: dict[str, Any], key: Path, force: bool) -> None:
    """The key that will be in use must open what the backup sealed."""
    keys = vault()
    if backup.key_is_ours() and key.is_file():
        keys = Vault(key.read_text().strip())
    try:
        keys.open(manifest["proof"])
    except Unreadable:
        if not force:
            raise CannotRestore(
                "This backup was made with another secret key, so the passwords and tokens of the inboxes could not be read. "
                "Set ASCOLTO_SECRET_KEY (or ASCOLTO_RETIRED_SECRET_KEYS) to that key, or add --force and enter them again."
            ) from None


def _load(manifest: dict[str, Any], staging: Path) -> None:
    if connection.vendor == "sqlite":
        _load_sqlite(staging)
    else:
        _load_postgres(manifest, staging)


def _load_sqlite(staging: Path) -> None:
    """Page by page into the files in use, each one transaction: all or nothing."""
    for name in (backup.DATABASE, backup.SPOOL):
        if (staging / name).exists():
            _refuse_damaged(staging / name)
    with closing(sqlite3.connect(staging / backup.DATABASE)) as copy:
        connection.ensure_connection()
        copy.backup(connection.connection)
    connection.close()
    for path in spool_path().parent.glob(
        f"{spool_path().name}*"
    ):  # what waited there belonged to the former database
        path.unlink()
    if (staging / backup.SPOOL).exists():
        os.replace(staging / backup.SPOOL, spool_path())


def _refuse_damaged(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        try:
            (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise CannotRestore(f"{path.name} in the backup is damaged: {verdict}. Nothing was changed.")


def _load_postgres(manifest: dict[str, Any], staging: Path) -> None:
    """The tables as they were when the backup was made, then their rows; what came later is applied afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        drop_tables(cursor)
    applied = {tuple(name) for name in manifest["migrations"]}
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    leaves = [key for key in applied if not any(child in applied for child in graph.node_map[key].children)]
    executor.migrate(sorted(leaves))
    with transaction.atomic(), connection.cursor() as cursor:
        names = ", ".join(connection.ops.quote_name(table) for table in tables_of(cursor))
        cursor.execute(f"TRUNCATE {names}")
        for table, columns in manifest["tables"].items():
            if set(columns) - set(columns_of(cursor, table)):
                raise CannotRestore(
                    f"The backup's table {table} has other columns than this release. The database is empty now."
                )
            _copy_in(cursor, table, columns, staging / f"{table}.copy")
            move_sequences(cursor, table, columns)


def _copy_in(cursor: Any, table: str, columns: list[str], source: Path) -> None:
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    statement = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
    with source.open("rb") as file, cursor.cursor.copy(statement) as rows:
        while block := file.read(1 << 20):
            rows.write(block)


def _take_key(key: Path) -> None:
    """Use the backup's key from now on, and keep the one that was here."""
    if not key.is_file() or not backup.key_is_ours():
        return
    place = settings.DATA / backup.KEY
    if place.is_file() and place.read_bytes() != key.read_bytes():
        os.replace(place, place.with_name("secret.key.before-restore"))
    key.chmod(0o600)
    os.replace(key, place)
