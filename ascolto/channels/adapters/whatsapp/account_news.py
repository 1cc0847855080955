"""What WhatsApp tells about our account: templates, quality, restrictions. Shown in the inbox's health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ascolto.channels.protocol import AccountNews
from ascolto.channels.reading import object_of, plain, text_of
from ascolto.channels.vendors.meta_graph import reason_of

Level = Literal["info", "warning", "error"]
_ERRORS = {
    "ACCOUNT_DELETED",
    "ACCOUNT_OFFBOARDED",
    "ACCOUNT_RESTRICTION",
    "ACCOUNT_VIOLATION",
    "DISABLED_UPDATE",
    "PARTNER_APP_UNINSTALLED",
    "PARTNER_REMOVED",
}
_WARNINGS = {
    "DISABLED",
    "DOWNGRADE",
    "FLAGGED",
    "LOCKED",
    "PAUSED",
    "PENDING_DELETION",
    "REJECTED",
    "DECLINED",
}
_SUBJECTS = {
    "account_update": "Account",
    "account_review_update": "Account review",
    "account_alerts": "Account alert",
    "business_capability_update": "Limits",
    "business_status_update": "Business",
    "message_template_status_update": "Template",
    "message_template_quality_update": "Template quality",
    "message_template_components_update": "Template text",
    "template_category_update": "Template category",
    "template_correct_category_detection": "Template category",
    "phone_number_quality_update": "Telephone number",
    "phone_number_name_update": "Display name",
    "business_username_update": "User name",
    "payment_configuration_update": "Payments",
    "partner_solutions": "Partner",
    "security": "Security",
    "account_settings_update": "Settings",
    "flows": "Form",
}
# What happened, in WhatsApp's words (`_event`), as far as we know how to say it otherwise.
_EVENTS = (
    *(
        "approved",
        "rejected",
        "declined",
        "deferred",
        "pending",
        "paused",
        "disabled",
        "flagged",
        "in appeal",
    ),
    *("reinstated", "pending deletion", "deleted", "locked", "unlocked", "green", "yellow", "red", "unknown"),
    *(
        "utility",
        "marketing",
        "authentication",
        "upgrade",
        "downgrade",
        "verified account",
        "disabled update",
    ),
    *("account violation", "account restriction", "account deleted", "account offboarded", "partner removed"),
)
SENTENCES = (
    *sorted({f"{subject}: %(event)s" for subject in _SUBJECTS.values()}),
    *sorted({f"{subject} %(name)s: %(event)s" for subject in _SUBJECTS.values() if "Template" in subject}),
    *sorted(set(_SUBJECTS.values())),
    *_EVENTS,
    "%(count)s approved templates.",
)


def read_news(field: str, value: Mapping[str, Any]) -> AccountNews | None:
    """The news in a change of a field that concerns the account; None for another field."""
    subject = _SUBJECTS.get(field)
    if subject is None:
        return None
    event = _event(value)
    title = subject
    if name := text_of(value.get("message_template_name"), 100):
        language = text_of(value.get("message_template_language"), 20)
        title += f" {name}" + (f" ({language})" if language else "")
    if event:
        title += f": {event.replace('_', ' ').lower()}"
    return AccountNews(
        title=title[:300],
        level=_level(event, value),
        detail=object_of(plain(dict(value))),
        of_templates="template" in field,
    )


def _event(value: Mapping[str, Any]) -> str:
    names = ("event", "decision", "new_quality_score", "new_category", "alert_type", "status")
    alert = object_of(value.get("alert_info"))
    return next((text for name in names if (text := text_of(value.get(name) or alert.get(name), 80))), "")


def _level(event: str, value: Mapping[str, Any]) -> Level:
    severity = text_of(
        object_of(value.get("alert_info")).get("alert_severity") or value.get("alert_severity"), 20
    )
    if event.upper() in _ERRORS or severity.upper() == "CRITICAL":
        return "error"
    if event.upper() in _WARNINGS or severity.upper() == "WARNING" or event.upper() in {"RED", "YELLOW"}:
        return "warning"
    return "info"


def read_error(error: Mapping[str, Any]) -> AccountNews:
    """A fault of WhatsApp that is not about one message."""
    return AccountNews(
        title=reason_of(error) or "WhatsApp reports an error.",
        level="warning",
        detail=object_of(plain(dict(error))),
    )
