"""Addresses of rehearsals, tests, trials and comparisons; `bot/urls.py` includes them, so that their names begin with `bot:`."""

from django.urls import path

from ascolto.bot.views import comparing, rehearsals, rehearsing, trials

_FLOW = "settings/bot/flows/<slug:slug>/"
urlpatterns = [
    path(f"{_FLOW}rehearse/", rehearsing.rehearse, name="rehearse"),
    path(f"{_FLOW}tests/", rehearsals.tests, name="tests"),
    path(f"{_FLOW}tests/file/", rehearsals.tests_file, name="tests-file"),
    path(f"{_FLOW}tests/<int:pk>/", rehearsals.test, name="test"),
    path(f"{_FLOW}trials/", trials.trials, name="trials"),
    path(f"{_FLOW}trials/<int:pk>/", trials.trial, name="trial"),
    path(f"{_FLOW}trials/<int:pk>/table.csv", trials.trial_csv, name="trial-csv"),
    path("settings/bot/compare/", comparing.comparisons, name="comparisons"),
    path("settings/bot/compare/<int:pk>/", comparing.comparison, name="comparison"),
]
