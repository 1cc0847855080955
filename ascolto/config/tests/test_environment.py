"""Settings from the environment: what is accepted, and what is said about the rest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ascolto.config.environment import WrongSetting, django_database, from_variables

WRONG = {
    "ASCOLTO_PORT": ("eighty", "write for example 1"),
    "ASCOLTO_DATABASE_URL": ("mysql://here", "postgresql://user:password@host:5432/name"),
    "ASCOLTO_BASE_URL": ("care.example.com", "https://care.example.com"),
    "ASCOLTO_DEBUG": ("perhaps", "write 1 (on) or 0 (off)"),
    "ASCOLTO_LOG_LEVEL": ("loud", "debug, info, warning, error"),
    "ASCOLTO_SECRET_KEY": ("short", "16 random characters"),
    "ASCOLTO_SECRET_KEY_FILE": ("/nowhere/key", "path of a file"),
    "ASCOLTO_MAX_UPLOAD_MB": ("0", "from 1 to 1024"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_with_its_name_and_what_to_write(name: str, tmp_path: Path) -> None:
    value, advice = WRONG[name]
    with pytest.raises(WrongSetting) as refusal:
        from_variables({"ASCOLTO_DATA": str(tmp_path), name: value})
    assert name in str(refusal.value)
    assert advice in str(refusal.value)


def test_a_misspelt_setting_is_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="did you mean ASCOLTO_DATABASE_URL"):
        from_variables({"ASCOLTO_DATA": str(tmp_path), "ASCOLTO_DATABASE_URI": "x"})


def test_a_file_in_the_place_of_the_data_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(WrongSetting, match="ASCOLTO_DATA"):
        from_variables({"ASCOLTO_DATA": str(tmp_path / "data")})


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(WrongSetting, match="ASCOLTO_DATA"):
        from_variables({"ASCOLTO_DATA": str(tmp_path / "a file" / "data")})


def test_the_key_is_made_once_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    first = from_variables({"ASCOLTO_DATA": str(tmp_path)}).secret_key
    assert from_variables({"ASCOLTO_DATA": str(tmp_path)}).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert len(first) > 40


def test_a_password_in_a_database_address_is_never_repeated_in_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting) as refusal:
        from_variables({"ASCOLTO_DATA": str(tmp_path), "ASCOLTO_DATABASE_URL": "postgres+x://a:hunter2@h/n"})
    assert "hunter2" not in str(refusal.value)


def test_the_parts_of_a_database_address_are_understood() -> None:
    database = django_database("postgresql://anna:p%40ss@db.example:6543/care")
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("anna", "p@ss", "db.example")
    assert (database["PORT"], database["NAME"]) == ("6543", "care")
    assert django_database("postgresql:///care?host=/run/pg")["HOST"] == "/run/pg"
    assert django_database("sqlite:////var/lib/a.sqlite3")["NAME"] == "/var/lib/a.sqlite3"
