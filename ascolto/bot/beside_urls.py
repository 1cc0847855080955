from django.urls import path

from ascolto.bot.views import beside

app_name = "assistant"
urlpatterns = [path("c/<str:number>/assistant/", beside.beside, name="beside")]
