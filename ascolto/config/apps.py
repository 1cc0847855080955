from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "ascolto.config"
    label = "config"
