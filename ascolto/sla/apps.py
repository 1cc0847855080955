from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "ascolto.sla"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Conversations ask this room by when somebody must have answered; dated promises are read from the log."""
        from ascolto.conversations.actions.withdrawing import register_withdrawal
        from ascolto.conversations.merging import register_mover
        from ascolto.conversations.promises import register_promise
        from ascolto.events.consumers import register_reader
        from ascolto.sla.actions.unsaid import forget_promises_of, settle_without
        from ascolto.sla.alerting import alert_for
        from ascolto.sla.keeping import READER, follow
        from ascolto.sla.merging import bring_back, move_promises
        from ascolto.sla.promising import promise
        from ascolto.ui.navigation import raise_alerts

        register_promise(promise)
        register_mover("promises", move_promises, bring_back)
        register_withdrawal(before=forget_promises_of, after=settle_without)
        register_reader(READER, follow)
        raise_alerts(alert_for)
