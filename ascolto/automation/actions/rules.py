"""Rules: written, changed, ordered, switched on and off, put away. Each change of what a rule says makes a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent
from ascolto.automation.guarding import starts_itself
from ascolto.automation.models import Rule, RuleTimer, RuleVersion
from ascolto.automation.saying import Saying, read_rule, stored_rule
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now

MOST_RULES = 500
MOST_PER_HOUR = 100_000
_KEEP: Any = object()


def check_may(by: Agent | None) -> None:
    """Raises Refused for who may not write rules; None is the system."""
    if by is not None and not by.may("rules.manage"):
        raise Refused("not_permitted", gettext_noop("You may not write rules."))


def checked_rule(data: Any) -> Saying:
    """What a rule says, also asked whether it starts itself. Raises ValidationError by part."""
    saying = read_rule(data)
    effects = [effect for planned in saying.steps for effect in planned.step.waits_for(planned.given)]
    if starts_itself(saying.occasion.key, saying.detail, effects):
        why = _(
            "This rule does what it waits for: it would start itself. Wait for something else, or do something else."
        )
        raise ValidationError({"steps": [why]})
    return saying


@transaction.atomic
def create_rule(*, by: Agent | None, name: str, says: Any, most_per_hour: int = 500) -> Rule:
    """A new rule, switched off, after the others. Raises ValidationError by part, Refused."""
    check_may(by)
    checked, saying = _checked_name(name), checked_rule(says)
    there = Rule.objects.filter(archived_at=None)
    if there.count() >= MOST_RULES:
        raise ValidationError(_("There are %(n)s rules already.") % {"n": MOST_RULES})
    last = there.aggregate(last=Max("position"))["last"]
    rule = Rule.objects.create(
        name=checked, position=(last or 0) + 1, most_per_hour=_checked_brake(most_per_hour)
    )
    _new_version(rule, by, saying)
    _tell("rule.created", by, rule)
    return rule


@transaction.atomic
def change_rule(
    *, by: Agent | None, rule: Rule, name: str = _KEEP, says: Any = _KEEP, most_per_hour: int = _KEEP
) -> list[str]:
    """Change what is given. What it says becomes a new version. Returns the fields that changed. Raises ValidationError, Refused."""
    check_may(by)
    current = _locked(rule)
    wanted: dict[str, Any] = {}
    if name is not _KEEP:
        wanted["name"] = _checked_name(name)
    if most_per_hour is not _KEEP:
        wanted["most_per_hour"] = _checked_brake(most_per_hour)
    before = {field: getattr(current, field) for field in wanted}
    fields = [field for field, value in wanted.items() if before[field] != value]
    saying = checked_rule(says) if says is not _KEEP else None
    old = current.version.says if current.version else {}
    changes = changes_between(before, wanted)
    for field in fields:
        setattr(current, field, wanted[field])
    if saying is not None and saying.plain() != old:
        changes |= changes_between(_told(old), _told(saying.plain()))
        fields += sorted(field for field in saying.plain() if saying.plain()[field] != old.get(field))
        _new_version(current, by, saying)
    if fields:
        current.failures = 0
        current.save()
        _tell("rule.changed", by, current, fields=fields, changes=changes, version=_number(current))
        rule.refresh_from_db()
    return fields


def _told(says: Mapping[str, Any]) -> dict[str, str]:
    """What a rule says as one sentence, for the log."""
    saying = stored_rule(says)
    return {"sentence": saying.sentence() if saying else ""}


@transaction.atomic
def restore_version(*, by: Agent | None, rule: Rule, number: int) -> RuleVersion:
    """Let a rule say again what it said once; that is a new version. Raises RuleVersion.DoesNotExist, ValidationError, Refused."""
    check_may(by)
    current = _locked(rule)
    old = current.versions.get(number=number)  # type: ignore[attr-defined]
    made = _new_version(current, by, checked_rule(old.says), restores=number)
    current.failures = 0
    current.save()
    _tell(
        "rule.changed",
        by,
        current,
        fields=["version"],
        version=made.number,
        changes={"version": [None, number]},
    )
    rule.refresh_from_db()
    return made


@transaction.atomic
def switch_rule(*, by: Agent | None, rule: Rule, on: bool) -> bool:
    """Let a rule run, or not; one that was paused runs again. Whether that changed anything. Raises Refused."""
    check_may(by)
    current = _locked(rule)
    if current.archived_at is not None:
        raise Refused("archived", gettext_noop("This rule was put away: take it out first."))
    if current.is_enabled == on and (current.paused_at is None or not on):
        return False
    if on and not current.is_running:
        current.enabled_at = now()
    current.is_enabled, current.paused_at, current.paused_why, current.failures = on, None, "", 0
    current.save()
    if not on:
        RuleTimer.objects.filter(rule=current).delete()
    _tell("rule.enabled" if on else "rule.disabled", by, current)
    rule.refresh_from_db()
    return True


@transaction.atomic
def move_rule(*, by: Agent | None, rule: Rule, places: int) -> bool:
    """Let a rule come earlier (negative) or later. Whether it moved. Raises Refused."""
    check_may(by)
    rows = list(Rule.objects.select_for_update().filter(archived_at=None).order_by("position", "id"))
    ids = [row.pk for row in rows]
    if rule.pk not in ids:
        return False
    at = ids.index(rule.pk)
    to = max(0, min(len(rows) - 1, at + places))
    rows.insert(to, rows.pop(at))
    for position, row in enumerate(rows, 1):
        row.position = position
    Rule.objects.bulk_update(rows, ["position"])
    if to != at:
        _tell(
            "rule.changed",
            by,
            rule,
            fields=["position"],
            version=_number(rule),
            changes={"position": [at + 1, to + 1]},
        )
    rule.refresh_from_db()
    return to != at


@transaction.atomic
def archive_rule(*, by: Agent | None, rule: Rule) -> bool:
    """Put a rule away: it does nothing any more. Whether that changed anything. Raises Refused."""
    check_may(by)
    changed = Rule.objects.filter(pk=rule.pk, archived_at=None).update(archived_at=now(), is_enabled=False)
    if changed:
        RuleTimer.objects.filter(rule=rule).delete()
        _tell("rule.archived", by, rule)
        rule.refresh_from_db()
    return bool(changed)


@transaction.atomic
def restore_rule(*, by: Agent | None, rule: Rule) -> bool:
    """Take a rule out again, switched off. Whether that changed anything. Raises Refused."""
    check_may(by)
    changed = Rule.objects.filter(pk=rule.pk).exclude(archived_at=None).update(archived_at=None)
    if changed:
        _tell("rule.restored", by, rule)
        rule.refresh_from_db()
    return bool(changed)


def _locked(rule: Rule) -> Rule:
    return Rule.objects.select_for_update(of=("self",)).select_related("version").get(pk=rule.pk)


def _checked_name(name: str) -> str:
    checked = checked_name(name, field="name")
    if len(checked) > 80:
        raise ValidationError({"name": _("A name has at most 80 characters.")})
    return checked


def _checked_brake(most: Any) -> int:
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST_PER_HOUR:
        limits = {"low": 1, "high": MOST_PER_HOUR}
        raise ValidationError({"most_per_hour": _("Write a number from %(low)s to %(high)s.") % limits})
    return most


def _new_version(rule: Rule, by: Agent | None, saying: Saying, restores: int | None = None) -> RuleVersion:
    last = RuleVersion.objects.filter(rule=rule).aggregate(last=Max("number"))["last"] or 0
    rule.version = RuleVersion.objects.create(
        rule=rule, number=last + 1, says=saying.plain(), by=by, restores=restores, at=now()
    )
    rule.save(update_fields=["version"])
    RuleTimer.objects.filter(rule=rule).delete()
    return rule.version


def _number(rule: Rule) -> int:
    return rule.version.number if rule.version else 0


def _tell(event_type: str, by: Agent | None, rule: Rule, **told: Any) -> None:
    emit(event_type, actor=actor_of(by), rule=rule.pk, name=rule.name, **told)
