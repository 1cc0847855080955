from django.urls import path

from ascolto.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("c/<str:number>/replies/", views.offered, name="offered"),
    path("settings/saved-replies/", views.replies, name="replies"),
    path("settings/saved-replies/new/", views.new_reply, name="new-reply"),
    path("settings/saved-replies/preview/", views.preview, name="preview"),
    path("settings/saved-replies/<int:pk>/", views.reply, name="reply"),
    path("settings/saved-replies/<int:pk>/archive/", views.switch_reply, name="switch-reply"),
]
