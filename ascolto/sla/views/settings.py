"""The settings "Promises": what is promised to whom, when the company works, and what happens when it gets late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.customers.models import CustomerGroup
from ascolto.kit.clock import now
from ascolto.sla.actions.calendars import archive_calendar, change_calendar, create_calendar
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.escalation import set_steps
from ascolto.sla.actions.notices import set_text
from ascolto.sla.actions.policies import end_policy, set_policy
from ascolto.sla.calendar import CalendarRefused, read_calendar
from ascolto.sla.durations import duration_text
from ascolto.sla.forms import COUNTRIES, CalendarForm, ChoicesForm, LadderForm, NoticeForm, PolicyForm
from ascolto.sla.models import BusinessCalendar, NoticeText, PromiseSettings, SlaPolicy
from ascolto.sla.packs import PACKS
from ascolto.sla.selectors.policies import calendars, policies
from ascolto.sla.wording import GAPS, LANGUAGES, own_words

SECTION = "promises"
SHOWN_DAYS = 14


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    words = {"duration": duration_text, "language_name": _language_name}
    return render(
        request, f"sla/settings/{template}.html", settings_context(request, SECTION, **words, **context)
    )


def _language_name(code: str) -> str:
    return str(get_language_info(code)["name_translated"]).capitalize()


@permitted("promises.manage")
def promises(request: HttpRequest) -> HttpResponse:
    """Everything on one page: the promise for everybody first."""
    settings = PromiseSettings.current()
    live = policies()
    return _page(
        request,
        "promises",
        everybodys=live[0],
        exceptions=live[1:],
        calendars=calendars(),
        choices=ChoicesForm(settings=settings),
        ladder=LadderForm(),
        pack=PACKS.get(settings.pack),
        notices=_notices(),
    )


def _notices() -> list[tuple[str, str, str, bool]]:
    """Kind, language, text and whether it is the company's own, for the languages that have one, and the usual two."""
    own = {(row.kind, row.language): row.text for row in NoticeText.objects.all()}
    kinds = [(NoticeText.Kind.DELAY.value, language) for language in LANGUAGES]
    shown = [key for key in kinds if key in own or key[1] in {"en", "it"}]
    return [
        (kind, lang, own.get((kind, lang)) or own_words(lang)[0], (kind, lang) in own) for kind, lang in shown
    ]


@permitted("promises.manage")
def policy(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Promise something else from now on: to everybody, or (without `pk`) to a channel or a group of customers."""
    found = get_object_or_404(SlaPolicy, pk=pk, valid_until=None) if pk else None
    form = PolicyForm(request.POST or None, policy=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = set_policy(
                by=request.user, terms=form.terms(), reason=form.cleaned_data["reason"], **_whom(form, found)
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Promised from now on: %(name)s.") % {"name": made.name})
            return redirect("sla:promises")
    return _page(request, "policy", form=form, policy=found)


def _whom(form: PolicyForm, found: SlaPolicy | None) -> dict[str, Any]:
    if found is not None:
        return {"channel": found.channel, "group": found.group, "name": found.name}
    group, channel = form.cleaned_data.get("group"), form.cleaned_data.get("channel", "")
    if not group and not channel:
        raise ValidationError(_("Choose a channel, a group of customers, or both."))
    return {"channel": channel, "group": CustomerGroup.objects.get(pk=int(group)) if group else None}


@require_POST
@permitted("promises.manage")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an exception: everybody's promise holds there again."""
    found = get_object_or_404(SlaPolicy, pk=pk)
    try:
        end_policy(by=request.user, policy=found)
        leave_notice(request, _("%(name)s gets what everybody gets.") % {"name": found.name})
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    return redirect("sla:promises")


@permitted("promises.manage")
def calendar(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Opening hours, from now on; what was open yesterday stays so."""
    found = get_object_or_404(BusinessCalendar, pk=pk) if pk else None
    newest = found.versions.last() if found else None
    content = newest.content if newest else {"time_zone": request.company.time_zone}  # type: ignore[attr-defined]
    form = CalendarForm(request.POST or None, name=found.name if found else "", content=content)
    if request.method == "POST" and form.is_valid() and _save_calendar(request, form, found):
        leave_notice(request, _("Saved."))
        return redirect("sla:promises")
    return _page(
        request, "calendar", form=form, calendar=found, days=_next_days(content), countries=COUNTRIES
    )


def _save_calendar(request: HttpRequest, form: CalendarForm, found: BusinessCalendar | None) -> bool:
    name = form.cleaned_data["name"]
    try:
        read_calendar(form.content)
        if found is None:
            create_calendar(by=request.user, name=name, content=form.content)
        else:
            change_calendar(by=request.user, calendar=found, name=name, content=form.content)
    except CalendarRefused as refusal:
        form.refuse_content(refusal.field, _(refusal.message))
        return False
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


def _next_days(content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The next two weeks as this calendar has them: the day, its hours, and what is special about it."""
    try:
        found = read_calendar(content)
    except CalendarRefused:
        return []
    today, language = timezone.localtime(now(), found.zone).date(), (get_language() or "en")[:2]
    days = []
    for day in (today + timedelta(days=number) for number in range(SHOWN_DAYS)):
        special = found.special_day(day)
        hours = ", ".join(f"{_hour(s.start)}–{_hour(s.end)}" for s in found.spans(day))
        why = (special.names.get(language) or special.names.get("", "")) if special else ""
        days.append((date_format(day, "l j F"), hours, why))
    return days


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@require_POST
@permitted("promises.manage")
def switch_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a calendar aside, or take it up again."""
    found = get_object_or_404(BusinessCalendar, pk=pk)
    try:
        archive_calendar(by=request.user, calendar=found, archived=request.POST.get("restore") != "1")
        leave_notice(request, _("Saved."))
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    return redirect("sla:promises")


@require_POST
@permitted("promises.manage")
def ladder(request: HttpRequest) -> HttpResponse:
    """What is done before and after a promise is due."""
    form = LadderForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Write a time such as 15 min, 2 h or 1 d."))
        set_steps(by=request.user, steps=form.steps())
        leave_notice(request, _("Saved."))
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    return redirect("sla:promises")


@require_POST
@permitted("promises.manage")
def choices(request: HttpRequest) -> HttpResponse:
    """Notices, the told wait, the regulation."""
    settings = PromiseSettings.current()
    form = ChoicesForm(request.POST, settings=settings)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        given = dict(form.cleaned_data)
        if given["pack"] != settings.pack and given["complaint_days"] == settings.complaint_days:
            given["complaint_days"] = None  # the new regulation says how many
        change_settings(by=request.user, **given)
        leave_notice(request, _("Saved."))
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    return redirect("sla:promises")


@permitted("promises.manage")
def notice(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """What an automatic message says in a language."""
    if kind not in NoticeText.Kind.values or language not in LANGUAGES:
        raise Http404
    found = NoticeText.objects.filter(kind=kind, language=language).first()
    form = NoticeForm(request.POST or None, initial={"text": found.text if found else ""})
    if request.method == "POST" and form.is_valid():
        try:
            set_text(by=request.user, kind=kind, language=language, text=form.cleaned_data["text"])
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("Saved."))
            return redirect("sla:promises")
    own = own_words(language)[0] if kind == NoticeText.Kind.DELAY else ""
    return _page(
        request, "notice", form=form, kind=kind, language=language, own=own, gaps=sorted(GAPS.get(kind, ()))
    )
