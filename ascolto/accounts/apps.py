from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ascolto.accounts"

    def ready(self) -> None:
        """Sessions that ended are forgotten once a day."""
        from datetime import timedelta

        from django.contrib.sessions.backends.db import SessionStore

        from ascolto.events.consumers import register_task

        register_task("clear sessions", timedelta(days=1), SessionStore.clear_expired)
