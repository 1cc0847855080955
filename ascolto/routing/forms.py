"""The forms of the settings screens: rules, what a person takes and when they work, what comes to a team, groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Team
from ascolto.channels.models import ChannelAccount
from ascolto.customers.models import CustomerGroup
from ascolto.routing.actions.rules import LIMITS, MOST_CAPACITY, MOST_MINUTES
from ascolto.routing.models import AgentSkills, RoutingRules, Shift, TeamQueue
from ascolto.routing.weights import usual_weight
from ascolto.routing.words import channel_name, language_name
from ascolto.ui.forms import PlainForm, choices_of
from ascolto.understanding.models import Topic

_SPAN = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*[-–]\s*(\d{1,2})[:.]?(\d{2})?")
USUAL_LANGUAGES = ("it", "en", "de", "fr", "es", "pt", "nl", "ro", "ar", "zh", "uk", "pl", "sq")


def kinds_in_use(further: Iterable[str] = ()) -> list[str]:
    """The kinds of the connected inboxes, and these."""
    return sorted({*ChannelAccount.objects.values_list("kind", flat=True), *further})


class RulesForm(PlainForm):
    """How conversations find people."""

    is_on = forms.BooleanField(
        label=gettext_lazy("Give conversations out automatically"),
        required=False,
        help_text=gettext_lazy("Switched off, people take conversations themselves."),
    )
    hand_offs_at_most = forms.IntegerField(
        label=gettext_lazy("Hand-offs at most"),
        help_text=gettext_lazy("When a customer was handed over so often, a lead decides."),
    )
    continuity_minutes = forms.IntegerField(
        label=gettext_lazy("Wait for the same person (minutes)"),
        help_text=gettext_lazy("So long a customer who writes again waits for the person who knows them."),
    )
    widen_at = forms.IntegerField(
        label=gettext_lazy("Accept less fitting skills after (% of the promise)"),
        help_text=gettext_lazy(
            "Then the topic may be missing. The language stays until the promise is over."
        ),
    )
    overflow_at = forms.IntegerField(
        label=gettext_lazy("Other teams help after (% of the promise)"),
        help_text=gettext_lazy("First the team named for it, then every team that may see the inbox."),
    )
    away_after_minutes = forms.IntegerField(
        label=gettext_lazy("Away after (minutes without a sign of life)"),
        help_text=gettext_lazy("An open screen that is in sight gives one every minute."),
    )

    def __init__(self, *args: Any, rules: RoutingRules, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(rules, name) for name in ("is_on", *LIMITS)})
        super().__init__(*args, **kwargs)
        for name, (low, high) in LIMITS.items():
            self.fields[name].widget.attrs |= {"min": low, "max": high, "class": "input"}
        self.kinds = kinds_in_use(rules.weights)
        for kind in self.kinds:
            self.fields[f"weight_{kind}"] = forms.IntegerField(
                label=channel_name(kind),
                required=False,
                initial=rules.weights.get(kind),
                widget=forms.NumberInput(
                    attrs={"min": 1, "max": 100, "placeholder": usual_weight(kind), "class": "input"}
                ),
            )
        self.groups = {str(group.pk): group for group in CustomerGroup.objects.all()}
        for pk, group in self.groups.items():
            self.fields[f"group_{pk}"] = forms.IntegerField(
                label=group.name,
                required=False,
                initial=rules.group_minutes.get(pk),
                widget=forms.NumberInput(attrs={"min": 0, "max": MOST_MINUTES, "class": "input"}),
            )
        self.fields["group_reason"] = forms.CharField(
            label=_("Why are some customers answered before others?"),
            required=False,
            initial=rules.group_reason,
            max_length=300,
            help_text=_("The Charter shows this sentence, also to the public."),
            widget=forms.TextInput(attrs={"class": "input"}),
        )

    def parts(self) -> dict[str, list[Any]]:
        """The fields as the page shows them."""
        return {
            "main": [self[name] for name in ("is_on", *LIMITS)],
            "weights": [self[f"weight_{kind}"] for kind in self.kinds],
            "groups": [self[f"group_{pk}"] for pk in self.groups],
        }

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        weights = {kind: given[f"weight_{kind}"] for kind in self.kinds}
        minutes = {pk: given[f"group_{pk}"] for pk in self.groups}
        return {
            **{name: given[name] for name in ("is_on", *LIMITS)},
            "weights": {kind: weight for kind, weight in weights.items() if weight is not None},
            "group_minutes": {pk: value for pk, value in minutes.items() if value},
            "group_reason": given["group_reason"],
        }


class NeedsForm(PlainForm):
    """Topics, languages and channels: of a person, or of a team's queue."""

    def __init__(self, *args: Any, row: AgentSkills | TeamQueue | None, empty: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = list(Topic.objects.filter(is_active=True))
        languages = list(dict.fromkeys((*USUAL_LANGUAGES, *(row.languages if row else ()))))
        kinds = kinds_in_use(row.channels if row else ())
        chosen = {
            "topics": [str(pk) for pk in row.topics.values_list("pk", flat=True)] if row else [],
            "languages": row.languages if row else [],
            "channels": row.channels if row else [],
        }
        offered: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "topics": (_("Topics"), choices_of(topics)),
            "languages": (_("Languages"), [(code, language_name(code)) for code in languages]),
            "channels": (_("Channels"), [(kind, channel_name(kind)) for kind in kinds]),
        }
        for name, (label, choices) in offered.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=choices,
                initial=chosen[name],
                required=False,
                help_text=empty,
                widget=forms.CheckboxSelectMultiple(),
            )
        self._topics = {str(topic.pk): topic for topic in topics}

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        given = self.cleaned_data
        topics = [self._topics[pk] for pk in given["topics"]]
        return {"topics": topics, "languages": given["languages"], "channels": given["channels"]}


