from datetime import timedelta

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "ascolto.search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the log, and index in the background what is old or changed as a whole."""
        from ascolto.conversations.merging import register_mover
        from ascolto.events.consumers import register_reader, register_task
        from ascolto.search.consumers import follow_moving, follow_moving_back, index_for_search
        from ascolto.search.reindexing import work_a_while

        register_reader("search", index_for_search)
        register_mover("search", follow_moving, follow_moving_back)
        register_task("index for search", timedelta(seconds=1), work_a_while)
