from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "ascolto.delivery"

    def ready(self) -> None:
        """Carry the answers of conversations."""
        from ascolto.conversations.courier import register_courier
        from ascolto.delivery.actions import take

        register_courier(take)
