from django.urls import path

from ascolto.workspace.views import house, inboxes, letters, people, welcome

app_name = "workspace"
urlpatterns = [
    path("settings/", inboxes.index, name="settings"),
    path("settings/inboxes/", inboxes.inboxes, name="inboxes"),
    path("settings/inboxes/connect/", inboxes.choose_channel, name="choose-channel"),
    path("settings/inboxes/connect/<str:kind>/", inboxes.connect, name="connect"),
    path("settings/inboxes/<int:pk>/", inboxes.inbox, name="inbox"),
    path("settings/inboxes/<int:pk>/change/", inboxes.change_inbox, name="change-inbox"),
    path("settings/inboxes/<int:pk>/test/", inboxes.test_inbox, name="test-inbox"),
    path("settings/inboxes/<int:pk>/switch/", inboxes.switch_inbox, name="switch-inbox"),
    path("settings/set-aside/", letters.dead_letters, name="dead-letters"),
    path("settings/set-aside/decide/", letters.decide, name="decide"),
    path("settings/set-aside/<int:pk>/", letters.dead_letter, name="dead-letter"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/invite/", people.invite_again, name="invite-again"),
    path("settings/people/<int:pk>/switch/", people.switch_person, name="switch-person"),
    path("settings/teams/", people.teams, name="teams"),
    path("settings/teams/<int:pk>/", people.team, name="team"),
    path("settings/teams/<int:pk>/remove/", people.remove_team, name="remove-team"),
    path("settings/company/", house.company, name="company"),
    path("settings/log/", house.audit, name="audit"),
    path("settings/tokens/", house.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", house.revoke_token, name="revoke-token"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/demo/", welcome.demo, name="welcome-demo"),
    path("welcome/inbox/", welcome.first_inbox, name="welcome-inbox"),
    path("welcome/inbox/<str:kind>/", welcome.connect_first, name="welcome-connect"),
    path("welcome/promise/", welcome.promise, name="welcome-promise"),
    path("welcome/people/", welcome.colleagues, name="welcome-people"),
    path("welcome/done/", welcome.done, name="welcome-done"),
]
