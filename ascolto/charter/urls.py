from django.urls import path

from ascolto.charter.views import here, inside, outside, settings

app_name = "charter"
urlpatterns = [
    path("charter/", inside.charter, name="charter"),
    path("charter/<slug:slug>/breaches/", inside.breaches, name="breaches"),
    path("c/<str:number>/charter/", here.conversation, name="here"),
    path("customers/<int:pk>/charter/", here.customer, name="customer"),
    path("our-charter/", outside.our_charter, name="our-charter"),
    path("settings/charter/", settings.charter, name="settings"),
    path("settings/charter/page/", settings.switch, name="switch-page"),
    path("settings/charter/signatures/", settings.signatures, name="signatures"),
    path("settings/charter/<slug:slug>/", settings.guarantee, name="guarantee-settings"),
]
