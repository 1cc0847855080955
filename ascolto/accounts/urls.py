from django.urls import path

from ascolto.accounts import looks, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("join/<str:token>/", views.join, name="join"),
    path("language/", views.language, name="language"),
    path("preferences/", views.preferences, name="preferences"),
    path("look/<str:accent>.css", looks.style, name="look"),
    path("look/logo-<str:drawn>", looks.logo, name="logo"),
    path("settings/profile/", views.profile, name="profile"),
    path("settings/profile/keys/", views.keys, name="keys"),
    path("settings/password/", views.password, name="password"),
    path("settings/sessions/end/", views.end_sessions, name="end-sessions"),
]
