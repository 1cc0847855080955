from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollaborationConfig(AppConfig):
    name = "ascolto.collaboration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Presence is kept here, notes are read for names; clocks of departments and messages to many go on by themselves."""
        from ascolto.collaboration import fields, periodic, showing
        from ascolto.collaboration.actions.mentions import read_note
        from ascolto.collaboration.merging import bring_together_back, move_together
        from ascolto.collaboration.presence import keep, present
        from ascolto.conversations.attending import register_attendance
        from ascolto.conversations.marks import register_row_marks
        from ascolto.conversations.merging import register_mover
        from ascolto.conversations.noted import read_notes
        from ascolto.conversations.selectors import register_view
        from ascolto.events.consumers import register_task
        from ascolto.ui.navigation import count_waiting

        register_attendance(keep, present)
        read_notes(read_note)
        register_mover("together", move_together, bring_together_back)
        register_row_marks("collaboration", showing.marks)
        fields.register()
        register_view("department", fields.waits_for_a_department())
        register_task("departments", timedelta(seconds=1), periodic.ring_due)
        register_task("announcements", timedelta(seconds=1), periodic.send_waiting)
        count_waiting("mentions", showing.waiting_mentions, _("notes that call you"))
        count_waiting("requests", showing.waiting_requests, _("questions to your department"))
