from django.urls import path

from ascolto.sla.views import commitments, conversation

app_name = "sla"
urlpatterns = [
    path("c/<number>/promise/", conversation.promise, name="promise"),
    path("c/<number>/complaint/", conversation.complaint, name="complaint"),
    path("c/<number>/draft-promise/", commitments.draft_promise, name="draft-promise"),
    path("c/<number>/commitments/", commitments.section, name="commitments"),
    path("c/<number>/commitments/<int:pk>/", commitments.act, name="commitment"),
    path("c/<number>/commitments/of/<int:message>/", commitments.of_message, name="message-commitments"),
]
