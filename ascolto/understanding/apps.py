from django.apps import AppConfig


class UnderstandingConfig(AppConfig):
    name = "ascolto.understanding"
    default_auto_field = "django.db.models.BigAutoField"
