from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "ascolto.sla"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Conversations ask this room by when somebody must have answered; dated promises are read from the log."""
        from ascolto.conversations.promises import register_promise
        from ascolto.events.consumers import register_reader
        from ascolto.sla.alerting import alert_for
        from ascolto.sla.keeping import READER, follow
        from ascolto.sla.promising import promise
        from ascolto.ui.navigation import raise_alerts

        register_promise(promise)
        register_reader(READER, follow)
        raise_alerts(alert_for)
