from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "ascolto.workspace"

    def ready(self) -> None:
        from ascolto.ui.navigation import count_waiting, raise_alerts
        from ascolto.workspace.alerts import alert_for
        from ascolto.workspace.selectors import count_set_aside

        def counter(person: Any) -> int:
            return count_set_aside() if person.may("inboxes.see") else 0

        count_waiting("settings", counter, _("deliveries set aside"))
        raise_alerts(alert_for)
