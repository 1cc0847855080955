"""The one command: `ascolto <what>`. Every Django management command is reachable through it."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command; a wrong setting is told in one line, without a traceback."""
    from ascolto.config.environment import WrongSetting

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    from django.core.management import ManagementUtility

    try:
        ManagementUtility(["ascolto", *sys.argv[1:]]).execute()
    except WrongSetting as error:
        sys.exit(f"ascolto: {error}")


if __name__ == "__main__":
    main()
