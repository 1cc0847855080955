from django.urls import include, path

from ascolto.bot.views import editing, flows, heads, posts, versions

app_name = "bot"
urlpatterns = [
    path("", include("ascolto.bot.rehearsing_urls")),
    path("", include("ascolto.bot.outside_urls")),
    path("settings/bot/", flows.flows, name="flows"),
    path("settings/bot/new/", flows.new_flow, name="new-flow"),
    path("settings/bot/ready-made/", flows.take_ready_made, name="take-ready-made"),
    path("settings/bot/inboxes/", posts.posts, name="posts"),
    path("settings/bot/inboxes/<int:pk>/", posts.post, name="post"),
    path("settings/bot/flows/<slug:slug>/", flows.flow, name="flow"),
    path("settings/bot/flows/<slug:slug>/about/", heads.head, name="head"),
    path("settings/bot/flows/<slug:slug>/switch/", flows.switch, name="switch"),
    path("settings/bot/flows/<slug:slug>/publish/", versions.publish, name="publish"),
    path("settings/bot/flows/<slug:slug>/versions/", versions.versions, name="versions"),
    path("settings/bot/flows/<slug:slug>/versions/<int:number>/", versions.version, name="version"),
    path("settings/bot/flows/<slug:slug>/versions/<int:number>/again/", versions.again, name="again"),
    path("settings/bot/flows/<slug:slug>/text/", editing.text, name="text"),
    path("settings/bot/flows/<slug:slug>/text/check/", editing.check, name="check"),
    path("settings/bot/flows/<slug:slug>/nodes/", editing.new_node_view, name="new-node"),
    path("settings/bot/flows/<slug:slug>/nodes/<str:name>/", editing.node, name="node"),
    path("settings/bot/flows/<slug:slug>/slots/", editing.new_slot_view, name="new-slot"),
    path("settings/bot/flows/<slug:slug>/slots/<str:name>/", editing.slot, name="slot"),
]
