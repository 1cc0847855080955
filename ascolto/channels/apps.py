from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "ascolto.channels"

    def ready(self) -> None:
        """Tell the door to the network what the operator allows; keep the inboxes' history and look after them."""
        from datetime import timedelta

        from django.conf import settings

        from ascolto.channels.hours import count_hours, prune_hours
        from ascolto.channels.registry import all_adapters
        from ascolto.channels.watching import EVERY, watch
        from ascolto.events.consumers import register_reader, register_task
        from ascolto.kit import http
        from ascolto.ui.reasons import add_sentences

        for adapter in all_adapters().values():
            add_sentences(adapter.sentences)
        http.configure(allow_private=settings.ALLOW_PRIVATE_NETWORKS)
        register_reader("channel hours", count_hours)
        register_task("watch inboxes", EVERY, watch)
        register_task("forget old hours", timedelta(days=1), prune_hours)
