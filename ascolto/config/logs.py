"""Structured logs: one JSON object a line for machines, one readable line for a terminal. Secrets never reach them."""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NAMED = r"(?:access|api|hub\.verify|verify|refresh)?_?(?:token|secret|password|key)\"?\s*[=:]\s*\"?"
_SECRETS = re.compile(rf"({_NAMED}|Bearer\s+|/bot)([\w.:+/~-]{{8,}})", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with everything that looks like a credential replaced by three dots."""
    return _SECRETS.sub(r"\1…", text)


class _Redacting(logging.Formatter):
    def extras(self, record: logging.LogRecord) -> dict[str, Any]:
        return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class JsonLines(_Redacting):
    """`{"at", "level", "logger", "message", …extra}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.extras(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=str, ensure_ascii=False))


class Readable(_Redacting):
    """`12:00:01 info  intake: message key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        extras = "".join(f" {key}={value}" for key, value in self.extras(record).items())
        line = f"{moment} {record.levelname.lower():<7} {record.name.removeprefix('ascolto.')}: {record.getMessage()}{extras}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(line)


def configure(options: dict[str, str]) -> None:
    """Set up logging to standard error; `auto` writes text to a terminal and JSON elsewhere."""
    style = options["format"]
    if style == "auto":
        style = "text" if sys.stderr.isatty() else "json"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}, "text": {"()": Readable}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style}},
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            "loggers": {"ascolto": {"level": options["level"]}, "django.request": {"level": "ERROR"}},
        }
    )
