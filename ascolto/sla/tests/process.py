"""The part that keeps promises as a process of its own, on the test's database: for kills at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that keeps promises; killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", __name__], env=_environment())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    from django.conf import settings
    from django.db import connection

    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{chosen['NAME']}"
    else:
        who = f"{chosen['USER']}:{chosen['PASSWORD']}@{'' if chosen['HOST'].startswith('/') else chosen['HOST']}"
        port = f":{chosen['PORT']}" if chosen["PORT"] else ""
        place = f"?host={chosen['HOST']}" if chosen["HOST"].startswith("/") else ""
        url = f"postgresql://{who}{port}/{chosen['NAME']}{place}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASCOLTO_", "PYTEST_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "ascolto.config.settings",
        "ASCOLTO_DATA": str(settings.DATA),
        "ASCOLTO_DATABASE_URL": url,
        "ASCOLTO_SECRET_KEY": settings.SECRET_KEY,
        "ASCOLTO_LOG_LEVEL": "error",
    }


def main() -> None:
    """Be the process."""
    import django

    django.setup()
    from ascolto.sla import worker

    worker.run(threading.Event())


if __name__ == "__main__":
    main()
