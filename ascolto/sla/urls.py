from django.urls import path

from ascolto.sla.views import commitments, conversation, settings

app_name = "sla"
urlpatterns = [
    path("settings/promises/", settings.promises, name="promises"),
    path("settings/promises/new/", settings.policy, name="new-policy"),
    path("settings/promises/<int:pk>/", settings.policy, name="policy"),
    path("settings/promises/<int:pk>/end/", settings.end, name="end-policy"),
    path("settings/promises/ladder/", settings.ladder, name="ladder"),
    path("settings/promises/choices/", settings.choices, name="choices"),
    path("settings/promises/notices/<str:kind>/<str:language>/", settings.notice, name="notice"),
    path("settings/promises/calendars/new/", settings.calendar, name="new-calendar"),
    path("settings/promises/calendars/<int:pk>/", settings.calendar, name="calendar"),
    path("settings/promises/calendars/<int:pk>/switch/", settings.switch_calendar, name="switch-calendar"),
    path("c/<number>/promise/", conversation.promise, name="promise"),
    path("c/<number>/complaint/", conversation.complaint, name="complaint"),
    path("c/<number>/draft-promise/", commitments.draft_promise, name="draft-promise"),
    path("c/<number>/commitments/", commitments.section, name="commitments"),
    path("c/<number>/commitments/<int:pk>/", commitments.act, name="commitment"),
    path("c/<number>/commitments/of/<int:message>/", commitments.of_message, name="message-commitments"),
]
