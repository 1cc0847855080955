"""Settings from the environment: typed, each with its reason to be refused."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

Value = TypeVar("Value")


class WrongSetting(Exception):
    """An ASCOLTO_* variable holds something that cannot be used. The text names it and says what to write."""


_MAIL_PORTS = {"smtps": 465, "smtp+tls": 587, "smtp": 25}


@dataclass(frozen=True, slots=True)
class Environment:
    """What the operator decides outside the product. `from_variables` documents each one."""

    data: Path
    database_url: str
    secret_key: str
    retired_secret_keys: tuple[str, ...]
    base_url: str
    host: str
    port: int
    allow_private_networks: bool
    trusted_proxies: str
    log_level: str
    log_format: str
    max_upload_bytes: int
    hook_max_bytes: int
    web_processes: int
    understanding: bool
    mail_url: str
    debug: bool


def _flag(name: str, text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise WrongSetting(f"{name}={text!r} is not understood: write 1 (on) or 0 (off).")


def _number(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise WrongSetting(
                f"{name}={text!r} is not a number from {low} to {high}: write for example {low}."
            )
        return int(text)

    return read


def _choice(*allowed: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text.lower() not in allowed:
            raise WrongSetting(f"{name}={text!r} is not known: write one of {', '.join(allowed)}.")
        return text.lower()

    return read


def _base_url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
        raise WrongSetting(
            f"{name}={text!r} is not a web address: write for example https://care.example.com"
        )
    return text.rstrip("/")


def _mail_url(name: str, text: str) -> str:
    parts = urlsplit(text)
    sender = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("from", "")
    if text and (parts.scheme not in _MAIL_PORTS or not parts.hostname or "@" not in unquote(sender)):
        raise WrongSetting(
            f"{name} is not understood: write smtps://user:password@mail.example.com?from=care@example.com"
            " (smtps, smtp+tls or smtp)"
        )
    return text


def _database_url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        return text
    if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
        return text
    raise WrongSetting(
        f"{name} is not a database address: write sqlite:////path/to/file.sqlite3 or postgresql://user:password@host:5432/name"
    )


def _secret_key(variables: Mapping[str, str], data: Path) -> str:
    """The key from the variable, from the file it names, or from a file made once in the data directory."""
    if key := variables.get("ASCOLTO_SECRET_KEY"):
        if len(key) < 16:
            raise WrongSetting("ASCOLTO_SECRET_KEY is too short: write at least 16 random characters.")
        return key
    named = variables.get("ASCOLTO_SECRET_KEY_FILE")
    path = Path(named) if named else data / "secret.key"
    if named and not path.is_file():
        raise WrongSetting(
            f"ASCOLTO_SECRET_KEY_FILE={named!r} does not exist: write the path of a file that holds the key."
        )
    try:
        if not path.exists():
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            _create_once(path, secrets.token_urlsafe(48))
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongSetting(
            f"The secret key {path} cannot be read or made ({reason}): see ASCOLTO_DATA and ASCOLTO_SECRET_KEY_FILE."
        ) from error
    if len(key) < 16:
        raise WrongSetting(f"The secret key in {path} is too short: write at least 16 random characters.")
    return key


def _create_once(path: Path, content: str) -> None:
    """Write a private file atomically; when two processes start together the first one wins."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def from_variables(variables: Mapping[str, str] | None = None) -> Environment:
    """Read ASCOLTO_DATA, ASCOLTO_DATABASE_URL, ASCOLTO_SECRET_KEY[_FILE], ASCOLTO_RETIRED_SECRET_KEYS, ASCOLTO_BASE_URL,
    ASCOLTO_HOST, ASCOLTO_PORT, ASCOLTO_ALLOW_PRIVATE_NETWORKS, ASCOLTO_TRUSTED_PROXIES, ASCOLTO_LOG_LEVEL, ASCOLTO_LOG_FORMAT,
    ASCOLTO_MAX_UPLOAD_MB, ASCOLTO_HOOK_MAX_KB, ASCOLTO_WEB_PROCESSES, ASCOLTO_UNDERSTANDING,
    ASCOLTO_MAIL_URL and ASCOLTO_DEBUG.

    Raises WrongSetting for a value that cannot be used and for a variable whose name nobody knows.
    """
    variables = os.environ if variables is None else variables
    _refuse_unknown(variables)

    def read(name: str, default: str, parse: Callable[[str, str], Value]) -> Value:
        return parse(name, variables.get(name, "") or default)

    data = Path(variables.get("ASCOLTO_DATA") or "data").expanduser().absolute()
    if data.exists() and not data.is_dir():
        raise WrongSetting(f"ASCOLTO_DATA={str(data)!r} is a file: write the path of a directory.")
    return Environment(
        data=data,
        database_url=read("ASCOLTO_DATABASE_URL", f"sqlite:///{data}/ascolto.sqlite3", _database_url),
        secret_key=_secret_key(variables, data),
        retired_secret_keys=tuple(variables.get("ASCOLTO_RETIRED_SECRET_KEYS", "").split()),
        base_url=read("ASCOLTO_BASE_URL", "", _base_url),
        host=variables.get("ASCOLTO_HOST") or "0.0.0.0",  # noqa: S104 - a server is meant to be reached
        port=read("ASCOLTO_PORT", "8000", _number(1, 65535)),
        allow_private_networks=read("ASCOLTO_ALLOW_PRIVATE_NETWORKS", "0", _flag),
        trusted_proxies=variables.get("ASCOLTO_TRUSTED_PROXIES") or "127.0.0.1,::1",
        log_level=read("ASCOLTO_LOG_LEVEL", "info", _choice("debug", "info", "warning", "error")).upper(),
        log_format=read("ASCOLTO_LOG_FORMAT", "auto", _choice("auto", "json", "text")),
        max_upload_bytes=read("ASCOLTO_MAX_UPLOAD_MB", "25", _number(1, 1024)) * 1024 * 1024,
        hook_max_bytes=read("ASCOLTO_HOOK_MAX_KB", "3072", _number(16, 65536)) * 1024,
        web_processes=read("ASCOLTO_WEB_PROCESSES", "1", _number(1, 32)),
        understanding=read("ASCOLTO_UNDERSTANDING", "1", _flag),
        mail_url=read("ASCOLTO_MAIL_URL", "", _mail_url),
        debug=read("ASCOLTO_DEBUG", "0", _flag),
    )


KNOWN = frozenset(re.findall(r"ASCOLTO_[A-Z_]+", from_variables.__doc__ or "")) | {"ASCOLTO_SECRET_KEY_FILE"}


def _refuse_unknown(variables: Mapping[str, str]) -> None:
    import difflib

    for name in variables:
        if name.startswith("ASCOLTO_") and name not in KNOWN and not name.startswith("ASCOLTO_TEST_"):
            near = difflib.get_close_matches(name, KNOWN, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(KNOWN))}."
            raise WrongSetting(f"{name} is not a setting: {hint}")


def django_mail(url: str) -> dict[str, object]:
    """Django's EMAIL_* settings for the address of a mail server: smtps (TLS at once), smtp+tls (STARTTLS) or smtp."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or _MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": unquote(query.get("from", "")),
    }


def django_database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a database address."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "ascolto.config.sqlite",
            "NAME": unquote(parts.path[1:]) if parts.path.startswith("//") else unquote(parts.path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: what we said "yes" to survives a power cut; group commits keep it cheap (docs/decisions/journal.md)
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=268435456; PRAGMA cache_size=-8000;"
                " PRAGMA journal_size_limit=67108864;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "")
        or dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
