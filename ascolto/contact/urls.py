"""The customers' own doors."""

from __future__ import annotations

from django.urls import path

from ascolto.contact.views import chat, form

app_name = "contact"
urlpatterns = [
    path("contact/form/<slug:token>/", form.page, name="form"),
    path("contact/form/<slug:token>/embed.js", form.embed, name="form-embed"),
    path("contact/chat/<slug:token>/widget.js", chat.widget, name="chat-widget"),
    path("contact/chat/<slug:token>/session", chat.session, name="chat-session"),
    path("contact/chat/<slug:token>/messages", chat.messages, name="chat-messages"),
    path("contact/chat/<slug:token>/seen", chat.seen, name="chat-seen"),
    path("contact/chat/<slug:token>/rate", chat.rate, name="chat-rate"),
    path("contact/chat/<slug:token>/wait", chat.wait, name="chat-wait"),
    path("contact/chat/<slug:token>/files", chat.files, name="chat-files"),
    path("contact/chat/<slug:token>/files/<int:pk>", chat.file, name="chat-file"),
    path("contact/widget/<slug:version>/<str:name>", chat.module, name="widget-module"),
    path("widget.js", chat.widget, name="widget"),
]
