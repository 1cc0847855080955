from django.apps import AppConfig


class ComposingConfig(AppConfig):
    name = "ascolto.composing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard the gate with four eyes, give words back that did not leave, and hear when customers write first."""
        from ascolto.composing.actions.drafts import give_back_withdrawn
        from ascolto.composing.actions.leaving import ask_where_customers_wrote
        from ascolto.composing.four_eyes import NAME, four_eyes
        from ascolto.composing.merging import bring_written_back, move_written
        from ascolto.conversations.actions.withdrawing import register_withdrawal
        from ascolto.conversations.merging import register_mover
        from ascolto.events.consumers import register_reader
        from ascolto.gates import Gate, register

        register(Gate.SEND, NAME, four_eyes)
        register_mover("written", move_written, bring_written_back)
        register_withdrawal(after=give_back_withdrawn)
        register_reader("planned replies", ask_where_customers_wrote)
