from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "ascolto.delivery"

    def ready(self) -> None:
        """Carry the answers of conversations; ask again where we were not let in."""
        from ascolto.conversations.courier import register_courier
        from ascolto.delivery.actions import take
        from ascolto.delivery.probing import EVERY, probe
        from ascolto.events.consumers import register_task

        register_courier(take)
        register_task("try refused inboxes", EVERY, probe)
