from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "ascolto.delivery"

    def ready(self) -> None:
        """Carry the answers of conversations; ask again where we were not let in."""
        from ascolto.conversations.courier import register_courier
        from ascolto.conversations.merging import register_mover
        from ascolto.delivery.actions import let_go, take, take_back
        from ascolto.delivery.merging import bring_dispatches_back, move_dispatches
        from ascolto.delivery.probing import EVERY, probe
        from ascolto.events.consumers import register_task

        register_courier(take, take_back=take_back, let_go=let_go)
        register_mover("dispatches", move_dispatches, bring_dispatches_back)
        register_task("try refused inboxes", EVERY, probe)
