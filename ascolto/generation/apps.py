from datetime import timedelta

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "ascolto.generation"

    def ready(self) -> None:
        """Forget what left the house when its time is over."""
        from ascolto.events.consumers import register_task
        from ascolto.generation.actions.forget import forget_old

        register_task("forget generated texts", timedelta(hours=6), forget_old)
