"""The one command: `ascolto <what>`. Every Django management command is reachable through it."""

from __future__ import annotations

import os
import sys
from typing import Any

_FIRST_STEPS = {"createadmin", "token", "channel"}  # what a script may do before the product ever ran


def main() -> None:
    """Run a command; a wrong setting or a database that is away is told in one line, without a traceback."""
    from ascolto.config.environment import WrongSetting
    from ascolto.understanding.engine.threads import one_thread

    one_thread()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    from django.core.management import CommandError, ManagementUtility
    from django.db import OperationalError

    class Commands(ManagementUtility):
        def fetch_command(self, subcommand: str) -> Any:
            command = super().fetch_command(subcommand)
            if subcommand in _FIRST_STEPS and not {"-h", "--help"}.intersection(self.argv):
                from ascolto.config import parts

                with parts.in_use():
                    parts.prepare()  # waits for whoever makes the tables at this moment
            return command

    try:
        Commands(["ascolto", *sys.argv[1:]]).execute()
    except (WrongSetting, CommandError) as error:
        sys.exit(f"ascolto: {error}")
    except OperationalError as error:
        sys.exit(f"ascolto: the database cannot be used: {str(error).strip()} (`ascolto check` tells more)")


if __name__ == "__main__":
    main()
