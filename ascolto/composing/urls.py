"""Addresses of drafts, planned answers, approvals and what stands in the thread's dock."""

from __future__ import annotations

from django.urls import path

from ascolto.composing.views import approvals, dock, drafts, held, planned, rules

app_name = "composing"
urlpatterns = [
    path("c/<str:number>/composing/", dock.dock, name="dock"),
    path("c/<str:number>/composing/draft/", drafts.save, name="save"),
    path("c/<str:number>/composing/discard/", drafts.discard, name="discard"),
    path("c/<str:number>/composing/share/", drafts.share, name="share"),
    path("c/<str:number>/composing/writing/", drafts.take_over_writing, name="writing"),
    path("c/<str:number>/messages/<int:pk>/undo/", held.undo, name="undo"),
    path("c/<str:number>/messages/<int:pk>/leave/", held.leave, name="leave"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/side/", drafts.side, name="side"),
    path("drafts/<int:pk>/take-over/", drafts.take_over, name="take-over"),
    path("planned/<int:pk>/change/", planned.change, name="change"),
    path("planned/<int:pk>/send/", planned.send_now, name="send-now"),
    path("planned/<int:pk>/cancel/", planned.cancel, name="cancel"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/approve/", approvals.approve, name="approve"),
    path("approvals/<int:pk>/return/", approvals.give_comment, name="return"),
    path("approvals/<int:pk>/withdraw/", approvals.withdraw, name="withdraw-proposal"),
    path("settings/approvals/", rules.rules, name="rules"),
]
