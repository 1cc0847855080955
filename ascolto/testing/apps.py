from __future__ import annotations

import threading
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ValidationError


class TestingConfig(AppConfig):
    name = "ascolto.testing"

    def ready(self) -> None:
        """Offer the demo company on the first page of the set-up, and let its customers live in the background."""
        from ascolto.accounts.actions import register_demo_starter
        from ascolto.config.parts import register_loop

        register_demo_starter(_start_demo)
        register_loop("demo", simulate)


def _start_demo() -> Any:
    from ascolto.testing.demo import company, past

    try:
        visitor = company.found()
    except company.NotEmpty as refusal:
        raise ValidationError(str(refusal)) from None
    past.fill()
    return visitor


def simulate(stop: threading.Event, **options: float) -> None:
    """Let the demo's customers live while this installation is a demo; else one small question every other second.

    The stand-ins are loaded when they are needed: an installation that is no demo does not pay for them.
    """
    from django.db import DatabaseError, InterfaceError, connection

    from ascolto.accounts.models import Company

    while not stop.is_set():
        try:
            is_demo = Company.objects.filter(is_demo=True, set_up_at__isnull=False).exists()
        except (DatabaseError, InterfaceError):
            connection.close()
            is_demo = False
        if is_demo:
            from ascolto.testing.demo.simulator import run

            run(stop, **options)
        stop.wait(2.0)
    connection.close()
