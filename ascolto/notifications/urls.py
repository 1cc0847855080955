from django.urls import path

from ascolto.notifications import installing, views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notifications, name="list"),
    path("notifications/count/", views.count, name="count"),
    path("notifications/seen/", views.seen, name="seen"),
    path("notifications/browser/", views.browser, name="browser"),
    path("notifications/<int:pk>/", views.open_one, name="open"),
    path("app.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.background_script, name="service-worker"),
    path("app-icon-<int:size>.png", installing.icon, name="icon"),
    path("offline/", installing.offline, name="offline"),
    path("settings/notifications/", views.wishes, name="wishes"),
]
