"""Backups of a product that works, brought back into an empty one, on the chosen database."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ascolto.testing.product import Product

pytestmark = pytest.mark.processes

NewProduct = Callable[..., Product]
LETTER = b"Dear Telvia, my bill is wrong.\n"
DIGEST = hashlib.sha256(LETTER).hexdigest()


def with_anna(product: Product) -> Product:
    """An installation with an administrator, an inbox with a secret, and a stored file."""
    product.run("migrate", "-v0")
    product.run(
        "createadmin",
        "--email",
        "anna@telvia.example",
        "--name",
        "Anna",
        "--password-stdin",
        stdin="a long pass phrase\n",
    )
    product.run("channel", "add", "webhook", "--name", "Shop", "--set", "secret=whsec_" + "a" * 32)
    place = product.data / "files" / DIGEST[:2] / DIGEST
    place.parent.mkdir(parents=True)
    place.write_bytes(LETTER)
    return product


def names_in(path: Path) -> list[str]:
    """What the archive holds."""
    with tarfile.open(path) as tar:
        return tar.getnames()


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """The archive with each entry changed, or left out for None."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            stream = old.extractfile(entry)
            made = change(entry.name, stream.read() if stream else b"")
            if made is not None:
                info = tarfile.TarInfo(made[0])
                info.size = len(made[1])
                new.addfile(info, io.BytesIO(made[1]))
    return target


def test_a_backup_made_while_the_product_works_brings_everything_back(
    new_product: NewProduct, tmp_path: Path
) -> None:
    product = with_anna(new_product()).start()
    saved = tmp_path / "ascolto.tar.gz"
    assert "whoever has this file can read everything" in product.run("backup", str(saved))
    assert saved.stat().st_mode & 0o077 == 0
    product.stop()

    fresh = new_product()
    assert "Restored" in fresh.run("restore", str(saved))
    assert "Shop (webhook) can be opened" in fresh.run("check")
    assert (fresh.data / "files" / DIGEST[:2] / DIGEST).read_bytes() == LETTER
    fresh.run(
        "createadmin",
        "--email",
        "marco@telvia.example",
        "--name",
        "Marco",
        "--password-stdin",
        stdin="a long pass phrase\n",
    )
    fresh.run("channel", "add", "webhook", "--name", "Second", "--set", "secret=whsec_" + "b" * 32)
    fresh.start()
    assert "key=" not in fresh.log


def test_a_database_with_data_is_only_replaced_by_force(new_product: NewProduct, tmp_path: Path) -> None:
    product = with_anna(new_product())
    saved = tmp_path / "ascolto.tar"
    product.run("backup", str(saved))
    product.run("channel", "add", "webhook", "--name", "Later", "--set", "secret=whsec_" + "c" * 32)
    refused = product.ask("restore", str(saved))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    product.run("restore", str(saved), "--force")
    listed = product.run("channel", "list")
    assert "Shop" in listed
    assert "Later" not in listed


def test_nothing_is_restored_under_a_product_that_runs(new_product: NewProduct, tmp_path: Path) -> None:
    product = new_product().start()
    saved = tmp_path / "ascolto.tar"
    product.run("backup", str(saved))
    refused = product.ask("restore", str(saved), "--force")
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr


def test_without_the_key_the_inboxes_cannot_be_opened_and_that_is_said_before(
    new_product: NewProduct, tmp_path: Path
) -> None:
    product = with_anna(new_product())
    saved = tmp_path / "ascolto.tar"
    product.run("backup", str(saved), "--without-key")
    assert "secret.key" not in names_in(saved)
    fresh = new_product()
    refused = fresh.ask("restore", str(saved))
    assert "another secret key" in refused.stderr
    fresh.environment["ASCOLTO_SECRET_KEY"] = (product.data / "secret.key").read_text()
    fresh.run("restore", str(saved))
    assert "Shop (webhook) can be opened" in fresh.run("check")


def test_a_damaged_or_foreign_archive_changes_nothing(new_product: NewProduct, tmp_path: Path) -> None:
    product = with_anna(new_product())
    saved = tmp_path / "ascolto.tar"
    product.run("backup", str(saved))

    def newer(name: str, content: bytes) -> tuple[str, bytes]:
        if name != "manifest.json":
            return name, content
        manifest = json.loads(content)
        manifest["migrations"].append(["conversations", "9999_from_the_future"])
        return name, json.dumps(manifest).encode()

    archives = {
        "its end is missing": tmp_path / "cut.tar",
        "cannot be read": tmp_path / "noise.tar",
        "no backup of Ascolto": tmp_path / "empty.tar",
        "not what its name says": tmp_path / "forged.tar",
        "which no backup of Ascolto has": tmp_path / "climbing.tar",
        "is missing. Nothing": tmp_path / "headless.tar",
        "newer release": tmp_path / "newer.tar",
    }
    rewritten(saved, tmp_path / "cut.tar", lambda name, body: None if name == "end.json" else (name, body))
    archives["cannot be read"].write_bytes(b"noise" * 3000)
    tarfile.open(archives["no backup of Ascolto"], "w").close()
    rewritten(
        saved, tmp_path / "forged.tar", lambda name, body: (name, body + b"!" if DIGEST in name else body)
    )
    rewritten(
        saved,
        tmp_path / "climbing.tar",
        lambda name, body: ("../../" + name if DIGEST in name else name, body),
    )
    rewritten(
        saved,
        tmp_path / "headless.tar",
        lambda name, body: None if name.startswith("content/") else (name, body),
    )
    rewritten(saved, tmp_path / "newer.tar", newer)
    fresh = new_product()
    for reason, archive in archives.items():
        done = fresh.ask("restore", str(archive))
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        assert reason in done.stderr
    assert "Restored" in fresh.run("restore", str(saved))
