from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0004_health'),
    ]

    operations = [
        migrations.AddField(
            model_name='channelhealth',
            name='watched_from',
            field=models.DateTimeField(null=True),
        ),
    ]
