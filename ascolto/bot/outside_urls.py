"""Addresses of the screens of systems that flows ask, and of external bots: part of the room's own (urls.py)."""

from django.urls import path

from ascolto.bot.views import external, systems

urlpatterns = [
    path("settings/bot/systems/", systems.systems, name="systems"),
    path("settings/bot/systems/<int:pk>/", systems.system, name="system"),
    path("settings/bot/systems/<int:pk>/switch/", systems.switch_system, name="switch-system"),
    path("settings/bot/systems/<int:pk>/secret/", systems.new_system_secret, name="new-system-secret"),
    path("settings/bot/systems/<int:pk>/try/", systems.try_system, name="try-system"),
    path("settings/bot/external/", external.external_bots, name="external-bots"),
    path("settings/bot/external/<int:pk>/", external.external_bot, name="external-bot"),
    path("settings/bot/external/<int:pk>/switch/", external.switch_external_bot, name="switch-external-bot"),
    path("settings/bot/external/<int:pk>/keys/", external.new_bot_keys, name="new-bot-keys"),
]
