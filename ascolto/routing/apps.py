from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "ascolto.routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Who had what is kept from the log; who signs out is offline."""
        from django.contrib.auth.signals import user_logged_out

        from ascolto.events.consumers import register_reader
        from ascolto.routing.actions.presence import note_signed_out
        from ascolto.routing.alerts import alert_for
        from ascolto.routing.history import keep_history
        from ascolto.routing.telling import tell_waits
        from ascolto.ui.navigation import add_script, raise_alerts

        add_script("routing/presence.js")
        register_reader("assignments", keep_history)
        register_reader("expected waits", tell_waits)
        raise_alerts(alert_for)
        user_logged_out.connect(note_signed_out, dispatch_uid="routing.presence")
