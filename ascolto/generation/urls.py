from django.urls import path

from ascolto.generation.views import desk, log, settings

app_name = "generation"
urlpatterns = [
    path("c/<str:number>/ask-model/", desk.ask, name="ask"),
    path("generated/<int:pk>/", desk.result, name="result"),
    path("generated/<int:pk>/cancel/", desk.cancel, name="cancel"),
    path("generated/<int:pk>/discard/", desk.discard, name="discard"),
    path("settings/language-model/", settings.language_model, name="settings"),
    path("settings/language-model/switch/", settings.switch, name="switch"),
    path("settings/language-model/inboxes/", settings.choose, name="choose"),
    path("settings/language-model/test/", settings.test, name="test"),
    path("settings/language-model/test/<int:pk>/", settings.tested, name="tested"),
    path("settings/language-model/log/", log.departures, name="departures"),
    path("settings/language-model/log.csv", log.departures_csv, name="departures-csv"),
    path("settings/language-model/log/<int:pk>/", log.departure, name="departure"),
]
