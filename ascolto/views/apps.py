from django.apps import AppConfig


class ViewsConfig(AppConfig):
    name = "ascolto.views"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What conditions can ask about conversations, and what can be done to many at once."""
        from ascolto.views.bulk import register_verb
        from ascolto.views.fields import register_fields
        from ascolto.views.verbs import ALL

        register_fields()
        for verb in ALL:
            register_verb(verb)
