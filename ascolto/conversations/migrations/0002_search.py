"""The word index: FTS5 on SQLite, tsvector with GIN on PostgreSQL. Filled by the `search` reader of the log."""

from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TABLE conversations_search (id bigint PRIMARY KEY, conversation_id bigint NOT NULL, vector tsvector NOT NULL)"
        )
        schema_editor.execute("CREATE INDEX conversations_search_words ON conversations_search USING gin (vector)")
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE conversations_search USING fts5"
            " (words, conversation_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '3')"
        )


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE conversations_search")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
