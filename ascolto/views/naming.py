"""The views that everybody has, as they are called and drawn, in the order in which they stand where nobody arranged them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ascolto.conversations.fields import Words

BUILT_IN: dict[str, tuple[Words, str]] = {
    "to_answer": (_("To answer"), "message-circle-reply"),
    "mine": (_("Mine"), "user-round"),
    "unassigned": (_("Unassigned"), "circle-dashed"),
    "promised": (_("Dated promises"), "calendar-clock"),
    "public": (_("In public"), "globe"),
    "department": (_("Wait for a department"), "split"),
    "pending": (_("Pending"), "pause"),
    "on_hold": (_("On hold"), "timer"),
    "resolved": (_("Done"), "check"),
    "all": (_("All"), "layers"),
}
