from django.apps import AppConfig


class UnderstandingConfig(AppConfig):
    name = "ascolto.understanding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Past conversations are answers; rooms above add theirs."""
        from ascolto.understanding.past import PastConversations
        from ascolto.understanding.sources import register_source

        register_source(PastConversations())
