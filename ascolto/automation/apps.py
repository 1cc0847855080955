from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AutomationConfig(AppConfig):
    name = "ascolto.automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Leads are told of rules that stopped themselves; macros are done by a key, and to many conversations at once."""
        from ascolto.automation.alerting import alert_for
        from ascolto.automation.many import MACRO
        from ascolto.ui.commands import Command, add_command
        from ascolto.ui.navigation import raise_alerts
        from ascolto.views.bulk import register_verb

        raise_alerts(alert_for)
        add_command(Command(gettext_lazy("Macros"), "m", "zap"))
        register_verb(MACRO)
