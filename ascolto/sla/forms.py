"""Forms of the settings "Promises"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.selectors import all_teams
from ascolto.channels.registry import all_adapters
from ascolto.customers.models import CustomerGroup
from ascolto.sla.actions.escalation import NewStep
from ascolto.sla.actions.policies import Terms
from ascolto.sla.durations import LONGEST_TEXT, duration_text, read_duration
from ascolto.sla.lines import (
    NotALine,
    closures_text,
    openings_text,
    read_closures,
    read_days,
    read_openings,
    read_spans,
    spans_text,
)
from ascolto.sla.models import BusinessCalendar, EscalationStep, PromiseSettings, SlaPolicy
from ascolto.sla.packs import PACKS
from ascolto.ui.forms import PlainForm, choices_of, style

RUNGS = 3  # lines of the ladder's form at least
# Countries whose public holidays are offered first; any other code of two letters may be written.
COUNTRIES = ("IT", "ES", "FR", "DE", "AT", "CH", "GB", "IE", "PT", "NL", "BE", "US")


class DurationText(forms.CharField):
    """A length of time: `15 min`, `2 h`, `1 d`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, timedelta) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = read_duration(text)
        if found is None:
            raise forms.ValidationError(_("Write a time such as 15 min, 2 h or 1 d."))
        return found

    def run_validators(self, value: Any) -> None:
        """What is not text needs no checks of texts."""


class PolicyForm(PlainForm):
    """What is promised; for everybody, or for a channel or a group of customers."""

    first_response = DurationText(
        label=gettext_lazy("First answer by a person"),
        help_text=gettext_lazy("Open time, such as 15 min, 2 h or 1 d."),
    )
    next_response = DurationText(
        label=gettext_lazy("Every further answer"),
        help_text=gettext_lazy("From the customer's next message on."),
    )
    resolution = DurationText(
        label=gettext_lazy("Solution"),
        required=False,
        help_text=gettext_lazy("From the first message until it is resolved. Empty: nothing is promised."),
    )
    calendar = forms.ChoiceField(
        label=gettext_lazy("Calendar"), help_text=gettext_lazy("Only open time counts.")
    )

    def __init__(
        self, *args: Any, policy: SlaPolicy | None = None, is_everybodys: bool = False, **kwargs: Any
    ) -> None:
        names = ("first_response", "next_response", "resolution", "channel", "reason")
        if policy is not None:
            initial = {name: getattr(policy, name) for name in names}
            initial |= {"calendar": str(policy.calendar_id), "group": str(policy.group_id or "")}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        calendars = BusinessCalendar.objects.filter(is_archived=False)
        self.fields["calendar"].choices = choices_of(list(calendars))  # type: ignore[attr-defined]
        if policy is None and not is_everybodys:
            self._ask_for_whom()
        self.fields["reason"] = forms.CharField(
            label=_("Reason for promising less"),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2, "class": "textarea"}),
            help_text=_("Only where somebody gets less than everybody: the Charter shows it."),
        )

    def _ask_for_whom(self) -> None:
        kinds = sorted((str(_(one.label)), kind) for kind, one in all_adapters().items())
        channels = [("", _("Every channel")), *((kind, label) for label, kind in kinds)]
        groups = [("", _("Every customer")), *choices_of(list(CustomerGroup.objects.all()))]
        whom = {
            "channel": forms.ChoiceField(label=_("Channel"), choices=channels, required=False),
            "group": forms.ChoiceField(label=_("Group of customers"), choices=groups, required=False),
        }
        for field in whom.values():
            style(field)
        self.fields = {**whom, **self.fields}

    def terms(self) -> Terms:
        """What the action takes."""
        given = self.cleaned_data
        return Terms(
            first_response=given["first_response"],
            next_response=given["next_response"],
            resolution=given["resolution"],
            calendar=BusinessCalendar.objects.get(pk=int(given["calendar"])),
        )


class CalendarForm(PlainForm):
    """Opening hours as people write them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    always = forms.BooleanField(label=gettext_lazy("Day and night, every day"), required=False)
    country = forms.CharField(
        label=gettext_lazy("Public holidays of"),
        required=False,
        max_length=2,
        help_text=gettext_lazy("The country's code, such as IT. Empty: no public holidays."),
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "off"}),
    )
    subdivision = forms.CharField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Its code, such as MI, where it has holidays of its own."),
    )
    own = forms.CharField(
        label=gettext_lazy("Own yearly holidays"),
        required=False,
        max_length=2_000,
        help_text=gettext_lazy("Month and day, such as 12-07, with commas between them."),
    )
    closures = forms.CharField(
        label=gettext_lazy("Closed"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: 2026-08-10 2026-08-21 Summer holidays"),
    )
    openings = forms.CharField(
        label=gettext_lazy("Open all the same, or at other hours"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: 2026-12-08 10:00-16:00 Christmas market"),
    )

    def __init__(
        self, *args: Any, name: str = "", content: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        if content is not None:
            kwargs.setdefault("initial", _as_lines(name, content))
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in ("UTC", *zones)]  # type: ignore[attr-defined]
        for day, label in WEEKDAYS.items():
            self.fields[f"day_{day}"] = forms.CharField(
                label=str(label).capitalize(), required=False, max_length=200
            )
            style(self.fields[f"day_{day}"])

    def days(self) -> list[Any]:
        """The fields of the week."""
        return [self[f"day_{day}"] for day in range(7)]

    def clean(self) -> dict[str, Any]:
        """What cannot be read is said at its field."""
        given = super().clean() or self.cleaned_data
        content: dict[str, Any] = {"time_zone": given.get("time_zone", "")}
        if given.get("always"):
            content["always"] = True
        else:
            content["weekly"] = {str(day): self._read(f"day_{day}", read_spans, []) for day in range(7)}
        country, own = given.get("country", "").strip().upper(), self._read("own", read_days, [])
        if country or own:
            subdivision = given.get("subdivision", "").strip()
            content["holidays"] = {"country": country, "subdivision": subdivision, "own": own}
        content["closures"] = self._read("closures", read_closures, [])
        content["openings"] = self._read("openings", read_openings, [])
        self.content = content
        return given

    def _read(self, name: str, read: Callable[[str], Any], otherwise: Any) -> Any:
        try:
            return read(self.cleaned_data.get(name, ""))
        except NotALine as line:
            self.add_error(name, _("This cannot be read: %(line)s") % {"line": str(line)[:80]})
            return otherwise

    def refuse_content(self, field: str, message: str) -> None:
        """Show what the calendar's own reader refused: at the field it names."""
        head = field.split(".")[0]
        name = {
            "weekly": f"day_{field.split('.')[1]}" if "." in field else "day_0",
            "holidays": "country",
        }.get(head, head)
        self.add_error(name if name in self.fields else None, message)


