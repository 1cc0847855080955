from django.urls import path

from ascolto.sla.views import conversation

app_name = "sla"
urlpatterns = [
    path("c/<number>/promise/", conversation.promise, name="promise"),
    path("c/<number>/complaint/", conversation.complaint, name="complaint"),
]
