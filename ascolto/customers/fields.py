"""Fields of customers that this company defines itself, and what they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ascolto.customers.models import Customer, CustomerField, CustomerFieldValue
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean, fold

MOST_FIELDS, MOST_CHOICES, LONGEST = 60, 100, 1_000
YES, NO = "yes", "no"


def normal(field: CustomerField, given: Any) -> str:
    """What is given as the field keeps it; empty for nothing. Raises ValidationError saying what to write."""
    if field.kind == CustomerField.Kind.MULTI:
        return _several(field, given)
    text = " ".join(clean(_as_text(given), LONGEST * 4).split())
    if not text:
        return ""
    if len(text) > LONGEST:
        raise ValidationError(_("At most %(limit)s characters.") % {"limit": LONGEST})
    return _NORMAL[CustomerField.Kind(field.kind)](field, text)


def _as_text(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return YES if given else NO
    if isinstance(given, (list, tuple, dict)):
        raise ValidationError(_("One value is expected."))
    return str(given) if not isinstance(given, int) or abs(given) < 10**18 else "9" * 19


def _plain(field: CustomerField, text: str) -> str:
    return text


def _number(field: CustomerField, text: str) -> str:
    written = text.replace(" ", "").replace("’", "").replace("'", "")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*,\d+", written) or re.fullmatch(r"[+-]?\d+,\d+", written):
        written = written.replace(".", "").replace(",", ".")  # 1.204,50 as Italians write it
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", written):
        raise ValidationError(_("Write a number, such as 12 or 12.5."))
    return f"{float(written):.10f}".rstrip("0").rstrip(".")


def _date(field: CustomerField, text: str) -> str:
    for pattern, order in (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2)),
        (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", (2, 1, 0)),
    ):
        if match := re.fullmatch(pattern, text, re.ASCII):
            parts = [int(match.groups()[place]) for place in order]
            try:
                return date(*parts).isoformat()
            except ValueError:
                break
    raise ValidationError(_("Write a date, such as 2026-06-11 or 11/06/2026."))


def _choice(field: CustomerField, text: str) -> str:
    wanted = fold(text)
    for choice in field.choices:
        if fold(choice) == wanted:
            return choice
    raise ValidationError(_("Choose one of: %(choices)s") % {"choices": ", ".join(field.choices)})


def _yes_no(field: CustomerField, text: str) -> str:
    word = fold(text)
    if word in {"yes", "si", "true", "1", "y", "vero"}:
        return YES
    if word in {"no", "false", "0", "n", "falso"}:
        return NO
    raise ValidationError(_("Write yes or no."))


def _link(field: CustomerField, text: str) -> str:
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        is_web = False
    if not is_web or " " in text:
        raise ValidationError(_("Write a web address that begins with https://."))
    return text


def _several(field: CustomerField, given: Any) -> str:
    if isinstance(given, (list, tuple)):
        words = [_as_text(one) for one in given[: MOST_CHOICES + 1]]
    else:
        words = re.split(r"[\n,;]", clean(_as_text(given), LONGEST * 4))
    chosen = {_choice(field, " ".join(clean(word, LONGEST).split())) for word in words if word.strip()}
    text = "\n".join(choice for choice in field.choices if choice in chosen)
    if len(text) > LONGEST:
        raise ValidationError(_("At most %(limit)s characters.") % {"limit": LONGEST})
    return text


_NORMAL = {
    CustomerField.Kind.TEXT: _plain,
    CustomerField.Kind.NUMBER: _number,
    CustomerField.Kind.DATE: _date,
    CustomerField.Kind.CHOICE: _choice,
    CustomerField.Kind.YES_NO: _yes_no,
    CustomerField.Kind.LINK: _link,
}


def native(field: CustomerField, value: str) -> Any:
    """A kept value as the API tells it: a number, a boolean, a list of choices, or text; None for nothing."""
    if not value:
        return None
    if field.kind == CustomerField.Kind.NUMBER:
        found = float(value)
        return int(found) if found.is_integer() else found
    if field.kind == CustomerField.Kind.YES_NO:
        return value == YES
    return value.split("\n") if field.kind == CustomerField.Kind.MULTI else value


def active_fields() -> list[CustomerField]:
    """The fields in use, in their order."""
    return list(CustomerField.objects.filter(archived_at=None))


def may_edit(by: Any, field: CustomerField) -> bool:
    """Whether this person may write the field on a screen."""
    if field.editor == CustomerField.Editor.NOBODY or not by.may("customers.change"):
        return False
    return field.editor == CustomerField.Editor.AGENTS or bool(by.is_lead)


@transaction.atomic
def set_field_values(
    *, by: Any, customer: Customer, given: Mapping[str, Any], by_api: bool = False
) -> list[str]:
    """Write values by the fields' keys (empty: forget it). Returns the keys that changed.

    Raises ValidationError by key: unknown, wrong, or empty where the field is required; Refused where this person may not write one.
    """
    fields = {
        field.key: field
        for field in CustomerField.objects.filter(key__in=list(given)[:MOST_FIELDS], archived_at=None)
    }
    wanted, errors = _read(by, fields, given, by_api=by_api)
    if errors:
        raise ValidationError(errors)
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    known = {
        row.field_id: row
        for row in CustomerFieldValue.objects.filter(customer=customer, field__in=fields.values())
    }
    changed = [key for key, value in wanted.items() if _write(customer, fields[key], known, value)]
    if changed:
        emit(
            "customer.changed",
            actor=actor_of(by),
            customer=customer.pk,
            fields=[f"fields.{key}" for key in changed],
        )
    return changed


def _read(
    by: Any, fields: Mapping[str, CustomerField], given: Mapping[str, Any], *, by_api: bool
) -> tuple[dict[str, str], dict[str, Any]]:
    wanted: dict[str, str] = {}
    errors: dict[str, Any] = {}
    for key, value in given.items():
        field = fields.get(key)
        if field is None:
            errors[key[:40]] = _("There is no such field.")
            continue
        is_free = by_api and field.editor == CustomerField.Editor.NOBODY and by.may("customers.change")
        if by is not None and not is_free and not may_edit(by, field):
            raise Refused("field_closed", "You may not write this field.", fix="Ask a lead.")
        try:
            wanted[key] = normal(field, value)
        except ValidationError as error:
            errors[key] = error.messages[0]
            continue
        if field.is_required and not wanted[key]:
            errors[key] = _("This is needed.")
    return wanted, errors


def _write(
    customer: Customer, field: CustomerField, known: Mapping[int, CustomerFieldValue], value: str
) -> bool:
    row = known.get(field.pk)
    if (row.value if row else "") == value:
        return False
    if not value:
        CustomerFieldValue.objects.filter(customer=customer, field=field).delete()
        return True
    number = float(value) if field.kind == CustomerField.Kind.NUMBER else None
    if number is not None and not math.isfinite(number):
        number = None
    CustomerFieldValue.objects.update_or_create(
        customer=customer, field=field, defaults={"value": value, "number": number}
    )
    return True


@transaction.atomic
def save_field(*, by: Any, field: CustomerField, **wanted: Any) -> CustomerField:
    """Define a field, or change its words, choices, place and rights; its kind stays. Raises ValidationError, Refused."""
    if not by.may("customers.fields"):
        raise Refused("not_allowed", "You may not define fields.", fix="Ask a lead.")
    is_new = field.pk is None
    if is_new and CustomerField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise ValidationError(_("There are %(limit)s fields already.") % {"limit": MOST_FIELDS})
    before = {name: getattr(field, name) for name in wanted}
    if not is_new:
        wanted.pop("kind", None)
    for name, value in wanted.items():
        setattr(field, name, value)
    _check_definition(field)
    if is_new:
        field.key = _free_key(field.name)
        field.position = (CustomerField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    field.save()
    changed = ["made"] if is_new else sorted(name for name in wanted if before[name] != getattr(field, name))
    if changed:
        changes = changes_between({} if is_new else before, {name: getattr(field, name) for name in wanted})
        emit(
            "customer_field.changed",
            actor=actor_of(by),
            key=field.key,
            name=field.name,
            fields=changed,
            changes=changes,
        )
    return field


def _check_definition(field: CustomerField) -> None:
    field.name = " ".join(clean(field.name, 200).split())
    if not field.name or len(field.name) > 60:
        raise ValidationError({"name": _("Write a name of at most %(limit)s characters.") % {"limit": 60}})
    same = CustomerField.objects.filter(name__iexact=field.name, archived_at=None).exclude(pk=field.pk or 0)
    if same.exists():
        raise ValidationError({"name": _("There is a field of this name already.")})
    if field.kind in {CustomerField.Kind.CHOICE, CustomerField.Kind.MULTI}:
        field.choices = _choices(field.choices)
    else:
        field.choices = []


def _choices(given: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for line in given:
        if word := " ".join(clean(line, 200).split())[:80]:
            found.setdefault(fold(word), word)
    if not 1 <= len(found) <= MOST_CHOICES:
        raise ValidationError(
            {"choices": _("Write between one and %(limit)s choices, one a line.") % {"limit": MOST_CHOICES}}
        )
    return list(found.values())


def _free_key(name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:30] or "field"
    key, place = base, 2
    while CustomerField.objects.filter(key=key).exists():
        key, place = f"{base}_{place}", place + 1
    return key


@transaction.atomic
def archive_field(*, by: Any, field: CustomerField, archived: bool = True) -> None:
    """Offer a field no more, or again; what it holds stays. Raises Refused."""
    if not by.may("customers.fields"):
        raise Refused("not_allowed", "You may not define fields.", fix="Ask a lead.")
    CustomerField.objects.filter(pk=field.pk).update(archived_at=now() if archived else None)
    emit(
        "customer_field.changed",
        actor=actor_of(by),
        key=field.key,
        name=field.name,
        fields=["archived" if archived else "restored"],
        changes={"is_archived": [not archived, archived]},
    )
