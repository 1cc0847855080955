from django.urls import path

from ascolto.directory.views import fields, handles, merging, notes, people, privacy

app_name = "directory"
urlpatterns = [
    path("c/<str:number>/identities/", handles.of_conversation, name="identities"),
    path("customers/", people.customers, name="customers"),
    path("customers/duplicates/", merging.suggestions, name="duplicates"),
    path("customers/duplicates/<int:pk>/", merging.judge, name="judge"),
    path("customers/merges/<int:pk>/undo/", merging.take_back, name="unmerge"),
    path("customers/<int:pk>/", people.customer, name="customer"),
    path("customers/<int:pk>/timeline/", people.timeline, name="timeline"),
    path("customers/<int:pk>/write/", people.write, name="write"),
    path("customers/<int:pk>/change/", people.change, name="change"),
    path("customers/<int:pk>/fields/", people.fields, name="fields"),
    path("customers/<int:pk>/handles/", handles.add, name="add-handle"),
    path("customers/<int:pk>/handles/<int:identity>/", handles.change, name="handle"),
    path("customers/<int:pk>/notes/", notes.add, name="add-note"),
    path("customers/<int:pk>/notes/<int:note>/", notes.change, name="note"),
    path("customers/<int:pk>/merge/", merging.merge_with, name="merge"),
    path("customers/<int:pk>/privacy/", privacy.privacy, name="privacy"),
    path("customers/<int:pk>/privacy/export/", privacy.export, name="export"),
    path("customers/<int:pk>/privacy/export/<int:export>/", privacy.download, name="download"),
    path("customers/<int:pk>/privacy/erase/", privacy.erase, name="erase"),
    path("customers/<int:pk>/privacy/keep/", privacy.keep, name="keep"),
    path("customers/<int:pk>/privacy/objection/", privacy.objection, name="objection"),
    path("settings/customer-fields/", fields.customer_fields, name="field-settings"),
    path("settings/customer-fields/<int:pk>/", fields.customer_field, name="field-setting"),
    path("settings/customer-fields/<int:pk>/archive/", fields.archive, name="archive-field"),
]
