from django.urls import path

from ascolto.wall import views

app_name = "wall"
urlpatterns = [
    path("wall/", views.wall, name="wall"),
    path("wall/board/", views.live, name="board"),
    path("wall/give/", views.give, name="give"),
    path("wall/spread/", views.spread, name="spread"),
    path("wall/undo/<int:pk>/", views.take_back, name="undo"),
]
