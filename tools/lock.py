"""Write the lock files anew from pyproject.toml: versions and hashes, no addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = (
    "--quiet",
    "--upgrade",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--strip-extras",
    "--allow-unsafe",
    "--no-header",
    "--annotation-style=line",
)


def main() -> None:
    """Each lock keeps the versions of the one before it."""
    _lock("requirements.lock")
    _lock("requirements-dev.lock", "--extra", "dev", "--constraint", "requirements.lock")
    extras = ("--extra", "dev", "--extra", "oracles")
    _lock("requirements-oracles.lock", *extras, "--constraint", "requirements-dev.lock")


def _lock(name: str, *options: str) -> None:
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, "-o", name, "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
