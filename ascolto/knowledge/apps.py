from datetime import timedelta

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "ascolto.knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Saved replies are found as answers, verdicts move them, typed questions are answered and soon forgotten."""
        from ascolto.events.consumers import register_task
        from ascolto.knowledge.actions.enquire import forget_enquiries
        from ascolto.knowledge.source import SavedReplies
        from ascolto.knowledge.weights import shifts_of
        from ascolto.understanding.sources import register_listener, register_source, register_weights

        register_source(SavedReplies())
        register_weights(shifts_of)
        register_listener("enquiry.asked", "ascolto.knowledge.enquiries.answer_enquiries")
        register_task("forget typed questions", timedelta(minutes=10), forget_enquiries)
