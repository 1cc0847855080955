from django.apps import AppConfig


class WallConfig(AppConfig):
    name = "ascolto.wall"
    default_auto_field = "django.db.models.BigAutoField"
