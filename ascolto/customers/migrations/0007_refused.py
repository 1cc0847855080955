import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("customers", "0006_merging_notes_fields"),
    ]

    operations = [
        migrations.AddField("identity", "refused_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "identity",
            "refused_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "identity", "refused_why", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddIndex(
            "identity",
            models.Index(
                fields=["refused_at"],
                name="identity_refused",
                condition=models.Q(refused_at__isnull=False),
            ),
        ),
    ]
