"""The installer, which has to work before anything is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tools import install


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without any settings of pip."""
    for name in install.INDEX_SETTINGS:
        monkeypatch.delenv("PIP_" + name.upper().replace("-", "_"), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))
    monkeypatch.delenv("PIP_CONFIG_FILE", raising=False)
    return tmp_path


def test_a_mirror_in_pips_own_settings_is_respected(no_settings: Path) -> None:
    settings = no_settings / "config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[global]\nfind-links = /srv/wheels\n")
    assert install.has_index_for_pip()


def test_a_mirror_in_the_environment_is_respected(no_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(no_settings))
    assert install.has_index_for_pip()


def test_settings_that_cannot_be_read_do_not_stop_it(
    no_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (no_settings / "broken.conf").write_bytes(b"\xff\xfe no section")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(no_settings / "broken.conf"))
    assert not any(
        place.name != "broken.conf" and no_settings in place.parents for place in install._pip_settings()
    )
    install.has_index_for_pip()


def test_it_needs_nothing_but_the_standard_library() -> None:
    program = "import runpy, sys; sys.argv = ['install.py']; runpy.run_path('tools/install.py', run_name='imported')"
    subprocess.run([sys.executable, "-S", "-I", "-c", program], cwd=ROOT, check=True)


def test_make_names_the_python_that_is_missing(tmp_path: Path) -> None:
    for tool in ("make", "sh", "sed", "printf"):
        for place in ("/usr/bin", "/bin"):
            if (Path(place) / tool).exists() and not (tmp_path / tool).exists():
                (tmp_path / tool).symlink_to(Path(place) / tool)
    done = subprocess.run(
        [tmp_path / "make", "run", f"VENV={tmp_path / 'venv'}", "SHELL=/bin/sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Ascolto needs Python 3.11 or newer" in done.stderr
    assert "apt install python3" in done.stderr
