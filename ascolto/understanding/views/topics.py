"""The company's topics: leads read, administrators change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.understanding.actions import topics as actions
from ascolto.understanding.actions.starters import NoSuchSet, StarterSet, load_set, sets
from ascolto.understanding.forms import TopicForm
from ascolto.understanding.models import Topic
from ascolto.understanding.selectors.topics import recent_messages, topic_rows

SECTION = "topics"


@require_safe
@permitted("models.see")
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic with what became of it."""
    rows, aside, coverage = topic_rows()
    context = settings_context(
        request, SECTION, rows=rows, aside=aside, coverage=coverage, starters=_starters(request)
    )
    return render(request, "understanding/topics.html", context)


def _starters(request: HttpRequest) -> list[StarterSet]:
    """The ready-made sets, those in the reader's language first."""
    language = getattr(request, "LANGUAGE_CODE", "en")[:2]
    return sorted(sets(), key=lambda one: (one.language != language, one.title))


@require_POST
@permitted("models.manage")
def add_starters(request: HttpRequest) -> HttpResponse:
    """Take the topics of a ready-made set that are not there yet."""
    try:
        made = load_set(request.POST.get("set", "")[:80], by=request.user)
    except NoSuchSet:
        leave_notice(request, _("There is no such set."), tone="bad")
    else:
        told = ngettext("%(n)s topic was added.", "%(n)s topics were added.", len(made)) % {"n": len(made)}
        leave_notice(request, told if made else _("All topics of this set are there already."))
    return redirect("understanding:topics")


@require_safe
@permitted("models.see")
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a topic, and the last messages that were given it."""
    found = get_object_or_404(Topic.objects.select_related("label"), pk=pk)
    context = settings_context(
        request, SECTION, topic=found, examples=list(found.examples.all()), recent=recent_messages(found)
    )
    return render(request, "understanding/topic.html", context)


@permitted("models.manage")
def new_topic(request: HttpRequest) -> HttpResponse:
    """Make a topic."""
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_topic(by=request.user, **form.wanted())
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            leave_notice(request, _("The topic %(name)s is there. It is learnt soon.") % {"name": made.name})
            return redirect("understanding:topics")
    return render(
        request, "understanding/edit_topic.html", settings_context(request, SECTION, form=form, topic=None)
    )


@permitted("models.manage")
def change_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what gives a topic away."""
    found = get_object_or_404(Topic, pk=pk)
    form = TopicForm(request.POST or None, topic=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_topic(by=request.user, topic=found, **form.wanted())
        except ValidationError as refusal:
            form.refuse(refusal)
            found.refresh_from_db()
        else:
            leave_notice(request, _("Saved."))
            return redirect("understanding:topic", pk)
    return render(
        request, "understanding/edit_topic.html", settings_context(request, SECTION, form=form, topic=found)
    )


@require_POST
@permitted("models.manage")
def switch_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a topic aside, or take it up again."""
    found = get_object_or_404(Topic, pk=pk)
    wanted = request.POST.get("active") == "1"
    actions.switch_topic(by=request.user, topic=found, is_active=wanted)
    told = (
        _("%(name)s is in use again.")
        if wanted
        else _("%(name)s is laid aside. Messages that have it keep it.")
    )
    leave_notice(request, told % {"name": found.name})
    return redirect("understanding:topics")
