"""Write requirements.lock and requirements-dev.lock anew from pyproject.toml: versions and hashes, no addresses."""

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
    """The development lock keeps the versions of the other one."""
    compile_ = [sys.executable, "-m", "piptools", "compile", *OPTIONS]
    subprocess.run([*compile_, "-o", "requirements.lock", "pyproject.toml"], cwd=ROOT, check=True)
    command = [
        *compile_,
        "--extra",
        "dev",
        "--constraint",
        "requirements.lock",
        "-o",
        "requirements-dev.lock",
        "pyproject.toml",
    ]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
