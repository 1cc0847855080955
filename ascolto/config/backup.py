"""Backups: one tar file with the database, the files and (unless told otherwise) the key that opens the sealed settings.

The database is read in one consistent picture while the product works: SQLite by its online backup, PostgreSQL by COPY in one
repeatable-read transaction (plain text, so that it needs no tool of a certain version). Files are copied after it: they are
written once and before the row that names them, so every file that the picture knows is there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from ascolto.channels.models import vault
from ascolto.config.tables import columns_of, tables_of
from ascolto.intake.spool import spool_path
from ascolto.kit.clock import now

FORMAT = 1
PROOF = "ascolto"  # sealed in the manifest: whoever can open it has the right key
DATABASE = "database.sqlite3"
SPOOL = "spool.sqlite3"
KEY = "secret.key"
END = "end.json"  # the last entry: an archive that was cut off does not have it
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds."""

    size: int
    files: int
    has_key: bool


def write_backup(target: Path, *, with_key: bool = True) -> Written:
    """Write a backup to `target`, complete or not at all. The product may be running. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    key = settings.DATA / KEY
    has_key = with_key and key_is_ours() and key.is_file()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".ascolto-backup-") as name:
        staging = Path(name)
        (staging / "content").mkdir()
        manifest = _manifest(_dump(staging / "content"))
        part = staging / "backup.tar"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz" if _is_packed(target) else "w") as tar:
                _add_text(tar, "manifest.json", json.dumps(manifest, indent=1))
                if has_key:
                    tar.add(key, KEY)
                for path in sorted((staging / "content").iterdir()):
                    tar.add(path, f"content/{path.name}")
                files = sum(1 for path in stored_files() if _add_file(tar, path))
                _add_text(tar, END, json.dumps({"files": files}))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    return Written(target.stat().st_size, files, has_key)


def key_is_ours() -> bool:
    """Whether the key lies in the data directory; one that the operator keeps elsewhere never enters a backup."""
    return not (os.environ.get("ASCOLTO_SECRET_KEY") or os.environ.get("ASCOLTO_SECRET_KEY_FILE"))


def stored_files() -> Iterator[Path]:
    """Every stored file, by its digest."""
    for path in sorted(Path(settings.FILES).glob("??/*")):
        if _DIGEST.fullmatch(path.name):
            yield path


def _is_packed(target: Path) -> bool:
    return target.suffix in {".gz", ".tgz"}


def release() -> str:
    """The version of this program."""
    try:
        return version("ascolto")
    except PackageNotFoundError:  # run from a clone
        return "0.1.0"


def _manifest(tables: dict[str, list[str]]) -> dict[str, Any]:
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return {
        "format": FORMAT,
        "made_at": now().isoformat(timespec="seconds"),
        "release": release(),
        "database": connection.vendor,
        "migrations": [list(name) for name in applied],
        "tables": tables,
        "proof": vault().seal(PROOF),
    }


def _dump(folder: Path) -> dict[str, list[str]]:
    """Write the database into `folder`; the columns of each table where the tables were written one by one."""
    if connection.vendor == "sqlite":
        # the spool first: what moves on from it meanwhile is in both, and the journal knows it by its digest
        if spool_path().exists():
            with closing(sqlite3.connect(spool_path(), timeout=20)) as spool:
                _copy_sqlite(spool, folder / SPOOL)
        connection.ensure_connection()
        _copy_sqlite(connection.connection, folder / DATABASE)
        return {}
    return _dump_postgres(folder)


def _copy_sqlite(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)  # in one step: with a write-ahead log nobody has to wait for it
        copy.execute("PRAGMA journal_mode=DELETE")
        (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise OSError(f"the database is damaged: {verdict}")


def _dump_postgres(folder: Path) -> dict[str, list[str]]:
    written: dict[str, list[str]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in tables_of(cursor):
            columns = columns_of(cursor, table)
            names = ", ".join(connection.ops.quote_name(name) for name in columns)
            statement = f"COPY {connection.ops.quote_name(table)} ({names}) TO STDOUT"
            with (folder / f"{table}.copy").open("wb") as file, cursor.cursor.copy(statement) as rows:
                for block in rows:
                    file.write(block)
            written[table] = columns
    return written


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(now().timestamp())
    tar.addfile(entry, io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, path: Path) -> bool:
    try:
        tar.add(path, f"files/{path.name}")
    except FileNotFoundError:  # erased since we looked: then no row names it either
        return False
    return True


def digest_of(source: Any, target: Any) -> str:
    """Copy a stream and tell its SHA-256."""
    seen = hashlib.sha256()
    while block := source.read(1 << 20):
        seen.update(block)
        target.write(block)
    return seen.hexdigest()
