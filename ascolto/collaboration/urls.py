from django.urls import path

from ascolto.collaboration.views import departments, mentions, notes, problems, requests, together

app_name = "collaboration"
urlpatterns = [
    path("c/<str:number>/together/", together.together, name="together"),
    path("c/<str:number>/ask/", together.ask, name="ask"),
    path("c/<str:number>/requests/<int:pk>/", together.settle_request, name="settle-request"),
    path("c/<str:number>/problem/", together.problem, name="choose-problem"),
    path("c/<str:number>/follow/", together.follow, name="follow"),
    path("c/<str:number>/people/", together.people, name="people"),
    path("c/<str:number>/mentions/done/", together.read, name="mentions-read"),
    path("c/<str:number>/changed/", together.changed, name="changed"),
    path("c/<str:number>/notes/<int:pk>/", notes.note, name="note"),
    path("people/mentionable/", notes.names, name="mentionable"),
    path("mentions/", mentions.mentions, name="mentions"),
    path("mentions/done/", mentions.done, name="mentions-done"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/", requests.one, name="request"),
    path("requests/<int:pk>/files/<int:attachment>/", requests.file, name="request-file"),
    path("problems/", problems.listed, name="problems"),
    path("problems/new/", problems.new, name="new-problem"),
    path("problems/<int:pk>/", problems.one, name="problem"),
    path("problems/<int:pk>/tell/", problems.tell, name="tell"),
    path("settings/departments/", departments.departments, name="departments"),
    path("settings/departments/new/", departments.department, name="new-department"),
    path("settings/departments/<int:pk>/", departments.department, name="department"),
    path("settings/departments/<int:pk>/archive/", departments.archive, name="archive-department"),
]
