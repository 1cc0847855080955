from datetime import timedelta

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "ascolto.intake"

    def ready(self) -> None:
        """The journal keeps raw deliveries for a month after they were processed."""
        from ascolto.events.consumers import register_task
        from ascolto.intake.actions import prune

        register_task("prune journal", timedelta(hours=1), prune)
