from datetime import timedelta

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "ascolto.conversations"

    def ready(self) -> None:
        """Guard the gate of sending, and tidy up."""
        from ascolto.conversations import reach  # noqa: F401 - registers the guarantee of channels at Gate.SEND
        from ascolto.conversations.actions.early import forget_early_news
        from ascolto.conversations.customers_merging import (
            lend_labels,
            move_conversations,
            return_conversations,
            take_back_labels,
        )
        from ascolto.conversations.sweeping import forget_unsent
        from ascolto.customers.merging import register_mover
        from ascolto.events.consumers import register_task

        register_task("forget unsent files", timedelta(days=1), forget_unsent)
        register_task("forget early news", timedelta(hours=1), forget_early_news)
        register_mover("conversations", move_conversations, return_conversations)
        register_mover("labels", lend_labels, take_back_labels)
