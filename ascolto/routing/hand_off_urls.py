from django.urls import path

from ascolto.routing.views import hand_offs

app_name = "hand_offs"
urlpatterns = [
    path("c/<str:number>/hand-over/", hand_offs.hand_over, name="hand-over"),
    path("c/<str:number>/hand-off/", hand_offs.banner, name="banner"),
    path("hand-offs/", hand_offs.offers, name="offers"),
    path("hand-offs/<int:pk>/accept/", hand_offs.accept, name="accept"),
    path("hand-offs/<int:pk>/refuse/", hand_offs.refuse, name="refuse"),
    path("hand-offs/<int:pk>/withdraw/", hand_offs.withdraw, name="withdraw"),
    path("hand-offs/<int:pk>/allow/", hand_offs.allow, name="allow"),
]
