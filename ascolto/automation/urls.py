from django.urls import path

from ascolto.automation.views import macros, rules, using

app_name = "automation"
urlpatterns = [
    path("c/<str:number>/macros/", using.macros, name="use"),
    path("c/<str:number>/macros/<int:pk>/", using.macro, name="use-one"),
    path("c/<str:number>/macros/undo/<int:pk>/", using.undo, name="undo"),
    path("settings/macros/", macros.macros, name="macros"),
    path("settings/macros/new/", macros.new_macro, name="new-macro"),
    path("settings/macros/sentence/", macros.sentence, name="macro-sentence"),
    path("settings/macros/<int:pk>/", macros.macro, name="macro"),
    path("settings/macros/<int:pk>/archive/", macros.switch, name="switch-macro"),
    path("settings/rules/", rules.rules, name="rules"),
    path("settings/rules/new/", rules.new_rule, name="new-rule"),
    path("settings/rules/sentence/", rules.sentence, name="sentence"),
    path("settings/rules/examples/", rules.examples, name="examples"),
    path("settings/rules/paper/", rules.paper, name="paper"),
    path("settings/rules/<int:pk>/", rules.rule, name="rule"),
    path("settings/rules/<int:pk>/switch/", rules.switch, name="switch"),
    path("settings/rules/<int:pk>/versions/", rules.versions, name="versions"),
    path("settings/rules/<int:pk>/versions/<int:number>/restore/", rules.restore, name="restore"),
    path("settings/rules/<int:pk>/log/", rules.log, name="log"),
    path("settings/rules/<int:pk>/rehearsal/", rules.rehearsal, name="rehearsal"),
]
