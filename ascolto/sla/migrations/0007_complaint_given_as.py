from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0006_dissolved_groups")]

    operations = [
        migrations.AddField(
            model_name="complaint",
            name="given_as",
            field=models.BigIntegerField(null=True),
        ),
    ]
