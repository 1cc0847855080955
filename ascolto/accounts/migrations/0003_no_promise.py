"""What the company promises is kept by the room of promises now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_public_name")]
    operations = [migrations.RemoveField(model_name="company", name="promise_minutes")]
