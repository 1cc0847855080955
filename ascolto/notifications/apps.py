from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "ascolto.notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What concerns people is read from the log; every page has the bell."""
        from django.utils.translation import gettext_lazy as _

        from ascolto.events.consumers import register_reader
        from ascolto.notifications import departments
        from ascolto.notifications.selectors import unseen_count
        from ascolto.notifications.telling import READER, follow
        from ascolto.ui.navigation import add_script, count_waiting

        register_reader(READER, follow)
        register_reader(departments.READER, departments.follow)
        count_waiting("notifications", unseen_count, _("new notifications"))
        add_script("notifications/bell.js")
