"""What a rule can wait for: the events of the log, in words. A closed register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ascolto.conversations.models import Status
from ascolto.events.models import Event
from ascolto.ui.forms import PlainForm
from ascolto.understanding.models import Sentiment

Detail = Mapping[str, Any]
RECEIVED, UNDERSTOOD = "message.received", "message.understood"
UNANSWERED, SNOOZE_ENDED = "conversation.unanswered", "conversation.snooze_ended"
ANGRY_FROM = 0.6  # probability, as readings have it
MOST_HOURS = 24 * 60


class HoursForm(PlainForm):
    hours = forms.IntegerField(
        label=gettext_lazy("Hours without an answer"), min_value=1, max_value=MOST_HOURS, initial=4
    )


class LabelForm(PlainForm):
    label = forms.CharField(
        label=gettext_lazy("Label"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Empty: any label."),
        widget=forms.TextInput(attrs={"list": "known-labels", "autocomplete": "off"}),
    )


class StarsForm(PlainForm):
    stars = forms.IntegerField(label=gettext_lazy("Stars at most"), min_value=1, max_value=5, initial=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One kind of moment. `accepts` looks at one event of `types`; `words` is what follows "When".

    `about_message`: the event names a message of the customer, so that conditions may ask about it. `asks_message`: `accepts` needs the
    message itself. `is_timed`: a timer makes the event (see `timers.py`), for one rule.
    """

    key: str
    label: str | Promise
    types: frozenset[str]
    words: Callable[[Detail], str]
    accepts: Callable[[Event, Detail], bool] = lambda event, detail: True
    Form: type[PlainForm] = PlainForm
    about_message: bool = False
    is_timed: bool = False


def _customer_wrote(event: Event, detail: Detail) -> bool:
    return not (event.data.get("echo") or event.data.get("automatic"))


def _gained_label(event: Event, detail: Detail) -> bool:
    gained = {name.casefold() for name in event.data.get("labels", [])} - {
        name.casefold() for name in event.data.get("previous", [])
    }
    wanted = str(detail.get("label") or "").casefold()
    return wanted in gained if wanted else bool(gained)


def _unhappy(event: Event, detail: Detail) -> bool:
    return (
        event.data.get("sentiment") == Sentiment.NEGATIVE or float(event.data.get("anger") or 0) >= ANGRY_FROM
    )


def _given_to_somebody(event: Event, detail: Detail) -> bool:
    held = (event.data.get("assignee"), event.data.get("team"))
    return any(held) and held != (event.data.get("previous_assignee"), event.data.get("previous_team"))


def _labelled_words(detail: Detail) -> str:
    if detail.get("label"):
        return _("a conversation is labelled “%(label)s”") % {"label": detail["label"]}
    return _("a conversation is labelled")


def _unanswered_words(detail: Detail) -> str:
    n = int(detail.get("hours") or 0)
    words = ngettext("a customer has no answer for %(n)s hour", "a customer has no answer for %(n)s hours", n)
    return words % {"n": n}


def _rated_words(detail: Detail) -> str:
    n = int(detail.get("stars") or 0)
    words = ngettext("a review has %(n)s star or fewer", "a review has %(n)s stars or fewer", n)
    return words % {"n": n}


OCCASIONS: dict[str, Occasion] = {
    occasion.key: occasion
    for occasion in (
        Occasion(
            key="message_received",
            label=gettext_lazy("A customer writes"),
            types=frozenset({RECEIVED}),
            words=lambda detail: _("a customer writes"),
            accepts=_customer_wrote,
            about_message=True,
        ),
        Occasion(
            key="created",
            label=gettext_lazy("A conversation begins"),
            types=frozenset({"conversation.created"}),
            words=lambda detail: _("a conversation begins"),
        ),
        Occasion(
            key="reopened",
            label=gettext_lazy("A conversation is opened again"),
            types=frozenset({"conversation.reopened"}),
            words=lambda detail: _("a conversation is opened again"),
        ),
        Occasion(
            key="resolved",
            label=gettext_lazy("A conversation is resolved"),
            types=frozenset({"conversation.status_changed"}),
            words=lambda detail: _("a conversation is resolved"),
            accepts=lambda event, detail: event.data.get("status") == Status.RESOLVED,
        ),
        Occasion(
            key="assigned",
            label=gettext_lazy("A conversation is given to somebody"),
            types=frozenset({"conversation.assigned"}),
            words=lambda detail: _("a conversation is given to somebody"),
            accepts=_given_to_somebody,
        ),
        Occasion(
            key="labelled",
            label=gettext_lazy("A conversation is labelled"),
            types=frozenset({"conversation.labelled"}),
            words=_labelled_words,
            accepts=_gained_label,
            Form=LabelForm,
        ),
        Occasion(
            key="unanswered",
            label=gettext_lazy("A customer waits too long"),
            types=frozenset({UNANSWERED}),
            words=_unanswered_words,
            Form=HoursForm,
            is_timed=True,
        ),
        Occasion(
            key="promise_warned",
            label=gettext_lazy("A promise is soon due"),
            types=frozenset({"sla.warned"}),
            words=lambda detail: _("a promise is soon due"),
        ),
        Occasion(
            key="promise_broken",
            label=gettext_lazy("A promise is broken"),
            types=frozenset({"sla.breached"}),
            words=lambda detail: _("a promise is broken"),
        ),
        Occasion(
            key="unhappy",
            label=gettext_lazy("A customer is unhappy"),
            types=frozenset({UNDERSTOOD}),
            words=lambda detail: _("a customer sounds unhappy"),
            accepts=_unhappy,
            about_message=True,
        ),
        Occasion(
            key="rated",
            label=gettext_lazy("A review with few stars arrives"),
            types=frozenset({RECEIVED}),
            words=_rated_words,
            accepts=_customer_wrote,
            Form=StarsForm,
            about_message=True,
        ),
        Occasion(
            key="snooze_ended",
            label=gettext_lazy("A snooze ends"),
            types=frozenset({SNOOZE_ENDED}),
            words=lambda detail: _("a snooze ends"),
            is_timed=True,
        ),
    )
}
