"""The promise of minutes that the company had chosen becomes its first policy, on a calendar that is always open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import migrations

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def make_first_promise(apps: Any, schema_editor: Any) -> None:
    company = apps.get_model("accounts", "Company").objects.first()
    policies = apps.get_model("sla", "SlaPolicy").objects
    if company is None or policies.filter(channel="", group=None, valid_until=None).exists():
        return
    calendar, _ = apps.get_model("sla", "BusinessCalendar").objects.get_or_create(name="Always open")
    if not calendar.versions.exists():
        content = {"time_zone": company.time_zone, "always": True}
        calendar.versions.create(valid_from=BEGINNING, content=content)
    promised = timedelta(minutes=company.promise_minutes)
    policies.create(
        name="Everybody",
        first_response=promised,
        next_response=promised,
        calendar=calendar,
        valid_from=BEGINNING,
    )


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_stamp"), ("accounts", "0002_public_name")]
    run_before = [("accounts", "0003_no_promise")]  # which takes away what is read here
    operations = [migrations.RunPython(make_first_promise, migrations.RunPython.noop)]
