from django.apps import AppConfig


class CharterConfig(AppConfig):
    name = "ascolto.charter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard the gates: without these nothing passes."""
        from ascolto.charter.guarantees import guard_gates

        guard_gates()
