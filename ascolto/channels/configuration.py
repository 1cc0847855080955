"""Settings of a channel: declared as fields of a `Config` dataclass, from which form, command line and docs follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, field, fields
from typing import Any
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")


def setting(
    label: str,
    *,
    help: str = "",
    secret: bool = False,
    default: Any = MISSING,
    choices: Iterable[str] = (),
    also: Mapping[str, str] | None = None,
    example: str = "",
    advanced: bool = False,
) -> Any:
    """A field of a channel's Config: its label and help (English source texts), and whether it is sealed at rest.

    Without a default it is required. `also` are other words for some of the choices. The settings form, the command line
    and the docs matrix follow from it.
    """
    metadata = {
        "label": label,
        "help": help,
        "secret": secret,
        "choices": tuple(choices),
        "also": dict(also or {}),
        "example": example,
        "advanced": advanced,
    }
    return field(default=default, metadata=metadata)


class ConfigError(ValueError):
    """A setting of a channel that cannot be used; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


def read_config(config: type[Any], values: Mapping[str, str]) -> Any:
    """An instance of `config` from texts (a form, the command line, the database).

    Raises ConfigError for an unknown, missing or unusable value. A Config may define `check()` for rules of its own.
    """
    known = {item.name: item for item in fields(config)}
    for name in values:
        if name not in known:
            raise ConfigError(name, f"is not a setting of this channel. Known: {', '.join(known)}.")
    made: dict[str, Any] = {}
    for name, item in known.items():
        text = str(values.get(name, "")).strip()
        if not text:
            if item.default is MISSING:
                raise ConfigError(name, f"is required ({item.metadata['label']}).")
            continue
        made[name] = _convert(name, text, item)
    instance = config(**made)
    check = getattr(instance, "check", None)
    if check is not None:
        check()
    return instance


def in_own_words(config: type[Any], values: Mapping[str, str]) -> dict[str, str]:
    """The values with every choice as `config` spells it, whatever its case or the other word for it."""
    said = dict(values)
    for item in fields(config):
        if item.metadata.get("choices") and item.name in said:
            said[item.name] = _choice(said[item.name].strip(), item)
    return said


def _choice(text: str, item: Any) -> str:
    choices = item.metadata["choices"]
    if text in choices:
        return text
    spelled = {choice.lower(): choice for choice in choices}
    spelled.update(item.metadata.get("also") or {})
    return str(spelled.get(text.lower(), text))


def _convert(name: str, text: str, item: Any) -> Any:
    choices = item.metadata.get("choices") or ()
    if choices and (text := _choice(text, item)) not in choices:
        raise ConfigError(name, f"{text!r} is not one of {', '.join(choices)}.")
    kind = str(item.type)
    if kind == "int":
        if not text.lstrip("-").isdigit():
            raise ConfigError(name, f"{text!r} is not a whole number.")
        return int(text)
    if kind == "bool":
        if text.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise ConfigError(name, f"{text!r} is neither yes nor no.")
        return text.lower() in {"1", "true", "yes", "on"}
    return text


def split_origins(text: str, name: str = "origins") -> tuple[str, ...]:
    """The websites in a setting, each `scheme://host[:port]` as a browser writes it. Raises ConfigError for the field `name`.

    A host is letters, digits, dots and hyphens (or an IPv6 address) and nothing else: origins end up in response headers.
    """
    found = []
    for word in text.replace(",", " ").split():
        try:
            parts = urlsplit(word)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        host = parts.hostname or ""
        beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or beyond:
            raise ConfigError(name, f"{word!r} is not a website: write for example https://www.example.com")
        shown = f"[{host}]" if ":" in host else host
        found.append(
            f"{parts.scheme}://{shown}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")
        )
    return tuple(dict.fromkeys(found))
