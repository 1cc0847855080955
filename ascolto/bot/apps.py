from django.apps import AppConfig


class BotConfig(AppConfig):
    name = "ascolto.bot"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What begins at an inbox with a flow is with the bot from its first moment; rehearsals guard what is published."""
        from ascolto.bot.actions.proving import before_publishing
        from ascolto.bot.actions.rehearsals import check_rehearsals
        from ascolto.bot.alerting import alert_for
        from ascolto.bot.calling import doing, leading
        from ascolto.bot.posting import answers_first
        from ascolto.bot.rating import keep_rating
        from ascolto.conversations.holding import register_holder
        from ascolto.conversations.rating import register_rating
        from ascolto.events.consumers import register_reader
        from ascolto.intake.ringing import register_lead
        from ascolto.ui.navigation import raise_alerts

        register_holder(answers_first)
        register_rating(keep_rating)
        register_lead(leading.lead)
        register_reader(doing.READER, doing.follow)
        raise_alerts(alert_for)
        if check_rehearsals not in before_publishing:
            before_publishing.append(check_rehearsals)
