from django.apps import AppConfig


class CharterConfig(AppConfig):
    name = "ascolto.charter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guard the gates (without it nothing passes), sign answers, note what is set aside, measure."""
        from ascolto.accounts.parts import show_in_profile
        from ascolto.bot.situations import register_problem_check
        from ascolto.charter.guarantees import guard_gates
        from ascolto.charter.measuring import EVERY, measure_days
        from ascolto.charter.problems import has_open_problem
        from ascolto.charter.sentences import SENTENCES
        from ascolto.charter.signatures import mine, sign
        from ascolto.charter.stops import note_override
        from ascolto.charter.summary import last_summary
        from ascolto.conversations.signing import register_signer
        from ascolto.events.consumers import register_task
        from ascolto.gates import note_overrides
        from ascolto.ui.navigation import show_in_foot
        from ascolto.ui.reasons import add_sentences

        guard_gates()
        register_problem_check(has_open_problem)
        register_signer(sign)
        note_overrides(note_override)
        register_task("charter", EVERY, measure_days)
        show_in_profile("signatures", "charter/mine.html", mine)
        show_in_foot("mini", "charter/mini.html", last_summary)
        add_sentences(SENTENCES)
