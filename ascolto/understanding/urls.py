from django.urls import path

from ascolto.understanding.views import models, quality, told, topics

app_name = "understanding"
urlpatterns = [
    path("c/<str:number>/told/", told.told, name="told"),
    path("settings/understanding/topics/", topics.topics, name="topics"),
    path("settings/understanding/topics/new/", topics.new_topic, name="new-topic"),
    path("settings/understanding/topics/ready-made/", topics.add_starters, name="add-starters"),
    path("settings/understanding/topics/<int:pk>/", topics.topic, name="topic"),
    path("settings/understanding/topics/<int:pk>/change/", topics.change_topic, name="change-topic"),
    path("settings/understanding/topics/<int:pk>/switch/", topics.switch_topic, name="switch-topic"),
    path("settings/understanding/models/", models.models, name="models"),
    path("settings/understanding/models/<slug:head>/", models.model, name="model"),
    path("settings/understanding/models/<slug:head>/serve/", models.serve, name="serve"),
    path("settings/understanding/quality/", quality.quality, name="quality"),
]
