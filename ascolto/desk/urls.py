"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from ascolto.desk.views import answer, changes, composing, queue, thread, understood

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("search/", queue.search, name="search"),
    path("rows/<int:pk>/", queue.row, name="row"),
    path("counts/", queue.counts, name="counts"),
    path("filters/", queue.filters, name="filters"),
    path("c/<str:number>/", thread.thread, name="thread"),
    path("c/<str:number>/head/", thread.head, name="head"),
    path("c/<str:number>/card/", thread.card, name="card"),
    path("c/<str:number>/who/", thread.who, name="who"),
    path("c/<str:number>/customer/", changes.customer, name="customer"),
    path("c/<str:number>/earlier/", thread.earlier, name="earlier"),
    path("c/<str:number>/messages/", thread.messages, name="messages"),
    path("c/<str:number>/messages/<int:pk>/", thread.message, name="message"),
    path("c/<str:number>/messages/<int:pk>/letter/", thread.letter, name="letter"),
    path("c/<str:number>/messages/<int:pk>/resend/", answer.resend, name="resend"),
    path("c/<str:number>/messages/<int:pk>/moderate/", answer.moderate, name="moderate"),
    path("c/<str:number>/messages/<int:pk>/reading/", understood.why, name="reading"),
    path("c/<str:number>/messages/<int:pk>/reading/line/", understood.line, name="reading-line"),
    path("c/<str:number>/messages/<int:pk>/reading/correct/", understood.say, name="correct"),
    path("c/<str:number>/messages/<int:pk>/reading/withdraw/", understood.take_back, name="withdraw"),
    path("c/<str:number>/reply/", answer.reply, name="reply"),
    path("c/<str:number>/draft/", composing.draft, name="draft"),
    path("c/<str:number>/similar/", composing.similar, name="similar"),
    path("c/<str:number>/messages/<int:pk>/similar/", composing.judge, name="judge"),
    path("c/<str:number>/summary/", composing.summary, name="summary"),
    path("c/<str:number>/answered/", answer.answered_outside, name="answered"),
    path("c/<str:number>/assign/", changes.assign, name="assign"),
    path("c/<str:number>/status/", changes.status, name="status"),
    path("c/<str:number>/priority/", changes.priority, name="priority"),
    path("c/<str:number>/labels/", changes.labels, name="labels"),
    path("c/<str:number>/snooze/", changes.snooze, name="snooze"),
    path("c/<str:number>/spam/", changes.spam, name="spam"),
    path("c/<str:number>/subject/", changes.rename, name="rename"),
    path("files/", answer.upload, name="upload"),
    path("files/<int:pk>/", thread.file, name="file"),
]
