from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "ascolto.channels"

    def ready(self) -> None:
        """Tell the door to the network what the operator allows."""
        from django.conf import settings

        from ascolto.kit import http

        http.configure(allow_private=settings.ALLOW_PRIVATE_NETWORKS)
