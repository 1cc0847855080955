"""What happened to a customer, in one line each, from the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.customers.models import Customer
from ascolto.events.models import Event
from ascolto.kit.ids import reference_number

ICONS = {
    "conversation.status_changed": "check",
    "conversation.reopened": "undo-2",
    "conversation.handed_off": "corner-down-right",
    "commitment.kept": "check",
    "commitment.broken": "triangle-alert",
    "complaint.registered": "megaphone",
    "customer.merged": "users",
    "customer.unmerged": "split",
    "customer.identity_changed": "badge-check",
    "customer.handle_changed": "badge-check",
    "customer.consent_changed": "shield-check",
    "customer.labelled": "tag",
    "customer.changed": "pencil-line",
}


def words_of_events(events: Sequence[Event]) -> dict[int, str]:
    """The line of each event, by its id; none where it says nothing worth a line. Two queries at most."""
    people = {e.actor_id for e in events if e.actor_kind == "agent" and e.actor_id}
    names = dict(Agent.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    told = (e.data.get(key) for e in events if e.type in _MERGES for key in ("source", "target"))
    others = {pk for pk in told if isinstance(pk, int)}
    customers = dict(Customer.objects.filter(pk__in=others).values_list("pk", "name")) if others else {}
    return {event.pk: _line(event, names, customers) for event in events}


_MERGES = {"customer.merged", "customer.unmerged"}


def _line(event: Event, names: dict[int, str], customers: dict[int, str]) -> str:
    who = names.get(event.actor_id or 0, "") if event.actor_kind == "agent" else "Ascolto"
    told: dict[str, Any] = {"who": who or _("Somebody")}
    if event.type in _MERGES:
        return _merge_line(event, told, customers)
    if event.type == "customer.identity_changed":
        return _identity_line(event, told)
    if event.type == "customer.consent_changed":
        return _consent_line(event, told)
    if event.type == "conversation.status_changed":
        return _("%(who)s resolved it") % told if event.data.get("status") == "resolved" else ""
    if event.type == "customer.labelled":
        labels = ", ".join(event.data.get("labels") or []) or _("none")
        return _("%(who)s labelled the customer: %(labels)s") % {**told, "labels": labels}
    sentence = {
        "conversation.reopened": _("It was reopened"),
        "conversation.handed_off": _("It changed hands"),
        "commitment.kept": _("A promise was kept"),
        "commitment.broken": _("A promise was broken"),
        "complaint.registered": _("It was registered as a complaint"),
        "customer.handle_changed": _("The network says that a handle changed"),
        "customer.changed": _("%(who)s changed what is known"),
    }.get(event.type, "")
    return sentence % told if "%" in sentence else sentence


def _merge_line(event: Event, told: dict[str, Any], customers: dict[int, str]) -> str:
    is_target = event.data.get("target") == event.customer_id
    other = event.data.get("source" if is_target else "target") or 0
    told["other"] = customers.get(other) or reference_number(other)
    if event.type == "customer.merged":
        return (
            _("%(who)s merged %(other)s into this customer") % told
            if is_target
            else _("%(who)s merged this customer into %(other)s") % told
        )
    return _("%(who)s took the merge with %(other)s back") % told


def _identity_line(event: Event, told: dict[str, Any]) -> str:
    sentence = {
        "added": _("%(who)s wrote down a handle"),
        "proven": _("%(who)s made sure of a handle"),
        "doubted": _("%(who)s took back that a handle was proven"),
        "removed": _("%(who)s removed a handle"),
        "restored": _("%(who)s brought a handle back"),
        "moved": _("%(who)s gave a handle to another customer")
        if event.data.get("previous") == event.customer_id
        else _("%(who)s took a handle over from another customer"),
    }.get(str(event.data.get("verb")), "")
    reason = str(event.data.get("reason") or "")
    line = sentence % told if sentence else ""
    return f"{line}: {reason}" if line and reason else line


def _consent_line(event: Event, told: dict[str, Any]) -> str:
    granted, is_offers = bool(event.data.get("granted")), event.data.get("scope") != "messages"
    if granted:
        line = _("Messages nobody asked for are allowed") if is_offers else _("Messages are allowed again")
    else:
        line = _("No messages that nobody asked for") if is_offers else _("No messages on this handle")
    reason = str(event.data.get("reason") or "")
    if event.actor_kind == "agent":
        line = f"{line} ({told['who']})"
    return f"{line}: {reason}" if reason else line
