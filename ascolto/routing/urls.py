from django.urls import path

from ascolto.routing.views import holding, presence, settings

app_name = "routing"
urlpatterns = [
    path("presence/beat/", presence.beat, name="beat"),
    path("presence/", presence.choose, name="presence"),
    path("next/", holding.next_one, name="next"),
    path("c/<str:number>/assigned/", holding.assigned, name="assigned"),
    path("c/<str:number>/give-back/", holding.give_back, name="give-back"),
    path("settings/routing/", settings.rules, name="rules"),
    path("settings/routing/people/", settings.people, name="people"),
    path("settings/routing/people/<int:pk>/", settings.person, name="person"),
    path("settings/routing/people/<int:pk>/absences/", settings.absence, name="absence"),
    path(
        "settings/routing/people/<int:pk>/absences/<int:absence>/remove/",
        settings.remove,
        name="remove-absence",
    ),
    path("settings/routing/teams/", settings.teams, name="teams"),
    path("settings/routing/teams/<int:pk>/", settings.team, name="team"),
    path("settings/routing/groups/", settings.groups, name="groups"),
    path("settings/routing/groups/restore/", settings.restore, name="restore-group"),
    path("settings/routing/groups/<int:pk>/", settings.group, name="group"),
    path("settings/routing/groups/<int:pk>/dissolve/", settings.dissolve, name="dissolve-group"),
]