def _as_lines(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    holidays, weekly = content.get("holidays") or {}, content.get("weekly") or {}
    return {
        "name": name,
        "time_zone": content.get("time_zone", ""),
        "always": content.get("always", False),
        "country": holidays.get("country", ""),
        "subdivision": holidays.get("subdivision", ""),
        "own": ", ".join(holidays.get("own", [])),
        "closures": closures_text(content.get("closures", [])),
        "openings": openings_text(content.get("openings", [])),
        **{f"day_{day}": spans_text(weekly.get(str(day), [])) for day in range(7)},
    }


class LadderForm(PlainForm):
    """What is done before and after a promise is due: a few lines, the empty ones count for nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: list[EscalationStep | None] = list(EscalationStep.objects.select_related("team"))
        rows += [None] * max(RUNGS - len(rows), 1)
        self.count = len(rows)
        actions, teams = [("", "—"), *action_names().items()], [("", "—"), *choices_of(list(all_teams()))]
        for number, row in enumerate(rows):
            self.fields[f"offset_{number}"] = DurationText(
                required=False, label=_("When"), initial=row.offset if row else None
            )
            self.fields[f"action_{number}"] = forms.ChoiceField(
                required=False, label=_("What"), choices=actions, initial=row.action if row else ""
            )
            self.fields[f"team_{number}"] = forms.ChoiceField(
                required=False, label=_("Team"), choices=teams, initial=str(row.team_id or "") if row else ""
            )
        for field in self.fields.values():
            style(field)

    def lines(self) -> list[tuple[Any, Any, Any]]:
        """The fields line by line."""
        return [(self[f"offset_{n}"], self[f"action_{n}"], self[f"team_{n}"]) for n in range(self.count)]

    def steps(self) -> list[NewStep]:
        """What the action takes."""
        teams, given = {str(team.pk): team for team in all_teams()}, self.cleaned_data
        return [
            NewStep(given[f"offset_{n}"] or timedelta(), given[f"action_{n}"], teams.get(given[f"team_{n}"]))
            for n in range(self.count)
            if given[f"action_{n}"]
        ]


def action_names() -> dict[str, str]:
    """The steps of the ladder in the reader's language."""
    return {
        EscalationStep.Action.TELL_OWNER.value: _("Remind whoever holds it"),
        EscalationStep.Action.TELL_LEAD.value: _("Tell the leads"),
        EscalationStep.Action.RAISE_PRIORITY.value: _("Raise the priority"),
        EscalationStep.Action.TO_TEAM.value: _("Give it to a team"),
        EscalationStep.Action.FREE.value: _("Give it back to the queue"),
    }


class ChoicesForm(PlainForm):
    """Notices, the told wait and the regulation pack."""

    delay_notice = forms.BooleanField(
        label=gettext_lazy("Tell customers honestly when an answer is late"),
        required=False,
        help_text=gettext_lazy("One automatic message a delay, in their language and on their channel."),
    )
    tell_wait = forms.BooleanField(
        label=gettext_lazy("Tell customers how long they will wait"),
        required=False,
        help_text=gettext_lazy("At the first message of a chat, only where it can be estimated."),
    )
    pack = forms.ChoiceField(label=gettext_lazy("Regulation"), required=False)
    complaint_days = forms.IntegerField(
        label=gettext_lazy("Days to answer a complaint"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Fewer than the regulation asks, if you want. Empty: as the regulation says."),
    )

    def __init__(self, *args: Any, settings: PromiseSettings, **kwargs: Any) -> None:
        names = ("delay_notice", "tell_wait", "pack", "complaint_days")
        super().__init__(*args, initial={name: getattr(settings, name) for name in names}, **kwargs)
        packs = [(pack.id, pack.name) for pack in PACKS.values()]
        self.fields["pack"].choices = [("", _("None")), *packs]  # type: ignore[attr-defined]


class NoticeForm(PlainForm):
    """One automatic text in one language."""

    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
