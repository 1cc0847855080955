"""Talk to a flow, as a customer of any channel would. Everything comes back signed in the form: nothing is kept, sent or done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Company
from ascolto.accounts.sections import leave_notice
from ascolto.bot.actions.rehearsals import keep_rehearsal, library_with
from ascolto.bot.field_words import language_name
from ascolto.bot.flow import PERSON, Branch, Flow, Menu
from ascolto.bot.models import BotFlow, FlowVersion
from ascolto.bot.rehearsing import MOST_STEPS, Play, Step
from ascolto.bot.sitting import Sitting, choices_of, lines_of, read_sitting, step_from, supposed_from
from ascolto.bot.supposing import Supposed
from ascolto.bot.transcript import MOST_BUTTONS, places_of, records
from ascolto.bot.transcript import lines_of as transcript_of
from ascolto.bot.views.parts import flow_of, framed, language_for, may_write, refusal_words, version_of
from ascolto.bot.voicing import slot_asked
from ascolto.bot.yamltext import LONGEST
from ascolto.gates import Refused
from ascolto.kit.clock import now

SKIN_NAMES = (
    ("chat", gettext_lazy("Chat"), "message-circle"),
    ("whatsapp", "WhatsApp", "ch-whatsapp"),
    ("sms", "SMS", "ch-sms"),
    ("phone", gettext_lazy("Telephone"), "ch-phone"),
)
MOOD_NAMES = (
    ("", gettext_lazy("Not told")),
    ("positive", gettext_lazy("Pleased")),
    ("neutral", gettext_lazy("Neutral")),
    ("negative", gettext_lazy("Unhappy")),
    ("angry", gettext_lazy("Angry")),
)
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")


@dataclass(slots=True)
class Stage:
    """What is rehearsed: a version, or a text that was not saved."""

    flow: BotFlow
    version: FlowVersion
    text: str
    is_unsaved: bool
    library: Mapping[str, Flow]
    read: Flow | None


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("bot.see", "bot.manage")
def rehearse(request: HttpRequest, slug: str) -> HttpResponse:
    """The rehearsal of a version (`version`), or of a text that is just being written (`draft`)."""
    stage = _stage(request, flow_of(slug))
    first = _supposed(stage.read)
    signed = request.POST.get("kept", "")
    sitting, is_ours = read_sitting(
        signed, slug, replace(first, channel=request.POST.get("skin") or first.channel)
    )
    goes_on = is_ours and stage.read is not None and ("kept" in request.POST or "do" in request.POST)
    if request.method == "POST" and goes_on:
        sitting = replace(sitting, supposed=supposed_from(request.POST, sitting.supposed))
        if request.POST.get("do") == "keep":
            return _keep(request, stage, sitting)
        sitting = _next(request.POST, sitting, stage)
    return _page(request, stage, sitting, is_ours=is_ours)


def _stage(request: HttpRequest, flow: BotFlow) -> Stage:
    number = request.POST.get("version") or request.GET.get("version", "")
    version = version_of(flow, number)
    written = "draft" if "kept" in request.POST else "text"  # the form of the text itself sends it as `text`
    draft = (request.POST.get("draft") or request.POST.get(written, "")).replace("\r\n", "\n")[:LONGEST]
    is_unsaved = bool(draft.strip()) and draft.strip() != version.text.strip()
    text = draft if is_unsaved else version.text
    library, read = library_with(text)
    if read is not None and read.slug != flow.slug:
        library, read = {**library, flow.slug: read}, read
    return Stage(flow, version, text, is_unsaved, library, read)


def _supposed(read: Flow | None) -> Supposed:
    """As things usually stand: open, a customer nobody knows, nothing found."""
    company = Company.current()
    zone = ZoneInfo(company.time_zone)
    moment = now().astimezone(zone).replace(second=0, microsecond=0)
    return Supposed(
        language=language_for(read),
        moment=moment,
        zone=zone.key,
        company=company.name or "Ascolto",
        look_up="missing",
    )


def _next(given: Mapping[str, str], sitting: Sitting, stage: Stage) -> Sitting:
    """What was asked for: another skin, a step back, from the beginning; otherwise the customer does something."""
    do = given.get("do", "")
    if skin := given.get("skin", ""):
        return sitting.on(skin)
    if do == "back":
        return sitting.back()
    if do == "anew":
        return sitting.anew()
    if do == "begin":
        return sitting.anew().after(Step(text=given.get("text", "")[:2000]))
    if do == "suppose" or len(sitting.steps) >= MOST_STEPS:
        return sitting
    played = sitting.played(stage.library, stage.flow.slug)
    if played.state.done and played.played:
        return sitting
    step, keys = step_from(given, sitting, played, stage.library)
    if step is None:
        return replace(sitting, keys=keys)
    return sitting if step.is_empty and sitting.steps and sitting.skin != "phone" else sitting.after(step)


def _keep(request: HttpRequest, stage: Stage, sitting: Sitting) -> HttpResponse:
    """Keep it as a test of the flow."""
    played = sitting.played(stage.library, stage.flow.slug)
    try:
        kept = keep_rehearsal(
            by=request.user,
            flow=stage.flow,
            name=request.POST.get("name", ""),
            steps=sitting.steps,
            played=played,
        )
    except (ValidationError, Refused) as refusal:
        return _page(request, stage, sitting, wrong=refusal_words(refusal))
    leave_notice(
        request,
        _("“%(name)s” is a test now: no version is published that goes another way.") % {"name": kept.name},
    )
    answer = redirect("bot:tests", stage.flow.slug)
    return (
        HttpResponse(headers={"HX-Redirect": answer["Location"]})
        if request.headers.get("HX-Request")
        else answer
    )


def _page(
    request: HttpRequest, stage: Stage, sitting: Sitting, *, is_ours: bool = True, wrong: str = ""
) -> HttpResponse:
    flow, writes = stage.flow, may_write(request)
    context = {
        **_told(stage, sitting),
        "is_ours": is_ours,
        "wrong": wrong,
        "may_keep": writes and bool(sitting.steps),
    }
    if request.headers.get("HX-Request"):
        return render(request, "bot/rehearsal_stage.html", {**context, "flow": flow, "may_write": writes})
    return render(request, "bot/rehearsal.html", framed(request, flow, "bot:rehearse", **context))


def _told(stage: Stage, sitting: Sitting) -> dict[str, Any]:
    """The dialogue so far, and what is supposed."""
    slug, read = stage.flow.slug, stage.read
    played = sitting.played(stage.library, slug) if read is not None else Play((), sitting.supposed)
    return {
        "stage": stage,
        "example_values": _("line_state = down"),
        "sitting": sitting,
        "kept": sitting.signed(slug),
        "skins": SKIN_NAMES,
        "moods": MOOD_NAMES,
        "topics": topics_of(read),
        "spoken": read.languages if read else (),
        "language_name": language_name,
        "known": lines_of(sitting.supposed.known),
        "values": lines_of(sitting.supposed.values),
        "lines": transcript_of(played, stage.library, sitting.skin),
        "places": places_of(played, stage.library, slug),
        "is_over": bool(played.played) and not played.state.waits,
        **_offers(played, sitting, stage),
    }


def _offers(played: Play, sitting: Sitting, stage: Stage) -> dict[str, Any]:
    """What may be done now, on this channel."""
    choices = choices_of(played)
    turn = played.played[-1].turn if played.played else None
    slot = slot_asked(played.state, stage.library)
    on_phone = sitting.skin == "phone"
    return {
        "choices": [one for one in choices if one.id != PERSON] if sitting.skin == "chat" else choices,
        "person": next((one for one in choices if one.id == PERSON), None)
        if sitting.skin == "chat"
        else None,
        "as_list": sitting.skin == "whatsapp" and len(choices) > MOST_BUTTONS,
        "asks": turn.asks if turn else "",
        "records": bool(on_phone and turn and records(turn, stage.library)),
        "gathers": on_phone and slot is not None and slot.type not in {"choice", "files", "text", "email"},
        "keypad": KEYS,
    }


def topics_of(flow: Flow | None) -> list[str]:
    """The topics that a flow tells apart."""
    found: set[str] = set()
    for node in flow.nodes.values() if flow else ():
        if isinstance(node, Menu):
            found |= {topic for option in node.options for topic in option.topics}
        elif isinstance(node, Branch):
            found |= {topic for condition, _target in node.cases for topic in condition.topics}
    return sorted(found)[:100]
