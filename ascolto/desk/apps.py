from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "ascolto.desk"

    def ready(self) -> None:
        """Join rooms that do not know each other: what planned answers ask of generation and of routing."""
        from ascolto.composing.absences import register_absence
        from ascolto.composing.reply import note_sent_with
        from ascolto.generation.actions.used import note_used
        from ascolto.routing.absences import is_absent

        note_sent_with(note_used)
        register_absence(is_absent)