class SkillsForm(NeedsForm):
    """What a person can take."""

    def __init__(self, *args: Any, row: AgentSkills | None, capacity: int, **kwargs: Any) -> None:
        super().__init__(*args, row=row, empty=_("Nothing chosen means everything."), **kwargs)
        self.fields["capacity"] = forms.IntegerField(
            label=_("Capacity (hundredths of a person)"),
            initial=capacity,
            min_value=0,
            max_value=MOST_CAPACITY,
            help_text=_(
                "100: five messages, or three chats, or one call at once. 0: they are given nothing."
            ),
            widget=forms.NumberInput(attrs={"class": "input"}),
        )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "capacity": self.cleaned_data["capacity"]}


class QueueForm(NeedsForm):
    """What comes to a team first, and who helps."""

    def __init__(self, *args: Any, row: TeamQueue | None, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, row=row, empty=_("Nothing chosen means nothing by this."), **kwargs)
        self._teams = {str(other.pk): other for other in Team.objects.exclude(pk=team.pk)}
        self.fields["overflow"] = forms.ChoiceField(
            label=_("Who helps when it cannot keep up"),
            choices=[("", _("No team in particular")), *choices_of(list(self._teams.values()))],
            initial=str(row.overflow_id or "") if row else "",
            required=False,
            help_text=_("Helps where it may see the inbox."),
            widget=forms.Select(attrs={"class": "select"}),
        )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "overflow": self._teams.get(self.cleaned_data["overflow"])}


class ShiftsForm(PlainForm):
    """The hours of each weekday as people write them: 09:00-13:00, 14:00-18:00."""

    def __init__(self, *args: Any, shifts: Iterable[Shift] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written: dict[int, list[str]] = {}
        for shift in shifts:
            written.setdefault(shift.weekday, []).append(f"{shift.starts:%H:%M}-{shift.ends:%H:%M}")
        for day, name in WEEKDAYS.items():
            self.fields[f"day_{day}"] = forms.CharField(
                label=str(name).capitalize(),
                required=False,
                max_length=120,
                initial=", ".join(written.get(day, [])),
                widget=forms.TextInput(attrs={"class": "input", "placeholder": "09:00-13:00, 14:00-18:00"}),
            )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError at the day that cannot be read."""
        self.shifts: list[tuple[int, time, time]] = []
        for day in WEEKDAYS:
            for part in filter(None, (one.strip() for one in self.cleaned_data[f"day_{day}"].split(","))):
                span = read_span(part)
                if span is None:
                    self.add_error(f"day_{day}", _("Write times as 09:00-13:00, several with commas."))
                    break
                self.shifts.append((day, *span))
        return self.cleaned_data


def read_span(text: str) -> tuple[time, time] | None:
    """From and until, as in 9-13 or 09:00-13:30 (24 is the end of the day); None for anything else."""
    match = _SPAN.fullmatch(text[:40])
    if match is None:
        return None
    hours = [int(match[1]), int(match[3])]
    minutes = [int(match[2] or 0), int(match[4] or 0)]
    if hours[1] == 24 and minutes[1] == 0:
        hours[1] = 0
    if max(hours) > 23 or max(minutes) > 59:
        return None
    return time(hours[0], minutes[0]), time(hours[1], minutes[1])


class AbsenceForm(PlainForm):
    """From when until when somebody is not there, in the company's time zone."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=120, required=False)

    def values(self, time_zone: str) -> dict[str, Any]:
        """What the action takes: the times as the wall clock of this zone shows them."""
        zone = ZoneInfo(time_zone)
        times = {
            name: self.cleaned_data[name].replace(tzinfo=None).replace(tzinfo=zone)
            for name in ("starts_at", "ends_at")
        }
        return {**times, "why": self.cleaned_data["why"]}


class GroupForm(PlainForm):
    """The name of a group of customers."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
