"""Make the virtual environment of this clone. Needs only the standard library of Python 3.11.

    python3 tools/install.py VENV LOCK [LOCK …]

Installs the locked packages (every file checked against its hash), makes this clone importable and adds the `ascolto`
command. Uses uv when it is there and no package index is configured for pip (uv does not read pip's settings).
"""

from __future__ import annotations

import configparser
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INDEX_SETTINGS = ("index-url", "extra-index-url", "find-links", "no-index", "cert", "proxy", "trusted-host")
WRAPPER = '#!/bin/sh\nexec "$(dirname -- "$0")/python" -m ascolto "$@"\n'


class CannotInstall(Exception):
    """What is missing on this machine, and how to get it."""


def _pip_settings() -> list[Path]:
    """The files in which pip looks for its settings."""
    home = Path.home()
    places = [Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
    places.append(Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf")
    places += [
        Path(folder) / "pip" / "pip.conf"
        for folder in (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    ]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        places.append(Path(named))
    return [place for place in places if place.is_file()]


def has_index_for_pip() -> bool:
    """Whether pip was told where to find packages (a mirror, a proxy, a folder of wheels): then only pip will find them."""
    if any(os.environ.get("PIP_" + name.upper().replace("-", "_")) for name in INDEX_SETTINGS):
        return True
    for place in _pip_settings():
        settings = configparser.RawConfigParser(strict=False)
        try:
            settings.read(place)
        except (configparser.Error, UnicodeDecodeError):
            continue
        if any(
            settings.has_option(section, name) for section in settings.sections() for name in INDEX_SETTINGS
        ):
            return True
    return False


def _run(*command: str) -> None:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("PYTHONPATH", None)
    if code := subprocess.call(command, env=environment):
        raise CannotInstall(f"{Path(command[0]).name} ended with code {code}; its own words are above.")


def make_environment(venv: Path, uv: str | None) -> None:
    """An empty virtual environment, by uv, by this Python's own venv module, or by virtualenv."""
    if (venv / "bin" / "python").exists():
        return
    if uv:
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(venv))
    elif _can("ensurepip"):
        _run(sys.executable, "-m", "venv", str(venv))
    elif _can("pip"):
        _run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    elif virtualenv := shutil.which("virtualenv"):
        _run(virtualenv, "--quiet", "--python", sys.executable, str(venv))
    else:
        _install_venv_module()
        _run(sys.executable, "-m", "venv", str(venv))


def _can(module: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("venv", module))


def _install_venv_module() -> None:
    """Debian packs the module that makes environments apart: root gets it, everybody else is told how."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise CannotInstall(
            f"this Python cannot make virtual environments (its ensurepip module is missing).\n"
            f"  On Debian or Ubuntu:  sudo apt install {package}\n"
            f"  Anywhere else: install uv, then run the same command again."
        )
    print(f"This Python cannot make virtual environments: installing Debian's {package} …", flush=True)
    _run(apt, "update", "-qq")
    _run(apt, "install", "-qq", "-y", "--no-install-recommends", package)
    importlib.invalidate_caches()
    if not _can("ensurepip"):
        raise CannotInstall(f"{package} was installed, but this Python does not find its ensurepip module.")


def install_locked(venv: Path, locks: list[str], uv: str | None) -> None:
    """Every package of the lock files, each file checked against its hash."""
    python = str(venv / "bin" / "python")
    files = [part for lock in locks for part in ("-r", str(ROOT / lock))]
    if uv:
        _run(uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", *files)
    elif (venv / "bin" / "pip").exists():
        _run(python, "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", *files)
    else:  # an environment without pip of its own: this Python's pip fills it
        _run(
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-input",
            "--require-hashes",
            *files,
        )


def install_this_clone(venv: Path) -> None:
    """Make the clone importable and add the command: needs neither a build tool nor the network."""
    site_packages = next((venv / "lib").glob("python3.*/site-packages"))
    (site_packages / "ascolto-clone.pth").write_text(f"{ROOT}\n")
    command = venv / "bin" / "ascolto"
    command.write_text(WRAPPER)
    command.chmod(0o755)


def main(venv: Path, locks: list[str]) -> None:
    """Make everything, telling what takes time."""
    uv = None if has_index_for_pip() else shutil.which("uv")
    print(f"Installing what {', '.join(locks)} lists into {venv} with {'uv' if uv else 'pip'} …", flush=True)
    make_environment(venv, uv)
    install_locked(venv, locks, uv)
    install_this_clone(venv)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except CannotInstall as reason:
        sys.exit(f"Cannot install: {reason}")
