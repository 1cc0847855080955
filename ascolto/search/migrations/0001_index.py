"""The index: FTS5 on SQLite, tsvector with GIN on PostgreSQL; and how often each word occurs."""

from django.db import migrations, models

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5 (conversation_id UNINDEXED, said_at UNINDEXED, words, marks,"
    " tokenize = 'unicode61 remove_diacritics 0', columnsize = 0)",
    "CREATE TABLE search_term (term text PRIMARY KEY, docs integer NOT NULL) WITHOUT ROWID",
)
POSTGRESQL = (
    "CREATE TABLE search_index (id bigint PRIMARY KEY, conversation_id bigint NOT NULL, said_at bigint NOT NULL,"
    " vector tsvector NOT NULL)",
    "CREATE INDEX search_index_vector ON search_index USING gin (vector) WITH (gin_pending_list_limit = 1024)",
    'CREATE TABLE search_term (term text COLLATE "C" PRIMARY KEY, docs bigint NOT NULL) WITH (fillfactor = 80)',
)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for table in ("search_index", "search_term"):
        schema_editor.execute(f"DROP TABLE {table}")


def remember_what_is_old(apps, schema_editor):
    """An installation that has messages already is indexed in the background, the newest first."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM conversations_message")
        newest = cursor.fetchone()[0] or 0
    apps.get_model("search", "Reindexing").objects.create(pk=1, below=newest + 1 if newest else 0, newest=newest)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_search_moved")]
    operations = [
        migrations.CreateModel(
            name="Reindexing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("below", models.BigIntegerField(default=0)),
                ("newest", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Stale",
            fields=[
                ("conversation", models.BigIntegerField(primary_key=True, serialize=False)),
                ("after", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(create, drop),
        migrations.RunPython(remember_what_is_old, migrations.RunPython.noop),
    ]
