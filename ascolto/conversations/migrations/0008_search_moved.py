"""The word index is search's own now (ascolto/search): the old table goes. What is there is indexed again in the background."""

from django.db import migrations


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE conversations_search")


def create(apps, schema_editor):
    from importlib import import_module

    import_module("ascolto.conversations.migrations.0002_search").create(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_threads_and_aliases")]
    operations = [migrations.RunPython(drop, create)]
